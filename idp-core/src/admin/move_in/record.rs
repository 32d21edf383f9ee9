//! A member as one line of JSON: the form in which a society takes its own data along, and brings it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::passkeys::{Offered, stays};
use super::{Arrival, ArrivingPasskey, Destination, Enrolled, LeftBehind, Owed, Proof};
use crate::birth_date::BirthDate;
use crate::clock::Timestamp;
use crate::credential::Method;
use crate::credential::passkey::Backup;
use crate::credential::passkey::message::{Handle, transports};
use crate::credential::passkey::portable::Portable;
use crate::credential::totp::{TOTP_SECRET_BYTES, TotpSecret};
use crate::hashing::Phc;
use crate::language::Language;
use crate::mail_address::MailAddress;
use crate::member::{Address, Household, MemberState, Name};
use crate::user_id::UserId;

/// Names the form of a line; a later form has another number.
pub const FORMAT: &str = "sekisho-member/1";

/// One line. Times are RFC 3339; what is not known is left out.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "docs/formats.md explains each")]
pub struct Record {
    pub format: String,
    pub user_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<MemberState>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family_kana: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_kana: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date_confirmed_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub symbol: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub address: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail_verified_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen_method: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_password_required_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<TermsRecord>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<PasswordRecord>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub apps: Vec<AppRecord>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passkeys: Vec<PasskeyRecord>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mail_codes: bool,
}

/// The terms that were accepted last.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "docs/formats.md explains each")]
pub struct TermsRecord {
    pub version: i64,
    pub sha256: String,
}

/// The hash of the password, with all that it needs to be compared.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "docs/formats.md explains each")]
pub struct PasswordRecord {
    pub hash: String,
}

/// An authenticator app.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "docs/formats.md explains each")]
pub struct AppRecord {
    pub name: String,
    /// The key in hexadecimal digits.
    pub secret_hex: String,
}

/// A passkey's public half. Bytes are base64url (RFC 4648 §5), without padding.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "docs/formats.md explains each")]
pub struct PasskeyRecord {
    #[serde(default)]
    pub name: String,
    pub rp_id: String,
    pub user_handle: String,
    pub credential_id: String,
    pub public_key: String,
    #[serde(default)]
    pub sign_count: u32,
    #[serde(default)]
    pub backup: Backup,
    #[serde(default)]
    pub aaguid: Uuid,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transports: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<String>,
}

impl PasskeyRecord {
    fn offered(&self) -> Result<Offered, String> {
        let bytes =
            |name: &str, text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| format!("its {name} is not base64url"));
        let key = Portable {
            credential_id: bytes("credential_id", &self.credential_id)?,
            public_key: bytes("public_key", &self.public_key)?,
            sign_count: self.sign_count,
            backup: self.backup,
            aaguid: self.aaguid,
        };
        Ok(Offered {
            name: self.name.clone(),
            rp_id: Some(self.rp_id.clone()),
            handle: Handle::read(&bytes("user_handle", &self.user_handle)?),
            key,
            transports: transports(self.transports.clone()),
            created_at: self.created_at.as_deref().and_then(Timestamp::from_rfc3339),
            last_used_at: self.last_used_at.as_deref().and_then(Timestamp::from_rfc3339),
        })
    }
}

impl Record {
    /// Reads a line. What cannot come along is told beside the member; a line that is no member is an error.
    ///
    /// # Errors
    /// A sentence.
    pub fn arrival(self, destination: &Destination) -> Result<(Arrival, Vec<LeftBehind>), String> {
        if self.format != FORMAT {
            return Err(format!("the format is “{}”, not “{FORMAT}”", self.format));
        }
        let user_id = UserId::parse(&self.user_id).map_err(|error| error.to_string())?;
        let mut behind = Vec::new();
        let mut told = |what: String| behind.push(LeftBehind::new(format!("user {user_id}"), what));
        let proof = |at: &Option<String>| if at.is_some() { Proof::Given } else { Proof::Owed };

        let birth_date = self.birth_date.as_deref().map(|text| BirthDate::parse(text, destination.today)).transpose();
        let birth_date = birth_date.map_err(|error| error.to_string())?;
        let mail = self.mail.as_deref().map(MailAddress::parse).transpose().map_err(|error| error.to_string())?;
        let password = match self.password.as_ref().map(|password| Phc::from_elsewhere(&password.hash)) {
            Some(Ok(phc)) => Some(phc),
            Some(Err(error)) => {
                told(format!("{error}: the member needs a letter"));
                None
            }
            None => None,
        };
        let mut apps = Vec::new();
        for app in &self.apps {
            match secret_of_hex(&app.secret_hex) {
                Some(secret) => apps.push((app.name.clone(), secret)),
                None => told(format!("the key of the app “{}” has not {TOTP_SECRET_BYTES} bytes", app.name)),
            }
        }
        let mut passkeys: Vec<ArrivingPasskey> = Vec::new();
        for passkey in &self.passkeys {
            match passkey.offered().and_then(|offered| destination.admit(offered)) {
                Ok(arriving) => passkeys.push(arriving),
                Err(reason) => told(stays(&passkey.name, &reason)),
            }
        }
        let chosen = self.chosen_method.as_deref().and_then(Method::from_name);
        let arrival = Arrival {
            user_id: user_id.clone(),
            subject: self.sub.filter(|sub| is_subject(sub)),
            name: Name {
                family: self.family_name,
                given: self.given_name,
                family_kana: self.family_kana,
                given_kana: self.given_kana,
            },
            birth_date: birth_date.map(|date| (date, proof(&self.birth_date_confirmed_at))),
            household: Household { symbol: self.symbol, number: self.number, branch: self.branch },
            address: Address { postal_code: self.postal_code, lines: self.address },
            mail: mail.map(|address| (address, proof(&self.mail_verified_at))),
            language: self.language,
            state: self.state.unwrap_or(MemberState::Active),
            password,
            apps,
            passkeys,
            mail_codes: if self.mail_codes { Enrolled::Yes } else { Enrolled::No },
            chosen,
            new_password: if self.new_password_required_at.is_some() { Owed::Yes } else { Owed::No },
            terms: self.terms.map(|terms| (terms.version, terms.sha256)),
        };
        Ok((arrival, behind))
    }
}

/// What a client may be told as `sub` (OpenID Connect Core 1.0 §2): up to 255 ASCII characters.
pub(super) fn is_subject(text: &str) -> bool {
    (1..=255).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn secret_of_hex(text: &str) -> Option<TotpSecret> {
    if text.len() != 2 * TOTP_SECRET_BYTES || !text.is_ascii() {
        return None;
    }
    let mut bytes = [0_u8; TOTP_SECRET_BYTES];
    for (byte, at) in bytes.iter_mut().zip((0..text.len()).step_by(2)) {
        *byte = u8::from_str_radix(text.get(at..at + 2)?, 16).ok()?;
    }
    Some(TotpSecret::from_bytes(bytes))
}
