//! What Cargo links: the edges between our crates (`cargo metadata`), and the bans and licences of everything that is built for
//! Linux (`cargo tree`; the other also counts optional packages that no enabled feature asks for).

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde::Deserialize;

use super::licence;

/// Which of our crates each of them may depend on (docs/adr/0001-five-crates-and-two-tables.md).
const EDGES: &[(&str, &[&str])] = &[
    ("migrations", &[]),
    ("idp-core", &["migrations"]),
    ("idp-server", &["idp-core"]),
    ("idp-admin-cli", &["idp-core"]),
    ("tests", &["idp-core", "idp-server", "migrations"]),
];

/// Packages that a crate of ours never depends on itself.
const NEVER_DIRECT: &[(&str, &[&str])] = &[
    ("idp-core", &["axum", "http", "hyper", "tower", "askama", "fluent-templates", "lettre", "clap"]),
    ("idp-server", &["sea-orm", "sqlx", "rusqlite", "argon2", "totp-rs", "webauthn-rs", "jsonwebtoken"]),
    ("idp-admin-cli", &["axum", "hyper", "sea-orm", "sqlx", "rusqlite", "lettre"]),
    ("migrations", &["sea-orm", "sqlx", "rusqlite", "axum"]),
];

/// One cryptographic provider, aws-lc-rs, and no system library (docs/threat-model.md).
const BANNED: &[&str] = &["ring", "openssl", "openssl-sys", "native-tls"];

/// The same list as `deny.toml`, which holds it for every platform where cargo-deny is installed.
const LICENCES: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// One of our crates, and what it depends on directly.
struct Member {
    name: String,
    dependencies: Vec<String>,
}

/// A package that is linked, run while building, or used by tests.
struct Package {
    name: String,
    /// An SPDX expression, or nothing.
    licence: String,
}

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo can be started");
    assert!(output.status.success(), "cargo {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("cargo prints UTF-8")
}

fn members() -> Vec<Member> {
    #[derive(Deserialize)]
    struct Metadata {
        packages: Vec<Described>,
    }
    #[derive(Deserialize)]
    struct Described {
        name: String,
        dependencies: Vec<Dependency>,
    }
    #[derive(Deserialize)]
    struct Dependency {
        name: String,
    }

    let text = cargo(&["metadata", "--format-version", "1", "--locked", "--no-deps"]);
    let metadata: Metadata = serde_json::from_str(&text).expect("cargo metadata prints its format 1");

    let names = |dependencies: Vec<Dependency>| dependencies.into_iter().map(|dependency| dependency.name).collect();
    let member = |package: Described| Member { name: package.name, dependencies: names(package.dependencies) };
    metadata.packages.into_iter().map(member).collect()
}

fn linked() -> Vec<Package> {
    let what =
        ["tree", "--workspace", "--locked", "--edges", "normal,build,dev", "--target", "x86_64-unknown-linux-gnu"];
    packages(&cargo(&[&what[..], &["--prefix", "none", "--format", "{p}|{l}"]].concat()))
}

/// Lines such as `serde v1.0.228|MIT OR Apache-2.0`; repetitions end in `(*)`.
fn packages(lines: &str) -> Vec<Package> {
    let known: BTreeSet<&str> = lines.lines().map(|line| line.trim_end_matches("(*)").trim_end()).collect();
    let package = |(name, licence): (&str, &str)| Package { name: name.into(), licence: licence.into() };
    known.into_iter().filter_map(|line| line.split_once('|')).map(package).collect()
}

fn foreign_edges(members: &[Member]) -> Vec<String> {
    let allowed: BTreeMap<_, _> = EDGES.iter().copied().collect();
    let mut offences = Vec::new();
    for member in members {
        let Some(edges) = allowed.get(member.name.as_str()) else {
            offences.push(format!("{} is a sixth crate: it needs an ADR", member.name));
            continue;
        };
        let inner = member.dependencies.iter().filter(|name| allowed.contains_key(name.as_str()));
        let foreign = inner.filter(|name| !edges.contains(&name.as_str()));
        offences.extend(foreign.map(|name| format!("{} → {name}", member.name)));
    }
    offences
}

fn forbidden_dependencies(members: &[Member]) -> Vec<String> {
    let mut offences = Vec::new();
    for (name, never) in NEVER_DIRECT {
        let direct = members.iter().filter(|member| member.name == *name).flat_map(|member| &member.dependencies);
        let forbidden = direct.filter(|dependency| never.contains(&dependency.as_str()));
        offences.extend(forbidden.map(|dependency| format!("{name} → {dependency}")));
    }
    offences
}

fn banned(packages: &[Package]) -> Vec<&str> {
    let is_banned = |package: &&str| BANNED.contains(&package.split(' ').next().unwrap_or_default());
    packages.iter().map(|package| package.name.as_str()).filter(is_banned).collect()
}

fn foreign_licences(packages: &[Package]) -> Vec<String> {
    let foreign = packages.iter().filter(|package| !licence::is_met(&package.licence, LICENCES));
    foreign.map(|package| format!("{}: {}", package.name, package.licence)).collect()
}

#[test]
fn our_crates_depend_on_each_other_as_drawn() {
    let members = members();

    assert_eq!(members.len(), EDGES.len());
    assert_eq!(foreign_edges(&members), [""; 0]);
    assert_eq!(forbidden_dependencies(&members), [""; 0]);
}

#[test]
fn nothing_banned_is_linked_and_every_licence_is_listed() {
    let packages = linked();

    assert!(packages.len() > 100, "cargo tree named only {} packages", packages.len());
    assert_eq!(banned(&packages), [""; 0], "ask `cargo tree -i NAME` who wants it");
    assert_eq!(foreign_licences(&packages), [""; 0], "compare deny.toml");
}

#[test]
fn deny_toml_lists_the_same_licences_and_bans() {
    let text = include_str!("../../../deny.toml");
    let deny: toml::Table = text.parse().expect("deny.toml is TOML");

    let listed: Vec<&str> =
        deny["licenses"]["allow"].as_array().into_iter().flatten().filter_map(toml::Value::as_str).collect();
    let denied: Vec<&str> =
        deny["bans"]["deny"].as_array().into_iter().flatten().filter_map(|row| row["crate"].as_str()).collect();

    assert_eq!(listed, LICENCES);
    assert_eq!(denied, BANNED);
}

#[test]
fn a_wrong_edge_is_found() {
    let member = |name: &str, dependencies: &[&str]| Member {
        name: name.into(),
        dependencies: dependencies.iter().map(|name| (*name).into()).collect(),
    };
    let members = [
        member("idp-core", &["idp-server", "serde", "axum"]),
        member("idp-server", &["idp-core", "axum"]),
        member("idp-extras", &["idp-core"]),
    ];

    assert_eq!(foreign_edges(&members), ["idp-core → idp-server", "idp-extras is a sixth crate: it needs an ADR"]);
    assert_eq!(forbidden_dependencies(&members), ["idp-core → axum"]);
}

#[test]
fn a_banned_package_and_a_foreign_licence_are_found() {
    let packages =
        packages("ring v0.17.14|ISC\nring v0.17.14|ISC (*)\nserde v1.0.228|MIT OR Apache-2.0\nextra v1.0.0|\n");

    assert_eq!(packages.len(), 3);
    assert_eq!(banned(&packages), ["ring v0.17.14"]);
    assert_eq!(foreign_licences(&packages), ["extra v1.0.0: "]);
}
