//! A relying party as it was registered: its name, its secret, and typed settings by subject in the files beside.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::grant::Lifetime;
use crate::id::ClientRowId;
use crate::key::Algorithm;
use crate::oidc::acr::Acr;
use crate::oidc::scope::Scopes;
use crate::redirect_uri::{LoopbackPort, RedirectUri, TrustedRedirect};
use crate::refresh_token::REFRESH_LIFETIME;
use crate::secret::{ClientSecret, Hashed, RegistrationAccess, Sealed};

mod access;
mod address;
mod auth;
mod check;
mod crypt;
mod distinguished_name;
mod fetched;
mod grants;
mod keys;
mod logout;
mod profile;
mod requests;
mod software;
mod subject;

pub use self::access::{AccessTokens, ExchangePolicy, RefreshRotation, TokenFormat};
pub use self::address::{HttpsUri, HttpsUriError, WebUri, WebUriError};
pub use self::auth::{
    AssertionAudience, AuthMethod, Authentication, ClientType, SecretUse, TlsSubject, TlsSubjectError,
};
pub(crate) use self::check::RESOURCE_MAX;
pub use self::check::SettingsError;
pub use self::crypt::{Answers, ContentEncryption, Encryption, KeyManagement, Protection};
pub(crate) use self::distinguished_name::DistinguishedName;
pub use self::fetched::{FetchedKeys, Wanted};
pub use self::grants::{GrantType, ResponseType};
pub use self::keys::{ClientKey, ClientKeySet, KeySetError, KeySource, KeyUse};
pub use self::logout::LogoutChannels;
pub use self::profile::Profile;
pub use self::requests::{CibaDelivery, CibaDeliveryError, Requests};
pub use self::software::Software;
pub use self::subject::{Subject, SubjectType};

/// Whose application it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// The society's own: members are not asked for consent.
    #[default]
    First,
    /// Someone else's: members are asked.
    Third,
}

/// Whether a proof key (RFC 7636) must come with every request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pkce {
    /// Always.
    #[default]
    Required,
    /// Only checked when sent; for confidential applications that do not know it.
    Optional,
}

/// What is chosen for a client. The names are those of client registration (RFC 7591) where it has one. Of what the
/// version after this one wrote, the unknown is ignored, as in [`crate::realm::RealmSettings`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClientSettings {
    /// What kind of application it is.
    pub profile: Profile,
    /// Where codes may be sent.
    pub redirect_uris: Vec<RedirectUri>,
    /// Where the browser may be sent after sign-out.
    pub post_logout_redirect_uris: Vec<RedirectUri>,
    /// How it proves itself.
    pub auth_method: AuthMethod,
    /// How that proof is checked.
    pub authentication: Authentication,
    /// Its public keys.
    pub keys: Option<KeySource>,
    /// The grants it may use.
    pub grant_types: Vec<GrantType>,
    /// What it may ask the authorization endpoint for.
    pub response_types: Vec<ResponseType>,
    /// How its authorization requests must come.
    pub requests: Requests,
    /// How it learns of answers by other devices; CIBA is off without.
    pub ciba: Option<CibaDelivery>,
    /// What its ID tokens are signed with.
    pub id_token_alg: Algorithm,
    /// How its other answers are protected.
    pub answers: Answers,
    /// What it knows its members by.
    pub subject: Subject,
    /// What it may ask for.
    #[serde(with = "scope_text")]
    pub scopes: Scopes,
    /// Whose application it is.
    pub party: Party,
    /// Whether a proof key is demanded.
    pub pkce: Pkce,
    /// The least class of authentication that it accepts. From `aal2` on it refuses mailed codes, as a method and as a
    /// fallback.
    pub least_acr: Acr,
    /// How long its access tokens live, in seconds.
    pub access_token_lifetime: u64,
    /// What its access tokens are like.
    pub access_tokens: AccessTokens,
    /// In whose name it exchanges tokens.
    pub exchange: ExchangePolicy,
    /// The address by which other clients ask for tokens for it (RFC 8707); none when it is no resource.
    pub resource: Option<HttpsUri>,
    /// How it learns that a session ended.
    pub logout: LogoutChannels,
    /// Where it starts a sign-in by itself (OpenID Connect Core §4); https.
    pub initiate_login_uri: Option<HttpsUri>,
    /// Its home page.
    pub client_uri: Option<HttpsUri>,
    /// Its logo, for the sign-in page.
    pub logo_uri: Option<HttpsUri>,
    /// What it does with data, for the sign-in page.
    pub policy_uri: Option<HttpsUri>,
    /// Its terms of use, for the sign-in page.
    pub tos_uri: Option<HttpsUri>,
    /// Whom to write to about it.
    pub contacts: Vec<String>,
    /// The software it is an installation of.
    pub software: Software,
}

impl Default for ClientSettings {
    fn default() -> Self {
        Self {
            profile: Profile::default(),
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            auth_method: AuthMethod::default(),
            authentication: Authentication::default(),
            keys: None,
            grant_types: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
            response_types: vec![ResponseType::Code],
            requests: Requests::default(),
            ciba: None,
            id_token_alg: Algorithm::Rs256,
            answers: Answers::default(),
            subject: Subject::default(),
            scopes: Scopes::all(),
            party: Party::default(),
            pkce: Pkce::default(),
            least_acr: Acr::Aal1,
            access_token_lifetime: 600,
            access_tokens: AccessTokens::default(),
            exchange: ExchangePolicy::default(),
            resource: None,
            logout: LogoutChannels::default(),
            initiate_login_uri: None,
            client_uri: None,
            logo_uri: None,
            policy_uri: None,
            tos_uri: None,
            contacts: Vec::new(),
            software: Software::default(),
        }
    }
}

mod scope_text {
    //! Scopes as the space-separated list operators write.

    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use crate::oidc::scope::{Scope, Scopes};

    pub(super) fn serialize<S: Serializer>(scopes: &Scopes, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(scopes)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Scopes, D::Error> {
        let text = String::deserialize(deserializer)?;
        // A registration with a scope we do not know is a mistake to be told, unlike a request with one.
        let named = text.split_ascii_whitespace();
        named.map(|name| Scope::from_name(name).ok_or_else(|| Error::custom(format!("unknown scope {name}")))).collect()
    }
}

/// The public name of a client: `client_id` on the wire. 1 to 128 letters, digits, `-`, `.`, `_`, `~`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClientName(String);

/// The text is no client id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a client id has 1 to 128 letters, digits or any of - . _ ~")]
pub struct ClientNameError;

impl ClientName {
    /// Reads a client id.
    pub fn parse(text: &str) -> Result<Self, ClientNameError> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        if text.is_empty() || text.len() > 128 || !text.bytes().all(allowed) {
            return Err(ClientNameError);
        }
        Ok(Self(text.to_owned()))
    }

    /// As on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ClientName {
    type Error = ClientNameError;

    fn try_from(text: String) -> Result<Self, ClientNameError> {
        Self::parse(&text)
    }
}

impl From<ClientName> for String {
    fn from(name: ClientName) -> Self {
        name.0
    }
}

/// One relying party.
#[derive(Debug, Clone)]
pub struct Client {
    /// Its row.
    pub id: ClientRowId,
    /// Its name on the wire.
    pub client_id: ClientName,
    /// What members and operators call it.
    pub name: String,
    /// The hash of its secret, where that is compared.
    pub secret: Option<Hashed<ClientSecret>>,
    /// The secret itself, where it keys a MAC (`client_secret_jwt`).
    pub sealed_secret: Option<Sealed<ClientSecret>>,
    /// The hash of what it manages its registration with, if it registered itself.
    pub management: Option<Hashed<RegistrationAccess>>,
    /// What was chosen for it.
    pub settings: ClientSettings,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Client {
    /// The one way to a redirect: `sent` matches a registration.
    pub fn trusts(&self, sent: &str) -> Option<TrustedRedirect> {
        TrustedRedirect::matched(&self.settings.redirect_uris, sent, self.loopback_port())
    }

    /// The one way to a redirect for a request that names none: exactly one is registered (RFC 6749 §3.1.2.3).
    pub fn only_redirect(&self) -> Option<TrustedRedirect> {
        TrustedRedirect::only(&self.settings.redirect_uris)
    }

    /// The same for the way back after sign-out.
    pub fn trusts_after_logout(&self, sent: &str) -> Option<TrustedRedirect> {
        TrustedRedirect::matched(&self.settings.post_logout_redirect_uris, sent, self.loopback_port())
    }

    const fn loopback_port(&self) -> LoopbackPort {
        match self.settings.profile {
            Profile::Native => LoopbackPort::Any,
            Profile::Web | Profile::Spa | Profile::Service | Profile::Fapi2 | Profile::Legacy => {
                LoopbackPort::AsRegistered
            }
        }
    }

    /// How long what it is given for these scopes lives.
    pub fn lifetime_of(&self, scopes: &Scopes) -> Duration {
        match Lifetime::of(scopes) {
            Lifetime::Session => self.access_token_lifetime(),
            Lifetime::Offline => REFRESH_LIFETIME,
        }
    }

    /// How long its access tokens live.
    pub fn access_token_lifetime(&self) -> Duration {
        Duration::from_secs(self.settings.access_token_lifetime)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> ClientSettings {
        let redirect_uris = vec![RedirectUri::parse("https://portal.example/cb").unwrap()];
        ClientSettings { redirect_uris, ..ClientSettings::default() }
    }

    #[test]
    fn openid_may_be_missing_only_where_no_id_token_is_issued() {
        let plain = ClientSettings { scopes: Scopes::parse("profile"), ..settings() };
        assert_eq!(plain.check(), Ok(()));
        let hybrid = ClientSettings {
            profile: Profile::Legacy,
            grant_types: vec![GrantType::AuthorizationCode, GrantType::Implicit],
            response_types: vec![ResponseType::CodeIdToken],
            ..plain
        };
        assert_eq!(hybrid.check(), Err(SettingsError::NoOpenid));
    }

    #[test]
    #[allow(clippy::too_many_lines, reason = "one row for each rule")]
    fn every_rule_of_the_settings_is_held() {
        assert_eq!(settings().check(), Ok(()));
        let cases = [
            (ClientSettings::default(), SettingsError::NoRedirectUri),
            (ClientSettings { access_token_lifetime: 59, ..settings() }, SettingsError::Lifetime),
            (ClientSettings { access_token_lifetime: 86_401, ..settings() }, SettingsError::Lifetime),
            (
                ClientSettings { auth_method: AuthMethod::None, pkce: Pkce::Optional, ..settings() },
                SettingsError::PkceOptionalForPublic,
            ),
            (ClientSettings { grant_types: vec![GrantType::RefreshToken], ..settings() }, SettingsError::GrantMismatch),
            (
                ClientSettings { response_types: vec![], redirect_uris: vec![], ..settings() },
                SettingsError::GrantMismatch,
            ),
            (
                ClientSettings {
                    auth_method: AuthMethod::None,
                    grant_types: vec![GrantType::AuthorizationCode, GrantType::ClientCredentials],
                    ..settings()
                },
                SettingsError::GrantForPublic("client_credentials"),
            ),
        ];
        for (settings, refused) in cases {
            assert_eq!(settings.check(), Err(refused));
        }
    }

    #[test]
    fn keys_subjects_and_sectors_belong_to_what_needs_them() {
        let cases = [
            (ClientSettings { ciba: Some(CibaDelivery::Poll), ..settings() }, SettingsError::CibaDelivery),
            (ClientSettings { auth_method: AuthMethod::PrivateKeyJwt, ..settings() }, SettingsError::NoKeys),
            (ClientSettings { auth_method: AuthMethod::TlsClientAuth, ..settings() }, SettingsError::NoTlsSubject),
            (
                ClientSettings {
                    authentication: Authentication {
                        tls_subject: Some(TlsSubject::Dns("portal.example".into())),
                        signing_alg: None,
                    },
                    ..settings()
                },
                SettingsError::TlsSubjectUnused,
            ),
            (
                ClientSettings {
                    answers: Answers {
                        id_token_encryption: Some(Encryption {
                            alg: KeyManagement::EcdhEs,
                            enc: ContentEncryption::default(),
                        }),
                        ..Answers::default()
                    },
                    ..settings()
                },
                SettingsError::NothingToEncryptTo,
            ),
            (
                ClientSettings {
                    subject: Subject { kind: SubjectType::Pairwise, sector_identifier_uri: None },
                    redirect_uris: vec![
                        RedirectUri::parse("https://a.example/cb").unwrap(),
                        RedirectUri::parse("https://b.example/cb").unwrap(),
                    ],
                    ..settings()
                },
                SettingsError::NoSector,
            ),
            (ClientSettings { contacts: vec!["x".repeat(201)], ..settings() }, SettingsError::Contacts),
            (
                ClientSettings { redirect_uris: vec![settings().redirect_uris.remove(0); 65], ..settings() },
                SettingsError::TooMany,
            ),
        ];
        for (settings, refused) in cases {
            assert_eq!(settings.check(), Err(refused));
        }
    }

    #[test]
    fn a_client_with_bound_tokens_gets_none_from_the_authorization_endpoint() {
        let mut bound = ClientSettings { profile: Profile::Legacy, ..settings() };
        bound.grant_types.push(GrantType::Implicit);
        bound.response_types.push(ResponseType::CodeToken);
        assert_eq!(bound.check(), Ok(()));
        bound.access_tokens.dpop_bound = true;
        assert_eq!(bound.check(), Err(SettingsError::UnboundToken));
    }

    #[test]
    fn settings_come_back_from_json_also_from_tomorrow_s_and_wrong_values_are_refused() {
        let text = serde_json::to_string(&settings()).unwrap();
        assert_eq!(serde_json::from_str::<ClientSettings>(&text).unwrap(), settings());
        let of_tomorrow = text.replacen('{', r#"{"of_tomorrow":{"count":1},"#, 1);
        assert_eq!(serde_json::from_str::<ClientSettings>(&of_tomorrow).unwrap(), settings());
        for wrong in
            [r#"{"scopes":"openid nonsense"}"#, r#"{"redirect_uris":["/cb"]}"#, r#"{"tos_uri":"javascript:alert(1)"}"#]
        {
            assert!(serde_json::from_str::<ClientSettings>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_client_id_needs_no_escaping_anywhere() {
        assert!(ClientName::parse("kosmo-portal_1.a~").is_ok());
        for wrong in ["", "a b", "a:b", "ａ", "a/b", &"x".repeat(129)] {
            assert_eq!(ClientName::parse(wrong), Err(ClientNameError), "{wrong}");
        }
    }
}
