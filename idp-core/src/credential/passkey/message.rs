//! What browsers send: the JSON forms of WebAuthn Level 3 (§5.1, `RegistrationResponseJSON`, `AuthenticationResponseJSON`).

use serde::Deserialize;
use uuid::Uuid;
use webauthn_rs::prelude as webauthn;

/// Longest answer, in bytes: an attestation with certificates stays far below.
const LONGEST: usize = 32 * 1024;
/// How many transports are kept, and how long a name of one may be.
const TRANSPORTS_MAX: usize = 8;
const TRANSPORT_LETTERS: usize = 20;

/// Whether the authenticator is part of the device the browser runs on (§5.4.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attachment {
    /// It is, or the browser did not say.
    Platform,
    /// It is another device: a phone by QR code, a security key.
    CrossPlatform,
}

/// The answer of an authenticator that made a key pair.
pub struct Registration {
    pub(super) answer: webauthn::RegisterPublicKeyCredential,
    pub(super) transports: Vec<String>,
}

/// The answer of an authenticator that signed a challenge.
pub struct Assertion {
    pub(super) answer: webauthn::PublicKeyCredential,
    /// Where the authenticator is.
    pub attachment: Attachment,
}

/// Who an authenticator says a key pair is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handle {
    /// Whoever has this handle.
    Of(Uuid),
    /// Nobody who could be known here.
    Foreign,
}

impl Handle {
    /// Handles of ours are the 16 bytes of a UUID. Members who moved in may have one that is its text: so Keycloak makes
    /// them of a user's id.
    pub fn read(bytes: &[u8]) -> Self {
        let read = Uuid::from_slice(bytes).ok().or_else(|| {
            let text = std::str::from_utf8(bytes).ok()?;
            let handle = Uuid::parse_str(text).ok()?;
            (handle.hyphenated().to_string() == text).then_some(handle)
        });
        read.map_or(Self::Foreign, Self::Of)
    }
}

/// The text is no answer of an authenticator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no answer of an authenticator")]
pub struct Unreadable;

#[derive(Deserialize)]
struct Beside {
    #[serde(default, rename = "authenticatorAttachment")]
    attachment: Option<String>,
    #[serde(default)]
    response: BesideResponse,
}

#[derive(Default, Deserialize)]
struct BesideResponse {
    #[serde(default)]
    transports: Option<Vec<String>>,
}

impl Registration {
    /// Reads the JSON form.
    pub fn parse(text: &str) -> Result<Self, Unreadable> {
        let beside = beside(text)?;
        let answer = serde_json::from_str(text).map_err(|_| Unreadable)?;
        Ok(Self { answer, transports: transports(beside.response.transports.unwrap_or_default()) })
    }
}

impl Assertion {
    /// Reads the JSON form.
    pub fn parse(text: &str) -> Result<Self, Unreadable> {
        let beside = beside(text)?;
        let answer: webauthn::PublicKeyCredential = serde_json::from_str(text).map_err(|_| Unreadable)?;
        let attachment = match beside.attachment.as_deref() {
            Some("cross-platform") => Attachment::CrossPlatform,
            Some(_) | None => Attachment::Platform,
        };
        Ok(Self { answer, attachment })
    }

    /// Which key pair signed.
    pub fn credential_id(&self) -> &[u8] {
        self.answer.get_credential_id()
    }

    /// Whose it is, as the authenticator says; one that was told which pair to use may leave it out.
    pub fn user_handle(&self) -> Option<Handle> {
        self.answer.get_user_unique_id().map(Handle::read)
    }
}

fn beside(text: &str) -> Result<Beside, Unreadable> {
    if text.len() > LONGEST {
        return Err(Unreadable);
    }
    serde_json::from_str(text).map_err(|_| Unreadable)
}

/// Kept as they were said, since new ones appear; only what can be no name of one is left out.
pub fn transports(said: Vec<String>) -> Vec<String> {
    let is_name = |text: &String| {
        !text.is_empty() && text.len() <= TRANSPORT_LETTERS && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
    };
    said.into_iter().filter(is_name).take(TRANSPORTS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{ProptestConfig, any, prop, proptest};

    use super::*;

    #[test]
    fn transports_are_kept_also_those_of_tomorrow() {
        let said = ["internal", "hybrid", "telepathy", "", "USB", "a b", &"x".repeat(21)].map(str::to_owned);
        assert_eq!(transports(said.to_vec()), ["internal", "hybrid", "telepathy"]);
        assert_eq!(transports(vec!["usb".to_owned(); 20]).len(), TRANSPORTS_MAX);
    }

    #[test]
    fn a_handle_is_a_uuid_or_its_text() {
        let handle = uuid::uuid!("5b6f0d1e-7c1c-4a5e-9d2f-0c2b5f9a1e01");
        assert_eq!(Handle::read(handle.as_bytes()), Handle::Of(handle));
        assert_eq!(Handle::read(handle.to_string().as_bytes()), Handle::Of(handle));
        for foreign in ["", "k-001", "5B6F0D1E-7C1C-4A5E-9D2F-0C2B5F9A1E01", "5b6f0d1e7c1c4a5e9d2f0c2b5f9a1e01"] {
            assert_eq!(Handle::read(foreign.as_bytes()), Handle::Foreign, "{foreign}");
        }
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        for text in ["", "{}", "[]", "null", "{\"id\":1}", "{\"response\":{\"transports\":[1]}}"] {
            assert!(Assertion::parse(text).is_err() && Registration::parse(text).is_err(), "{text}");
        }
        assert!(Assertion::parse(&" ".repeat(LONGEST + 1)).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_text_is_read_or_refused(text in any::<String>(), bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            use base64::Engine;
            let coded = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes);
            let answer = format!(
                "{{\"id\":\"{coded}\",\"rawId\":\"{coded}\",\"type\":\"public-key\",\"response\":{{\
                 \"authenticatorData\":\"{coded}\",\"attestationObject\":\"{coded}\",\"clientDataJSON\":\"{coded}\",\
                 \"signature\":\"{coded}\"}}}}"
            );
            for text in [text, answer] {
                let _ = (Assertion::parse(&text).is_ok(), Registration::parse(&text).is_ok());
            }
        }
    }
}
