//! The claims of a token (RFC 7519 §4).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::JoseError;
use crate::clock::Timestamp;

/// Claims as sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims(Map<String, Value>);

impl Claims {
    pub(super) fn read(encoded: &str) -> Result<Self, JoseError> {
        let json = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| JoseError::Malformed)?;
        serde_json::from_slice(&json).map(Self).map_err(|_| JoseError::Malformed)
    }

    /// The claim as it is.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// The claim, where it is a text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }

    /// All of them.
    pub fn all(&self) -> &Map<String, Value> {
        &self.0
    }

    /// A `NumericDate` (RFC 7519 §2): `None` when absent, an error when it is no number of our time.
    pub fn instant(&self, name: &str) -> Result<Option<Timestamp>, JoseError> {
        let Some(value) = self.get(name) else { return Ok(None) };
        // Some senders write fractions; what is smaller than a second decides nothing.
        #[expect(clippy::cast_possible_truncation, reason = "the float is checked to lie within the range")]
        let whole = |seconds: f64| (0.0..1e11).contains(&seconds).then_some(seconds as i64);
        let seconds = value.as_i64().or_else(|| value.as_f64().and_then(whole)).ok_or(JoseError::TimeMissing)?;
        let millis = seconds.checked_mul(1000).ok_or(JoseError::TimeMissing)?;
        Ok(Some(Timestamp::from_millis(millis)))
    }

    /// Whom it is for, as a list (RFC 7519 §4.1.3); empty when absent or of another form.
    pub fn audiences(&self) -> Vec<&str> {
        match self.get("aud") {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
            Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) | None => Vec::new(),
        }
    }
}
