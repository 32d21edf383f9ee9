//! Which column means what, by the names that societies and their systems give them.

use super::columns::{ColumnMap, FirstLine, Place};
use super::decode::FileError;
use crate::typed::{folded, is_hyphen_like};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Column {
    UserId,
    Symbol,
    Number,
    Branch,
    Name,
    Family,
    Given,
    Kana,
    FamilyKana,
    GivenKana,
    BirthDate,
    Mail,
    Language,
    PostalCode,
    Address1,
    Address2,
    Address3,
}

impl Column {
    pub(super) const ALL: [Self; 17] = [
        Self::UserId,
        Self::Symbol,
        Self::Number,
        Self::Branch,
        Self::Name,
        Self::Family,
        Self::Given,
        Self::Kana,
        Self::FamilyKana,
        Self::GivenKana,
        Self::BirthDate,
        Self::Mail,
        Self::Language,
        Self::PostalCode,
        Self::Address1,
        Self::Address2,
        Self::Address3,
    ];

    /// The name in a column file.
    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::UserId => "user_id",
            Self::Symbol => "symbol",
            Self::Number => "number",
            Self::Branch => "branch",
            Self::Name => "name",
            Self::Family => "family_name",
            Self::Given => "given_name",
            Self::Kana => "kana",
            Self::FamilyKana => "family_kana",
            Self::GivenKana => "given_kana",
            Self::BirthDate => "birth_date",
            Self::Mail => "mail",
            Self::Language => "language",
            Self::PostalCode => "postal_code",
            Self::Address1 => "address1",
            Self::Address2 => "address2",
            Self::Address3 => "address3",
        }
    }
}

/// Names are compared in NFKC and lower case, without spaces, hyphens, underscores and brackets.
const NAMES: [(Column, &[&str]); 17] = [
    (
        Column::UserId,
        &[
            "ユーザid",
            "ユーザーid",
            "利用者id",
            "ログインid",
            "会員id",
            "個人id",
            "userid",
            "loginid",
            "username",
            "memberid",
        ],
    ),
    (Column::Symbol, &["記号", "保険証記号", "被保険者記号", "被保険者証記号", "資格確認書記号", "symbol"]),
    (Column::Number, &["番号", "保険証番号", "被保険者番号", "被保険者証番号", "資格確認書番号", "number"]),
    (Column::Branch, &["枝番", "枝番号", "branch", "branchnumber"]),
    (Column::Name, &["氏名", "名前", "お名前", "漢字氏名", "氏名漢字", "name", "fullname"]),
    (Column::Family, &["姓", "氏", "苗字", "名字", "familyname", "lastname", "surname"]),
    (Column::Given, &["名", "givenname", "firstname"]),
    (
        Column::Kana,
        &[
            "カナ",
            "かな",
            "フリガナ",
            "ふりがな",
            "氏名カナ",
            "カナ氏名",
            "氏名かな",
            "氏名フリガナ",
            "kana",
            "namekana",
        ],
    ),
    (Column::FamilyKana, &["姓カナ", "カナ姓", "セイ", "せい", "姓フリガナ", "familykana", "familynamekana"]),
    (Column::GivenKana, &["名カナ", "カナ名", "メイ", "めい", "名フリガナ", "givenkana", "givennamekana"]),
    (Column::BirthDate, &["生年月日", "誕生日", "birthdate", "birthday", "dateofbirth"]),
    (
        Column::Mail,
        &[
            "メールアドレス",
            "メール",
            "eメール",
            "eメールアドレス",
            "電子メール",
            "mail",
            "mailaddress",
            "email",
            "emailaddress",
        ],
    ),
    (Column::Language, &["言語", "language", "locale"]),
    (Column::PostalCode, &["郵便番号", "〒", "送付先郵便番号", "postalcode", "zip", "zipcode", "postcode"]),
    (Column::Address1, &["住所", "住所1", "送付先住所", "送付先住所1", "都道府県市区町村", "address", "address1"]),
    (Column::Address2, &["住所2", "送付先住所2", "番地", "町名番地", "address2"]),
    (Column::Address3, &["住所3", "送付先住所3", "方書", "建物名", "マンション名", "address3"]),
];

/// The columns of a file.
#[derive(Debug)]
pub(super) struct Header {
    /// By position: what the column holds, and its name as written.
    pub(super) columns: Vec<(Option<Column>, String)>,
    /// Names of the columns that are not read.
    pub(super) not_read: Vec<String>,
}

impl Header {
    pub(super) fn read<'a>(names: impl Iterator<Item = &'a str>) -> Result<Self, FileError> {
        let columns: Vec<(Option<Column>, String)> =
            names.map(|name| (meaning(name), name.trim().to_owned())).collect();
        if columns.iter().all(|(_, name)| name.is_empty()) {
            return Err(FileError::Empty);
        }
        let has = |wanted: Column| columns.iter().any(|(column, _)| *column == Some(wanted));
        if !has(Column::UserId) {
            return Err(FileError::NoUserIdColumn { found: columns.into_iter().map(|(_, name)| name).collect() });
        }
        Self::checked(columns)
    }

    /// The columns as a column file names them. Every other column is left alone.
    pub(super) fn mapped(map: &ColumnMap, names: &[&str]) -> Result<Self, FileError> {
        let mut columns: Vec<(Option<Column>, String)> = match map.first_line {
            FirstLine::Headings => names.iter().map(|name| (None, name.trim().to_owned())).collect(),
            FirstLine::Member => (1..=names.len()).map(|at| (None, at.to_string())).collect(),
        };
        for (column, place) in &map.places {
            let at = match place {
                Place::Position(position) => position.checked_sub(1).filter(|at| *at < columns.len()),
                Place::Heading(heading) => columns.iter().position(|(_, name)| name == heading.trim()),
            };
            let wanted = match place {
                Place::Position(position) => position.to_string(),
                Place::Heading(heading) => heading.clone(),
            };
            let Some((taken, name)) = at.and_then(|at| columns.get_mut(at)) else {
                return Err(FileError::NoSuchColumn { key: column.key(), wanted });
            };
            if taken.is_some() {
                return Err(FileError::TwoColumns { first: name.clone(), second: column.key().to_owned() });
            }
            *taken = Some(*column);
        }
        Self::checked(columns)
    }

    fn checked(mut columns: Vec<(Option<Column>, String)>) -> Result<Self, FileError> {
        let has = |wanted: Column| columns.iter().any(|(column, _)| *column == Some(wanted));
        // Where the parts of a name stand apart, the whole adds nothing and may be cut in the wrong place.
        let (has_parts, has_kana_parts) = (has(Column::Family), has(Column::FamilyKana));
        for (column, _) in &mut columns {
            let is_spare = match column {
                Some(Column::Name) => has_parts,
                Some(Column::Kana) => has_kana_parts,
                Some(_) | None => false,
            };
            if is_spare {
                *column = None;
            }
        }
        for (at, (column, second)) in columns.iter().enumerate() {
            let earlier = columns.iter().take(at).find(|(other, _)| other.is_some() && other == column);
            if let Some((_, first)) = earlier {
                return Err(FileError::TwoColumns { first: first.clone(), second: second.clone() });
            }
        }
        let is_not_read = |(column, name): &&(Option<Column>, String)| column.is_none() && !name.is_empty();
        let not_read = columns.iter().filter(is_not_read).map(|(_, name)| name.clone()).collect();
        Ok(Self { columns, not_read })
    }

    /// The name of a column as written.
    pub(super) fn name_of(&self, wanted: Column) -> &str {
        self.columns.iter().find(|(column, _)| *column == Some(wanted)).map_or("", |(_, name)| name)
    }
}

fn meaning(name: &str) -> Option<Column> {
    let name: String = name.chars().take(100).collect();
    // The long-vowel mark reads as a hyphen elsewhere; here it is a letter (ユーザー, メール).
    let is_between = |c: &char| {
        c.is_whitespace()
            || (is_hyphen_like(*c) && *c != 'ー')
            || matches!(c, '_' | '(' | ')' | '[' | ']' | '・' | '*' | '※')
    };
    let plain: String = folded(&name).flat_map(char::to_lowercase).filter(|c| !is_between(c)).collect();
    NAMES.iter().find(|(_, names)| names.contains(&plain.as_str())).map(|(column, _)| *column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_known_by_their_names_in_both_languages() {
        let known = [
            ("ユーザID", Column::UserId),
            ("ユーザーＩＤ", Column::UserId),
            ("User ID", Column::UserId),
            ("user_id", Column::UserId),
            ("被保険者証記号", Column::Symbol),
            ("氏名（カナ）", Column::Kana),
            ("ﾌﾘｶﾞﾅ", Column::Kana),
            ("姓(カナ)", Column::FamilyKana),
            ("生年月日", Column::BirthDate),
            ("E-mail", Column::Mail),
            ("メールアドレス", Column::Mail),
        ];
        for (name, column) in known {
            assert_eq!(meaning(name), Some(column), "{name}");
        }
        assert_eq!(meaning("備考"), None);
    }

    #[test]
    fn a_header_is_refused_or_says_what_is_not_read() {
        let read = |text: &str| Header::read(text.split(','));
        assert_eq!(read("user_id,姓,名,氏名,備考").unwrap().not_read, ["氏名", "備考"]);
        assert!(matches!(read("氏名,mail"), Err(FileError::NoUserIdColumn { .. })));
        assert!(matches!(read("user_id,mail,E-mail"), Err(FileError::TwoColumns { .. })));
        assert!(matches!(read(""), Err(FileError::Empty)));
    }
}
