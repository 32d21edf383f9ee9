//! Rows of the file, read into what they say; every cell that cannot be read is told with its line and column.

use std::io::{BufRead, BufReader, Read, Seek};

use csv::StringRecord;
use jiff::civil::Date;

use super::columns::{ColumnMap, FirstLine};
use super::decode::{self, Decoded, Encoding, FileError};
use super::header::{Column, Header};
use crate::birth_date::BirthDate;
use crate::language::Language;
use crate::mail_address::MailAddress;
use crate::typed::{folded, is_forbidden, is_hyphen_like};
use crate::user_id::{UserId, UserIdNormal};

/// The longest name, symbol or number, in characters.
const LONGEST: usize = 100;

/// What is wrong with one cell, or with the row.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct CellError {
    /// The column's name as written; empty where the whole row is meant.
    pub column: String,
    /// What is wrong and, where it helps, what to do.
    pub sentence: String,
}

/// A row of which nothing was used.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RowError {
    /// The line in the file, from 1.
    pub line: u64,
    /// Everything that is wrong with it.
    pub errors: Vec<CellError>,
}

/// What a row says. An empty cell says nothing.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) line: u64,
    pub(super) user_id: UserId,
    /// The name of the column of user ids, for what is found wrong later.
    pub(super) user_id_header: String,
    pub(super) told: Told,
}

#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) family: Option<String>,
    pub(super) given: Option<String>,
    pub(super) family_kana: Option<String>,
    pub(super) given_kana: Option<String>,
    pub(super) birth_date: Option<BirthDate>,
    pub(super) symbol: Option<String>,
    pub(super) number: Option<String>,
    pub(super) branch: Option<String>,
    pub(super) mail: Option<MailAddress>,
    pub(super) language: Option<Language>,
    pub(super) postal_code: Option<String>,
    pub(super) address: [Option<String>; 3],
}

/// Reads a file as an import does, without a look at who is known: how many rows can be used, and what is wrong with the
/// others.
///
/// # Errors
/// Why nothing of the file is used.
pub fn rows_of<R: Read + Seek>(
    file: &mut R,
    columns: Option<&ColumnMap>,
    today: Date,
) -> Result<(u64, Vec<RowError>), FileError> {
    let encoding = decode::detect(file, None)?;
    let mut reader = Reader::open(file, encoding, columns)?;
    let (mut used, mut refused) = (0, Vec::new());
    while let Some(row) = reader.next(today) {
        match row {
            Ok(_) => used += 1,
            Err(error) => refused.push(error),
        }
    }
    Ok((used, refused))
}

/// Reads rows one by one.
pub(super) struct Reader<R> {
    rows: csv::Reader<BufReader<Decoded<R>>>,
    header: Header,
    record: StringRecord,
    /// The record at hand is a member, and was not answered yet.
    is_ahead: bool,
}

impl<R: Read + Seek> Reader<R> {
    /// Reads the header from the start of the file.
    pub(super) fn open(mut file: R, encoding: Encoding, map: Option<&ColumnMap>) -> Result<Self, FileError> {
        file.rewind()?;
        let mut text = BufReader::with_capacity(64 * 1024, Decoded::new(file, encoding));
        let first = text.fill_buf()?;
        let first = first.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let count = |wanted: u8| first.iter().filter(|byte| **byte == wanted).count();
        let delimiter = if count(b'\t') > count(b',') { b'\t' } else { b',' };

        let mut rows =
            csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(text);
        let mut record = StringRecord::new();
        if !rows.read_record(&mut record).map_err(|error| FileError::Unreadable(error.to_string()))? {
            return Err(FileError::Empty);
        }
        let Some(map) = map else {
            let header = Header::read(record.iter())?;
            return Ok(Self { rows, header, record, is_ahead: false });
        };
        let header = Header::mapped(map, &record.iter().collect::<Vec<_>>())?;
        Ok(Self { rows, header, record, is_ahead: map.first_line == FirstLine::Member })
    }

    /// Names of the columns that are not read.
    pub(super) fn not_read(&self) -> &[String] {
        &self.header.not_read
    }

    /// The next row; `None` after the last.
    pub(super) fn next(&mut self, today: Date) -> Option<Result<Row, RowError>> {
        match self.advance()? {
            Ok(line) => Some(self.row(line, today)),
            Err(unreadable) => Some(Err(unreadable)),
        }
    }

    /// The next user id that can be read, and its line.
    pub(super) fn next_user_id(&mut self) -> Option<(u64, UserIdNormal)> {
        loop {
            let Ok(line) = self.advance()? else { continue };
            let at = self.header.columns.iter().position(|(column, _)| *column == Some(Column::UserId));
            let cell = at.and_then(|at| self.record.get(at)).unwrap_or_default();
            if let Ok(user_id) = UserId::parse(unwrapped(cell)) {
                return Some((line, user_id.normal().clone()));
            }
        }
    }

    /// Reads the next record that is not empty; answers its line.
    fn advance(&mut self) -> Option<Result<u64, RowError>> {
        loop {
            let read =
                if std::mem::take(&mut self.is_ahead) { Ok(true) } else { self.rows.read_record(&mut self.record) };
            match read {
                Ok(false) => return None,
                Ok(true) if self.record.iter().all(|cell| cell.trim().is_empty()) => {}
                Ok(true) => return Some(Ok(self.line())),
                Err(error) => {
                    let line = error.position().map_or(0, csv::Position::line);
                    // The source itself failed: it would fail again for every further row.
                    let is_over = matches!(error.kind(), csv::ErrorKind::Io(_));
                    if is_over && self.rows.is_done() {
                        return None;
                    }
                    let error =
                        CellError { column: String::new(), sentence: format!("the row cannot be read: {error}") };
                    return Some(Err(RowError { line, errors: vec![error] }));
                }
            }
        }
    }

    /// The line in which the record began. The record's own position is that of the empty lines before it.
    fn line(&self) -> u64 {
        let inside = self.record.iter().flat_map(str::bytes).filter(|byte| *byte == b'\n').count() as u64;
        self.rows.position().line().saturating_sub(inside + 1)
    }

    fn row(&self, line: u64, today: Date) -> Result<Row, RowError> {
        let mut errors = Vec::new();
        let columns = self.header.columns.len();
        let is_short = self.record.len() < columns;
        if is_short || self.record.iter().skip(columns).any(|cell| !cell.trim().is_empty()) {
            let sentence =
                format!("the row has {} cells, but the first line names {columns} columns", self.record.len());
            errors.push(CellError { column: String::new(), sentence });
            return Err(RowError { line, errors });
        }

        let mut told = Told::default();
        let mut user_id = None;
        for ((column, name), cell) in self.header.columns.iter().zip(self.record.iter()) {
            let Some(column) = column else { continue };
            let cell = unwrapped(cell);
            let read = match column {
                Column::UserId => read_user_id(cell).map(|id| user_id = Some(id)),
                Column::BirthDate | Column::Mail | Column::Language if cell.is_empty() => Ok(()),
                Column::BirthDate => told.read_birth_date(cell, today),
                Column::Mail => told.read_mail(cell),
                Column::Language => told.read_language(cell),
                Column::PostalCode => told.read_postal_code(cell),
                Column::Symbol
                | Column::Number
                | Column::Branch
                | Column::Name
                | Column::Family
                | Column::Given
                | Column::Kana
                | Column::FamilyKana
                | Column::GivenKana
                | Column::Address1
                | Column::Address2
                | Column::Address3 => told.read_text(*column, cell),
            };
            if let Err(sentence) = read {
                errors.push(CellError { column: name.clone(), sentence });
            }
        }
        match user_id {
            Some(user_id) if errors.is_empty() => {
                let user_id_header = self.header.name_of(Column::UserId).to_owned();
                Ok(Row { line, user_id, user_id_header, told })
            }
            Some(_) | None => Err(RowError { line, errors }),
        }
    }
}

impl Told {
    fn read_birth_date(&mut self, cell: &str, today: Date) -> Result<(), String> {
        let date = BirthDate::parse(cell, today).map_err(|error| error.to_string())?;
        self.birth_date = Some(date);
        Ok(())
    }

    fn read_mail(&mut self, cell: &str) -> Result<(), String> {
        self.mail = Some(MailAddress::parse(cell).map_err(|error| error.to_string())?);
        Ok(())
    }

    fn read_postal_code(&mut self, cell: &str) -> Result<(), String> {
        let Some(text) = checked(cell)? else { return Ok(()) };
        let is_between = |c: &char| c.is_whitespace() || is_hyphen_like(*c) || *c == '〒';
        let digits: String = folded(&text).filter(|c| !is_between(c)).collect();
        match digits.split_at_checked(3) {
            Some((area, rest)) if digits.len() == 7 && digits.bytes().all(|digit| digit.is_ascii_digit()) => {
                self.postal_code = Some(format!("{area}-{rest}"));
                Ok(())
            }
            _ => Err("a postal code has seven digits".to_owned()),
        }
    }

    fn read_language(&mut self, cell: &str) -> Result<(), String> {
        let known = match cell.to_lowercase().as_str() {
            "日本語" | "japanese" => Some(Language::Ja),
            "英語" | "english" => Some(Language::En),
            tag => Language::from_tag(tag),
        };
        self.language = Some(known.ok_or("the language must be ja or en")?);
        Ok(())
    }

    fn read_text(&mut self, column: Column, cell: &str) -> Result<(), String> {
        let text = checked(cell)?;
        match column {
            Column::Symbol => self.symbol = text.as_deref().map(narrow),
            Column::Number => self.number = text.as_deref().map(narrow),
            Column::Branch => self.branch = text.as_deref().map(narrow),
            Column::Family => self.family = text,
            Column::Given => self.given = text,
            Column::FamilyKana => self.family_kana = text.as_deref().map(narrow),
            Column::GivenKana => self.given_kana = text.as_deref().map(narrow),
            Column::Name => (self.family, self.given) = parted(text),
            Column::Kana => (self.family_kana, self.given_kana) = parted(text.as_deref().map(narrow)),
            Column::Address1 => self.address[0] = text,
            Column::Address2 => self.address[1] = text,
            Column::Address3 => self.address[2] = text,
            Column::UserId | Column::BirthDate | Column::Mail | Column::Language | Column::PostalCode => {}
        }
        Ok(())
    }
}

/// One spelling of what files write now in half and now in full width: kana become wide, digits and letters narrow.
fn narrow(text: &str) -> String {
    folded(text).collect()
}

fn read_user_id(cell: &str) -> Result<UserId, String> {
    let user_id = UserId::parse(cell).map_err(|error| error.to_string())?;
    let shortened = user_id.normal().as_str().split_once("e+").is_some_and(|(digits, power)| {
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        is_number(digits) && is_number(power)
    });
    if shortened {
        return Err("a spreadsheet has shortened this number: format the column as text and save again".to_owned());
    }
    Ok(user_id)
}

/// A text that can stand on a page; `None` for an empty cell.
fn checked(cell: &str) -> Result<Option<String>, String> {
    if cell.contains(['\n', '\r']) {
        return Err("there is a line break in the cell: is a quotation mark not closed?".to_owned());
    }
    if cell.chars().any(is_forbidden) {
        return Err("there is a control character in the cell".to_owned());
    }
    if cell.chars().any(|c| matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{FFFD}')) {
        return Err("there is a private character (外字) in the cell that no page can show: write it in kana or with \
                    a standard character"
            .to_owned());
    }
    if cell.chars().count() > LONGEST {
        return Err(format!("the cell is longer than {LONGEST} characters"));
    }
    Ok(Some(cell.to_owned()).filter(|text| !text.is_empty()))
}

/// Family and given name, parted at the first space.
fn parted(name: Option<String>) -> (Option<String>, Option<String>) {
    let Some(name) = name else { return (None, None) };
    match name.split_once(char::is_whitespace) {
        Some((family, given)) => (Some(family.to_owned()), Some(given.trim().to_owned())),
        None => (Some(name), None),
    }
}

/// The cell without surrounding spaces, and without the `="…"` by which spreadsheets are made to keep leading zeros.
fn unwrapped(cell: &str) -> &str {
    let cell = cell.trim();
    cell.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')).unwrap_or(cell)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn rows(text: &str) -> Vec<Result<Row, RowError>> {
        let mut reader = Reader::open(Cursor::new(text.as_bytes().to_vec()), Encoding::Utf8, None).unwrap();
        std::iter::from_fn(|| reader.next(Date::constant(2026, 11, 23))).collect()
    }

    fn refusals(text: &str) -> Vec<String> {
        let refused = rows(text).into_iter().filter_map(Result::err);
        refused
            .flat_map(|row| {
                row.errors.into_iter().map(move |error| format!("{} {}: {}", row.line, error.column, error.sentence))
            })
            .collect()
    }

    #[test]
    fn a_row_is_read_as_japanese_files_write_it() {
        let read = rows(
            "ユーザID\t氏名\tカナ\t生年月日\t記号\tメールアドレス\r\n\"=\"\"0012\"\"\"\t健保　太郎\tｹﾝﾎﾟ ﾀﾛｳ\t昭和55年1月1日\t０１\tda.me..@docomo.ne.jp\r\n",
        );
        let row = read.into_iter().next().unwrap().unwrap();
        assert_eq!((row.line, row.user_id.as_str()), (2, "0012"));
        assert_eq!((row.told.family.as_deref(), row.told.given.as_deref()), (Some("健保"), Some("太郎")));
        assert_eq!(row.told.birth_date.unwrap().iso(), "1980-01-01");
        assert_eq!(row.told.mail.unwrap().as_typed(), "da.me..@docomo.ne.jp");
    }

    #[test]
    fn everything_wrong_is_told_with_line_and_column() {
        let text = "user_id,name,birth_date,mail\n,x,1980-02-30,a@b\n\nA2,\"x\ny\",1980-01-01,\nA3,z\n1.2E+11,z,,\nA5,\u{E000},,\n";
        assert_eq!(
            refusals(text),
            [
                "2 user_id: the user id is missing",
                "2 birth_date: the date of birth is not a day of the calendar",
                "2 mail: the domain of the mail address has no dot",
                "4 name: there is a line break in the cell: is a quotation mark not closed?",
                "6 : the row has 2 cells, but the first line names 4 columns",
                "7 user_id: a spreadsheet has shortened this number: format the column as text and save again",
                "8 name: there is a private character (外字) in the cell that no page can show: write it in kana or with a standard character",
            ]
        );
    }

    #[test]
    fn empty_rows_are_passed_over() {
        assert_eq!(rows("user_id,name\n\n,\nA1,x\n,,,\n").len(), 1);
    }
}
