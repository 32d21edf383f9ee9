//! Importing a file of members: CSV or TSV, as spreadsheets and insurance systems in Japan write them.
//!
//! The file is read three times as a stream: what it is written in, which user ids stand in it twice, and the rows.
//! Rows are written in batches, each in one transaction: a row is written whole or not at all, and the same file
//! again changes nothing. An empty cell says nothing: it leaves what is stored.

use std::collections::HashMap;
use std::io::{Read, Seek};

use futures::FutureExt;

mod apply;
pub mod decode;
mod header;
mod row;

pub use self::apply::{Applied, Fate};
pub use self::decode::{Encoding, FileError};
pub use self::row::{CellError, RowError};

use self::row::{Reader, Row};
use super::letter::IssuedLetter;
use crate::ctx::Scope;
use crate::fault::Fault;
use crate::store::Store;
use crate::user_id::UserIdNormal;

/// Rows that share a transaction.
const BATCH: usize = 1_000;

/// Whether anything is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It is.
    Write,
    /// Only what would be written is told.
    DryRun,
}

/// Whether new members get a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Letters {
    /// In the transaction that creates them.
    Issue,
    /// Not now.
    Later,
}

/// How a file is imported.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Whether anything is written.
    pub mode: Mode,
    /// Whether new members get a letter.
    pub letters: Letters,
    /// What the file is written in; found out where it is not said.
    pub encoding: Option<Encoding>,
}

/// What became of a batch of rows. With [`Mode::Write`] it has been committed.
#[derive(Debug, Default)]
pub struct Batch {
    /// Rows that say something new or different, with notes.
    pub applied: Vec<Applied>,
    /// Rows that were refused.
    pub refused: Vec<RowError>,
    /// Letters of the new members: the secrets are told here and never again.
    pub letters: Vec<IssuedLetter>,
}

/// How many rows ended in which way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Totals {
    /// Members who were not there before.
    pub new: u64,
    /// Members about whom the file says something else.
    pub changed: u64,
    /// Members about whom it says what is known.
    pub unchanged: u64,
    /// Rows that cannot be read.
    pub refused: u64,
    /// Letters issued.
    pub letters: u64,
}

/// How an import ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Every row was looked at.
    Read {
        /// How they ended.
        totals: Totals,
        /// What the file is written in.
        encoding: Encoding,
        /// Headers of columns that were not read.
        not_read: Vec<String>,
    },
    /// Nothing of the file was used.
    Refused(FileError),
}

/// Imports a file. `told` is called after each batch, in the order of the file.
pub async fn import<R: Read + Seek + Send>(
    store: &Store,
    scope: &Scope,
    mut file: R,
    options: Options,
    told: &mut (dyn FnMut(Batch) -> Result<(), Fault> + Send),
) -> Result<Outcome, Fault> {
    let (encoding, repeated, not_read) = match survey(&mut file, options.encoding) {
        Ok(surveyed) => surveyed,
        Err(refused) => return Ok(Outcome::Refused(refused)),
    };
    let mut reader = match Reader::open(&mut file, encoding) {
        Ok(reader) => reader,
        Err(refused) => return Ok(Outcome::Refused(refused)),
    };

    let mut totals = Totals::default();
    let today = store.ambient().clock.now().date_in_japan();
    loop {
        let mut batch = Batch::default();
        let mut rows = Vec::with_capacity(BATCH);
        let mut ended = true;
        while let Some(read) = reader.next(today) {
            match read.and_then(|row| only_once(row, &repeated)) {
                Ok(row) => rows.push(row),
                Err(refused) => batch.refused.push(refused),
            }
            if rows.len() + batch.refused.len() >= BATCH {
                ended = false;
                break;
            }
        }
        let count = rows.len() as u64;
        run(store, scope, options, rows, &mut batch).await?;
        add(&mut totals, &batch, count);
        told(batch)?;
        if ended {
            return Ok(Outcome::Read { totals, encoding, not_read });
        }
    }
}

async fn run(store: &Store, scope: &Scope, options: Options, rows: Vec<Row>, batch: &mut Batch) -> Result<(), Fault> {
    if rows.is_empty() {
        return Ok(());
    }
    match options.mode {
        Mode::DryRun => {
            batch.applied =
                store.read(scope, move |ctx| async move { apply::preview(ctx, &rows).await }.boxed()).await?;
        }
        Mode::Write => {
            let letters = options.letters;
            let write = store.write(scope, move |ctx| apply::write(ctx, rows, letters).boxed());
            (batch.applied, batch.letters) = write.await?;
        }
    }
    Ok(())
}

fn add(totals: &mut Totals, batch: &Batch, rows: u64) {
    let mut unchanged = rows;
    for applied in &batch.applied {
        match applied.fate {
            Fate::New => totals.new += 1,
            Fate::Changed { .. } => totals.changed += 1,
            Fate::Unchanged => continue,
        }
        unchanged -= 1;
    }
    totals.unchanged += unchanged;
    totals.refused += batch.refused.len() as u64;
    totals.letters += batch.letters.len() as u64;
}

/// User ids that stand in the file more than once, with their lines.
type Repeated = HashMap<UserIdNormal, Vec<u64>>;

/// Reads the file through once for its encoding and once for its user ids.
fn survey<R: Read + Seek>(
    file: &mut R,
    asked: Option<Encoding>,
) -> Result<(Encoding, Repeated, Vec<String>), FileError> {
    let encoding = decode::detect(file, asked)?;
    let mut reader = Reader::open(file, encoding)?;
    let not_read = reader.not_read().to_vec();

    let mut seen: HashMap<UserIdNormal, u64> = HashMap::new();
    let mut repeated = Repeated::new();
    while let Some((line, user_id)) = reader.next_user_id() {
        match seen.get(&user_id) {
            Some(first) => repeated.entry(user_id).or_insert_with(|| vec![*first]).push(line),
            None => {
                seen.insert(user_id, line);
            }
        }
    }
    Ok((encoding, repeated, not_read))
}

/// Which of two rows is meant cannot be known, so neither is used.
fn only_once(row: Row, repeated: &Repeated) -> Result<Row, RowError> {
    let Some(lines) = repeated.get(row.user_id.normal()) else { return Ok(row) };
    let lines: Vec<String> = lines.iter().map(u64::to_string).collect();
    let sentence = format!("the user id stands in lines {}: leave one of them", lines.join(" and "));
    Err(RowError { line: row.line, errors: vec![CellError { column: row.user_id_header, sentence }] })
}
