//! Every error code that a client can be told is reached by a test of this folder: read off the sources.

use std::collections::BTreeSet;
use std::path::Path;

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
