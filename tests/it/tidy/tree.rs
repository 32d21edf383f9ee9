//! The files of the repository as the rules see them: paths from the top with `/`, and text.

use std::fs;
use std::path::Path;

/// Folders that hold nothing we wrote.
const NOT_OURS: &[&str] = &[".git", "target", "node_modules", ".data"];

/// A text file.
pub(super) struct Source {
    /// From the top of the repository, with `/`.
    pub(super) path: String,
    pub(super) text: String,
}

/// Every file of the repository, or the few that were planted; in order of their paths.
pub(super) struct Tree {
    pub(super) sources: Vec<Source>,
    /// Paths of files that are not UTF-8 text: pictures, for instance.
    pub(super) binaries: Vec<String>,
}

impl Tree {
    pub(super) fn of_this_repository() -> Self {
        let top = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie one folder below the top");
        let mut tree = Self { sources: Vec::new(), binaries: Vec::new() };
        tree.add_folder(top, "");
        tree.sources.sort_by(|a, b| a.path.cmp(&b.path));
        assert!(tree.source("Cargo.toml").is_some(), "{} is not the top of the repository", top.display());
        tree
    }

    pub(super) fn planted(files: &[(&str, &str)]) -> Self {
        let sources = files.iter().map(|(path, text)| Source { path: (*path).into(), text: (*text).into() }).collect();
        Self { sources, binaries: Vec::new() }
    }

    fn add_folder(&mut self, folder: &Path, prefix: &str) {
        for entry in fs::read_dir(folder).expect("a folder of the repository can be read") {
            let entry = entry.expect("a folder of the repository can be listed");
            let name = entry.file_name().into_string().expect("file names are UTF-8");
            let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
            let kind = entry.file_type().expect("a file has a kind");

            if kind.is_dir() && !NOT_OURS.contains(&name.as_str()) {
                self.add_folder(&entry.path(), &path);
            } else if kind.is_file() && !is_scratch(&name) {
                match String::from_utf8(fs::read(entry.path()).expect("a file of the repository can be read")) {
                    Ok(text) => self.sources.push(Source { path, text }),
                    Err(_) => self.binaries.push(path),
                }
            }
        }
    }

    pub(super) fn source(&self, path: &str) -> Option<&Source> {
        self.sources.iter().find(|source| source.path == path)
    }

    /// Files in Rust, ours and the tests'.
    pub(super) fn rust(&self) -> impl Iterator<Item = &Source> {
        self.sources.iter().filter(|source| source.path.ends_with(".rs"))
    }

    pub(super) fn markdown(&self) -> impl Iterator<Item = &Source> {
        self.sources.iter().filter(|source| source.path.ends_with(".md"))
    }

    /// Whether a file or a folder lies at `path`.
    pub(super) fn has(&self, path: &str) -> bool {
        let folder = format!("{path}/");
        let mut paths = self.sources.iter().map(|source| &source.path).chain(&self.binaries);
        path.is_empty() || paths.any(|known| known == path || known.starts_with(&folder))
    }
}

impl Source {
    /// Whether the whole file is a test: below `tests/`, or the tests of a module in a file of their own (`tests.rs`, `pages_tests.rs`).
    pub(super) fn is_test(&self) -> bool {
        self.path.starts_with("tests/") || self.path.ends_with("tests.rs") || self.path.contains("/tests/")
    }

    /// The lines before the unit tests, counted from 1.
    pub(super) fn product(&self) -> impl Iterator<Item = (usize, &str)> {
        self.lines().take_while(|(_, line)| !line.starts_with("#[cfg(test)]"))
    }

    /// The lines of the unit tests, or all of them in a file of tests.
    pub(super) fn tests(&self) -> impl Iterator<Item = (usize, &str)> {
        let all = self.is_test();
        self.lines().skip_while(move |(_, line)| !all && !line.starts_with("#[cfg(test)]"))
    }

    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }

    pub(super) fn at(&self, line: usize, complaint: impl AsRef<str>) -> String {
        format!("{}:{line}: {}", self.path, complaint.as_ref().trim())
    }
}

/// The line without its comment. A `//` inside a string ends the line too early, which only makes a rule see less.
pub(super) fn code(line: &str) -> &str {
    line.split("//").next().unwrap_or(line)
}

/// Whether `word` stands in `line` with no identifier character on either side.
pub(super) fn has_word(line: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word)
        .any(|(at, _)| !line[..at].ends_with(is_part) && !line[at + word.len()..].starts_with(is_part))
}

/// What editors and databases leave behind, and what `.gitignore` names.
fn is_scratch(name: &str) -> bool {
    // In a work tree `.git` is a file.
    name == ".git"
        || name == ".DS_Store"
        || name.ends_with(".db")
        || name.contains(".db-")
        || name.ends_with('~')
        || name.ends_with(".snap.new")
}

#[test]
fn the_product_part_ends_where_the_unit_tests_begin() {
    let tree = Tree::planted(&[("idp-core/src/realm.rs", "//! Realm.\nfn a() {}\n#[cfg(test)]\nmod tests {}\n")]);
    let source = &tree.sources[0];

    assert_eq!(source.product().count(), 2);
    assert_eq!(source.tests().map(|(number, _)| number).collect::<Vec<_>>(), [3, 4]);
}

#[test]
fn a_word_is_found_only_whole() {
    assert!(has_word("use axum::Router;", "axum"));
    assert!(!has_word("use axum_extra::Cookie;", "axum"));
    assert!(!has_word("let relaxum = 1;", "axum"));
}
