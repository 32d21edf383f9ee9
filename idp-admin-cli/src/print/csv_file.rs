//! Letters as rows for the print house.

use std::io::Write;

use idp_core::admin::letter::IssuedLetter;
use idp_core::realm::Realm;

use super::new_file::NewFile;
use super::sheet::sign_in_address;
use crate::output::Failure;

const HEADINGS: [&str; 9] = [
    "user_id",
    "name",
    "initial_password",
    "expires_on",
    "postal_code",
    "address1",
    "address2",
    "address3",
    "sign_in_url",
];

/// A CSV file under way.
pub(super) struct CsvFile {
    rows: csv::Writer<NewFile>,
    origin: String,
}

impl CsvFile {
    pub(super) fn create(mut file: NewFile, realm: &Realm) -> Result<Self, Failure> {
        // Without the mark, spreadsheets in Japan read UTF-8 as Shift_JIS.
        file.write_all("\u{FEFF}".as_bytes())?;
        let mut rows = csv::Writer::from_writer(file);
        rows.write_record(HEADINGS).map_err(broken)?;
        Ok(Self { rows, origin: realm.origin.as_str().to_owned() })
    }

    pub(super) fn add(&mut self, letters: &[IssuedLetter]) -> Result<(), Failure> {
        for letter in letters {
            let line = |at: usize| neutral(letter.address.lines.get(at).map_or("", String::as_str));
            let secret = letter.secret.grouped();
            let cells = [
                neutral(letter.user_id.as_str()),
                neutral(&letter.name.full().unwrap_or_default()),
                secret.to_string(),
                letter.expires_at.date_in_japan().to_string(),
                letter.address.postal_code.clone().unwrap_or_default(),
                line(0),
                line(1),
                line(2),
                sign_in_address(&self.origin, letter.user_id.as_str()),
            ];
            self.rows.write_record(cells).map_err(broken)?;
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Result<String, Failure> {
        self.rows
            .into_inner()
            .map_err(|error| Failure::Fault(format!("the letters cannot be written: {error}")))?
            .finish()
    }
}

fn broken(error: csv::Error) -> Failure {
    Failure::Fault(format!("the letters cannot be written: {error}"))
}

/// A cell that a spreadsheet does not take for a formula.
pub(crate) fn neutral(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        assert_eq!(neutral("=HYPERLINK(\"x\")"), "'=HYPERLINK(\"x\")");
        for start in ["+", "-", "@", "\t", "\r"] {
            assert!(neutral(start).starts_with('\''));
        }
        assert_eq!(neutral("A-1"), "A-1");
    }
}
