//! `member import`

use std::fs::File;
use std::path::PathBuf;

use idp_core::admin::import::{
    Applied, Batch, Encoding, Fate, Letters, Mode, Options, Outcome, RowError, Totals, import,
};
use idp_core::fault::Fault;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use crate::context::Context;
use crate::output::{Failure, LetterFile, Output};

#[derive(Debug, clap::Args)]
#[command(after_help = "The first line names the columns, in Japanese or English:
  ユーザID 氏名 (or 姓 名) カナ 生年月日 記号 番号 枝番 メールアドレス 言語
  user_id name (or family_name given_name) kana birth_date symbol number branch mail language
Only the user id is needed. An empty cell leaves what is stored. The same file again changes nothing.

Examples:
  idp-admin member import --dry-run members.csv
  idp-admin member import --letters letters.csv members.csv")]
pub(crate) struct Arguments {
    /// CSV or TSV, in UTF-8 or Shift_JIS
    file: PathBuf,
    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Issue letters to new members, and write the initial passwords to this new file
    #[arg(long, value_name = "FILE", conflicts_with = "dry_run")]
    letters: Option<PathBuf>,
    /// What the file is written in, where that cannot be told: utf-8, shift-jis, euc-jp, utf-16le, utf-16be
    #[arg(long)]
    encoding: Option<Encoding>,
}

pub(crate) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let file = File::open(&arguments.file)
        .map_err(|error| Failure::refused(format!("{} cannot be read: {error}.", arguments.file.display())))?;
    let here = context.realm().await?;
    let letters = arguments.letters.as_deref().map(LetterFile::create).transpose()?;
    let options = Options {
        mode: if arguments.dry_run { Mode::DryRun } else { Mode::Write },
        letters: if letters.is_some() { Letters::Issue } else { Letters::Later },
        encoding: arguments.encoding,
    };

    let mut report = Report { output: context.output, mode: options.mode, letters, ..Report::new(context.output) };
    let told = &mut |batch| report.add(batch).map_err(|failure| Fault::Broken(failure.sentence().to_owned()));
    let outcome = import(&here.store, &here.scope, file, options, told).await?;
    report.bar.finish_and_clear();
    match outcome {
        Outcome::Refused(error) => Err(Failure::refused(error.to_string())),
        Outcome::Read { totals, encoding, not_read } => report.finish(totals, encoding, &not_read),
    }
}

/// Collects what machines are told at the end, and tells people at once.
struct Report {
    output: Output,
    mode: Mode,
    letters: Option<LetterFile>,
    bar: ProgressBar,
    rows: Vec<Value>,
    refused: Vec<RowError>,
}

impl Report {
    fn new(output: Output) -> Self {
        // Draws on stderr, and only on a terminal.
        let bar = ProgressBar::no_length();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {pos} rows, {elapsed}") {
            bar.set_style(style);
        }
        Self { output, mode: Mode::Write, letters: None, bar, rows: Vec::new(), refused: Vec::new() }
    }

    fn add(&mut self, batch: Batch) -> Result<(), Failure> {
        if let Some(file) = &mut self.letters {
            file.add(&batch.letters)?;
        }
        self.bar.inc(batch.applied.len() as u64 + batch.refused.len() as u64);
        let mut lines: Vec<(u64, String)> = Vec::new();
        for applied in &batch.applied {
            // What was written can be seen; what would be, only here.
            if self.mode == Mode::DryRun || applied.note.is_some() {
                lines.push((applied.line, line_of(applied)));
                self.rows.push(document_of(applied));
            }
        }
        for refused in batch.refused {
            for error in &refused.errors {
                let column = if error.column.is_empty() { String::new() } else { format!(", {}", error.column) };
                lines.push((refused.line, format!("line {}{column}: {}", refused.line, error.sentence)));
            }
            self.refused.push(refused);
        }
        lines.sort_by_key(|(line, _)| *line);
        let output = self.output;
        self.bar.suspend(|| lines.iter().try_for_each(|(_, line)| output.line(line)))
    }

    fn finish(self, totals: Totals, encoding: Encoding, not_read: &[String]) -> Result<(), Failure> {
        let letters_file = self.letters.as_ref().map(|file| file.path().display().to_string());
        let document = json!({
            "dry_run": self.mode == Mode::DryRun,
            "encoding": encoding,
            "columns_not_read": not_read,
            "totals": totals,
            "rows": self.rows,
            "refused": self.refused,
            "letters_file": letters_file,
        });
        self.output.answer(&document, || summary(self.mode, totals, encoding, not_read, letters_file))?;
        match totals.refused {
            0 => Ok(()),
            1 => Err(Failure::refused("1 row was refused. Correct it and import the file again.")),
            count => {
                Err(Failure::refused(format!("{count} rows were refused. Correct them and import the file again.")))
            }
        }
    }
}

fn summary(
    mode: Mode,
    totals: Totals,
    encoding: Encoding,
    not_read: &[String],
    letters_file: Option<String>,
) -> String {
    let Totals { new, changed, unchanged, refused, letters } = totals;
    let mut lines = Vec::new();
    if !not_read.is_empty() {
        lines.push(format!("Columns not read: {}", not_read.join(", ")));
    }
    let would = match mode {
        Mode::Write => "",
        Mode::DryRun => " Nothing was written (dry run).",
    };
    let encoding = encoding.name();
    lines.push(format!("{new} new, {changed} changed, {unchanged} unchanged, {refused} refused ({encoding}).{would}"));
    if let Some(path) = letters_file {
        lines.push(format!("Letters issued: {letters}. The initial passwords are in {path} and nowhere else."));
    }
    lines.join("\n")
}

fn line_of(applied: &Applied) -> String {
    let note = applied.note.map(|note| format!(" ({note})")).unwrap_or_default();
    let what = match &applied.fate {
        Fate::New => "new".to_owned(),
        Fate::Changed { fields } => format!("changed: {}", fields.join(", ")),
        Fate::Unchanged => "unchanged".to_owned(),
    };
    format!("line {}, {}: {what}{note}", applied.line, applied.user_id)
}

fn document_of(applied: &Applied) -> Value {
    let (fate, fields): (_, &[&str]) = match &applied.fate {
        Fate::New => ("new", &[]),
        Fate::Changed { fields } => ("changed", fields),
        Fate::Unchanged => ("unchanged", &[]),
    };
    json!({
        "line": applied.line, "user_id": applied.user_id.as_str(), "fate": fate, "fields": fields, "note": applied.note,
    })
}
