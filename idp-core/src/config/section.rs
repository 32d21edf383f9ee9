//! One section of the configuration while it is read: keys are taken out, what is left over is unknown.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde_json::{Map, Value};

use super::Problem;

/// Where problems are noted.
#[derive(Default)]
pub(super) struct Notes(RefCell<Vec<Problem>>);

impl Notes {
    pub(super) fn add(&self, key: impl Into<String>, text: impl Into<String>) {
        self.0.borrow_mut().push(Problem { key: key.into(), text: text.into() });
    }

    pub(super) fn into_problems(self) -> Vec<Problem> {
        self.0.into_inner()
    }
}

/// Who else may read files with secrets.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum SecretFiles {
    /// The owner alone.
    OwnerOnly,
    /// Anybody: the operator took it on.
    Readable,
}

/// What was found where a secret is expected.
pub(super) enum Found {
    /// Nothing was set.
    Nothing,
    /// Something was set, and what is wrong with it has been noted.
    Unusable,
    /// The secret.
    Secret(String),
}

/// The keys of one section.
pub(super) struct Section<'a> {
    name: &'static str,
    values: Map<String, Value>,
    notes: &'a Notes,
}

impl<'a> Section<'a> {
    /// Takes the section out of the document.
    pub(super) fn take(document: &mut Map<String, Value>, name: &'static str, notes: &'a Notes) -> Self {
        let values = match document.remove(name) {
            Some(Value::Object(values)) => values,
            Some(_) => {
                notes.add(name, format!("this must be a section: [{name}]"));
                Map::new()
            }
            None => Map::new(),
        };
        Self { name, values, notes }
    }

    /// Notes a problem with one of its keys.
    pub(super) fn blame(&self, key: &str, text: impl Into<String>) {
        self.notes.add(format!("{}.{key}", self.name), text);
    }

    /// The text of a key.
    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        match self.values.remove(key)? {
            Value::String(text) => Some(text),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(state) => Some(state.to_string()),
            Value::Null => None,
            Value::Array(_) | Value::Object(_) => {
                self.blame(key, "one value is expected here");
                None
            }
        }
    }

    /// A key that is written as a text or number and read by its type; `expected` says how it looks.
    pub(super) fn parsed<T: FromStr>(&mut self, key: &str, expected: &str) -> Option<T> {
        let text = self.text(key)?;
        let value = text.trim().parse().ok();
        if value.is_none() {
            self.blame(key, format!("`{text}` cannot be read: {expected} is expected"));
        }
        value
    }

    /// A whole number within limits.
    pub(super) fn number(&mut self, key: &str, default: u64, limits: std::ops::RangeInclusive<u64>) -> u64 {
        let expected = format!("a whole number from {} to {}", limits.start(), limits.end());
        let number = self.parsed(key, &expected).unwrap_or(default);
        if !limits.contains(&number) {
            self.blame(key, format!("`{number}` is out of range: {expected} is expected"));
            return default;
        }
        number
    }

    /// One of several words.
    pub(super) fn choice<T: Copy>(&mut self, key: &str, words: &[(&str, T)]) -> Option<T> {
        let text = self.text(key)?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() {
            let known = words.iter().map(|(word, _)| format!("`{word}`")).collect::<Vec<_>>().join(", ");
            self.blame(key, format!("`{text}` is not known: choose one of {known}"));
        }
        found
    }

    /// A switch; off when it is not there.
    pub(super) fn is_on(&mut self, key: &str) -> bool {
        self.parsed(key, "true or false").unwrap_or(false)
    }

    /// A list, in TOML as an array, in the environment parted by commas.
    pub(super) fn list<T: FromStr>(&mut self, key: &str, expected: &str) -> Vec<T> {
        let entries = match self.values.remove(key) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::String(text)) => {
                text.split(',').map(|entry| entry.trim().to_owned()).filter(|entry| !entry.is_empty()).collect()
            }
            Some(Value::Array(entries)) => {
                entries.iter().map(|entry| entry.as_str().map_or_else(|| entry.to_string(), str::to_owned)).collect()
            }
            Some(Value::Number(_) | Value::Bool(_) | Value::Object(_)) => {
                self.blame(key, format!("a list is expected here: {expected}"));
                Vec::new()
            }
        };
        let mut read = Vec::with_capacity(entries.len());
        for entry in entries {
            match entry.parse() {
                Ok(value) => read.push(value),
                Err(_) => self.blame(key, format!("`{entry}` cannot be read: {expected} is expected")),
            }
        }
        read
    }

    /// A path, counted from the folder of the configuration file.
    pub(super) fn path(&mut self, key: &str, folder: &Path) -> Option<PathBuf> {
        let text = self.text(key)?;
        if text.is_empty() {
            self.blame(key, "the path is empty");
            return None;
        }
        Some(folder.join(text))
    }

    /// A secret, given by itself or by the file that holds it (`<key>_file`), but not by both.
    pub(super) fn secret(&mut self, key: &str, folder: &Path, files: SecretFiles) -> Found {
        let file_key = format!("{key}_file");
        let given = self.text(key);
        let Some(file) = self.text(&file_key) else { return given.map_or(Found::Nothing, Found::Secret) };
        if given.is_some() {
            self.blame(key, format!("both {key} and {file_key} are set: keep one of them"));
            return Found::Unusable;
        }
        match read_secret(&folder.join(file), files) {
            Ok(secret) => Found::Secret(secret),
            Err(text) => {
                self.blame(&file_key, text);
                Found::Unusable
            }
        }
    }

    /// What nobody asked for is a slip of the pen.
    pub(super) fn finish(self, known: &[&str]) {
        for key in self.values.keys() {
            self.blame(key, format!("this key is not known; [{}] has {}", self.name, known.join(", ")));
        }
    }
}

fn read_secret(path: &Path, files: SecretFiles) -> Result<String, String> {
    let failed = |error: std::io::Error| match error.kind() {
        // Whoever makes a new key instead loses what the old one sealed.
        std::io::ErrorKind::NotFound => {
            format!("{} is not there: bring it back from where you keep it", path.display())
        }
        _ => format!("{} cannot be read: {error}", path.display()),
    };
    if files == SecretFiles::OwnerOnly && others_may_read(path).map_err(failed)? {
        return Err(open_to_others(path));
    }
    let text = std::fs::read_to_string(path).map_err(failed)?;
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        return Err(format!("{} is empty", path.display()));
    }
    Ok(text.to_owned())
}

/// What is said of a file with a secret that others may read.
pub(super) fn open_to_others(path: &Path) -> String {
    format!(
        "{0} can be read by others: run `chmod 400 {0}`, or set secrets.allow_readable_files = true where something \
         else guards it",
        path.display()
    )
}

/// Whether the group or others have any right on the file.
#[cfg(unix)]
pub(super) fn others_may_read(path: &Path) -> std::io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;

    Ok(std::fs::metadata(path)?.permissions().mode() & 0o077 != 0)
}
