//! Passkeys of a Keycloak export: credentials of the types `webauthn` and `webauthn-passwordless`.

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value;
use uuid::Uuid;

use super::super::passkeys::{Offered, stays};
use super::super::{ArrivingPasskey, Destination};
use super::users::part;
use super::{text, texts};
use crate::clock::Timestamp;
use crate::credential::passkey::Backup;
use crate::credential::passkey::message::{Handle, transports};
use crate::credential::passkey::portable::Portable;

/// The hosts that Keycloak made passkeys for.
#[derive(Debug, Default)]
pub(super) struct Hosts {
    /// The relying party ids of the realm's two policies, where they are not left to the host of its pages.
    second_step: Option<String>,
    passwordless: Option<String>,
    /// The host of its pages: no export says it.
    pages: Option<String>,
}

impl Hosts {
    pub(super) fn of_pages(pages: Option<String>) -> Self {
        Self { pages, ..Self::default() }
    }

    /// Reads the policies, which stand in the file of the realm itself.
    pub(super) fn learn(&mut self, root: &Value) {
        let policy = |name: &str| text(root, name).map(str::to_owned);
        self.second_step = policy("webAuthnPolicyRpId").or(self.second_step.take());
        self.passwordless = policy("webAuthnPolicyPasswordlessRpId").or(self.passwordless.take());
    }

    fn of(&self, kind: &str) -> Option<String> {
        let policy = if kind == "webauthn-passwordless" { &self.passwordless } else { &self.second_step };
        policy.clone().or_else(|| self.pages.clone())
    }
}

/// The passkey, or what is said of one that stays behind.
pub(super) fn passkey(
    credential: &Value,
    (user, kind): (&Value, &str),
    hosts: &Hosts,
    destination: &Destination,
) -> Result<ArrivingPasskey, String> {
    let name = text(credential, "userLabel").unwrap_or_default();
    let offered = offered(credential, user, hosts.of(kind)).ok_or_else(|| "its data cannot be read".to_owned());
    offered.and_then(|offered| destination.admit(offered)).map_err(|reason| stays(name, &reason))
}

fn offered(credential: &Value, user: &Value, rp_id: Option<String>) -> Option<Offered> {
    let data = part(credential, "credentialData");
    let key = Portable {
        credential_id: bytes(text(&data, "credentialId")?)?,
        public_key: bytes(text(&data, "credentialPublicKey")?)?,
        sign_count: data.get("counter").and_then(Value::as_u64).and_then(|count| u32::try_from(count).ok())?,
        // Keycloak does not keep it; the first answer here says it.
        backup: Backup::Unknown,
        aaguid: text(&data, "aaguid").and_then(|text| Uuid::parse_str(text).ok()).unwrap_or_default(),
    };
    let said = texts(&data, "transports").into_iter().map(str::to_ascii_lowercase).collect();
    Some(Offered {
        name: text(credential, "userLabel").unwrap_or_default().to_owned(),
        rp_id,
        // There, the handle is the text of the user's id.
        handle: text(user, "id").map_or(Handle::Foreign, |id| Handle::read(id.as_bytes())),
        key,
        transports: transports(said),
        created_at: credential.get("createdDate").and_then(Value::as_i64).map(Timestamp::from_millis),
        last_used_at: None,
    })
}

/// Identifiers stand there in one alphabet of base64, keys in the other.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let alphabet = if text.contains(['+', '/']) { &STANDARD } else { &URL_SAFE };
    GeneralPurpose::new(alphabet, config).decode(text).ok()
}
