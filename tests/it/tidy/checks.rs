//! What the endpoints of clients refuse: the tables of the document, held to the descriptions in the source. Order and codes of
//! their rows are held from outside, by `oidc::refusals`.

use std::collections::BTreeSet;

use idp_core::client::AuthMethod;
use idp_core::oidc::authorize::ResponseMode;
use idp_core::oidc::token::GRANT_TYPES;

use super::tree::{Source, Tree};
use super::{Offence, Rule};

/// Where a file lies that is named without its crate.
const SOURCES: &str = "idp-core/src/oidc/";
/// Where else clients are refused.
const HANDLERS: &str = "idp-server/src/oidc/";
/// Files whose texts refuse nothing by themselves, and why.
const REFUSE_NOTHING: &[(&str, &str)] = &[
    ("idp-core/src/oidc/authorize.rs", "names the checks"),
    ("idp-core/src/oidc/authorize/error.rs", "says what becomes of a sign-in"),
    ("idp-core/src/oidc/authorize/issue.rs", "tells the log"),
    ("idp-core/src/oidc/discovery.rs", "describes parameters"),
    ("idp-core/src/oidc/params.rs", "a type of error, told by the endpoints"),
    ("idp-core/src/oidc/protect.rs", "tells of a fault"),
    ("idp-server/src/oidc/document.rs", "lists headers"),
];
/// What begins a reference to a standard, which stands beside descriptions.
const STANDARDS: [&str; 2] = ["RFC ", "OpenID "];
/// A description has at least so many words.
const WORDS_MIN: usize = 3;

pub(super) const RULES: &[Rule] = &[
    Rule {
        holds: "A table `<!-- refusals of FILE… -->` lists every refusal that these files describe, and no other.",
        offences: tables_that_differ,
        planted: &[
            (
                "docs/endpoints.md",
                "# Endpoints\n<!-- refusals of revoke.rs -->\n| # | refused | error |\n|---|---|---|\n| 1 | the token is missing | `x` |\n<!-- end -->\n",
            ),
            (
                "idp-core/src/oidc/revoke.rs",
                "//! Says \"not this one here\".\nfn a() { refused(\"the token is missing\") }\nfn b() { refused(\"the token is of \\\n    another realm\") }\n",
            ),
        ],
    },
    Rule {
        holds: "Every file of the protocol that describes refusals is named by a table `<!-- refusals of FILE… -->`.",
        offences: files_in_no_table,
        planted: &[
            ("docs/endpoints.md", "# Endpoints\n<!-- refusals of revoke.rs -->\n<!-- end -->\n"),
            ("idp-core/src/oidc/revoke.rs", "//! Revocation.\nfn a() { refused(\"the token is missing\") }\n"),
            ("idp-core/src/oidc/token/barter.rs", "//! Barter.\nfn a() { refused(\"the goods are missing\") }\n"),
            (
                "idp-server/src/oidc/par.rs",
                "//! Pushing.\nfn a() {\n    tracing::info!(error, \"a request refused\");\n}\n",
            ),
        ],
    },
];

/// The files that a line names, if it begins a table of refusals.
fn named(line: &str) -> Option<impl Iterator<Item = String>> {
    let files = line.strip_prefix("<!-- refusals of ")?.strip_suffix(" -->")?;
    let path = |file: &str| if file.contains("/src/") { file.to_owned() } else { format!("{SOURCES}{file}") };
    Some(files.split(' ').map(path))
}

fn tables_that_differ(tree: &Tree) -> Vec<Offence> {
    let mut offences = Vec::new();
    for source in tree.markdown() {
        let mut lines = source.lines();
        while let Some((number, line)) = lines.next() {
            let Some(files) = named(line) else { continue };
            let rows = lines.by_ref().take_while(|(_, line)| *line != "<!-- end -->").skip(2);
            let shown: BTreeSet<String> = rows
                .filter_map(|(_, line)| line.split(" | ").nth(1).filter(is_of_its_own).map(str::to_owned))
                .collect();
            let mut described = BTreeSet::new();
            for path in files {
                match tree.source(&path) {
                    Some(file) => described.extend(descriptions(file)),
                    None => offences.push(source.at(number, format!("there is no {path}"))),
                }
            }
            let missing = described.difference(&shown).map(|text| format!("the table lacks: {text}"));
            let stale = shown.difference(&described).map(|text| format!("nothing refuses so any more: {text}"));
            offences.extend(missing.chain(stale).map(|complaint| source.at(number, complaint)));
        }
    }
    offences
}

fn files_in_no_table(tree: &Tree) -> Vec<Offence> {
    let lines = tree.markdown().flat_map(Source::lines);
    let held: BTreeSet<String> = lines.filter_map(|(_, line)| named(line)).flatten().collect();
    let is_held = |path: &str| held.contains(path) || REFUSE_NOTHING.iter().any(|(file, _)| *file == path);
    let ours = tree.rust().filter(|source| source.path.starts_with(SOURCES) || source.path.starts_with(HANDLERS));
    let unheld = ours.filter(|source| !source.is_test() && !is_held(&source.path));
    unheld.filter_map(|source| Some(source.at(1, format!("no table has: {}", descriptions(source).first()?)))).collect()
}

/// A row that is a link stands for the rows of another table.
fn is_of_its_own(text: &&str) -> bool {
    !text.starts_with('[')
}

/// The texts of some words in a file, which in these files are what clients are told.
fn descriptions(file: &Source) -> Vec<String> {
    let lines = file.product().map(|(_, line)| line).filter(|line| !line.trim_start().starts_with("//"));
    let code: String = lines.flat_map(|line| [line, "\n"]).collect();
    // A quotation mark that stands for itself; one inside a text parts it.
    let code = code.replace("'\"'", "").replace("\\\"", "\"\"");
    let mut found = Vec::new();
    let mut rest = code.as_str();
    while let Some((before, after)) = rest.split_once('"') {
        let Some((text, next)) = after.split_once('"') else { break };
        rest = next;
        // Bytes, what is told to operators or the log alone, and under what something counts once.
        let is_logged = before.rsplit(';').next().is_some_and(|statement| statement.contains("tracing::"));
        if is_logged || before.ends_with('b') || before.ends_with("Broken(") || before.ends_with("sender = format!(") {
            continue;
        }
        let text = text.split("\\\n").map(str::trim_start).collect::<String>();
        let is_standard = STANDARDS.iter().any(|start| text.starts_with(start));
        if text.split_whitespace().count() >= WORDS_MIN && !is_standard {
            found.push(text);
        }
    }
    found
}

#[test]
fn each_grant_response_mode_and_client_authentication_method_is_a_file_of_its_own() {
    // Of an address the last part names the file; of a signed mode what signs it.
    fn last(name: &str, between: char) -> &str {
        name.rsplit(between).next().unwrap_or(name)
    }
    let tree = Tree::of_this_repository();
    let methods = AuthMethod::ALL.map(|method| format!("token/client_auth/{}.rs", method.name()));
    let modes = ResponseMode::ALL.map(|mode| format!("authorize/response_mode/{}.rs", last(mode.name(), '.')));
    let grants = GRANT_TYPES.map(|grant| format!("token/{}.rs", last(grant, ':').replace('-', "_")));
    let files = methods.into_iter().chain(modes).chain(grants);
    let missing: Vec<String> = files.filter(|file| tree.source(&format!("{SOURCES}{file}")).is_none()).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
