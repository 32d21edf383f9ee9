//! Parameters of a query or a form (`application/x-www-form-urlencoded`), in the order sent, doubles included.

use std::collections::BTreeSet;

/// The text is not UTF-8 after decoding, or holds a NUL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the parameters are not readable text")]
pub struct Unreadable;

/// Parameters that may name several things.
const REPEATABLE: [&str; 2] = ["resource", "audience"];

/// Parameters as sent. Holds secrets: no `Debug` of values.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Params(Vec<(String, String)>);

impl Params {
    /// Reads a query (without its `?`) or a form. Unlike lenient readers it refuses what is not UTF-8.
    pub fn parse(text: &[u8]) -> Result<Self, Unreadable> {
        let mut pairs = Vec::new();
        for pair in text.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            let at = pair.iter().position(|byte| *byte == b'=');
            let (name, value) = at.map_or((pair, &[][..]), |at| (&pair[..at], &pair[at + 1..]));
            pairs.push((decoded(name)?, decoded(value)?));
        }
        Ok(Self(pairs))
    }

    /// The parameter's value. An empty one counts as not sent (RFC 6749 §3.1); of doubles the first.
    pub fn find(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(sent, _)| sent == name).map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// Every value of a parameter that may come more than once.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let sent = self.0.iter().filter(move |(sent, _)| sent == name);
        sent.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// The same parameters as a query, encoded anew.
    pub fn to_query(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }

    /// Whether the parameter came more than once, which RFC 6749 §3.1 forbids.
    pub fn is_doubled(&self, name: &str) -> bool {
        self.0.iter().filter(|(sent, _)| sent == name).count() > 1
    }

    /// The same parameters but those of these names.
    #[must_use]
    pub fn without(&self, names: &[&str]) -> Self {
        Self(self.0.iter().filter(|(name, _)| !names.contains(&name.as_str())).cloned().collect())
    }

    /// These parameters, and those of `outside` whose names are not among them.
    #[must_use]
    pub fn over(&self, outside: &Params) -> Self {
        let inside: BTreeSet<&str> = self.names().collect();
        let missing = outside.0.iter().filter(|(name, _)| !inside.contains(name.as_str()));
        Self(self.0.iter().chain(missing).cloned().collect())
    }

    /// The first name that came more than once, although it may not: resources and audiences may (RFC 8707 §2, RFC 8693
    /// §2.1).
    pub fn doubled(&self) -> Option<&str> {
        // Sorted, since anybody may send a body of twenty thousand names, which are too many for each with each.
        let mut sorted: Vec<&str> = self.names().filter(|name| !REPEATABLE.contains(name)).collect();
        sorted.sort_unstable();
        let pairs = sorted.iter().zip(sorted.iter().skip(1));
        let doubled: Vec<&str> = pairs.filter(|(name, next)| name == next).map(|(name, _)| *name).collect();
        self.names().find(|name| doubled.binary_search(name).is_ok())
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }
}

/// For tests and for verbs called without HTTP.
impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Params {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

/// Form-decodes one name or value. A `%` without two digits stays as it is, as browsers read it.
pub(crate) fn decoded(text: &[u8]) -> Result<String, Unreadable> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, after @ ..] = rest {
        rest = after;
        match (first, after) {
            (b'+', _) => bytes.push(b' '),
            (b'%', [high, low, following @ ..]) => match (digit(*high), digit(*low)) {
                (Some(high), Some(low)) => {
                    bytes.push(high * 16 + low);
                    rest = following;
                }
                (Some(_) | None, _) => bytes.push(b'%'),
            },
            (other, _) => bytes.push(*other),
        }
    }
    if bytes.contains(&0) {
        return Err(Unreadable);
    }
    String::from_utf8(bytes).map_err(|_| Unreadable)
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_are_decoded_in_order() {
        let params = Params::parse("a=1&b=%E3%81%82+%26&&c&d=".as_bytes()).unwrap();
        assert_eq!(params.find("a"), Some("1"));
        assert_eq!(params.find("b"), Some("あ &"));
        assert_eq!((params.find("c"), params.find("d"), params.find("e")), (None, None, None));
        assert_eq!(params.doubled(), None);
    }

    #[test]
    fn a_query_made_of_parameters_reads_back_the_same() {
        let text = "a=1&b=%E3%81%82+%26%3D&b=&%0D%0A=%23";
        let params = Params::parse(text.as_bytes()).unwrap();
        assert_eq!(params.to_query(), text);
        assert!(Params::parse(params.to_query().as_bytes()) == Ok(params));
    }

    #[test]
    fn doubles_are_seen_also_when_one_is_empty_or_spelled_differently() {
        assert_eq!(Params::parse(b"x=1&state=a&state=").unwrap().doubled(), Some("state"));
        assert!(Params::parse(b"state=a&st%61te=b").unwrap().is_doubled("state"));
        let two = Params::parse(b"resource=a&resource=b").unwrap();
        assert_eq!((two.doubled(), two.all("resource").count()), (None, 2));
        assert_eq!(Params::parse(b"c=1&b=1&a=1&a=2&b=2").unwrap().doubled(), Some("b"), "the first that was sent");
    }

    #[test]
    fn a_body_full_of_names_is_searched_for_doubles() {
        let many: Params = (0..20_000).map(|n| (format!("{n:x}"), "")).collect();
        assert_eq!(many.doubled(), None);
        assert_eq!(many.over(&many).0.len(), 20_000);
        let last: Params = many.0.iter().cloned().chain([("4e1f".to_owned(), String::new())]).collect();
        assert_eq!(last.doubled(), Some("4e1f"));
    }

    #[test]
    fn what_is_no_text_is_refused() {
        for wrong in [&b"a=%ff"[..], b"a=\xff", b"%00=a", b"a=%e3%81"] {
            assert_eq!(Params::parse(wrong).err(), Some(Unreadable));
        }
        assert_eq!(Params::parse(b"a=%zz%4").unwrap().find("a"), Some("%zz%4"));
    }
}
