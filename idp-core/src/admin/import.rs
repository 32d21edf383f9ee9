//! Importing a file of members: CSV or TSV, as spreadsheets and insurance systems in Japan write them.
//!
//! The file is read several times as a stream: what it is written in, which user ids stand in it, and the rows. Rows
//! are written in batches, each in one transaction: a row is written whole or not at all, and the same file again
//! changes nothing, so an import that was killed is simply run again. An empty cell says nothing: it leaves what is
//! stored. A user id that is given to somebody else gets a new account, and nothing of the earlier one.

use std::io::{Read, Seek};

use futures::FutureExt;

mod apply;
mod columns;
pub mod decode;
mod header;
mod leave;
mod row;
mod survey;

pub use self::apply::{Applied, Fate};
pub use self::columns::ColumnMap;
pub use self::decode::{Encoding, FileError};
pub use self::leave::{Leavers, Threshold};
pub use self::row::{CellError, RowError, rows_of};
pub use self::survey::user_ids_of;

use self::row::{Reader, Row};
use self::survey::Survey;
use super::letter::open_batch;
use crate::ctx::Scope;
use crate::fault::Fault;
use crate::id::{LetterBatchId, MemberId};
use crate::letter::BatchOrigin;
use crate::store::{Store, bulk};
use crate::user_id::UserId;

/// Rows that share a transaction.
const BATCH: usize = 500;

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
    /// In the transaction that creates them; the secrets are kept sealed until the batch is printed.
    Issue,
    /// Not now.
    Later,
}

/// What is done about a row whose name and birth date both differ from those stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recycled {
    /// The row is refused: it may be a mistake.
    Refuse,
    /// The user id is somebody else's now: the earlier account goes, a new one is made.
    Replace,
}

/// How a file is imported.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whether anything is written.
    pub mode: Mode,
    /// Whether new members get a letter.
    pub letters: Letters,
    /// What the file is written in; found out where it is not said.
    pub encoding: Option<Encoding>,
    /// Which column means what; by the headings where it is not said.
    pub columns: Option<ColumnMap>,
    /// What is done about user ids that seem to be somebody else's now.
    pub recycled: Recycled,
    /// Who left the society.
    pub leavers: Leavers,
}

/// What became of a batch of rows. With [`Mode::Write`] it has been committed.
#[derive(Debug, Default)]
pub struct Batch {
    /// Rows that were used, in the order of the file.
    pub applied: Vec<Applied>,
    /// Rows that were refused.
    pub refused: Vec<RowError>,
    /// Members who left.
    pub left: Vec<UserId>,
    /// How many letters were made.
    pub letters: u64,
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
    /// Members who left.
    pub left: u64,
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
        /// The letters that were made, also those of an earlier run that broke off.
        letters: Option<LetterBatchId>,
        /// Members who are not in the file, and were not taken for leavers because some rows were refused.
        withheld: u64,
    },
    /// Nothing of the file was used.
    Refused(FileError),
    /// So many members are not in the file that it is more likely the wrong one. Nothing was used.
    TooManyLeavers {
        /// How many are not in it.
        leavers: u64,
        /// Of how many.
        members: u64,
    },
}

/// Imports a file. `told` is called after each batch, in the order of the file.
pub async fn import<R: Read + Seek + Send>(
    store: &Store,
    scope: &Scope,
    mut file: R,
    options: Options,
    told: &mut (dyn FnMut(Batch) -> Result<(), Fault> + Send),
) -> Result<Outcome, Fault> {
    let survey = match Survey::of(&mut file, options.encoding, options.columns.as_ref()) {
        Ok(survey) => survey,
        Err(refused) => return Ok(Outcome::Refused(refused)),
    };
    let leavers = match leave::find(store, scope, &options.leavers, &survey).await? {
        leave::Found::Leavers(leavers) => leavers,
        leave::Found::TooMany { leavers, members } => return Ok(Outcome::TooManyLeavers { leavers, members }),
        leave::Found::AlsoInFile(user_id) => return Ok(Outcome::Refused(FileError::BothHereAndGone(user_id))),
    };
    let letters = match (options.mode, options.letters) {
        (Mode::Write, Letters::Issue) => Some(batch_of(store, scope, &survey).await?),
        (Mode::DryRun, _) | (_, Letters::Later) => None,
    };
    let run = Run { store, scope, mode: options.mode, recycled: options.recycled, letters };
    let mut totals = Totals::default();
    if let Err(refused) = run.rows(&mut file, &survey, options.columns.as_ref(), (&mut totals, told)).await? {
        return Ok(Outcome::Refused(refused));
    }

    // Whose row cannot be read is not in the file either, as far as anybody can tell.
    let is_sure = totals.refused == 0 || !matches!(options.leavers, Leavers::Absent { .. });
    let withheld = if is_sure { 0 } else { leavers.len() as u64 };
    if is_sure {
        run.leave(leavers, (&mut totals, told)).await?;
    }
    if options.mode == Mode::Write && totals.new >= BATCH as u64 {
        store.write(scope, |ctx| bulk::many_came(ctx).boxed()).await?;
    }
    let Survey { encoding, not_read, .. } = survey;
    Ok(Outcome::Read { totals, encoding, not_read, letters, withheld })
}

async fn batch_of(store: &Store, scope: &Scope, survey: &Survey) -> Result<LetterBatchId, Fault> {
    let sha256 = survey.sha256.clone();
    store
        .write(scope, move |ctx| async move { open_batch(ctx, BatchOrigin::Import, Some(&sha256)).await }.boxed())
        .await
}

/// Where totals and batches go.
type Tell<'t> = (&'t mut Totals, &'t mut (dyn FnMut(Batch) -> Result<(), Fault> + Send));

/// One import under way.
struct Run<'r> {
    store: &'r Store,
    scope: &'r Scope,
    mode: Mode,
    recycled: Recycled,
    letters: Option<LetterBatchId>,
}

impl Run<'_> {
    async fn rows<R: Read + Seek + Send>(
        &self,
        file: &mut R,
        survey: &Survey,
        columns: Option<&ColumnMap>,
        (totals, told): Tell<'_>,
    ) -> Result<Result<(), FileError>, Fault> {
        let mut reader = match Reader::open(file, survey.encoding, columns) {
            Ok(reader) => reader,
            Err(refused) => return Ok(Err(refused)),
        };
        let today = self.store.ambient().clock.now().date_in_japan();
        loop {
            let mut batch = Batch::default();
            let mut rows = Vec::with_capacity(BATCH);
            let mut ended = true;
            while let Some(read) = reader.next(today) {
                match read.and_then(|row| survey.only_once(row)) {
                    Ok(row) => rows.push(row),
                    Err(refused) => batch.refused.push(refused),
                }
                if rows.len() + batch.refused.len() >= BATCH {
                    ended = false;
                    break;
                }
            }
            self.apply(rows, &mut batch).await?;
            totals.add(&batch);
            told(batch)?;
            if ended {
                return Ok(Ok(()));
            }
        }
    }

    async fn apply(&self, rows: Vec<Row>, batch: &mut Batch) -> Result<(), Fault> {
        if rows.is_empty() {
            return Ok(());
        }
        let (letters, recycled) = (self.letters, self.recycled);
        let mut written = match self.mode {
            Mode::DryRun => self.store.read(self.scope, move |ctx| apply::preview(ctx, rows, recycled).boxed()).await?,
            Mode::Write => {
                let written =
                    self.store.write(self.scope, move |ctx| apply::write(ctx, rows, letters, recycled).boxed()).await?;
                self.store.breathe().await;
                written
            }
        };
        batch.applied = written.applied;
        batch.letters = written.letters;
        batch.refused.append(&mut written.refused);
        batch.refused.sort_by_key(|refused| refused.line);
        Ok(())
    }

    async fn leave(&self, leavers: Vec<(MemberId, UserId)>, (totals, told): Tell<'_>) -> Result<(), Fault> {
        for chunk in leavers.chunks(BATCH) {
            let ids: Vec<MemberId> = chunk.iter().map(|(id, _)| *id).collect();
            if self.mode == Mode::Write {
                self.store.write(self.scope, move |ctx| async move { leave::leave(ctx, &ids).await }.boxed()).await?;
                self.store.breathe().await;
            }
            let left = chunk.iter().map(|(_, user_id)| user_id.clone()).collect();
            let batch = Batch { left, ..Batch::default() };
            totals.add(&batch);
            told(batch)?;
        }
        Ok(())
    }
}

impl Totals {
    fn add(&mut self, batch: &Batch) {
        for applied in &batch.applied {
            match applied.fate {
                Fate::New | Fate::Recycled => self.new += 1,
                Fate::Changed { .. } => self.changed += 1,
                Fate::Unchanged => self.unchanged += 1,
            }
        }
        self.left += batch.left.len() as u64;
        self.refused += batch.refused.len() as u64;
        self.letters += batch.letters;
    }
}
