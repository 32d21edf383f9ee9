//! What an import tells: at once to people, at the end to machines, and row by row into a file.

use std::io::Write;
use std::path::Path;

use idp_core::admin::import::{Applied, Batch, Encoding, Fate, Mode, RowError, Totals};
use idp_core::id::LetterBatchId;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use crate::output::{Failure, Output};
use crate::print::{NewFile, Printed, neutral};

/// Rows named in the document for machines; the file of results has all of them.
const NAMED: usize = 10_000;

/// Collects what machines are told at the end, and tells people at once.
pub(super) struct Report {
    output: Output,
    mode: Mode,
    bar: ProgressBar,
    results: Option<csv::Writer<NewFile>>,
    rows: Vec<Value>,
    refused: Vec<RowError>,
}

impl Report {
    pub(super) fn open(output: Output, mode: Mode, results: Option<&Path>) -> Result<Self, Failure> {
        // Draws on stderr, and only on a terminal.
        let bar = ProgressBar::no_length();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {pos} rows, {elapsed}") {
            bar.set_style(style);
        }
        let results = results.map(begin).transpose()?;
        Ok(Self { output, mode, bar, results, rows: Vec::new(), refused: Vec::new() })
    }

    pub(super) fn add(&mut self, batch: Batch) -> Result<(), Failure> {
        self.bar.inc(batch.applied.len() as u64 + batch.refused.len() as u64);
        self.write_results(&batch)?;
        let mut lines: Vec<(u64, String)> = Vec::new();
        for applied in &batch.applied {
            // What was written can be seen; what would be, only here.
            let is_news = self.mode == Mode::DryRun && applied.fate != Fate::Unchanged;
            if is_news || applied.note.is_some() {
                lines.push((applied.line, line_of(applied)));
                self.name(document_of(applied));
            }
        }
        for refused in batch.refused {
            for error in &refused.errors {
                let column = if error.column.is_empty() { String::new() } else { format!(", {}", error.column) };
                lines.push((refused.line, format!("line {}{column}: {}", refused.line, error.sentence)));
            }
            if self.refused.len() < NAMED {
                self.refused.push(refused);
            }
        }
        lines.sort_by_key(|(line, _)| *line);
        for user_id in &batch.left {
            if self.mode == Mode::DryRun {
                lines.push((0, format!("{user_id}: left")));
            }
            self.name(json!({ "line": null, "user_id": user_id.as_str(), "fate": "left", "fields": [], "note": null }));
        }
        let output = self.output;
        self.bar.suspend(|| lines.iter().try_for_each(|(_, line)| output.line(line)))
    }

    fn name(&mut self, row: Value) {
        if self.rows.len() < NAMED {
            self.rows.push(row);
        }
    }

    fn write_results(&mut self, batch: &Batch) -> Result<(), Failure> {
        let Some(results) = &mut self.results else { return Ok(()) };
        let mut rows: Vec<(u64, [String; 5])> = Vec::with_capacity(batch.applied.len() + batch.refused.len());
        for applied in &batch.applied {
            let (fate, fields) = fate_of(applied);
            let note = applied.note.unwrap_or_default().to_owned();
            let user_id = neutral(applied.user_id.as_str());
            rows.push((applied.line, [applied.line.to_string(), user_id, fate.to_owned(), fields.join(" "), note]));
        }
        for refused in &batch.refused {
            let said = |error: &idp_core::admin::import::CellError| match error.column.as_str() {
                "" => error.sentence.clone(),
                column => format!("{column}: {}", error.sentence),
            };
            let sentences: Vec<String> = refused.errors.iter().map(said).collect();
            let cells =
                [refused.line.to_string(), String::new(), "refused".to_owned(), String::new(), sentences.join("; ")];
            rows.push((refused.line, cells.map(|cell| neutral(&cell))));
        }
        rows.sort_by_key(|(line, _)| *line);
        for user_id in &batch.left {
            rows.push((0, ["", &neutral(user_id.as_str()), "left", "", ""].map(str::to_owned)));
        }
        for (_, row) in rows {
            results.write_record(row).map_err(broken)?;
        }
        Ok(())
    }

    pub(super) fn finish(
        mut self,
        (totals, encoding, not_read): (Totals, Encoding, &[String]),
        (batch, printed): (Option<LetterBatchId>, Option<Printed>),
        withheld: u64,
    ) -> Result<(), Failure> {
        self.bar.finish_and_clear();
        let results_file = self.results.take().map(end).transpose()?;
        let document = json!({
            "dry_run": self.mode == Mode::DryRun,
            "encoding": encoding,
            "columns_not_read": not_read,
            "totals": totals,
            "rows": self.rows,
            "refused": self.refused,
            "leavers_withheld": withheld,
            "letter_batch": batch,
            "letters_file": printed.as_ref().and_then(|printed| printed.files.first()),
            "results_file": results_file,
        });
        let lines = || {
            let mut lines = summary(self.mode, totals, encoding, not_read);
            if withheld > 0 {
                lines.push(format!(
                    "{withheld} members are not in the file. None was taken for a leaver, because rows were refused."
                ));
            }
            match (&printed, batch) {
                (Some(printed), _) => {
                    let files = printed.files.join(", ");
                    let count = printed.count;
                    lines.push(format!(
                        "Letters issued: {count}. The initial passwords are in {files} and nowhere else."
                    ));
                }
                (None, Some(batch)) => lines.push(format!(
                    "Letters made: {}. Print them: idp-admin letter print --batch {batch} --pdf FILE",
                    totals.letters
                )),
                (None, None) => {}
            }
            lines.join("\n")
        };
        self.output.answer(&document, lines)?;
        match totals.refused {
            0 => Ok(()),
            1 => Err(Failure::refused("1 row was refused. Correct it and import the file again.")),
            count => {
                Err(Failure::refused(format!("{count} rows were refused. Correct them and import the file again.")))
            }
        }
    }
}

fn begin(path: &Path) -> Result<csv::Writer<NewFile>, Failure> {
    let mut file = NewFile::create(path, None)?;
    file.write_all("\u{FEFF}".as_bytes())?;
    let mut results = csv::Writer::from_writer(file);
    results.write_record(["line", "user_id", "result", "fields", "note"]).map_err(broken)?;
    Ok(results)
}

fn end(results: csv::Writer<NewFile>) -> Result<String, Failure> {
    results.into_inner().map_err(|error| Failure::Fault(format!("the results cannot be written: {error}")))?.finish()
}

fn broken(error: csv::Error) -> Failure {
    Failure::Fault(format!("the results cannot be written: {error}"))
}

fn summary(mode: Mode, totals: Totals, encoding: Encoding, not_read: &[String]) -> Vec<String> {
    let Totals { new, changed, unchanged, left, refused, letters: _ } = totals;
    let mut lines = Vec::new();
    if !not_read.is_empty() {
        lines.push(format!("Columns not read: {}", not_read.join(", ")));
    }
    let would = match mode {
        Mode::Write => "",
        Mode::DryRun => " Nothing was written (dry run).",
    };
    let left = if left > 0 { format!(", {left} left") } else { String::new() };
    let encoding = encoding.name();
    lines.push(format!(
        "{new} new, {changed} changed, {unchanged} unchanged{left}, {refused} refused ({encoding}).{would}"
    ));
    lines
}

fn line_of(applied: &Applied) -> String {
    let note = applied.note.map(|note| format!(" ({note})")).unwrap_or_default();
    let what = match &applied.fate {
        Fate::New => "new".to_owned(),
        Fate::Recycled => "new in the place of another".to_owned(),
        Fate::Changed { fields } => format!("changed: {}", fields.join(", ")),
        Fate::Unchanged => "unchanged".to_owned(),
    };
    format!("line {}, {}: {what}{note}", applied.line, applied.user_id)
}

fn fate_of(applied: &Applied) -> (&'static str, &[&'static str]) {
    match &applied.fate {
        Fate::New => ("new", &[]),
        Fate::Recycled => ("recycled", &[]),
        Fate::Changed { fields } => ("changed", fields),
        Fate::Unchanged => ("unchanged", &[]),
    }
}

fn document_of(applied: &Applied) -> Value {
    let (fate, fields) = fate_of(applied);
    json!({
        "line": applied.line, "user_id": applied.user_id.as_str(), "fate": fate, "fields": fields, "note": applied.note,
    })
}
