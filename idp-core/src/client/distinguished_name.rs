//! Distinguished names: the text form of RFC 4514, and the comparison of RFC 4517 §4.2.11 (letters of either case, runs
//! of spaces as one).

/// Attribute types that have a short name (RFC 4514 §3, RFC 4519, and two that certificates use besides).
const TYPES: [(&str, &str); 13] = [
    ("cn", "2.5.4.3"),
    ("sn", "2.5.4.4"),
    ("serialnumber", "2.5.4.5"),
    ("c", "2.5.4.6"),
    ("l", "2.5.4.7"),
    ("st", "2.5.4.8"),
    ("street", "2.5.4.9"),
    ("o", "2.5.4.10"),
    ("ou", "2.5.4.11"),
    ("organizationidentifier", "2.5.4.97"),
    ("uid", "0.9.2342.19200300.100.1.1"),
    ("dc", "0.9.2342.19200300.100.1.25"),
    ("emailaddress", "1.2.840.113549.1.9.1"),
];

/// The attributes of one level: object identifier and value, sorted.
type Level = Vec<(String, String)>;

/// A distinguished name, its most specific level first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DistinguishedName(Vec<Level>);

impl DistinguishedName {
    /// Reads the text form; `None` where it is none.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let levels = split(text, ',')?;
        let levels: Option<Vec<Level>> = levels.into_iter().map(level).collect();
        levels.filter(|levels| !levels.is_empty()).map(Self)
    }

    /// From the attributes of a certificate, its most general level first: object identifier and value.
    pub(crate) fn of_certificate(levels: Vec<Vec<(String, String)>>) -> Self {
        let sorted = |mut level: Level| {
            for (_, value) in &mut level {
                *value = folded(value);
            }
            level.sort();
            level
        };
        Self(levels.into_iter().rev().map(sorted).collect())
    }
}

/// Parts between separators that are neither escaped nor quoted.
fn split(text: &str, separator: char) -> Option<Vec<&str>> {
    let (mut parts, mut start, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            _ if character == separator && !quoted => {
                parts.push(&text[start..at]);
                start = at + character.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    (!quoted && !escaped).then_some(parts)
}

fn level(text: &str) -> Option<Level> {
    let attributes: Option<Level> = split(text, '+')?.into_iter().map(attribute).collect();
    attributes.map(|mut attributes| {
        attributes.sort();
        attributes
    })
}

fn attribute(text: &str) -> Option<(String, String)> {
    let (name, value) = text.split_once('=')?;
    let name = name.trim().to_ascii_lowercase();
    let is_dotted = name.contains('.') && name.split('.').all(|part| part.parse::<u64>().is_ok());
    let identifier = match TYPES.iter().find(|(short, _)| *short == name) {
        Some((_, identifier)) => (*identifier).to_owned(),
        None if is_dotted => name,
        None => return None,
    };
    Some((identifier, folded(&unescaped(value.trim())?)))
}

/// Takes quotes and escapes away: `\,` is the character, `\2C` the byte.
fn unescaped(text: &str) -> Option<String> {
    let text = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let (mut bytes, mut rest) = (Vec::with_capacity(text.len()), text.bytes());
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        let first = rest.next()?;
        match char::from(first).to_digit(16) {
            Some(high) => {
                let low = char::from(rest.next()?).to_digit(16)?;
                bytes.push(u8::try_from(high * 16 + low).ok()?);
            }
            None => bytes.push(first),
        }
    }
    String::from_utf8(bytes).ok()
}

fn folded(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(left: &str, right: &str) -> bool {
        DistinguishedName::parse(left).unwrap() == DistinguishedName::parse(right).unwrap()
    }

    #[test]
    fn spelling_does_not_matter_and_order_does() {
        assert!(same("CN=portal,O=Kenpo,C=JP", "cn = Portal , o=KENPO, c=jp"));
        assert!(same("CN=a+OU=b,C=JP", "OU=b+CN=a,C=JP"));
        assert!(same(r"CN=Kenpo\, Inc.", r#"CN="Kenpo, Inc.""#));
        assert!(same(r"CN=\E5\81\A5\E4\BF\9D", "2.5.4.3=健保"));
        assert!(same("CN=a  b", "CN=A b"));
        assert!(!same("CN=portal,C=JP", "C=JP,CN=portal"));
        assert!(!same("CN=portal", "O=portal"));
        assert!(!same("CN=portal,C=JP", "CN=portal"));
        assert!(!same(r"CN=a\,O=b", "CN=a,O=b"));
    }

    #[test]
    fn what_is_no_name_is_none() {
        for text in ["", "portal", "CN=a,", "XX=a", r"CN=a\", "CN=\"a", r"CN=\4", ",", "=a"] {
            assert_eq!(DistinguishedName::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_certificate_names_its_general_levels_first() {
        let of = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(name, value)| vec![((*name).to_owned(), (*value).to_owned())]).collect()
        };
        let certificate = DistinguishedName::of_certificate(of(&[("2.5.4.6", "JP"), ("2.5.4.3", "Portal")]));
        assert_eq!(Some(certificate), DistinguishedName::parse("CN=portal,C=JP"));
    }
}
