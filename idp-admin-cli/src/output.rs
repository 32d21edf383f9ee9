//! What the operator sees: tables for people, one JSON document for machines, refusals on stderr.

use std::io::{self, Write};
use std::path::Path;

use idp_core::clock::Timestamp;
use idp_core::fault::Fault;
use serde::Serialize;
use serde_json::Value;

/// Why a command did not do all it was asked for.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It was refused; the sentence says what to do next. Exit 1.
    Refused(String),
    /// Something is broken. Exit 2.
    Fault(String),
    /// The command line cannot be understood. Exit 64.
    Usage(String),
}

impl Failure {
    pub(crate) fn refused(sentence: impl Into<String>) -> Self {
        Self::Refused(sentence.into())
    }

    /// No file is written in the place of another.
    pub(crate) fn taken(path: &Path) -> Self {
        Self::refused(format!("{} is there already; name another file.", path.display()))
    }

    pub(crate) const fn exit_code(&self) -> u8 {
        match self {
            Self::Refused(_) => 1,
            Self::Fault(_) => 2,
            Self::Usage(_) => 64,
        }
    }

    pub(crate) fn sentence(&self) -> &str {
        match self {
            Self::Refused(sentence) | Self::Fault(sentence) | Self::Usage(sentence) => sentence,
        }
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault.to_string())
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Fault(error.to_string())
    }
}

/// How answers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// One JSON document on stdout.
    Json,
}

/// Writes answers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output(pub(crate) Format);

impl Output {
    /// The document for machines, or `text` for people.
    pub(crate) fn answer(self, document: &impl Serialize, text: impl FnOnce() -> String) -> Result<(), Failure> {
        match self.0 {
            Format::Json => {
                let broken = |error: serde_json::Error| Failure::Fault(error.to_string());
                let mut document = serde_json::to_value(document).map_err(broken)?;
                // One order of keys, whatever other crates of the build ask of the library.
                document.sort_all_objects();
                to_stdout(&serde_json::to_string_pretty(&document).map_err(broken)?)
            }
            Format::Text => to_stdout(&text()),
        }
    }

    /// A line for people alone.
    pub(crate) fn line(self, text: &str) -> Result<(), Failure> {
        match self.0 {
            Format::Json => Ok(()),
            Format::Text => to_stdout(text),
        }
    }

    /// A list as a JSON array of documents or as a table; `none` is said where it is empty.
    pub(crate) fn list<T: Serialize>(
        self,
        items: &[T],
        headers: &[&str],
        row: impl Fn(&T) -> Vec<String>,
        none: &str,
    ) -> Result<(), Failure> {
        self.answer(&items, || if items.is_empty() { none.to_owned() } else { table(headers, items.iter().map(row)) })
    }
}

/// A table without lines, in which wide characters take two places.
pub(crate) fn table(headers: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::NOTHING).set_header(headers.iter().map(|header| header.to_uppercase()));
    for row in rows {
        table.add_row(row.into_iter().map(|cell| visible(&cell)));
    }
    trimmed(&table.to_string())
}

/// Names and values below one another.
pub(crate) fn fields<K: AsRef<str>>(rows: &[(K, String)]) -> String {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    for (name, value) in rows {
        table.add_row([name.as_ref().to_owned(), visible(value)]);
    }
    trimmed(&table.to_string())
}

/// What a document says, for people: an instant as clocks in Japan show it, everything else as it is.
pub(crate) fn shown(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => {
            Timestamp::from_rfc3339(text).map_or_else(|| text.clone(), |instant| instant.for_people())
        }
        Some(other) => other.to_string(),
    }
}

/// Control characters that were imported must not steer the operator's terminal.
fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect()
}

fn trimmed(table: &str) -> String {
    table.lines().map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end()).collect::<Vec<_>>().join("\n")
}

fn to_stdout(text: &str) -> Result<(), Failure> {
    match writeln!(io::stdout().lock(), "{text}") {
        // Whoever reads has seen enough (`| head`).
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}

/// Says something beside the answer.
pub(crate) fn to_stderr(text: &str) {
    // There is nowhere left to say that this failed.
    let _ = writeln!(io::stderr().lock(), "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_take_two_places_so_that_columns_stand_below_one_another() {
        let rows = ["健保 太郎", "ｹﾝﾎﾟ ﾀﾛｳ", "Taro", ""].map(|name| vec![name.to_owned(), "x".to_owned()]);
        let table = table(&["name", "state"], rows.into_iter());
        let wide = |c: char| if matches!(c, '\u{1100}'..='\u{FF60}') { 2 } else { 1 };
        let column = |line: &str| -> usize {
            let at = line.rfind(['x', 'S']).unwrap();
            line[..at].chars().map(wide).sum()
        };
        let columns: Vec<usize> = table.lines().map(column).collect();
        assert_eq!(columns, vec![column(table.lines().next().unwrap()); 5], "{table}");
    }

    #[test]
    fn instants_are_shown_as_clocks_in_japan_show_them() {
        let documents = [serde_json::json!("2026-11-26T16:01:50.63Z"), serde_json::json!("A-1"), serde_json::json!(3)];
        assert_eq!(documents.each_ref().map(|one| shown(Some(one))), ["2026-11-27 01:01", "A-1", "3"]);
        assert_eq!((shown(None), shown(Some(&Value::Null))), (String::new(), String::new()));
    }

    #[test]
    fn a_table_holds_wide_characters_and_no_controls() {
        let rows = [vec!["a".to_owned(), "健保 太郎".to_owned()], vec!["b\u{1b}[2J".to_owned(), "x".to_owned()]];
        // U+FFFD is of ambiguous width, so how far the second column stands is for the terminal's taste.
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let table = table(&["id", "name"], rows.into_iter());
        assert_eq!(words(&table), ["ID", "NAME", "a", "健保", "太郎", "b\u{FFFD}[2J", "x"]);
    }
}
