//! Where things lie: names, lengths, and what may be imported where.

use super::tree::{Source, Tree, code, has_word};
use super::{Offence, Rule};

const LONGEST_FILE: usize = 400;
const ONE_LINE_TOO_MANY: &str = match std::str::from_utf8(&[b'\n'; LONGEST_FILE + 1]) {
    Ok(text) => text,
    Err(_) => "",
};

/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] = &["utils", "util", "helpers", "helper", "common", "misc", "manager", "types"];

/// Files of types, states and pure rules (docs/ARCHITECTURE.md, "Nouns are sync, verbs are async"): each the file or the folder
/// of that name under `idp-core/src/`.
const NOUNS: &[&str] = &[
    "actor",
    "audit",
    "authorization_code",
    "birth_date",
    "ceremony",
    "ciba_request",
    "client",
    "clock",
    "consent",
    "credential",
    "device_request",
    "entropy",
    "fault",
    "grant",
    "id",
    "interaction/decide",
    "jose",
    "jwe",
    "jws",
    "key",
    "language",
    "letter",
    "letter_secret",
    "mail",
    "mail_address",
    "member",
    "one_time_code",
    "onboarding/facts",
    "onboarding/table",
    "pattern_password",
    "polled",
    "realm",
    "redirect_uri",
    "secret",
    "session",
    "terms",
    "token",
    "typed",
    "user_id",
];

/// Verbs that stand in the folder of their noun.
const VERBS_BESIDE: &[&str] = &["session/end.rs"];

/// Crates that a part of the tree never names, although its `Cargo.toml` might one day allow it.
const NEVER_NAMED: &[(&str, &[&str])] = &[
    ("idp-core/src/", &["axum", "axum_extra", "hyper", "tower_http", "askama", "fluent_templates", "lettre", "clap"]),
    (
        "idp-server/src/",
        &["sea_orm", "sqlx", "rusqlite", "argon2", "totp_rs", "webauthn_rs", "jsonwebtoken", "migrations"],
    ),
    ("idp-admin-cli/src/", &["axum", "hyper", "sea_orm", "sqlx", "rusqlite", "lettre"]),
    ("migrations/src/", &["idp_core", "idp_server"]),
];

/// The top level, fixed by the people this is built for.
const TOP_FOLDERS: &[&str] = &["idp-core", "idp-server", "idp-admin-cli", "migrations", "deploy", "docs", "tests"];

pub(super) const RULES: &[Rule] = &[
    Rule {
        holds: "A file has at most 400 lines before its unit tests: split it by what it is about.",
        offences: too_long,
        planted: &[("idp-core/src/realm.rs", ONE_LINE_TOO_MANY)],
    },
    Rule {
        holds: "A Rust file starts with `//!`: what it is, and which section of which standard.",
        offences: without_opening,
        planted: &[("idp-core/src/realm.rs", "use std::fmt;\n"), ("idp-core/src/key.rs", "//! Keys.\n")],
    },
    Rule {
        holds: "A file is named after what is in it: no utils, helpers, common, misc, manager, types.",
        offences: empty_names,
        planted: &[("idp-server/src/login/utils.rs", "//! Anything.\n")],
    },
    Rule {
        holds: "A noun file holds no `async`: load and save in a verb.",
        offences: async_nouns,
        planted: &[("idp-core/src/grant.rs", "//! Grants.\npub async fn redeem() {}\n")],
    },
    Rule {
        holds: "sea_orm, sqlx and rusqlite appear only under idp-core/src/store/.",
        offences: queries_outside_the_store,
        planted: &[
            ("idp-core/src/grant.rs", "//! Grants.\nuse sea_orm::EntityTrait;\n"),
            ("idp-core/src/store/grant.rs", "//! Grants.\nuse sea_orm::EntityTrait;\n"),
        ],
    },
    Rule {
        holds: "A table whose rows are held in memory is written in its own file, which says what changed.",
        offences: unsaid_changes,
        planted: &[(
            "idp-core/src/store/tombstone.rs",
            "//! Tombstones.\nasync fn bury() {\n    member::Entity::delete_many();\n}\n",
        )],
    },
    Rule {
        holds: "So is such a table by a statement that is kept as text.",
        offences: unsaid_texts,
        planted: &[
            (
                "idp-core/src/store/letter.rs",
                "//! Letters.\nconst ALL: Sql = Sql::of(\"UPDATE members SET a = $1\");\n",
            ),
            (
                "idp-core/src/store/member.rs",
                "//! Members.\nconst ALL: Sql = Sql::of(\"UPDATE members SET a = $1\");\n",
            ),
        ],
    },
    Rule {
        holds: "Core knows no HTTP, HTML, SMTP or command line; server and command line reach the rest through core.",
        offences: forbidden_crates,
        planted: &[("idp-core/src/grant.rs", "//! Grants.\nuse axum::http::StatusCode;\n")],
    },
    Rule {
        holds: "`use` stands in groups: std, crates, ours, with an empty line between.",
        offences: mixed_imports,
        planted: &[("idp-core/src/grant.rs", "//! Grants.\nuse std::fmt;\nuse url::Url;\n\nuse crate::id::GrantId;\n")],
    },
    Rule {
        holds: "No function takes a bool: an enum of two variants says what is meant.",
        offences: bool_parameters,
        planted: &[(
            "idp-core/src/grant.rs",
            "//! Grants.\nstruct Grant {\n    open: bool,\n}\nfn redeem(\n    code: &str,\n    force: bool,\n) -> bool {\n}\n",
        )],
    },
    Rule {
        holds: "The top level has the folders it was given, and no other.",
        offences: foreign_top_folders,
        planted: &[("idp-core/src/lib.rs", ""), (".ci/run", ""), ("scripts/run", "")],
    },
];

fn too_long(tree: &Tree) -> Vec<Offence> {
    tree.rust()
        .filter(|source| source.path.starts_with("tests/") || !source.is_test())
        .map(|source| (source, source.product().count()))
        .filter(|(_, lines)| *lines > LONGEST_FILE)
        .map(|(source, lines)| source.at(1, format!("{lines} lines")))
        .collect()
}

fn without_opening(tree: &Tree) -> Vec<Offence> {
    tree.rust()
        .filter(|source| !source.text.starts_with("//!"))
        .map(|source| source.at(1, source.text.lines().next().unwrap_or("empty")))
        .collect()
}

fn empty_names(tree: &Tree) -> Vec<Offence> {
    let stem = |part: &str| part.trim_end_matches(".rs").to_owned();
    tree.rust()
        .filter(|source| source.path.split('/').any(|part| EMPTY_NAMES.contains(&stem(part).as_str())))
        .map(|source| source.at(1, "say what is inside"))
        .collect()
}

fn async_nouns(tree: &Tree) -> Vec<Offence> {
    let is_noun = |source: &&Source| {
        let Some(rest) = source.path.strip_prefix("idp-core/src/") else { return false };
        NOUNS.iter().any(|noun| {
            rest.strip_prefix(noun).is_some_and(|after| after == ".rs" || after.starts_with('/')) && !source.is_test()
        }) && !VERBS_BESIDE.contains(&rest)
    };
    let mut offences = Vec::new();
    for source in tree.rust().filter(is_noun) {
        let asyncs = source.product().filter(|(_, line)| has_word(code(line), "async"));
        offences.extend(asyncs.map(|(number, line)| source.at(number, line)));
    }
    offences
}

/// Tables of `store/held.rs`.
const HELD: [&str; 5] = ["client", "grant", "member", "revoked_token", "signing_key"];

fn unsaid_changes(tree: &Tree) -> Vec<Offence> {
    outside_their_files(tree, |table| ["insert", "update", "delete"].map(|verb| format!("{table}::Entity::{verb}")))
}

fn unsaid_texts(tree: &Tree) -> Vec<Offence> {
    let mut offences = outside_their_files(tree, |table| {
        ["INSERT INTO", "UPDATE", "DELETE FROM"].map(|verb| format!("{verb} {table}s "))
    });
    // Nobody serves a database that is restored.
    offences.retain(|offence| !offence.to_string().starts_with("idp-core/src/store/backup.rs"));
    offences
}

fn outside_their_files(tree: &Tree, writes: fn(&str) -> [String; 3]) -> Vec<Offence> {
    let mut offences = Vec::new();
    for source in tree.rust().filter(|source| source.path.starts_with("idp-core/src/store/")) {
        for table in HELD.into_iter().filter(|table| source.path != format!("idp-core/src/store/{table}.rs")) {
            let writes = writes(table);
            let naming = source.product().filter(|(_, line)| writes.iter().any(|write| names(line, write)));
            offences.extend(naming.map(|(number, line)| source.at(number, line)));
        }
    }
    offences
}

/// `grant::Entity` is not found in `device_grant::Entity`.
fn names(line: &str, write: &str) -> bool {
    line.match_indices(write).any(|(at, _)| !line[..at].ends_with(|last: char| last.is_alphanumeric() || last == '_'))
}

fn queries_outside_the_store(tree: &Tree) -> Vec<Offence> {
    let product = tree.rust().filter(|source| {
        !source.path.starts_with("idp-core/src/store/")
            && source.path != "idp-core/src/store.rs"
            && !source.path.starts_with("tests/")
    });
    let mut offences = Vec::new();
    for source in product {
        let names = |line: &str| ["sea_orm", "sqlx", "rusqlite"].iter().any(|name| has_word(code(line), name));
        let naming = source.lines().filter(|(_, line)| names(line));
        offences.extend(naming.map(|(number, line)| source.at(number, line)));
    }
    offences
}

fn forbidden_crates(tree: &Tree) -> Vec<Offence> {
    let mut offences = Vec::new();
    for (folder, names) in NEVER_NAMED {
        for source in tree.rust().filter(|source| source.path.starts_with(folder)) {
            let naming =
                |line: &str| names.iter().any(|name| line.contains(&format!("{name}::")) && has_word(line, name));
            let lines = source.lines().filter(|(_, line)| naming(code(line)));
            offences.extend(lines.map(|(number, line)| source.at(number, line)));
        }
    }
    offences
}

/// Which group a `use` belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    Std,
    Crates,
    Ours,
}

fn group_of(line: &str) -> Option<Group> {
    let path = line.strip_prefix("pub(crate) ").or(line.strip_prefix("pub ")).unwrap_or(line).strip_prefix("use ")?;
    let root = path.split([':', ';', ' ']).next().unwrap_or(path);
    Some(match root {
        "std" | "core" | "alloc" => Group::Std,
        "crate" | "super" | "self" => Group::Ours,
        // Another crate of ours may stand with the crates or with ours.
        "idp_core" | "idp_server" | "migrations" | "harness" => return None,
        _ => Group::Crates,
    })
}

/// One offence a file, at the first `use` that stands in another group's block. A re-export of an own module names no crate and
/// is left alone.
fn mixed_imports(tree: &Tree) -> Vec<Offence> {
    let mut offences = Vec::new();
    for source in tree.rust() {
        let mut block = None;
        for (number, line) in source.product() {
            if line.trim().is_empty() {
                block = None;
            }
            let Some(group) = group_of(line).filter(|_| !line.starts_with("pub")) else { continue };
            if block.is_some_and(|known| known != group) {
                offences.push(source.at(number, line));
                break;
            }
            block = Some(group);
        }
    }
    offences
}

fn foreign_top_folders(tree: &Tree) -> Vec<Offence> {
    let mut foreign: Vec<&str> = tree
        .sources
        .iter()
        .filter_map(|source| source.path.split_once('/'))
        .map(|(top, _)| top)
        .filter(|top| !top.starts_with('.') && !TOP_FOLDERS.contains(top))
        .collect();
    foreign.dedup();
    foreign.into_iter().map(|top| format!("{top}/")).collect()
}

/// Reads signatures from `fn name(` to the line that closes them; closures and fields are not looked at.
fn bool_parameters(tree: &Tree) -> Vec<Offence> {
    let mut offences = Vec::new();
    for source in tree.rust().filter(|source| !source.is_test()) {
        let mut inside = false;
        for (number, line) in source.product().map(|(number, line)| (number, code(line).trim())) {
            let opens = line.contains("fn ") && line.contains('(');
            inside = inside || opens;
            let parameters = line.split("->").next().unwrap_or(line);
            if inside && has_word(parameters, "bool") && parameters.contains(": bool") {
                offences.push(source.at(number, line));
            }
            inside = inside && !line.ends_with(['{', ';', '}']) && !line.contains("->");
        }
    }
    offences
}
