//! Client metadata as they are sent (RFC 7591 §2, OpenID Connect Dynamic Client Registration §2 and its kin): read strictly
//! into settings; names we do not know are ignored.

use serde_json::{Map, Value};

use crate::client::DistinguishedName;
use crate::client::{
    AuthMethod, CibaDelivery, ClientKeySet, ClientSettings, ContentEncryption, Encryption, GrantType, HttpsUri,
    KeyManagement, KeySource, Protection, ResponseType, SubjectType, TlsSubject, WebUri,
};
use crate::jose::SignatureAlgorithm;
use crate::key::Algorithm;
use crate::oidc::acr::Acr;
use crate::oidc::scope::{Scope, Scopes};
use crate::redirect_uri::RedirectUri;

/// Why metadata is refused (RFC 7591 §3.2.2). The text names the member and the rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    /// `invalid_redirect_uri`.
    #[error("{0}")]
    RedirectUri(String),
    /// `invalid_client_metadata`.
    #[error("{0}")]
    Metadata(String),
}

impl MetadataError {
    /// The registered error code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::RedirectUri(_) => "invalid_redirect_uri",
            Self::Metadata(_) => "invalid_client_metadata",
        }
    }
}

/// A document with the members it has.
struct Document<'a>(&'a Map<String, Value>);

type Read<T> = Result<T, MetadataError>;

fn wrong(name: &str, rule: impl std::fmt::Display) -> MetadataError {
    MetadataError::Metadata(format!("{name}: {rule}"))
}

impl<'a> Document<'a> {
    /// `null` means the same as leaving it out (RFC 7591 §2).
    fn get(&self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    fn text(&self, name: &str) -> Read<Option<&'a str>> {
        let Some(value) = self.get(name) else { return Ok(None) };
        value.as_str().map(Some).ok_or_else(|| wrong(name, "a text is expected"))
    }

    fn parsed<T, E: std::fmt::Display>(&self, name: &str, read: impl Fn(&str) -> Result<T, E>) -> Read<Option<T>> {
        self.text(name)?.map(|text| read(text).map_err(|error| wrong(name, error))).transpose()
    }

    fn named<T>(&self, name: &str, read: impl Fn(&str) -> Option<T>) -> Read<Option<T>> {
        self.parsed(name, |text| read(text).ok_or_else(|| format!("{} is not supported", printable(text))))
    }

    fn texts(&self, name: &str) -> Read<Option<Vec<&'a str>>> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let list = value.as_array().and_then(|list| list.iter().map(Value::as_str).collect());
        list.map(Some).ok_or_else(|| wrong(name, "a list of texts is expected"))
    }

    fn list<T, E: std::fmt::Display>(&self, name: &str, read: impl Fn(&str) -> Result<T, E>) -> Read<Option<Vec<T>>> {
        let Some(texts) = self.texts(name)? else { return Ok(None) };
        texts.into_iter().map(|text| read(text).map_err(|error| wrong(name, error))).collect::<Read<Vec<T>>>().map(Some)
    }

    /// Their errors have a code of their own (RFC 7591 §3.2.2).
    fn redirect_uris(&self) -> Read<Option<Vec<RedirectUri>>> {
        self.list("redirect_uris", RedirectUri::parse).map_err(|error| match error {
            MetadataError::RedirectUri(text) | MetadataError::Metadata(text) => MetadataError::RedirectUri(text),
        })
    }

    fn is_set(&self, name: &str) -> Read<Option<bool>> {
        let Some(value) = self.get(name) else { return Ok(None) };
        value.as_bool().map(Some).ok_or_else(|| wrong(name, "true or false is expected"))
    }

    fn encryption(&self, alg: &str, enc: &str) -> Read<Option<Encryption>> {
        let chosen = self.named(enc, ContentEncryption::from_name)?;
        match (self.named(alg, KeyManagement::from_name)?, chosen) {
            (Some(alg), enc) => Ok(Some(Encryption { alg, enc: enc.unwrap_or_default() })),
            (None, None) => Ok(None),
            (None, Some(_)) => Err(wrong(enc, format!("it needs {alg}"))),
        }
    }

    fn protection(&self, kind: &str) -> Read<Protection> {
        Ok(Protection {
            signed: self.named(&format!("{kind}_signed_response_alg"), Algorithm::from_name)?,
            encrypted: self
                .encryption(&format!("{kind}_encrypted_response_alg"), &format!("{kind}_encrypted_response_enc"))?,
        })
    }
}

/// What of a text may be said again (RFC 6749 §5.2).
fn printable(text: &str) -> String {
    text.chars().take(60).filter(|c| c.is_ascii_graphic() && *c != '"' && *c != '\\').collect()
}

/// The name and the settings that a document asks for. Members it has replace those of `base`.
pub fn read(document: &Map<String, Value>, base: ClientSettings) -> Read<(Option<String>, ClientSettings)> {
    let document = Document(document);
    let mut settings = base;
    access(&document, &mut settings)?;
    addresses(&document, &mut settings)?;
    answers(&document, &mut settings)?;
    requests(&document, &mut settings)?;
    logout(&document, &mut settings)?;
    software(&document, &mut settings)?;
    settings.keys = keys(&document)?.or(settings.keys);
    if let Some(kind) = document.named("subject_type", SubjectType::from_name)? {
        settings.subject.kind = kind;
    }
    if let Some(uri) = document.parsed("sector_identifier_uri", HttpsUri::parse)? {
        settings.subject.sector_identifier_uri = Some(uri);
    }
    Ok((document.text("client_name")?.map(str::to_owned), settings))
}

fn access(document: &Document<'_>, settings: &mut ClientSettings) -> Read<()> {
    if let Some(method) = document.named("token_endpoint_auth_method", AuthMethod::from_name)? {
        settings.auth_method = method;
    }
    let known = |name: &str| GrantType::from_name(name).ok_or_else(|| format!("{} is not supported", printable(name)));
    if let Some(grants) = document.list("grant_types", known)? {
        settings.grant_types = grants;
    }
    let known =
        |name: &str| ResponseType::from_name(name).ok_or_else(|| format!("{} is not supported", printable(name)));
    if let Some(types) = document.list("response_types", known)? {
        settings.response_types = types;
    }
    if let Some(scopes) = document.text("scope")? {
        settings.scopes = Scopes::parse(scopes).iter().chain([Scope::Openid]).collect();
    }
    if let Some(algorithm) = signing_alg(document, settings)? {
        settings.authentication.signing_alg = Some(algorithm);
    }
    if let Some(is_bound) = document.is_set("dpop_bound_access_tokens")? {
        settings.access_tokens.dpop_bound = is_bound;
    }
    if let Some(is_bound) = document.is_set("tls_client_certificate_bound_access_tokens")? {
        settings.access_tokens.certificate_bound = is_bound;
    }
    settings.authentication.tls_subject = tls_subject(document)?.or(settings.authentication.tls_subject.take());
    settings.ciba = ciba(document)?.or(settings.ciba.take());
    Ok(())
}

/// With a secret the one algorithm is HS256, which need not be kept.
fn signing_alg(document: &Document<'_>, settings: &ClientSettings) -> Read<Option<SignatureAlgorithm>> {
    let name = "token_endpoint_auth_signing_alg";
    match (settings.auth_method, document.text(name)?) {
        (AuthMethod::ClientSecretJwt, Some("HS256")) => Ok(None),
        (AuthMethod::ClientSecretJwt, Some(_)) => Err(wrong(name, "client_secret_jwt goes with HS256")),
        (
            AuthMethod::ClientSecretBasic
            | AuthMethod::ClientSecretPost
            | AuthMethod::ClientSecretJwt
            | AuthMethod::PrivateKeyJwt
            | AuthMethod::TlsClientAuth
            | AuthMethod::SelfSignedTlsClientAuth
            | AuthMethod::None,
            _,
        ) => document.named(name, SignatureAlgorithm::public_key_from_name),
    }
}

fn tls_subject(document: &Document<'_>) -> Read<Option<TlsSubject>> {
    const NAMES: [&str; 5] = [
        "tls_client_auth_subject_dn",
        "tls_client_auth_san_dns",
        "tls_client_auth_san_uri",
        "tls_client_auth_san_ip",
        "tls_client_auth_san_email",
    ];
    let given: Vec<&str> = NAMES.into_iter().filter(|name| document.get(name).is_some()).collect();
    let [name] = given.as_slice() else {
        return if given.is_empty() {
            Ok(None)
        } else {
            Err(wrong(given[1], "only one of its kind can be registered"))
        };
    };
    let text = document.text(name)?.unwrap_or_default();
    if text.is_empty() || text.len() > 1_000 {
        return Err(wrong(name, "1 to 1000 characters are expected"));
    }
    if *name == "tls_client_auth_subject_dn" && DistinguishedName::parse(text).is_none() {
        return Err(wrong(name, "a distinguished name such as CN=portal,O=Kenpo,C=JP is expected (RFC 4514)"));
    }
    let object = Map::from_iter([((*name).to_owned(), Value::from(text))]);
    serde_json::from_value(object.into()).map(Some).map_err(|_| wrong(name, "it cannot be read"))
}

fn ciba(document: &Document<'_>) -> Read<Option<CibaDelivery>> {
    let address = document.parsed("backchannel_client_notification_endpoint", WebUri::parse)?;
    match (document.text("backchannel_token_delivery_mode")?, address) {
        (None, _) => Ok(None),
        (Some("poll"), _) => Ok(Some(CibaDelivery::Poll)),
        (Some("ping"), Some(address)) => Ok(Some(CibaDelivery::Ping(address))),
        (Some("ping"), None) => {
            Err(wrong("backchannel_token_delivery_mode", "ping needs backchannel_client_notification_endpoint"))
        }
        (Some(_), _) => Err(wrong("backchannel_token_delivery_mode", "poll and ping are supported")),
    }
}

fn addresses(document: &Document<'_>, settings: &mut ClientSettings) -> Read<()> {
    if let Some(uris) = document.redirect_uris()? {
        settings.redirect_uris = uris;
    }
    if let Some(uris) = document.list("post_logout_redirect_uris", RedirectUri::parse)? {
        settings.post_logout_redirect_uris = uris;
    }
    for (name, place) in [
        ("initiate_login_uri", &mut settings.initiate_login_uri),
        ("client_uri", &mut settings.client_uri),
        ("logo_uri", &mut settings.logo_uri),
        ("policy_uri", &mut settings.policy_uri),
        ("tos_uri", &mut settings.tos_uri),
    ] {
        *place = document.parsed(name, HttpsUri::parse)?.or(place.take());
    }
    if let Some(contacts) = document.texts("contacts")? {
        settings.contacts = contacts.into_iter().map(str::to_owned).collect();
    }
    Ok(())
}

fn answers(document: &Document<'_>, settings: &mut ClientSettings) -> Read<()> {
    if let Some(algorithm) = document.named("id_token_signed_response_alg", Algorithm::from_name)? {
        settings.id_token_alg = algorithm;
    }
    let answers = &mut settings.answers;
    let encryption = document.encryption("id_token_encrypted_response_alg", "id_token_encrypted_response_enc")?;
    answers.id_token_encryption = encryption.or(answers.id_token_encryption);
    for (name, place) in [
        ("userinfo", &mut answers.userinfo),
        ("introspection", &mut answers.introspection),
        ("authorization", &mut answers.authorization),
    ] {
        let read = document.protection(name)?;
        place.signed = read.signed.or(place.signed);
        place.encrypted = read.encrypted.or(place.encrypted);
    }
    Ok(())
}

fn requests(document: &Document<'_>, settings: &mut ClientSettings) -> Read<()> {
    let requests = &mut settings.requests;
    if let Some(is_required) = document.is_set("require_pushed_authorization_requests")? {
        requests.require_pushed = is_required;
    }
    if let Some(is_required) = document.is_set("require_signed_request_object")? {
        requests.require_signed = is_required;
    }
    let signing = document.named("request_object_signing_alg", SignatureAlgorithm::public_key_from_name)?;
    requests.signing_alg = signing.or(requests.signing_alg);
    let name = "backchannel_authentication_request_signing_alg";
    let signing = document.named(name, SignatureAlgorithm::public_key_from_name)?;
    requests.backchannel_signing_alg = signing.or(requests.backchannel_signing_alg);
    let encryption = document.encryption("request_object_encryption_alg", "request_object_encryption_enc")?;
    requests.encryption = encryption.or(requests.encryption);
    if let Some(uris) = document.list("request_uris", |text| {
        // A fragment holds the hash of what is there (OpenID Connect Core §6.2); the address ends before it.
        HttpsUri::parse(text.split('#').next().unwrap_or_default())
    })? {
        requests.request_uris = uris;
    }
    if let Some(value) = document.get("default_max_age") {
        let age = value.as_u64().filter(|age| i64::try_from(*age).is_ok());
        requests.default_max_age =
            Some(age.ok_or_else(|| wrong("default_max_age", "a number of seconds is expected"))?);
    }
    let known = |name: &str| Acr::from_name(name).ok_or_else(|| format!("{} is not supported", printable(name)));
    if let Some(values) = document.list("default_acr_values", known)? {
        requests.default_acr_values = values;
    }
    Ok(())
}

fn software(document: &Document<'_>, settings: &mut ClientSettings) -> Read<()> {
    let software = &mut settings.software;
    for (name, longest, place) in [
        ("software_id", 200, &mut software.id),
        ("software_version", 200, &mut software.version),
        ("software_statement", 32 * 1024, &mut software.statement),
    ] {
        let Some(text) = document.text(name)? else { continue };
        if text.is_empty() || text.len() > longest || text.chars().any(char::is_control) {
            return Err(wrong(name, format!("1 to {longest} characters are expected, without control characters")));
        }
        *place = Some(text.to_owned());
    }
    Ok(())
}

fn logout(document: &Document<'_>, settings: &mut ClientSettings) -> Read<()> {
    let logout = &mut settings.logout;
    logout.backchannel_uri =
        document.parsed("backchannel_logout_uri", WebUri::parse)?.or(logout.backchannel_uri.take());
    logout.frontchannel_uri =
        document.parsed("frontchannel_logout_uri", WebUri::parse)?.or(logout.frontchannel_uri.take());
    if let Some(is_required) = document.is_set("backchannel_logout_session_required")? {
        logout.backchannel_session_required = is_required;
    }
    if let Some(is_required) = document.is_set("frontchannel_logout_session_required")? {
        logout.frontchannel_session_required = is_required;
    }
    Ok(())
}

fn keys(document: &Document<'_>) -> Read<Option<KeySource>> {
    let uri = document.parsed("jwks_uri", HttpsUri::parse)?;
    match (document.get("jwks"), uri) {
        (Some(_), Some(_)) => Err(wrong("jwks", "it cannot stand beside jwks_uri (RFC 7591 section 2)")),
        (None, uri) => Ok(uri.map(KeySource::Fetched)),
        (Some(jwks), None) => {
            let keys = ClientKeySet::read(jwks.clone()).map_err(|error| wrong("jwks", error))?;
            Ok(Some(KeySource::Registered(keys)))
        }
    }
}
