//! A relying party as an operator registered it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::id::ClientRowId;
use crate::key::Algorithm;
use crate::oidc::scope::Scopes;
use crate::redirect_uri::{RedirectUri, TrustedRedirect};
use crate::secret::{ClientSecret, Hashed};

/// How a client proves itself at the token endpoint (OpenID Connect Core §9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    /// Its secret in the `Authorization` header.
    #[default]
    ClientSecretBasic,
    /// Its secret in the form.
    ClientSecretPost,
    /// Not at all: an application that cannot keep a secret. PKCE ties the code to it.
    None,
}

impl AuthMethod {
    /// Every method, in the order discovery lists them.
    pub const ALL: [Self; 3] = [Self::ClientSecretBasic, Self::ClientSecretPost, Self::None];

    /// The registered name (RFC 7591 §2).
    pub const fn name(self) -> &'static str {
        match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::None => "none",
        }
    }

    /// Reads the registered name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == name)
    }
}

/// Whether a client can keep a secret (RFC 6749 §2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// It can: a server.
    Confidential,
    /// It cannot: a browser, a phone.
    Public,
}

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

/// What an operator chooses for a client. The names are those of client registration (RFC 7591) where it has one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClientSettings {
    /// Where codes may be sent.
    pub redirect_uris: Vec<RedirectUri>,
    /// Where the browser may be sent after sign-out.
    pub post_logout_redirect_uris: Vec<RedirectUri>,
    /// How it proves itself.
    pub auth_method: AuthMethod,
    /// What its ID tokens are signed with.
    pub id_token_alg: Algorithm,
    /// What it may ask for.
    #[serde(with = "scope_text")]
    pub scopes: Scopes,
    /// Whose application it is.
    pub party: Party,
    /// Whether a proof key is demanded.
    pub pkce: Pkce,
    /// How long its access tokens live, in seconds.
    pub access_token_lifetime: u64,
    /// Where it starts a sign-in by itself (OpenID Connect Core §4); https.
    pub initiate_login_uri: Option<String>,
    /// Its logo, for the sign-in page.
    pub logo_uri: Option<String>,
    /// What it does with data, for the sign-in page.
    pub policy_uri: Option<String>,
    /// Its terms of use, for the sign-in page.
    pub tos_uri: Option<String>,
}

impl Default for ClientSettings {
    fn default() -> Self {
        Self {
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            auth_method: AuthMethod::default(),
            id_token_alg: Algorithm::Rs256,
            scopes: Scopes::all(),
            party: Party::default(),
            pkce: Pkce::default(),
            access_token_lifetime: 600,
            initiate_login_uri: None,
            logo_uri: None,
            policy_uri: None,
            tos_uri: None,
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

/// Why settings are refused. The text names the rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// Nowhere to send a code.
    #[error("at least one redirect URI is needed")]
    NoRedirectUri,
    /// The scope without which nothing works.
    #[error("the scopes must include openid")]
    NoOpenid,
    /// Too short to be used, or so long that a revocation could be missed.
    #[error("an access token lives between 60 and 86400 seconds")]
    Lifetime,
    /// A public client without a proof key loses its codes to whoever catches them.
    #[error("PKCE cannot be optional for a public client")]
    PkceOptionalForPublic,
    /// A private-use scheme or loopback address says nothing about a server.
    #[error("{0} must be an https address")]
    NotHttps(&'static str),
    /// The list is too long to be meant.
    #[error("at most 64 addresses can be registered of each kind")]
    TooMany,
}

/// Addresses of one kind a client may register.
const ADDRESSES: usize = 64;

impl ClientSettings {
    /// Whether the client can keep a secret.
    pub const fn profile(&self) -> Profile {
        match self.auth_method {
            AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost => Profile::Confidential,
            AuthMethod::None => Profile::Public,
        }
    }

    /// Holds the rules that concern more than one value.
    pub fn check(&self) -> Result<(), SettingsError> {
        if self.redirect_uris.is_empty() {
            return Err(SettingsError::NoRedirectUri);
        }
        if self.redirect_uris.len() > ADDRESSES || self.post_logout_redirect_uris.len() > ADDRESSES {
            return Err(SettingsError::TooMany);
        }
        if !self.scopes.contains(crate::oidc::scope::Scope::Openid) {
            return Err(SettingsError::NoOpenid);
        }
        if !(60..=86_400).contains(&self.access_token_lifetime) {
            return Err(SettingsError::Lifetime);
        }
        if self.profile() == Profile::Public && self.pkce == Pkce::Optional {
            return Err(SettingsError::PkceOptionalForPublic);
        }
        let addresses = [
            ("initiate_login_uri", &self.initiate_login_uri),
            ("logo_uri", &self.logo_uri),
            ("policy_uri", &self.policy_uri),
            ("tos_uri", &self.tos_uri),
        ];
        for (name, address) in addresses {
            if address.as_deref().is_some_and(|address| !is_https(address)) {
                return Err(SettingsError::NotHttps(name));
            }
        }
        Ok(())
    }
}

fn is_https(address: &str) -> bool {
    url::Url::parse(address).is_ok_and(|url| url.scheme() == "https" && url.has_host() && url.username().is_empty())
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
    /// Its secret; none for a public client.
    pub secret: Option<Hashed<ClientSecret>>,
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
        TrustedRedirect::matched(&self.settings.redirect_uris, sent)
    }

    /// The same for the way back after sign-out.
    pub fn trusts_after_logout(&self, sent: &str) -> Option<TrustedRedirect> {
        TrustedRedirect::matched(&self.settings.post_logout_redirect_uris, sent)
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
    fn every_rule_of_the_settings_is_held() {
        assert_eq!(settings().check(), Ok(()));
        let cases = [
            (ClientSettings::default(), SettingsError::NoRedirectUri),
            (ClientSettings { scopes: Scopes::parse("profile"), ..settings() }, SettingsError::NoOpenid),
            (ClientSettings { access_token_lifetime: 59, ..settings() }, SettingsError::Lifetime),
            (ClientSettings { access_token_lifetime: 86_401, ..settings() }, SettingsError::Lifetime),
            (
                ClientSettings { auth_method: AuthMethod::None, pkce: Pkce::Optional, ..settings() },
                SettingsError::PkceOptionalForPublic,
            ),
            (
                ClientSettings { initiate_login_uri: Some("http://portal.example/".into()), ..settings() },
                SettingsError::NotHttps("initiate_login_uri"),
            ),
            (
                ClientSettings { tos_uri: Some("javascript:alert(1)".into()), ..settings() },
                SettingsError::NotHttps("tos_uri"),
            ),
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
    fn settings_come_back_from_json_and_unknown_ones_are_refused() {
        let text = serde_json::to_string(&settings()).unwrap();
        assert_eq!(serde_json::from_str::<ClientSettings>(&text).unwrap(), settings());
        for wrong in [r#"{"redirct_uris":[]}"#, r#"{"scopes":"openid nonsense"}"#, r#"{"redirect_uris":["/cb"]}"#] {
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
