//! A file that says which column means what, for files whose headings we do not know, or that have none.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::header::Column;

/// Which heading, or which position, holds what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnMap {
    pub(super) places: BTreeMap<Column, Place>,
    pub(super) first_line: FirstLine,
}

/// Where a column is found.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(super) enum Place {
    /// Counted from 1.
    Position(usize),
    /// By its heading, as written.
    Heading(String),
}

/// What the first line of the file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FirstLine {
    /// It names the columns.
    Headings,
    /// It is a member already.
    Member,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default = "yes")]
    headings: bool,
    columns: BTreeMap<String, Place>,
}

const fn yes() -> bool {
    true
}

impl ColumnMap {
    /// Reads the TOML file.
    ///
    /// # Errors
    /// Every problem there is, as sentences.
    pub fn parse(text: &str) -> Result<Self, Vec<String>> {
        let written: Written = toml::from_str(text.trim_start_matches('\u{FEFF}'))
            .map_err(|error| vec![format!("it is no column file: {}", error.to_string().trim_end())])?;
        let mut problems = Vec::new();
        let mut places = BTreeMap::new();
        for (name, place) in written.columns {
            let Some(column) = Column::ALL.into_iter().find(|column| column.key() == name) else {
                let known: Vec<&str> = Column::ALL.into_iter().map(Column::key).collect();
                problems.push(format!("columns.{name} is not known; the columns are {}", known.join(", ")));
                continue;
            };
            match &place {
                Place::Position(0) => problems.push(format!("columns.{name}: positions count from 1")),
                Place::Heading(_) if !written.headings => {
                    problems.push(format!("columns.{name}: without headings, write the position as a number"));
                }
                Place::Position(_) | Place::Heading(_) => {}
            }
            places.insert(column, place);
        }
        if !places.contains_key(&Column::UserId) {
            problems.push("columns.user_id is missing".to_owned());
        }
        let first_line = if written.headings { FirstLine::Headings } else { FirstLine::Member };
        if problems.is_empty() { Ok(Self { places, first_line }) } else { Err(problems) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_and_positions_are_read() {
        let map = ColumnMap::parse("[columns]\nuser_id = \"加入者\"\nmail = 3\n").unwrap();
        assert_eq!(map.first_line, FirstLine::Headings);
        assert_eq!(map.places[&Column::UserId], Place::Heading("加入者".into()));
        assert_eq!(map.places[&Column::Mail], Place::Position(3));
        assert!(ColumnMap::parse("headings = false\n[columns]\nuser_id = 1\n").is_ok());
    }

    #[test]
    fn all_problems_are_told() {
        assert_eq!(
            ColumnMap::parse("headings = false\n[columns]\nuser = \"x\"\nmail = \"y\"\nname = 0\n").unwrap_err().len(),
            4
        );
        assert!(ColumnMap::parse("column = 1").unwrap_err()[0].starts_with("it is no column file"));
    }
}
