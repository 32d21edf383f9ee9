//! Putting letters on paper or into a file for the print house.

use std::path::PathBuf;

use idp_core::admin::letter::{IssuedLetter, mark_printed, unprinted};
use idp_core::id::{LetterBatchId, LetterId};
use idp_core::realm::Realm;
use idp_core::store::Store;
use serde_json::{Value, json};

mod csv_file;
mod new_file;
mod pdf_file;
mod sheet;
mod words;

pub(crate) use self::csv_file::neutral;
pub(crate) use self::new_file::{NewFile, Recipient};
use self::pdf_file::FontFile;
pub(crate) use self::pdf_file::installed_font;
use crate::context::Here;
use crate::output::Failure;

/// Letters read, and marked as printed, in one transaction.
const PAGE: u64 = 1_000;

/// Where letters are written.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct Target {
    /// Write the letters to this new file, for the print house
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Write the letters to this new file, ready to print on A4
    #[arg(long, value_name = "FILE", conflicts_with = "csv")]
    pdf: Option<PathBuf>,
    /// Encrypt the file to this age key of the print house
    #[arg(long, value_name = "AGE1…")]
    encrypt_to: Option<Recipient>,
    /// The font of the PDF, with Japanese glyphs; FILE#2 takes the third face of a collection
    #[arg(long, value_name = "FILE", env = "SEKISHO_LETTER_FONT")]
    font: Option<FontFile>,
}

impl Target {
    /// A CSV file, or a PDF.
    pub(crate) fn of(csv: Option<PathBuf>, pdf: Option<PathBuf>, more: More) -> Self {
        Self { csv, pdf, encrypt_to: more.encrypt_to, font: more.font }
    }

    /// Opens the file; `None` where none is named.
    pub(crate) fn open(&self, realm: &Realm) -> Result<Option<Printer>, Failure> {
        let paper = match (&self.csv, &self.pdf) {
            (Some(path), _) => Paper::Csv(Box::new(csv_file::CsvFile::create(
                NewFile::create(path, self.encrypt_to.as_ref())?,
                realm,
            )?)),
            (None, Some(path)) => {
                let font = pdf_file::load_font(self.font.as_ref())?;
                Paper::Pdf(Box::new(pdf_file::PdfFile::create(path, self.encrypt_to.clone(), font, realm)?))
            }
            (None, None) if self.encrypt_to.is_some() => {
                return Err(Failure::Usage("Name the file to encrypt: --csv FILE or --pdf FILE".to_owned()));
            }
            (None, None) => return Ok(None),
        };
        Ok(Some(Printer { paper, letters: Vec::new() }))
    }
}

/// How the file is written.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct More {
    /// Encrypt the file of letters to this age key of the print house
    #[arg(long, value_name = "AGE1…")]
    encrypt_to: Option<Recipient>,
    /// The font of the PDF, with Japanese glyphs; FILE#2 takes the third face of a collection
    #[arg(long, value_name = "FILE", env = "SEKISHO_LETTER_FONT")]
    font: Option<FontFile>,
}

enum Paper {
    Csv(Box<csv_file::CsvFile>),
    Pdf(Box<pdf_file::PdfFile>),
}

/// A file of letters under way. It has its name only once it is whole and on the disk.
pub(crate) struct Printer {
    paper: Paper,
    letters: Vec<LetterId>,
}

/// A file of letters.
pub(crate) struct Printed {
    pub(crate) count: usize,
    pub(crate) files: Vec<String>,
    letters: Vec<LetterId>,
}

impl Printer {
    pub(crate) fn add(&mut self, letters: &[IssuedLetter]) -> Result<(), Failure> {
        self.letters.extend(letters.iter().map(|letter| letter.letter));
        match &mut self.paper {
            Paper::Csv(file) => file.add(letters),
            Paper::Pdf(file) => file.add(letters),
        }
    }

    pub(crate) fn finish(self) -> Result<Printed, Failure> {
        let files = match self.paper {
            Paper::Csv(file) => vec![file.finish()?],
            Paper::Pdf(file) => file.finish()?,
        };
        Ok(Printed { count: self.letters.len(), files, letters: self.letters })
    }
}

impl Printed {
    /// For machines.
    pub(crate) fn document(&self) -> Value {
        json!({ "letters": self.count, "letters_file": self.files.first(), "files": self.files })
    }

    /// For people.
    pub(crate) fn text(&self) -> String {
        let files = self.files.join(", ");
        match self.count {
            0 => "Nobody needs a letter.".to_owned(),
            1 => format!("1 letter: the initial password is in {files} and nowhere else."),
            count => format!("{count} letters: the initial passwords are in {files} and nowhere else."),
        }
    }
}

/// Prints what waits, of one batch or of all. The secrets are wiped once the file is safe; when this breaks off before
/// that, the same letters are printed the next time.
pub(crate) async fn print(here: &Here, batch: Option<LetterBatchId>, mut printer: Printer) -> Result<Printed, Failure> {
    let mut after = None;
    loop {
        let (letters, next) =
            here.store.read(&here.scope, move |ctx| Box::pin(unprinted(ctx, batch, after, PAGE))).await?;
        printer.add(&letters)?;
        after = next;
        if after.is_none() {
            break;
        }
    }
    let printed = printer.finish()?;
    wipe(&here.store, here, &printed.letters).await?;
    Ok(printed)
}

/// Every letter that waits, for showing it; they are wiped at once.
pub(crate) async fn show(here: &Here, batch: LetterBatchId) -> Result<Vec<IssuedLetter>, Failure> {
    let mut shown: Vec<IssuedLetter> = Vec::new();
    let mut after = None;
    loop {
        let (letters, next) =
            here.store.read(&here.scope, move |ctx| Box::pin(unprinted(ctx, Some(batch), after, PAGE))).await?;
        shown.extend(letters);
        after = next;
        if after.is_none() {
            break;
        }
    }
    let ids: Vec<LetterId> = shown.iter().map(|letter| letter.letter).collect();
    wipe(&here.store, here, &ids).await?;
    Ok(shown)
}

async fn wipe(store: &Store, here: &Here, letters: &[LetterId]) -> Result<(), Failure> {
    for chunk in letters.chunks(usize::try_from(PAGE).unwrap_or(usize::MAX)) {
        let chunk = chunk.to_vec();
        store.write(&here.scope, move |ctx| Box::pin(async move { mark_printed(ctx, &chunk).await })).await?;
        store.breathe().await;
    }
    Ok(())
}
