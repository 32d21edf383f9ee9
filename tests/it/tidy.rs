//! Tidy: the invariants of docs/ARCHITECTURE.md, read off the source tree.
//!
//! A rule is a row: what must hold, the function that looks for the opposite, and a planted offence that the function has to
//! find. Rules read text, so they are rough on purpose; what a type or a clippy lint can hold is held there instead.

mod checks;
mod docs;
mod graph;
mod layout;
mod licence;
mod routes;
mod tree;
mod words;

use tree::Tree;

/// One invariant over the text of the tree.
struct Rule {
    /// What must hold, as a sentence.
    holds: &'static str,
    /// The places where it does not.
    offences: fn(&Tree) -> Vec<Offence>,
    /// Files (path, text) that break the rule exactly once.
    planted: &'static [(&'static str, &'static str)],
}

/// A place that breaks a rule: `path:line: what is wrong`.
type Offence = String;

fn rules() -> impl Iterator<Item = &'static Rule> {
    [layout::RULES, words::RULES, routes::RULES, docs::RULES, checks::RULES].into_iter().flatten()
}

#[test]
fn the_tree_keeps_every_rule() {
    let tree = Tree::of_this_repository();

    let broken: Vec<String> = rules()
        .map(|rule| (rule.holds, (rule.offences)(&tree)))
        .filter(|(_, offences)| !offences.is_empty())
        .map(|(holds, offences)| format!("{holds}\n  {}\n", offences.join("\n  ")))
        .collect();

    assert!(broken.is_empty(), "\n\n{}", broken.join("\n"));
}

#[test]
fn every_rule_finds_what_is_planted_against_it() {
    for rule in rules() {
        let found = (rule.offences)(&Tree::planted(rule.planted));
        assert_eq!(found.len(), 1, "\n{}\nfound in its planted files: {found:#?}", rule.holds);
    }
}
