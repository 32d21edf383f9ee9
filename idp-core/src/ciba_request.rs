//! A member who is asked by a client, and answers on a device of their own (OpenID Connect CIBA Core 1.0). Where the request
//! stands: [`crate::polled`].

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clock::{Timestamp, minutes};
use crate::id::{CibaRequestId, ClientRowId, MemberId};
use crate::oidc::acr::Acr;
use crate::oidc::scope::Scopes;
use crate::polled::Polled;
use crate::secret::{CibaPing, Hashed, Sealed, ThrottleSubject};
use crate::typed::{is_forbidden, is_invisible};

/// How long a member has to answer, where the client says nothing.
pub const LIFETIME: Duration = minutes(10);
/// The shortest and the longest that a client may ask for; what lies outside is brought inside.
const LIFETIMES: (u64, u64) = (30, 1_800);
/// The longest message, in characters.
const MESSAGE_MAX: usize = 100;

/// How long a request lives for which a client asks for so many seconds.
pub fn lifetime(seconds: u64) -> Duration {
    Duration::from_secs(seconds.clamp(LIFETIMES.0, LIFETIMES.1))
}

/// What stands on both devices, so that the member knows which request it is (CIBA Core §7.1): one line of 1 to 100
/// characters, none of them a control or a mark that hides or reorders others, and no link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BindingMessage(String);

/// The text is no message that can be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a binding message is one line of 1 to 100 characters without control characters and links")]
pub struct BindingMessageError;

impl BindingMessage {
    /// Reads a message.
    pub fn parse(text: &str) -> Result<Self, BindingMessageError> {
        let length = text.chars().take(MESSAGE_MAX + 1).count();
        let is_blank = text.chars().all(char::is_whitespace);
        if is_blank
            || length > MESSAGE_MAX
            || text.contains("://")
            || text.chars().any(|c| is_forbidden(c) || is_invisible(c))
        {
            return Err(BindingMessageError);
        }
        Ok(Self(text.to_owned()))
    }

    /// As it is shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for BindingMessage {
    type Error = BindingMessageError;

    fn try_from(text: String) -> Result<Self, BindingMessageError> {
        Self::parse(&text)
    }
}

impl From<BindingMessage> for String {
    fn from(message: BindingMessage) -> Self {
        message.0
    }
}

/// One request, without its `auth_req_id`.
#[derive(Debug, Clone)]
pub struct CibaRequest {
    /// What our own pages know it by.
    pub id: CibaRequestId,
    /// Which application asks.
    pub client: ClientRowId,
    /// Whom; nobody where the hint names nobody who can be asked.
    pub member: Option<MemberId>,
    /// What it is counted under until the member allows it.
    pub subject: Hashed<ThrottleSubject>,
    /// For what.
    pub scopes: Scopes,
    /// The same in detail (RFC 9396).
    pub authorization_details: Vec<Value>,
    /// The classes wished for, most wanted first.
    pub acr_values: Vec<Acr>,
    /// What the other device shows.
    pub binding_message: Option<BindingMessage>,
    /// What the client is told with, where it is told.
    pub ping: Option<Sealed<CibaPing>>,
    /// When it began.
    pub created_at: Timestamp,
    /// Where it stands.
    pub polled: Polled,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_line_that_shows_what_it_says() {
        for good in ["7-42", "窓口 3番：健診の予約", &"あ".repeat(100)] {
            assert_eq!(BindingMessage::parse(good).unwrap().as_str(), good);
        }
        let (long, turned) = ("x".repeat(101), "a\u{202E}b");
        for wrong in ["", "  ", "a\nb", "a\0", "\u{200B}", "a\u{FEFF}b", "see https://a.example", turned, &long] {
            assert_eq!(BindingMessage::parse(wrong), Err(BindingMessageError), "{wrong:?}");
        }
    }

    #[test]
    fn a_lifetime_stays_between_half_a_minute_and_half_an_hour() {
        assert_eq!(lifetime(1), Duration::from_secs(30));
        assert_eq!(lifetime(120), Duration::from_secs(120));
        assert_eq!(lifetime(u64::MAX), minutes(30));
    }
}
