//! `application/x-www-form-urlencoded` (WHATWG URL §5.1), read strictly: what is ambiguous is refused, not guessed.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

/// The fields of a form or a query, each at most once.
#[derive(Default)]
pub struct Fields(BTreeMap<String, Zeroizing<String>>);

/// Why fields cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldsError {
    /// The body is no form.
    NotAForm,
    /// More than 64 KiB.
    TooLarge,
    /// Bytes that are no UTF-8.
    NotUtf8,
    /// A NUL character.
    Nul,
    /// The same field twice.
    Duplicate,
    /// The body ended before it was complete.
    Incomplete,
}

impl Fields {
    /// Reads the encoded text.
    ///
    /// # Errors
    /// [`FieldsError::NotUtf8`], [`FieldsError::Nul`], [`FieldsError::Duplicate`].
    pub fn parse(encoded: &[u8]) -> Result<Self, FieldsError> {
        let mut fields = BTreeMap::new();
        for pair in encoded.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            let (name, value) = match pair.iter().position(|byte| *byte == b'=') {
                Some(at) => (&pair[..at], &pair[at + 1..]),
                None => (pair, &pair[pair.len()..]),
            };
            let (name, value) = (decode(name)?, Zeroizing::new(decode(value)?));
            if fields.insert(name, value).is_some() {
                return Err(FieldsError::Duplicate);
            }
        }
        Ok(Self(fields))
    }

    /// The text of a field; empty when it was not sent.
    pub fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |value| value.as_str())
    }

    /// The text of a field, if it was sent.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| value.as_str())
    }

    /// Whether the field was sent: a pressed button, a ticked box.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// All fields, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

fn decode(encoded: &[u8]) -> Result<String, FieldsError> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded;
    while let [first, after @ ..] = rest {
        rest = after;
        match (*first, after) {
            (b'+', _) => bytes.push(b' '),
            (b'%', [high, low, beyond @ ..]) if digit(*high).is_some() && digit(*low).is_some() => {
                bytes.push(digit(*high).unwrap_or(0) * 16 + digit(*low).unwrap_or(0));
                rest = beyond;
            }
            (other, _) => bytes.push(other),
        }
    }
    let text = String::from_utf8(bytes).map_err(|_| FieldsError::NotUtf8)?;
    if text.contains('\0') {
        return Err(FieldsError::Nul);
    }
    Ok(text)
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(encoded: &[u8]) -> FieldsError {
        match Fields::parse(encoded) {
            Ok(_) => panic!("accepted"),
            Err(error) => error,
        }
    }

    #[test]
    fn fields_are_decoded() {
        let fields = Fields::parse("a=1+2&b=%E6%97%A5%E6%9C%AC&c&d=x%3Dy%26z&&e=100%&f=%zz".as_bytes()).unwrap();
        assert_eq!(fields.text("a"), "1 2");
        assert_eq!(fields.text("b"), "日本");
        assert_eq!((fields.get("c"), fields.has("c")), (Some(""), true));
        assert_eq!(fields.text("d"), "x=y&z");
        assert_eq!((fields.text("e"), fields.text("f")), ("100%", "%zz"));
        assert_eq!((fields.text("g"), fields.get("g")), ("", None));
        assert_eq!(fields.iter().count(), 6);
    }

    #[test]
    fn what_is_ambiguous_or_no_text_is_refused() {
        assert_eq!(refused(b"a=1&a=2"), FieldsError::Duplicate);
        assert_eq!(refused(b"a=1&%61=1"), FieldsError::Duplicate);
        assert_eq!(refused(b"a=%ff"), FieldsError::NotUtf8);
        assert_eq!(refused(&[b'a', b'=', 0xc3]), FieldsError::NotUtf8);
        assert_eq!(refused(b"a=%00"), FieldsError::Nul);
        assert_eq!(refused(b"a\0=1"), FieldsError::Nul);
    }
}
