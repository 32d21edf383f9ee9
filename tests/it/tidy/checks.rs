//! What the endpoints of clients refuse: the tables of the document, held to the descriptions in the source. Order and codes of
//! their rows are held from outside, by `oidc::refusals`.

use std::collections::BTreeSet;

use super::tree::{Source, Tree};
use super::{Offence, Rule};

/// Where a file lies that is named without its crate.
const SOURCES: &str = "idp-core/src/oidc/";
/// What begins a reference to a standard, which stands beside descriptions.
const STANDARDS: [&str; 2] = ["RFC ", "OpenID "];
/// A description has at least so many words.
const WORDS_MIN: usize = 3;

pub(super) const RULES: &[Rule] = &[Rule {
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
}];

fn tables_that_differ(tree: &Tree) -> Vec<Offence> {
    let mut offences = Vec::new();
    for source in tree.markdown() {
        let mut lines = source.lines();
        while let Some((number, line)) = lines.next() {
            let files = line.strip_prefix("<!-- refusals of ").and_then(|rest| rest.strip_suffix(" -->"));
            let Some(files) = files else { continue };
            let rows = lines.by_ref().take_while(|(_, line)| *line != "<!-- end -->").skip(2);
            let shown: BTreeSet<String> = rows
                .filter_map(|(_, line)| line.split(" | ").nth(1).filter(is_of_its_own).map(str::to_owned))
                .collect();
            let mut described = BTreeSet::new();
            for file in files.split(' ') {
                let path = if file.contains("/src/") { file.to_owned() } else { format!("{SOURCES}{file}") };
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
        // Bytes, what is told to operators alone, and under what something counts once.
        if before.ends_with('b') || before.ends_with("Broken(") || before.ends_with("sender = format!(") {
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
