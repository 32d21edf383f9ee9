//! A realm is one society: one origin, one issuer, its own members, clients, keys, terms and looks.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;
use uuid::Uuid;

use crate::client::{Pkce, ResponseType};
use crate::clock::{days, hours, minutes};
use crate::credential::Method;
use crate::credential::passkey::relying_party;
use crate::id::RealmId;
use crate::language::Language;

mod software_issuer;

pub use software_issuer::{SoftwareIssuer, SoftwareIssuerError};

/// One society.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Realm {
    /// Its identifier.
    pub id: RealmId,
    /// The short name operators use, `[a-z0-9-]`.
    pub name: String,
    /// Scheme, host and port without a trailing slash; also the issuer, byte for byte.
    pub origin: Origin,
    /// Everything a society chooses.
    pub settings: RealmSettings,
}

impl Realm {
    /// The second steps members are offered, strongest first: those of the settings that can work at this origin.
    pub fn offered_methods(&self) -> Vec<Method> {
        let works = |method: &Method| match method {
            Method::Passkey => relying_party::rp_id(self).is_some(),
            Method::App | Method::Mail => true,
        };
        self.settings.methods.iter().copied().filter(works).collect()
    }

    /// Stands for what concerns no single realm: creating realms, the installation's own audit chain.
    pub fn installation() -> Self {
        Self {
            id: RealmId::from_uuid(Uuid::nil()),
            name: String::new(),
            origin: Origin { text: String::new(), host: String::new(), security: Transport::Https },
            settings: RealmSettings::default(),
        }
    }
}

/// The short name by which operators call a realm: 1 to 63 of `a-z`, `0-9` and inner `-`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RealmName(String);

/// The text is no name for a realm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a realm's name has 1 to 63 small letters, digits and hyphens, and starts and ends without a hyphen")]
pub struct RealmNameError;

impl RealmName {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RealmName {
    type Err = RealmNameError;

    fn from_str(text: &str) -> Result<Self, RealmNameError> {
        let is_known = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
        let is_good = (1..=63).contains(&text.len())
            && text.bytes().all(is_known)
            && !text.starts_with('-')
            && !text.ends_with('-');
        if is_good { Ok(Self(text.to_owned())) } else { Err(RealmNameError) }
    }
}

/// Whether the pages are reached through TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// https.
    Https,
    /// Plain http, for loopback development alone.
    LoopbackHttp,
}

/// Scheme, host and port of a realm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    text: String,
    host: String,
    security: Transport,
}

/// Why an origin is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OriginError {
    /// Not an absolute URL.
    #[error("the origin must look like https://society.id.example")]
    Unreadable,
    /// A path, query, fragment, user or password is in it.
    #[error("the origin must end after the host and port: no path, query or user")]
    MoreThanOrigin,
    /// http elsewhere than on loopback.
    #[error("the origin must be https (plain http only for localhost)")]
    Insecure,
}

impl Origin {
    /// Reads `https://host[:port]`; `http` is accepted for loopback names alone.
    pub fn parse(text: &str) -> Result<Self, OriginError> {
        let url = Url::parse(text.trim()).map_err(|_| OriginError::Unreadable)?;
        let name = url.host_str().ok_or(OriginError::Unreadable)?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        if !bare || !url.username().is_empty() || url.password().is_some() {
            return Err(OriginError::MoreThanOrigin);
        }
        let loopback = matches!(name, "localhost" | "127.0.0.1" | "[::1]") || name.ends_with(".localhost");
        let security = match (url.scheme(), loopback) {
            ("https", _) => Transport::Https,
            ("http", true) => Transport::LoopbackHttp,
            ("http", false) => return Err(OriginError::Insecure),
            (_, _) => return Err(OriginError::Unreadable),
        };
        let host = url.port().map_or_else(|| name.to_owned(), |port| format!("{name}:{port}"));

        Ok(Self { text: format!("{}://{host}", url.scheme()), host, security })
    }

    /// `https://host[:port]`, without a trailing slash.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Host and port as the `Host` header carries them (the default port left out).
    pub fn host(&self) -> &str {
        &self.host
    }

    /// https or loopback http.
    pub fn transport(&self) -> Transport {
        self.security
    }
}

/// When the chosen method is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EnrolAt {
    /// In the same sitting as the first login.
    SameSitting,
    /// At the next sign-in, before the portal is reached (the manual's flow).
    #[default]
    NextSignIn,
}

/// Which initial passwords open the journey.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InitialPassword {
    /// Letter secrets alone.
    #[default]
    Letter,
    /// Letter secrets, and for members without a live letter symbol + number + birth date.
    Pattern,
}

/// What a pattern password must be joined by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PatternGuard {
    /// A proof of the mail address the society already held.
    #[default]
    MailOnFile,
    /// Nothing: whoever knows symbol, number and birth date takes the account.
    AcceptedRisk,
}

/// Who may register a client (RFC 7591 §3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegistrationPolicy {
    /// Operators alone.
    #[default]
    Closed,
    /// Also who holds an initial access token.
    Token,
    /// Anybody.
    Open,
}

/// Whether proofs of possession must carry a nonce of ours (RFC 9449 §8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DpopNonces {
    /// Their own time says how old they are.
    #[default]
    Off,
    /// A client whose clock is wrong, or who makes proofs in advance, is noticed.
    Required,
}

/// Whether a mailed code may stand in for a stronger second step, when the member asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailFallback {
    /// Never: a lost phone is a matter of recovery codes or of a letter.
    #[default]
    Off,
    /// It may; the session is `aal1`.
    On,
}

/// A text in each language.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Localised {
    /// Japanese.
    pub ja: String,
    /// English.
    pub en: String,
}

impl Localised {
    /// The text in `language`, or in Japanese where that is empty.
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::En if !self.en.is_empty() => &self.en,
            Language::En | Language::Ja => &self.ja,
        }
    }
}

/// Whether authorization requests must be pushed first (RFC 9126 §5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PushedRequests {
    /// They may be.
    #[default]
    Optional,
    /// They must be, whatever the client's own setting.
    Required,
}

/// Whether error pages say which rule a client's request broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalDetails {
    /// They show a code for the log.
    #[default]
    Hidden,
    /// They name parameter, rule and section to everyone who opens them: for realms in which portals are developed.
    ShownToEveryone,
}

/// Everything a society chooses, with defaults that fit most. What the version after this one wrote beside is ignored, since
/// both run side by side while nodes are upgraded; files and commands refuse what is not here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RealmSettings {
    /// The society's name on pages and mails.
    pub display_name: Localised,
    /// `#rrggbb`; the pages darken it where contrast asks for it.
    pub primary_colour: String,
    /// A `data:` URL or a path of a logo; none by default.
    pub logo_url: Option<String>,
    /// Where help is: usually a telephone number.
    pub help_line: Localised,
    /// When help is there.
    pub help_hours: Localised,
    /// Where a member goes who signed in without coming from an application.
    pub home_url: Option<String>,
    /// The sender of mails, `Name <address>` or the bare address.
    pub mail_sender: String,
    /// When the chosen method is set up.
    pub enrol_at: EnrolAt,
    /// Which initial passwords are accepted.
    pub initial_password: InitialPassword,
    /// What joins a pattern password.
    pub pattern_guard: PatternGuard,
    /// The second steps offered, strongest first.
    pub methods: Vec<Method>,
    /// The domain that passkeys are made for; the origin's host by default, or a parent of it.
    pub passkey_rp_id: Option<String>,
    /// Origins beside our own whose pages may use the realm's passkeys (WebAuthn Level 3 §5.11).
    pub passkey_related_origins: Vec<String>,
    /// The second steps after whose set-up recovery codes are offered.
    pub recovery_codes: Vec<Method>,
    /// Whether a mailed code may stand in for something stronger.
    pub mail_fallback: MailFallback,
    /// Wrong passwords that are looked at within a minute, in the whole realm; browsers that members used before are
    /// not counted.
    pub wrong_guesses_per_minute: i64,
    /// How long a letter opens the journey, in days.
    pub letter_days: u64,
    /// Idle limit of a session, in minutes.
    pub session_idle_minutes: u64,
    /// Absolute limit of a session, in minutes.
    pub session_absolute_minutes: u64,
    /// Who may register a client.
    pub registration: RegistrationPolicy,
    /// Whose software statements count at registration.
    pub software_statement_issuers: Vec<SoftwareIssuer>,
    /// Whether clients that register themselves must use PKCE; those that cannot keep a secret always must.
    pub registration_pkce: Pkce,
    /// For how many days a key signs before its successor does; 0 where keys are rotated by hand alone.
    pub key_rotation_days: u64,
    /// For how many days a member may ask to be spared the second step in a browser; 0 for never.
    pub remember_browser_days: u64,
    /// The response types offered, where the client registered them, too.
    pub response_types: Vec<ResponseType>,
    /// Whether authorization requests must be pushed.
    pub pushed_authorization_requests: PushedRequests,
    /// The types of `authorization_details` that members can be asked to allow (RFC 9396 §2).
    pub authorization_details_types: Vec<String>,
    /// What error pages tell developers.
    pub refusal_details: RefusalDetails,
    /// Whether proofs of possession must carry a nonce.
    pub dpop_nonces: DpopNonces,
    /// Texts that replace ours: language → key → text.
    pub texts: BTreeMap<String, BTreeMap<String, String>>,
}

impl Default for RealmSettings {
    fn default() -> Self {
        Self {
            display_name: Localised::default(),
            primary_colour: "#0017c1".into(),
            logo_url: None,
            help_line: Localised::default(),
            help_hours: Localised::default(),
            home_url: None,
            mail_sender: "no-reply@localhost".into(),
            enrol_at: EnrolAt::default(),
            initial_password: InitialPassword::default(),
            pattern_guard: PatternGuard::default(),
            methods: Method::ALL.to_vec(),
            passkey_rp_id: None,
            passkey_related_origins: Vec::new(),
            recovery_codes: Method::ALL.into_iter().filter(|method| method.is_strong()).collect(),
            mail_fallback: MailFallback::default(),
            wrong_guesses_per_minute: 600,
            letter_days: 30,
            session_idle_minutes: 30,
            session_absolute_minutes: hours(12).as_secs() / 60,
            registration: RegistrationPolicy::default(),
            software_statement_issuers: Vec::new(),
            registration_pkce: Pkce::default(),
            key_rotation_days: 90,
            remember_browser_days: 0,
            response_types: vec![ResponseType::Code],
            pushed_authorization_requests: PushedRequests::default(),
            authorization_details_types: Vec::new(),
            refusal_details: RefusalDetails::default(),
            dpop_nonces: DpopNonces::default(),
            texts: BTreeMap::new(),
        }
    }
}

impl RealmSettings {
    /// Idle limit of a session.
    pub fn session_idle(&self) -> Duration {
        minutes(self.session_idle_minutes)
    }

    /// How long a key signs before its successor does; `None` where keys are rotated by hand alone.
    pub fn key_rotation(&self) -> Option<Duration> {
        (self.key_rotation_days > 0).then(|| days(self.key_rotation_days))
    }

    /// How long a browser is remembered; zero for never.
    pub fn remember_browser(&self) -> Duration {
        days(self.remember_browser_days)
    }

    /// Absolute limit of a session.
    pub fn session_absolute(&self) -> Duration {
        minutes(self.session_absolute_minutes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_label() {
        for good in ["mgc", "a", "kenpo-2", &"a".repeat(63)] {
            assert_eq!(good.parse::<RealmName>().map(|name| name.0), Ok(good.to_owned()));
        }
        for bad in ["", "MGC", "-a", "a-", "a b", "めぐろ", "a.b", &"a".repeat(64)] {
            assert_eq!(bad.parse::<RealmName>(), Err(RealmNameError));
        }
    }

    #[test]
    fn an_origin_is_https_or_loopback_and_nothing_more() {
        assert_eq!(
            Origin::parse("https://MGC.id.example/").map(|origin| origin.text),
            Ok("https://mgc.id.example".into())
        );
        assert_eq!(Origin::parse("https://a.example:443").map(|origin| origin.host), Ok("a.example".into()));
        assert_eq!(Origin::parse("http://localhost:8080").map(|origin| origin.host), Ok("localhost:8080".into()));
        assert_eq!(Origin::parse("http://id.example"), Err(OriginError::Insecure));
        assert_eq!(Origin::parse("https://id.example/realm"), Err(OriginError::MoreThanOrigin));
        assert_eq!(Origin::parse("id.example"), Err(OriginError::Unreadable));
    }
}
