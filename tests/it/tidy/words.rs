//! What may not stand in the text. The forbidden words are spelled apart, so that this file keeps its own rules.

use super::tree::{Source, Tree, code};
use super::{Offence, Rule};

/// Work left undone belongs in the tracker.
const UNDONE: &[&str] = &[
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("for ", "now"),
    concat!("not implemented ", "yet"),
    concat!("place", "holder"),
    concat!("todo", "!("),
    concat!("unimplemented", "!("),
];

/// Ends the process, or the request, where a value should have said what is wrong.
const PANICS: &[&str] =
    &[concat!(".unwrap", "()"), concat!(".expect", "("), concat!("panic", "!("), concat!("unreachable", "!(")];

/// What makes a test slow, flaky or silent.
const UNSOUND: &[&str] =
    &[concat!("#[ig", "nore"), concat!("thread::", "sleep"), concat!("time::", "sleep"), concat!("retries", " =")];

/// What the fuzz targets begin with.
const CORPUS: &str = "tests/fuzz/corpus/";

/// Folders of a developer's machine, and words of the place where this was written.
const LOCAL: &[&str] = &[
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("work", "place"),
    concat!("C", "EO"),
];

/// Settings that send a package client somewhere else than its public registry.
const MIRRORS: &[&str] = &[
    concat!("\"resolved", "\":"),
    concat!("replace-", "with"),
    concat!("[source", ".crates-io]"),
    concat!("index", "-url"),
    concat!("registry", "=http"),
];

const CRATES_IO: &str = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";

pub(super) const RULES: &[Rule] = &[
    Rule {
        holds: "Work left undone is not written into the tree.",
        offences: undone,
        planted: &[("idp-core/src/grant.rs", concat!("//! Grants.\n// TO", "DO: the rest\n"))],
    },
    Rule {
        holds: "Outside tests nothing unwraps, expects or panics: a refusal is a value, a fault an Err.",
        offences: panics,
        planted: &[(
            "idp-core/src/grant.rs",
            concat!("//! Grants.\nlet a = b.unwrap", "();\n#[cfg(test)]\nlet a = b.unwrap", "();\n"),
        )],
    },
    Rule {
        holds: "A test sleeps never, is never switched off and is never tried again: wait for what happens, or advance the clock.",
        offences: unsound_tests,
        planted: &[("tests/it/oidc/token.rs", concat!("//! Token.\n#[ig", "nore]\nfn a() {}\n"))],
    },
    Rule {
        holds: "No path of somebody's machine stands in the tree.",
        offences: local_words,
        planted: &[("docs/operations.md", concat!("Look in /ho", "me/sato/sekisho.\n"))],
    },
    Rule {
        holds: "Packages come from the public registries by name: no mirror, no other source.",
        offences: mirrors,
        planted: &[(
            "Cargo.lock",
            concat!(
                "source = \"registry+https://crates.example/index\"\n",
                "source = \"registry+https://github.com/rust-lang/crates.io-index\"\n"
            ),
        )],
    },
    Rule {
        holds: "A file ends with one newline, and no line with a blank.",
        offences: ragged_ends,
        planted: &[("idp-core/src/grant.rs", "//! Grants. \nfn a() {}\n")],
    },
];

fn undone(tree: &Tree) -> Vec<Offence> {
    // The words have a meaning of their own in HTML, style sheets and messages; a change log may tell of them.
    let free = |source: &&Source| {
        let Some((_, extension)) = source.path.rsplit_once('.') else { return false };
        matches!(extension, "html" | "css" | "ftl" | "lock" | "json" | "js") || source.path == "CHANGELOG.md"
    };
    containing(tree.sources.iter().filter(|source| !free(source)), UNDONE)
}

fn panics(tree: &Tree) -> Vec<Offence> {
    let mut offences = Vec::new();
    for source in tree.rust().filter(|source| !source.is_test()) {
        let lines = source.product().filter(|(_, line)| PANICS.iter().any(|word| code(line).contains(word)));
        offences.extend(lines.map(|(number, line)| source.at(number, line)));
    }
    offences
}

fn unsound_tests(tree: &Tree) -> Vec<Offence> {
    let mut offences = Vec::new();
    // Benchmarks measure time, so they may pass it.
    for source in tree.rust().filter(|source| !source.path.starts_with("tests/bench/")) {
        let lines = source.tests().filter(|(_, line)| UNSOUND.iter().any(|word| line.contains(word)));
        offences.extend(lines.map(|(number, line)| source.at(number, line)));
    }
    offences
}

fn local_words(tree: &Tree) -> Vec<Offence> {
    containing(tree.sources.iter().filter(|source| !source.path.ends_with(".lock") && !is_licence(source)), LOCAL)
}

fn mirrors(tree: &Tree) -> Vec<Offence> {
    let mut offences = containing(tree.sources.iter().filter(|source| !source.path.ends_with(".rs")), MIRRORS);
    for source in tree.sources.iter().filter(|source| source.path.ends_with("Cargo.lock")) {
        let foreign = source.lines().filter(|(_, line)| line.starts_with("source = ") && *line != CRATES_IO);
        offences.extend(foreign.map(|(number, line)| source.at(number, line)));
    }
    offences
}

fn ragged_ends(tree: &Tree) -> Vec<Offence> {
    let mut offences = Vec::new();
    // The inputs of fuzz targets are bytes, whatever they look like.
    let is_text = |source: &&Source| !is_licence(source) && !source.path.starts_with(CORPUS);
    for source in tree.sources.iter().filter(is_text).filter(|source| !source.text.is_empty()) {
        let ragged = source.lines().filter(|(_, line)| line.ends_with([' ', '\t']));
        offences.extend(ragged.map(|(number, _)| source.at(number, "ends with a blank")));
        if !source.text.ends_with('\n') || source.text.ends_with("\n\n") {
            offences.push(source.at(source.lines().count(), "must end with one newline"));
        }
    }
    offences
}

/// Licence texts are kept byte for byte.
fn is_licence(source: &Source) -> bool {
    source.path.starts_with("LICENSE")
}

fn containing<'a>(sources: impl Iterator<Item = &'a Source>, words: &[&str]) -> Vec<Offence> {
    let mut offences = Vec::new();
    for source in sources {
        let lines = source.lines().filter(|(_, line)| words.iter().any(|word| line.contains(word)));
        offences.extend(lines.map(|(number, line)| source.at(number, line)));
    }
    offences
}
