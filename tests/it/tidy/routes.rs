//! Paths: each a constant in `paths.rs`, routed once, described for those who hold on to it.

use super::tree::{Source, Tree, code, has_word};
use super::{Offence, Rule};

const PATHS: &str = "idp-server/src/paths.rs";
const ENDPOINTS: &str = "docs/endpoints.md";

pub(super) const RULES: &[Rule] = &[
    Rule {
        holds: "Every path of paths.rs is routed in the server.",
        offences: unrouted,
        planted: &[
            (
                PATHS,
                "//! Paths.\npub(crate) const TOKEN: &str = \"/token\";\npub(crate) const JWKS: &str = \"/jwks\";\n",
            ),
            ("idp-server/src/router.rs", "//! Routes.\nrouter.route(paths::TOKEN, post(token))\n"),
        ],
    },
    Rule {
        holds: "A route names its path by the constant: no path is written out where it is routed.",
        offences: written_out,
        planted: &[("idp-server/src/router.rs", "//! Routes.\nrouter.route(\"/token\", post(token))\n")],
    },
    Rule {
        holds: "docs/endpoints.md names every path of paths.rs.",
        offences: undocumented,
        planted: &[
            (
                PATHS,
                "//! Paths.\npub(crate) const TOKEN: &str = \"/token\";\npub(crate) const JWKS: &str = \"/jwks\";\n",
            ),
            (ENDPOINTS, "# Endpoints\n\n## token\n`POST /token`, and not `/jwks/more`\n"),
        ],
    },
];

/// The constants of `paths.rs`: line, name and path.
fn paths(source: &Source) -> Vec<(usize, &str, &str)> {
    let constant = |(number, line)| {
        let (name, rest) = name_and_rest(line)?;
        let path = rest.split('"').nth(1)?;
        path.starts_with('/').then_some((number, name, path))
    };
    source.product().filter_map(constant).collect()
}

fn name_and_rest(line: &str) -> Option<(&str, &str)> {
    line.split_once("const ")?.1.split_once(": &str")
}

fn unrouted(tree: &Tree) -> Vec<Offence> {
    let Some(source) = tree.source(PATHS) else { return Vec::new() };
    let routing: String = tree
        .rust()
        .filter(|other| other.path.starts_with("idp-server/src/") && other.path != PATHS)
        .flat_map(Source::product)
        .map(|(_, line)| code(line))
        .filter(|line| has_word(line, "paths") || line.contains("route"))
        .collect::<Vec<_>>()
        .join("\n");
    let silent = paths(source).into_iter().filter(|(_, name, _)| !has_word(&routing, name));
    silent.map(|(number, name, path)| source.at(number, format!("{name} ({path}) has no route"))).collect()
}

fn written_out(tree: &Tree) -> Vec<Offence> {
    let mut offences = Vec::new();
    // The demo's portal and mailbox are servers of their own, each with its one table.
    let is_ours = |source: &&Source| source.path.starts_with("idp-server/src/") && !source.path.contains("/demo/");
    for source in tree.rust().filter(is_ours) {
        let lines = source.product().filter(|(_, line)| code(line).contains(".route(\"/"));
        offences.extend(lines.map(|(number, line)| source.at(number, line)));
    }
    offences
}

fn undocumented(tree: &Tree) -> Vec<Offence> {
    let (Some(source), Some(endpoints)) = (tree.source(PATHS), tree.source(ENDPOINTS)) else { return Vec::new() };
    let is_named = |path: &str| {
        endpoints.text.match_indices(path).any(|(at, _)| {
            endpoints.text[at + path.len()..].starts_with(['`', '?']) && endpoints.text[..at].ends_with(['`', ' '])
        })
    };
    let silent = paths(source).into_iter().filter(|(_, _, path)| !is_named(path));
    silent.map(|(number, _, path)| source.at(number, format!("{path} is not in {ENDPOINTS}"))).collect()
}
