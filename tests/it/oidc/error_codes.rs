//! Every error code that a client can be told is reached by a test of this folder: read off the sources.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Where the codes are said: the source, and the function of it, where others say something else.
const SOURCES: [(&str, Option<&str>); 9] = [
    ("idp-core/src/oidc/authorize/error.rs", None),
    ("idp-core/src/oidc/token/error.rs", None),
    ("idp-core/src/oidc/ciba/refusal.rs", None),
    ("idp-core/src/oidc/register/metadata.rs", None),
    ("idp-server/src/oidc/register.rs", None),
    ("idp-server/src/oidc/userinfo.rs", None),
    ("idp-server/src/oidc/client_call.rs", None),
    ("idp-core/src/oidc/authorize/page.rs", None),
    ("idp-server/src/error.rs", Some("fn client_code")),
];

/// How a test reads which error it was answered.
const READINGS: [&str; 5] = [".error()", "\"error\"", "error_of", "error_code()", "error="];

/// What looks like a code: small letters with a line between, on the right of an arm or first in a tuple.
fn codes(text: &str) -> BTreeSet<String> {
    let is_code = |text: &&str| {
        text.contains('_') && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') && text.len() > 6
    };
    let said =
        text.lines().filter(|line| line.contains("=>") || line.contains("StatusCode::") || line.contains("error"));
    said.flat_map(|line| line.split('"').skip(1).step_by(2)).filter(is_code).map(str::to_owned).collect()
}

/// The tests of a folder that hold an answer to an error, without comments. A word that is only sent, or only spoken of,
/// reaches nothing.
fn tests(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(tests(&path));
        } else if path.file_name().is_some_and(|name| name != "error_codes.rs") {
            let text = std::fs::read_to_string(path).unwrap();
            let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
            let code = code.join("\n").replace("#[test]", "#[tokio::test");
            let holds = |test: &&str| test.contains("assert") && READINGS.iter().any(|reading| test.contains(reading));
            found.extend(code.split("#[tokio::test").skip(1).filter(holds).map(str::to_owned));
        }
    }
    found
}

#[test]
fn every_error_code_is_reached_by_a_test() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let tests = tests(&top.join("tests/it/oidc"));
    let mut unreached = BTreeSet::new();
    let mut found = 0;
    for (source, function) in SOURCES {
        let text = std::fs::read_to_string(top.join(source)).unwrap();
        let said = match function {
            Some(name) => text.split_once(name).unwrap().1.split("\n    }\n").next().unwrap_or_default(),
            None => text.as_str(),
        };
        let codes = codes(said);
        found += codes.len();
        let is_reached = |code: &String| tests.iter().any(|test| test.contains(&format!("\"{code}\"")));
        unreached.extend(codes.into_iter().filter(|code| !is_reached(code)));
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
