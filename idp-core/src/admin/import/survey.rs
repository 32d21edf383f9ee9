//! What is found out about a file before any row of it is used.

use std::collections::HashMap;
use std::io::{Read, Seek};

use aws_lc_rs::digest;

use super::columns::ColumnMap;
use super::decode::{self, Encoding, FileError};
use super::row::{CellError, Reader, Row, RowError};
use crate::user_id::UserIdNormal;

/// A user id in sixteen bytes, so that a million of them take little room.
type Print = u128;

/// The file as a whole.
pub(super) struct Survey {
    /// What it is written in.
    pub(super) encoding: Encoding,
    /// Headers of columns that are not read.
    pub(super) not_read: Vec<String>,
    /// Names this very file.
    pub(super) sha256: String,
    /// The first line of every user id.
    lines: HashMap<Print, u32>,
    /// All lines of those that stand in it more than once.
    repeated: HashMap<Print, Vec<u32>>,
}

impl Survey {
    /// Reads the file through.
    pub(super) fn of<R: Read + Seek>(
        file: &mut R,
        asked: Option<Encoding>,
        columns: Option<&ColumnMap>,
    ) -> Result<Self, FileError> {
        let encoding = decode::detect(file, asked)?;
        let sha256 = sha256_of(file)?;
        let mut reader = Reader::open(&mut *file, encoding, columns)?;
        let not_read = reader.not_read().to_vec();

        let mut lines: HashMap<Print, u32> = HashMap::new();
        let mut repeated: HashMap<Print, Vec<u32>> = HashMap::new();
        while let Some((line, user_id)) = reader.next_user_id() {
            let line = u32::try_from(line).unwrap_or(u32::MAX);
            let print = print_of(&user_id);
            match lines.get(&print) {
                Some(first) => repeated.entry(print).or_insert_with(|| vec![*first]).push(line),
                None => {
                    lines.insert(print, line);
                }
            }
        }
        Ok(Self { encoding, not_read, sha256, lines, repeated })
    }

    /// Whether somebody of this user id stands in the file.
    pub(super) fn names(&self, user_id: &UserIdNormal) -> bool {
        self.lines.contains_key(&print_of(user_id))
    }

    /// Which of two rows is meant cannot be known, so neither is used.
    pub(super) fn only_once(&self, row: Row) -> Result<Row, RowError> {
        let Some(lines) = self.repeated.get(&print_of(row.user_id.normal())) else { return Ok(row) };
        let lines: Vec<String> = lines.iter().map(u32::to_string).collect();
        let sentence = format!("the user id stands in lines {}: leave one of them", lines.join(" and "));
        Err(RowError { line: row.line, errors: vec![CellError { column: row.user_id_header, sentence }] })
    }
}

/// The user ids of a file in which nothing else needs to stand: those who left.
///
/// # Errors
/// Why nothing of the file is used.
pub fn user_ids_of<R: Read + Seek>(
    file: &mut R,
    asked: Option<Encoding>,
    columns: Option<&ColumnMap>,
) -> Result<Vec<UserIdNormal>, FileError> {
    let encoding = decode::detect(file, asked)?;
    let mut reader = Reader::open(file, encoding, columns)?;
    Ok(std::iter::from_fn(|| reader.next_user_id()).map(|(_, user_id)| user_id).collect())
}

fn print_of(user_id: &UserIdNormal) -> Print {
    let digest = digest::digest(&digest::SHA256, user_id.as_str().as_bytes());
    let half = digest.as_ref().first_chunk::<16>();
    half.map_or(0, |half| u128::from_be_bytes(*half))
}

fn sha256_of<R: Read + Seek>(file: &mut R) -> Result<String, FileError> {
    file.rewind()?;
    let mut context = digest::Context::new(&digest::SHA256);
    let mut buffer = vec![0_u8; 64 * 1024];
    loop {
        let length = file.read(&mut buffer)?;
        if length == 0 {
            break;
        }
        context.update(buffer.get(..length).unwrap_or_default());
    }
    Ok(context.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect())
}
