//! The portal as a relying party: discovery, authorization code with PKCE, ID token, userinfo, sign-out.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use idp_core::language::Language;
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreIdToken, CoreIdTokenClaims, CoreJwsSigningAlgorithm, CoreTokenResponse,
    CoreUserInfoClaims,
};
use openidconnect::{
    AuthenticationContextClass, AuthorizationCode, ClaimsVerificationError, CsrfToken, EndSessionUrl, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, LanguageTag, LogoutRequest, Nonce, OAuth2TokenResponse, PkceCodeChallenge,
    PkceCodeVerifier, PostLogoutRedirectUrl, ProviderMetadataWithLogout, RedirectUrl, RequestTokenError, Scope,
    TokenResponse,
};
use serde_json::{Map, Value};
use tokio::sync::RwLock;
use url::Url;

use super::PortalConfig;
use super::http::Http;

/// How often, and after which pauses, a provider that is still starting is asked again.
const DISCOVERY_PAUSES: [Duration; 4] =
    [Duration::from_millis(100), Duration::from_millis(200), Duration::from_millis(400), Duration::from_millis(800)];

type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// The portal's side of the protocol.
pub struct RelyingParty {
    config: PortalConfig,
    http: Http,
    provider: RwLock<Option<Arc<Provider>>>,
}

/// A provider as discovered, with its keys.
struct Provider {
    client: Client,
    end_session: Option<EndSessionUrl>,
}

/// How strong a sign-in is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strength {
    /// As the provider sees fit.
    Usual,
    /// A passkey or a second factor: `acr_values=phr aal2`.
    StepUp,
}

/// A sign-in under way; what the response has to match.
pub struct Pending {
    /// The `state` sent.
    pub state: CsrfToken,
    nonce: Nonce,
    verifier: PkceCodeVerifier,
}

/// Who signed in, as the provider vouched.
#[derive(Clone)]
pub struct SignedIn {
    /// The `sub` claim.
    pub subject: String,
    /// The name to greet with: `name`, else `preferred_username`, else `sub`.
    pub display_name: String,
    /// How strongly, `acr`.
    pub acr: Option<String>,
    /// By which means, `amr` (RFC 8176).
    pub amr: Vec<String>,
    /// The ID token's claims in their order.
    pub id_token_claims: Map<String, Value>,
    /// What userinfo answered.
    pub userinfo_claims: Map<String, Value>,
    id_token: CoreIdToken,
}

/// Why a sign-in or sign-out did not go on.
#[derive(Debug, thiserror::Error)]
pub enum PortalFault {
    /// The provider did not answer, or not with a discovery document.
    #[error("the provider cannot be reached: {0}")]
    Unreachable(String),
    /// The provider answered the code with an error (RFC 6749 §5.2).
    #[error("{error}")]
    Refused {
        /// The error code.
        error: String,
        /// The text for developers.
        description: Option<String>,
    },
    /// What the provider sent does not hold.
    #[error("the provider's answer does not hold: {0}")]
    Untrusted(String),
}

impl RelyingParty {
    /// A relying party that asks nothing yet: the provider may start after it.
    pub fn new(config: PortalConfig, http: Http) -> Self {
        Self { config, http, provider: RwLock::new(None) }
    }

    /// The provider's identifier.
    pub fn issuer(&self) -> &str {
        self.config.issuer.as_str()
    }

    /// The provider's origin, which forms of the portal lead to.
    pub fn issuer_origin(&self) -> String {
        self.config.issuer.url().origin().ascii_serialization()
    }

    /// The address to send the browser to, and what to remember meanwhile.
    ///
    /// # Errors
    /// [`PortalFault::Unreachable`] if discovery fails.
    pub async fn start(&self, strength: Strength, language: Language) -> Result<(Url, Pending), PortalFault> {
        let provider = self.provider().await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        let mut request = provider
            .client
            .authorize_url(flow, || CsrfToken::new_random_len(32), Nonce::new_random)
            .add_scope(Scope::new("profile".into()))
            .add_scope(Scope::new("email".into()))
            .add_ui_locale(LanguageTag::new(language.tag().into()))
            .set_pkce_challenge(challenge);
        match strength {
            Strength::Usual => {}
            Strength::StepUp => {
                for class in ["phr", "aal2"] {
                    request = request.add_auth_context_value(AuthenticationContextClass::new(class.into()));
                }
            }
        }

        let (url, state, nonce) = request.url();
        Ok((url, Pending { state, nonce, verifier }))
    }

    /// Redeems the code and believes only what verifies.
    ///
    /// # Errors
    /// Each [`PortalFault`]; nobody is signed in then.
    pub async fn finish(&self, code: String, pending: Pending) -> Result<SignedIn, PortalFault> {
        let provider = self.provider().await?;
        let exchange = provider.client.exchange_code(AuthorizationCode::new(code)).map_err(untrusted)?;
        let tokens = exchange.set_pkce_verifier(pending.verifier).request_async(&self.http).await.map_err(refused)?;

        let id_token = tokens.id_token().ok_or_else(|| PortalFault::Untrusted("no ID token".into()))?.clone();
        let (provider, claims) = self.verify(provider, &id_token, &pending.nonce).await?;
        check_access_token(&provider.client, &tokens, &id_token, &claims)?;
        let userinfo = self.userinfo(&provider.client, &tokens, &claims).await?;

        Ok(SignedIn::new(id_token, &claims, userinfo))
    }

    /// The address that signs the member out at the provider; `None` if the provider has none.
    ///
    /// # Errors
    /// [`PortalFault::Unreachable`] if discovery fails.
    pub async fn sign_out(&self, member: &SignedIn, state: CsrfToken) -> Result<Option<Url>, PortalFault> {
        let provider = self.provider().await?;
        let Some(endpoint) = provider.end_session.clone() else { return Ok(None) };

        let back = PostLogoutRedirectUrl::new(self.config.signed_out()).map_err(untrusted)?;
        let request = LogoutRequest::from(endpoint)
            .set_id_token_hint(&member.id_token)
            .set_client_id(self.config.client_id.clone())
            .set_post_logout_redirect_uri(back)
            .set_state(state);
        Ok(Some(request.http_get_url()))
    }

    async fn provider(&self) -> Result<Arc<Provider>, PortalFault> {
        if let Some(provider) = self.provider.read().await.clone() {
            return Ok(provider);
        }
        self.discover().await
    }

    async fn discover(&self) -> Result<Arc<Provider>, PortalFault> {
        let mut pauses = DISCOVERY_PAUSES.into_iter();
        let metadata = loop {
            match ProviderMetadataWithLogout::discover_async(self.config.issuer.clone(), &self.http).await {
                Ok(metadata) => break metadata,
                Err(error) => match pauses.next() {
                    Some(pause) => tokio::time::sleep(pause).await,
                    None => return Err(PortalFault::Unreachable(error.to_string())),
                },
            }
        };

        let end_session = metadata.additional_metadata().end_session_endpoint.clone();
        let PortalConfig { client_id, client_secret, .. } = self.config.clone();
        let callback = RedirectUrl::new(self.config.callback()).map_err(untrusted)?;
        let client = CoreClient::from_provider_metadata(metadata, client_id, Some(client_secret));
        let provider = Arc::new(Provider { client: client.set_redirect_uri(callback), end_session });
        *self.provider.write().await = Some(Arc::clone(&provider));
        Ok(provider)
    }

    /// Verifies the ID token, with fresh keys where those at hand do not fit: the provider rotates them.
    async fn verify(
        &self,
        provider: Arc<Provider>,
        id_token: &CoreIdToken,
        nonce: &Nonce,
    ) -> Result<(Arc<Provider>, CoreIdTokenClaims), PortalFault> {
        let failed = match verified(&provider.client, id_token, nonce) {
            Ok(claims) => return Ok((provider, claims)),
            Err(failed) => failed,
        };
        let ClaimsVerificationError::SignatureVerification(_) = failed else { return Err(untrusted(failed)) };

        let provider = self.discover().await?;
        let claims = verified(&provider.client, id_token, nonce).map_err(untrusted)?;
        Ok((provider, claims))
    }

    async fn userinfo(
        &self,
        client: &Client,
        tokens: &CoreTokenResponse,
        claims: &CoreIdTokenClaims,
    ) -> Result<Map<String, Value>, PortalFault> {
        let request = client.user_info(tokens.access_token().clone(), Some(claims.subject().clone()));
        let request = request.map_err(untrusted)?;
        let userinfo: CoreUserInfoClaims = request.request_async(&self.http).await.map_err(untrusted)?;

        match serde_json::to_value(&userinfo) {
            Ok(Value::Object(claims)) => Ok(claims.into_iter().filter(|(_, value)| !value.is_null()).collect()),
            Ok(_) => Ok(Map::new()),
            Err(error) => Err(untrusted(error)),
        }
    }
}

impl SignedIn {
    fn new(id_token: CoreIdToken, claims: &CoreIdTokenClaims, userinfo_claims: Map<String, Value>) -> Self {
        let subject = claims.subject().to_string();
        let text = |name: &str| userinfo_claims.get(name).and_then(Value::as_str).map(str::to_owned);

        Self {
            display_name: text("name").or_else(|| text("preferred_username")).unwrap_or_else(|| subject.clone()),
            subject,
            acr: claims.auth_context_ref().map(|class| class.to_string()),
            amr: claims.auth_method_refs().into_iter().flatten().map(|method| method.to_string()).collect(),
            id_token_claims: payload(&id_token),
            userinfo_claims,
            id_token,
        }
    }
}

fn verified(
    client: &Client,
    id_token: &CoreIdToken,
    nonce: &Nonce,
) -> Result<CoreIdTokenClaims, ClaimsVerificationError> {
    let verifier = client
        .id_token_verifier()
        .set_allowed_algs([CoreJwsSigningAlgorithm::EcdsaP256Sha256, CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256]);
    id_token.claims(&verifier, nonce).cloned()
}

/// The access token has to be the one that the ID token speaks of, where it speaks of one (Core §3.1.3.8).
fn check_access_token(
    client: &Client,
    tokens: &CoreTokenResponse,
    id_token: &CoreIdToken,
    claims: &CoreIdTokenClaims,
) -> Result<(), PortalFault> {
    let Some(expected) = claims.access_token_hash() else { return Ok(()) };
    let verifier = client.id_token_verifier();
    let key = id_token.signing_key(&verifier).map_err(untrusted)?;
    let alg = id_token.signing_alg().map_err(untrusted)?;
    let actual = openidconnect::AccessTokenHash::from_token(tokens.access_token(), alg, key).map_err(untrusted)?;
    if actual == *expected { Ok(()) } else { Err(PortalFault::Untrusted("at_hash of another token".into())) }
}

/// The claims of a token that was verified before, for showing all of them.
fn payload(id_token: &CoreIdToken) -> Map<String, Value> {
    let token = id_token.to_string();
    let bytes = token.split('.').nth(1).and_then(|payload| BASE64_URL_SAFE_NO_PAD.decode(payload).ok());
    bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
}

fn untrusted(error: impl std::error::Error) -> PortalFault {
    PortalFault::Untrusted(with_causes(&error))
}

fn refused<RE, T>(error: RequestTokenError<RE, openidconnect::StandardErrorResponse<T>>) -> PortalFault
where
    RE: std::error::Error + 'static,
    T: openidconnect::ErrorResponseType + std::fmt::Display + 'static,
{
    match error {
        RequestTokenError::ServerResponse(response) => PortalFault::Refused {
            error: response.error().to_string(),
            description: response.error_description().cloned(),
        },
        RequestTokenError::Request(error) => PortalFault::Unreachable(with_causes(&error)),
        RequestTokenError::Parse(error, _) => PortalFault::Untrusted(error.to_string()),
        RequestTokenError::Other(text) => PortalFault::Untrusted(text),
    }
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod fixtures {
    use super::*;

    impl Pending {
        /// A sign-in under way with this `state`.
        pub(in crate::demo::portal) fn for_test(state: &str) -> Self {
            let verifier = PkceCodeVerifier::new("v".repeat(43));
            Self { state: CsrfToken::new(state.into()), nonce: Nonce::new("n".into()), verifier }
        }
    }

    impl SignedIn {
        /// Somebody who signed in with a passkey.
        pub(in crate::demo::portal) fn for_test(subject: &str) -> Self {
            let part = |value: Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
            let claims = serde_json::json!({
                "iss": "http://localhost:1", "aud": ["portal"], "sub": subject, "exp": 2, "iat": 1,
                "acr": "phr", "amr": ["hwk", "user"],
            });
            let token = format!("{}.{}.c2ln", part(serde_json::json!({"alg": "ES256"})), part(claims));
            let id_token: CoreIdToken = token.parse().unwrap();
            let id_token_claims = payload(&id_token);
            Self {
                subject: subject.into(),
                display_name: "田中 花子".into(),
                acr: Some("phr".into()),
                amr: vec!["hwk".into(), "user".into()],
                id_token_claims,
                userinfo_claims: Map::new(),
                id_token,
            }
        }
    }
}
