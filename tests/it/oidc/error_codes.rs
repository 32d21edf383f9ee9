//! Every error code that a client can be told is reached by a test of this folder: read off the sources.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Where the codes are said.
const SOURCES: [&str; 8] = [
    "idp-core/src/oidc/authorize/error.rs",
    "idp-core/src/oidc/token/error.rs",
    "idp-core/src/oidc/ciba/refusal.rs",
    "idp-core/src/oidc/register/metadata.rs",
    "idp-server/src/oidc/register.rs",
    "idp-server/src/oidc/userinfo.rs",
    "idp-server/src/oidc/client_call.rs",
    "idp-core/src/oidc/authorize/page.rs",
];

/// What looks like a code: small letters with a line between, on the right of an arm or first in a tuple.
fn codes(text: &str) -> BTreeSet<String> {
    let is_code = |text: &&str| {
        text.contains('_') && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') && text.len() > 6
    };
    let said =
        text.lines().filter(|line| line.contains("=>") || line.contains("StatusCode::") || line.contains("error"));
    said.flat_map(|line| line.split('"').skip(1).step_by(2)).filter(is_code).map(str::to_owned).collect()
}

fn tests(folder: &Path) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            text.push_str(&tests(&path));
        } else if path.file_name().is_some_and(|name| name != "error_codes.rs") {
            text.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
    text
}

#[test]
fn every_error_code_is_reached_by_a_test() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let tests = tests(&top.join("tests/it/oidc"));
    let mut unreached = BTreeSet::new();
    let mut found = 0;
    for source in SOURCES {
        let codes = codes(&std::fs::read_to_string(top.join(source)).unwrap());
        found += codes.len();
        unreached.extend(codes.into_iter().filter(|code| !tests.contains(&format!("\"{code}\""))));
    }
    assert!(found > 45, "only {found} codes were found: do the sources still say them so?");
    assert_eq!(unreached, BTreeSet::new());
}

/// Where descriptions are written that clients are told.
const DESCRIBED: [&str; 4] =
    ["idp-core/src/oidc", "idp-core/src/client", "idp-core/src/redirect_uri.rs", "idp-server/src/oidc"];

/// The sources at and under `place`, without those of unit tests.
fn sources(place: &Path) -> Vec<PathBuf> {
    if place.is_file() {
        return vec![place.to_owned()];
    }
    let entries = std::fs::read_dir(place).unwrap().map(|entry| entry.unwrap().path());
    let ours = entries.filter(|path| !["tests", "tests.rs"].iter().any(|name| path.ends_with(name)));
    ours.flat_map(|path| sources(&path)).collect()
}

/// The texts in quotes of a source, before its unit tests and outside of comments.
fn texts(source: &str) -> Vec<String> {
    let source = source.split("#[cfg(test)]").next().unwrap_or_default();
    let mut texts = Vec::new();
    let mut rest = source.char_indices();
    while let Some((at, c)) = rest.next() {
        let from_here = &source[at..];
        if from_here.starts_with("//") {
            rest.by_ref().find(|(_, c)| *c == '\n');
        } else if from_here.starts_with("'\"'") || from_here.starts_with("'\\'") {
            rest.nth(1);
        } else if c == '"' {
            let mut text = String::new();
            while let Some((_, c)) = rest.next().filter(|(_, c)| *c != '"') {
                text.push(c);
                // Whatever is escaped ends no text.
                if c == '\\' {
                    text.extend(rest.next().map(|(_, c)| c));
                }
            }
            texts.push(text);
        }
    }
    texts
}

#[test]
fn what_clients_are_told_is_of_the_characters_that_they_may_be_told() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let files: Vec<PathBuf> = DESCRIBED.iter().flat_map(|place| sources(&top.join(place))).collect();
    // Columns of tables and of error pages, which people read: they begin with the standard's name.
    let is_reference = |text: &str| ["RFC ", "OpenID ", "OAuth "].iter().any(|name| text.starts_with(name));
    let mut wrong = Vec::new();
    let mut references = 0;
    for file in &files {
        for text in texts(&std::fs::read_to_string(file).unwrap()).into_iter().filter(|text| !text.is_ascii()) {
            if is_reference(&text) { references += 1 } else { wrong.push((file.clone(), text)) }
        }
    }
    assert!(references > 20, "only {references} references to standards were seen: are the sources read still?");
    assert_eq!(wrong, []);
}
