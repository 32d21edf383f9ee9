//! How a client proves itself (OpenID Connect Core §9, RFC 8705 §2, RFC 7523 §2.2).

use serde::{Deserialize, Serialize};

use super::DistinguishedName;
use crate::jose::SignatureAlgorithm;

/// How a client proves itself at the token endpoint and wherever it calls us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    /// Its secret in the `Authorization` header.
    #[default]
    ClientSecretBasic,
    /// Its secret in the form.
    ClientSecretPost,
    /// An assertion authenticated with its secret (HS256).
    ClientSecretJwt,
    /// An assertion signed with a key of its key set.
    PrivateKeyJwt,
    /// A TLS certificate of a trusted authority, known by its subject.
    TlsClientAuth,
    /// A TLS certificate of its own that is in its key set.
    SelfSignedTlsClientAuth,
    /// Not at all: an application that cannot keep a secret. PKCE ties the code to it.
    None,
}

/// Whether a client can keep a secret (RFC 6749 §2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientType {
    /// It can: a server.
    Confidential,
    /// It cannot: a browser, a phone.
    Public,
}

/// What rests of a client's secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretUse {
    /// It is compared: its hash rests.
    Compared,
    /// It keys a MAC: it rests sealed.
    Keyed,
    /// There is none.
    None,
}

impl AuthMethod {
    /// Every method, in the order discovery lists them.
    pub const ALL: [Self; 7] = [
        Self::ClientSecretBasic,
        Self::ClientSecretPost,
        Self::ClientSecretJwt,
        Self::PrivateKeyJwt,
        Self::TlsClientAuth,
        Self::SelfSignedTlsClientAuth,
        Self::None,
    ];

    /// The registered name (RFC 7591 §2).
    pub const fn name(self) -> &'static str {
        match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::ClientSecretJwt => "client_secret_jwt",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::TlsClientAuth => "tls_client_auth",
            Self::SelfSignedTlsClientAuth => "self_signed_tls_client_auth",
            Self::None => "none",
        }
    }

    /// Reads the registered name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == name)
    }

    /// Whether a client of this method can keep a secret.
    pub const fn client_type(self) -> ClientType {
        match self {
            Self::None => ClientType::Public,
            Self::ClientSecretBasic
            | Self::ClientSecretPost
            | Self::ClientSecretJwt
            | Self::PrivateKeyJwt
            | Self::TlsClientAuth
            | Self::SelfSignedTlsClientAuth => ClientType::Confidential,
        }
    }

    /// What we keep of the secret it takes.
    pub const fn secret_use(self) -> SecretUse {
        match self {
            Self::ClientSecretBasic | Self::ClientSecretPost => SecretUse::Compared,
            Self::ClientSecretJwt => SecretUse::Keyed,
            Self::PrivateKeyJwt | Self::TlsClientAuth | Self::SelfSignedTlsClientAuth | Self::None => SecretUse::None,
        }
    }

    /// Whether it takes a key set.
    pub const fn needs_keys(self) -> bool {
        matches!(self, Self::PrivateKeyJwt | Self::SelfSignedTlsClientAuth)
    }
}

/// Whom a client's assertion must be addressed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssertionAudience {
    /// The issuer, as a string and nothing else (FAPI 2.0 Security Profile §5.3.2.1).
    IssuerAlone,
    /// The issuer or the address of the endpoint, also within a list (RFC 7523 §3).
    IssuerOrEndpoint,
}

/// What of its certificate a `tls_client_auth` client is known by: exactly one (RFC 8705 §2.1.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TlsSubject {
    /// The distinguished name, in the text form of RFC 4514.
    #[serde(rename = "tls_client_auth_subject_dn")]
    Name(String),
    /// A DNS name.
    #[serde(rename = "tls_client_auth_san_dns")]
    Dns(String),
    /// A URI.
    #[serde(rename = "tls_client_auth_san_uri")]
    Uri(String),
    /// An IP address.
    #[serde(rename = "tls_client_auth_san_ip")]
    Ip(std::net::IpAddr),
    /// A mail address.
    #[serde(rename = "tls_client_auth_san_email")]
    Email(String),
}

/// A subject that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "write what the certificate names as dn:CN=portal,O=Kenpo,C=JP, dns:portal.example, uri:https://portal.example/, ip:192.0.2.1 or email:ops@portal.example"
)]
pub struct TlsSubjectError;

impl std::str::FromStr for TlsSubject {
    type Err = TlsSubjectError;

    fn from_str(text: &str) -> Result<Self, TlsSubjectError> {
        let (kind, value) = text.split_once(':').ok_or(TlsSubjectError)?;
        let value = value.trim();
        if value.is_empty() {
            return Err(TlsSubjectError);
        }
        match kind.trim() {
            "dn" if DistinguishedName::parse(value).is_some() => Ok(Self::Name(value.to_owned())),
            "dns" => Ok(Self::Dns(value.to_owned())),
            "uri" => Ok(Self::Uri(value.to_owned())),
            "ip" => value.parse().map(Self::Ip).map_err(|_| TlsSubjectError),
            "email" => Ok(Self::Email(value.to_owned())),
            _ => Err(TlsSubjectError),
        }
    }
}

/// How a client's proof is checked, beyond its method.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Authentication {
    /// The only algorithm its assertions may use (`token_endpoint_auth_signing_alg`); any of ours when absent.
    pub signing_alg: Option<SignatureAlgorithm>,
    /// What its certificate must name.
    pub tls_subject: Option<TlsSubject>,
}
