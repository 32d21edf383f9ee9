//! What is written for people: links that lead somewhere, and messages that exist in every language.

use std::collections::{BTreeMap, BTreeSet};

use super::tree::{Source, Tree};
use super::{Offence, Rule};

const LOCALES: &str = "idp-server/locales/";
const RECORDS: &str = "docs/adr/";

/// The pictures of the journey are made by the browser tests; where there are any, all that are named must be there.
const PICTURES: &str = "docs/journey";

pub(super) const RULES: &[Rule] = &[
    Rule {
        holds: "A link in a document leads to a file, and to a heading in it.",
        offences: dead_links,
        planted: &[
            ("docs/STYLE.md", "# Style\n[words](GLOSSARY.md#letter) and [more](../README.md) and [gone](gone.md)\n"),
            ("docs/GLOSSARY.md", "# Glossary\n## Letter\n"),
            ("README.md", "# Sekisho\n[a site](https://example.org/gone.md)\n"),
        ],
    },
    Rule {
        holds: "Every language has every message, with the same arguments.",
        offences: missing_messages,
        planted: &[
            ("idp-server/locales/ja/login.ftl", "login-title = ログイン\nlogin-hello = { $name } さん\n"),
            (
                "idp-server/locales/en/login.ftl",
                "login-title = Sign in\nlogin-hello = Hello\n    { $name }\nlogin-more = More\n",
            ),
        ],
    },
    Rule {
        holds: "An example that says where it is from stands there line by line, so that it is known to run.",
        offences: examples_that_differ,
        planted: &[
            ("docs/STYLE.md", "# Style\n<!-- from tests/node/a.mjs -->\n```js\nconst a = 1;\nconst b = 3;\n```\n"),
            ("tests/node/a.mjs", "  const a = 1;\n  const b = 2;\n"),
        ],
    },
    Rule {
        holds: "A decision is recorded as docs/adr/NNNN-title.md with context, decision and consequences.",
        offences: incomplete_records,
        planted: &[
            ("docs/adr/0001-five-crates.md", "# 1. Five crates\n## Context\n## Decision\n## Consequences\n"),
            ("docs/adr/0002-two.md", "# 2. Two\n## Context\n## Decision\n"),
        ],
    },
];

fn dead_links(tree: &Tree) -> Vec<Offence> {
    let has_pictures = tree.has(PICTURES);
    let mut offences = Vec::new();
    for source in tree.markdown() {
        for (number, line) in source.lines() {
            for target in line.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target) {
                let Some((path, heading)) = local(&source.path, target) else { continue };
                if path.starts_with(PICTURES) && !has_pictures {
                    continue;
                }
                let leads = tree.has(&path)
                    && heading.is_none_or(|heading| tree.source(&path).is_some_and(|file| has_heading(file, heading)));
                if !leads {
                    offences.push(source.at(number, target));
                }
            }
        }
    }
    offences
}

/// The path from the top and the heading that a link inside the repository names; None for a link to elsewhere.
fn local<'a>(from: &str, target: &'a str) -> Option<(String, Option<&'a str>)> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (path, heading) = target.split_once('#').map_or((target, None), |(path, heading)| (path, Some(heading)));
    if path.is_empty() {
        return Some((from.into(), heading));
    }

    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in path.trim_end_matches('/').split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    Some((parts.join("/"), heading))
}

/// A heading's anchor is its text in lower case, blanks as hyphens, other punctuation dropped.
fn has_heading(file: &Source, anchor: &str) -> bool {
    let anchor_of = |heading: &str| -> String {
        let kept = heading.to_lowercase().replace(' ', "-");
        kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect()
    };
    file.lines()
        .filter(|(_, line)| line.starts_with('#'))
        .any(|(_, line)| anchor_of(line.trim_start_matches('#').trim()) == anchor)
}

fn missing_messages(tree: &Tree) -> Vec<Offence> {
    let mut languages: BTreeMap<&str, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    for source in tree.sources.iter().filter(|source| source.path.ends_with(".ftl")) {
        let Some(rest) = source.path.strip_prefix(LOCALES) else { continue };
        let language = rest.split(['/', '.']).next().unwrap_or(rest);
        languages.entry(language).or_default().extend(messages(&source.text));
    }

    let all: BTreeMap<&String, &BTreeSet<String>> = languages.values().flatten().collect();
    let mut offences = Vec::new();
    for (language, known) in &languages {
        for (&key, &arguments) in &all {
            match known.get(key) {
                None => offences.push(format!("{LOCALES}{language}: {key} is missing")),
                Some(own) if own != arguments => {
                    offences.push(format!("{LOCALES}{language}: {key} takes {own:?}, elsewhere {arguments:?}"));
                }
                Some(_) => {}
            }
        }
    }
    offences
}

/// The messages of a Fluent file, and the arguments that each takes.
fn messages(text: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut current = None;
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if line.starts_with(|c: char| c.is_ascii_alphabetic() || c == '-')
            && let Some((key, _)) = line.split_once('=')
        {
            current = Some(key.trim().to_owned());
        }
        let Some(key) = &current else { continue };
        let arguments = found.entry(key.clone()).or_default();
        arguments.extend(line.split('$').skip(1).map(|rest| {
            rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_')
                .next()
                .unwrap_or_default()
                .to_owned()
        }));
    }
    found
}

/// Examples follow a line `<!-- from PATH -->`; indentation does not count.
fn examples_that_differ(tree: &Tree) -> Vec<Offence> {
    let mut offences = Vec::new();
    for source in tree.markdown() {
        let mut lines = source.lines();
        while let Some((number, line)) = lines.next() {
            let path = line.strip_prefix("<!-- from ").and_then(|rest| rest.strip_suffix(" -->"));
            let Some(path) = path else { continue };
            let example = lines.by_ref().skip_while(|(_, line)| !line.starts_with("```")).skip(1);
            let example: Vec<&str> =
                example.map(|(_, line)| line.trim()).take_while(|line| !line.starts_with("```")).collect();
            let file: Vec<&str> =
                tree.source(path).map(|file| file.text.lines().map(str::trim).collect()).unwrap_or_default();
            if example.is_empty() || !file.windows(example.len()).any(|window| window == example) {
                offences.push(source.at(number, format!("{path} has no such lines")));
            }
        }
    }
    offences
}

fn incomplete_records(tree: &Tree) -> Vec<Offence> {
    let mut offences = Vec::new();
    for source in tree.markdown() {
        let Some(name) = source.path.strip_prefix(RECORDS) else { continue };
        let number = name.split('-').next().unwrap_or_default();
        if number.len() != 4 || number.parse::<u16>().is_err() {
            offences.push(source.at(1, "starts with no four-digit number"));
        }
        let missing =
            ["## Context", "## Decision", "## Consequences"].into_iter().find(|heading| !source.text.contains(heading));
        offences.extend(missing.map(|heading| source.at(1, format!("has no `{heading}`"))));
    }
    offences
}
