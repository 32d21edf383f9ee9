//! The provider's metadata (OpenID Connect Discovery §3, RFC 8414 §2): only names registered with IANA, only what exists.

use serde::Serialize;

use super::acr::{self, Acr};
use super::authorize::{Prompt, ResponseMode};
use super::scope::Scope;

use super::{claims, dpop, paths, token};
use crate::client::{
    AuthMethod, CibaDelivery, ClientType, ContentEncryption, GrantType, KeyManagement, ResponseType, SubjectType,
};
use crate::jose::SignatureAlgorithm;
use crate::key::Algorithm;
use crate::language::Language;
use crate::mutual_tls::MutualTls;
use crate::realm::{PushedRequests, Realm, RealmSettings, RegistrationPolicy};

/// The document; its fields are the registered names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the registry describes them: iana.org/assignments/oauth-parameters")]
pub struct Metadata {
    pub issuer: String,
    pub authorization_endpoint: String,
    pub pushed_authorization_request_endpoint: String,
    pub require_pushed_authorization_requests: bool,
    pub token_endpoint: String,
    pub userinfo_endpoint: String,
    pub jwks_uri: String,
    pub end_session_endpoint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration_endpoint: Option<String>,
    pub introspection_endpoint: String,
    pub revocation_endpoint: String,
    pub device_authorization_endpoint: String,
    #[serde(flatten)]
    pub backchannel_authentication: BackchannelAuthentication,
    pub scopes_supported: Vec<&'static str>,
    pub response_types_supported: Vec<&'static str>,
    pub response_modes_supported: Vec<&'static str>,
    pub grant_types_supported: Vec<&'static str>,
    pub acr_values_supported: Vec<&'static str>,
    pub subject_types_supported: Vec<&'static str>,
    pub id_token_signing_alg_values_supported: Vec<&'static str>,
    #[serde(flatten)]
    pub encryption: EncryptionOffered,
    pub userinfo_signing_alg_values_supported: Vec<&'static str>,
    pub token_endpoint_auth_methods_supported: Vec<&'static str>,
    pub token_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    pub introspection_endpoint_auth_methods_supported: Vec<&'static str>,
    pub introspection_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    pub introspection_signing_alg_values_supported: Vec<&'static str>,
    pub revocation_endpoint_auth_methods_supported: Vec<&'static str>,
    pub revocation_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    pub dpop_signing_alg_values_supported: Vec<&'static str>,
    pub claims_supported: Vec<&'static str>,
    pub ui_locales_supported: Vec<&'static str>,
    pub prompt_values_supported: Vec<&'static str>,
    pub code_challenge_methods_supported: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authorization_details_types_supported: Vec<String>,
    pub authorization_signing_alg_values_supported: Vec<&'static str>,
    pub claims_parameter_supported: bool,
    pub request_parameter_supported: bool,
    pub request_object_signing_alg_values_supported: Vec<&'static str>,
    pub request_uri_parameter_supported: bool,
    /// Nothing is fetched from anywhere else.
    pub require_request_uri_registration: bool,
    pub authorization_response_iss_parameter_supported: bool,
    pub backchannel_logout_supported: bool,
    pub backchannel_logout_session_supported: bool,
    pub frontchannel_logout_supported: bool,
    pub frontchannel_logout_session_supported: bool,
    pub tls_client_certificate_bound_access_tokens: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mtls_endpoint_aliases: Option<Aliases>,
}

/// How what is sent to a client, and what it sends, may be encrypted: the same everywhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the registry describes them: iana.org/assignments/oauth-parameters")]
pub struct EncryptionOffered {
    pub id_token_encryption_alg_values_supported: Vec<&'static str>,
    pub id_token_encryption_enc_values_supported: Vec<&'static str>,
    pub userinfo_encryption_alg_values_supported: Vec<&'static str>,
    pub userinfo_encryption_enc_values_supported: Vec<&'static str>,
    pub introspection_encryption_alg_values_supported: Vec<&'static str>,
    pub introspection_encryption_enc_values_supported: Vec<&'static str>,
    pub authorization_encryption_alg_values_supported: Vec<&'static str>,
    pub authorization_encryption_enc_values_supported: Vec<&'static str>,
    pub request_object_encryption_alg_values_supported: Vec<&'static str>,
    pub request_object_encryption_enc_values_supported: Vec<&'static str>,
}

impl EncryptionOffered {
    fn all() -> Self {
        let algs = KeyManagement::ALL.map(KeyManagement::name).to_vec();
        let encs = ContentEncryption::ALL.map(ContentEncryption::name).to_vec();
        Self {
            id_token_encryption_alg_values_supported: algs.clone(),
            id_token_encryption_enc_values_supported: encs.clone(),
            userinfo_encryption_alg_values_supported: algs.clone(),
            userinfo_encryption_enc_values_supported: encs.clone(),
            introspection_encryption_alg_values_supported: algs.clone(),
            introspection_encryption_enc_values_supported: encs.clone(),
            authorization_encryption_alg_values_supported: algs.clone(),
            authorization_encryption_enc_values_supported: encs.clone(),
            request_object_encryption_alg_values_supported: algs,
            request_object_encryption_enc_values_supported: encs,
        }
    }
}

/// What the document says of CIBA (CIBA Core §4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the registry describes them: iana.org/assignments/oauth-parameters")]
pub struct BackchannelAuthentication {
    pub backchannel_authentication_endpoint: String,
    pub backchannel_token_delivery_modes_supported: Vec<&'static str>,
    pub backchannel_authentication_request_signing_alg_values_supported: Vec<&'static str>,
    pub backchannel_user_code_parameter_supported: bool,
}

impl BackchannelAuthentication {
    fn at(origin: &str) -> Self {
        Self {
            backchannel_authentication_endpoint: format!("{origin}{}", paths::CIBA),
            backchannel_token_delivery_modes_supported: CibaDelivery::NAMES.to_vec(),
            backchannel_authentication_request_signing_alg_values_supported: public_key_algorithms(),
            backchannel_user_code_parameter_supported: false,
        }
    }
}

/// Where a client with a certificate calls (RFC 8705 §5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the names are those of the document itself")]
pub struct Aliases {
    pub token_endpoint: String,
    pub userinfo_endpoint: String,
    pub introspection_endpoint: String,
    pub revocation_endpoint: String,
    pub pushed_authorization_request_endpoint: String,
    pub device_authorization_endpoint: String,
    pub backchannel_authentication_endpoint: String,
}

impl Aliases {
    fn at(origin: &str) -> Self {
        let endpoint = |path: &str| format!("{origin}{path}");
        Self {
            token_endpoint: endpoint(paths::TOKEN),
            userinfo_endpoint: endpoint(paths::USERINFO),
            introspection_endpoint: endpoint(paths::INTROSPECT),
            revocation_endpoint: endpoint(paths::REVOKE),
            pushed_authorization_request_endpoint: endpoint(paths::PAR),
            device_authorization_endpoint: endpoint(paths::DEVICE_AUTHORIZATION),
            backchannel_authentication_endpoint: endpoint(paths::CIBA),
        }
    }
}

/// What is told of a member, and of how they signed in.
fn claims_supported() -> Vec<&'static str> {
    let about_the_sign_in = ["iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid"];
    claims::NAMES.into_iter().chain(about_the_sign_in).collect()
}

fn registers(settings: &RealmSettings) -> bool {
    match settings.registration {
        RegistrationPolicy::Closed => false,
        RegistrationPolicy::Token | RegistrationPolicy::Open => true,
    }
}

/// How clients may prove themselves.
fn methods(mutual_tls: MutualTls) -> impl Iterator<Item = AuthMethod> {
    AuthMethod::ALL.into_iter().filter(move |method| mutual_tls.offers(*method))
}

/// The same where a name alone is not enough.
fn proofs(mutual_tls: MutualTls) -> Vec<&'static str> {
    let proves = |method: &AuthMethod| method.client_type() == ClientType::Confidential;
    methods(mutual_tls).filter(proves).map(AuthMethod::name).collect()
}

/// What the token endpoint takes, and `implicit` where tokens come from the authorization endpoint.
fn grant_types(settings: &RealmSettings) -> Vec<&'static str> {
    let offers_implicit =
        settings.response_types.iter().flat_map(|kind| kind.needs()).any(|grant| grant == GrantType::Implicit);
    let implicit = offers_implicit.then_some(GrantType::Implicit.name());
    token::GRANT_TYPES.into_iter().chain(implicit).collect()
}

/// What clients may sign with.
fn public_key_algorithms() -> Vec<&'static str> {
    SignatureAlgorithm::PUBLIC_KEY.map(SignatureAlgorithm::name).to_vec()
}

/// What `realm` offers.
pub fn metadata(realm: &Realm, mutual_tls: MutualTls) -> Metadata {
    let issuer = realm.origin.as_str();
    let settings = &realm.settings;
    let offered = |kind: &ResponseType| settings.response_types.contains(kind);
    let endpoint = |path: &str| format!("{issuer}{path}");
    let methods: Vec<&'static str> = methods(mutual_tls).map(AuthMethod::name).collect();
    let assertions = token::CLIENT_ASSERTION_ALGORITHMS.map(SignatureAlgorithm::name).to_vec();
    Metadata {
        issuer: issuer.to_owned(),
        authorization_endpoint: endpoint(paths::AUTHORIZE),
        pushed_authorization_request_endpoint: endpoint(paths::PAR),
        require_pushed_authorization_requests: settings.pushed_authorization_requests == PushedRequests::Required,
        token_endpoint: endpoint(paths::TOKEN),
        userinfo_endpoint: endpoint(paths::USERINFO),
        jwks_uri: endpoint(paths::JWKS),
        end_session_endpoint: endpoint(paths::END_SESSION),
        registration_endpoint: registers(settings).then(|| endpoint(paths::REGISTER)),
        introspection_endpoint: endpoint(paths::INTROSPECT),
        revocation_endpoint: endpoint(paths::REVOKE),
        device_authorization_endpoint: endpoint(paths::DEVICE_AUTHORIZATION),
        backchannel_authentication: BackchannelAuthentication::at(issuer),
        scopes_supported: Scope::ALL.map(Scope::name).to_vec(),
        response_types_supported: ResponseType::ALL.into_iter().filter(offered).map(ResponseType::name).collect(),
        response_modes_supported: ResponseMode::ALL.into_iter().map(ResponseMode::name).chain(["jwt"]).collect(),
        grant_types_supported: grant_types(settings),
        acr_values_supported: acr::within_reach(&realm.offered_methods()).map(Acr::name).collect(),
        subject_types_supported: SubjectType::ALL.map(SubjectType::name).to_vec(),
        id_token_signing_alg_values_supported: Algorithm::ALL.map(Algorithm::name).to_vec(),
        encryption: EncryptionOffered::all(),
        userinfo_signing_alg_values_supported: Algorithm::ALL.map(Algorithm::name).to_vec(),
        token_endpoint_auth_methods_supported: methods.clone(),
        token_endpoint_auth_signing_alg_values_supported: assertions.clone(),
        introspection_endpoint_auth_methods_supported: proofs(mutual_tls),
        introspection_endpoint_auth_signing_alg_values_supported: assertions.clone(),
        introspection_signing_alg_values_supported: Algorithm::ALL.map(Algorithm::name).to_vec(),
        revocation_endpoint_auth_methods_supported: methods,
        revocation_endpoint_auth_signing_alg_values_supported: assertions,
        dpop_signing_alg_values_supported: dpop::ALGORITHMS.map(SignatureAlgorithm::name).to_vec(),
        claims_supported: claims_supported(),
        ui_locales_supported: [Language::Ja, Language::En].map(Language::tag).to_vec(),
        prompt_values_supported: Prompt::ALL.map(Prompt::name).to_vec(),
        code_challenge_methods_supported: vec!["S256"],
        authorization_details_types_supported: settings.authorization_details_types.clone(),
        authorization_signing_alg_values_supported: Algorithm::ALL.map(Algorithm::name).to_vec(),
        claims_parameter_supported: true,
        request_parameter_supported: true,
        request_object_signing_alg_values_supported: public_key_algorithms(),
        request_uri_parameter_supported: true,
        require_request_uri_registration: true,
        authorization_response_iss_parameter_supported: true,
        backchannel_logout_supported: true,
        backchannel_logout_session_supported: true,
        frontchannel_logout_supported: true,
        frontchannel_logout_session_supported: true,
        tls_client_certificate_bound_access_tokens: mutual_tls.is_on(),
        mtls_endpoint_aliases: mutual_tls.origin(realm.origin.host()).map(|origin| Aliases::at(&origin)),
    }
}
