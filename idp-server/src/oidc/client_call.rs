//! What a client sends to an endpoint of its own, how it proves itself, and how a refusal is told: the same for each.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use futures::FutureExt;
use futures::future::BoxFuture;
use idp_core::ctx::Ctx;
use idp_core::fault::Fault;
use idp_core::oidc::params::Params;
use idp_core::oidc::token::{
    Caller, Challenge, Claimant, ClientCall, SentProof, TokenError, TokenRefusal, authenticate,
};
use idp_core::oidc::{client_keys, dpop};
use idp_core::realm::DpopNonces;

use super::{document, sent};
use crate::error::Failure;
use crate::extract::Visit;
use crate::outgoing::fetch_keys;
use crate::paths;
use crate::state::AppState;

const DPOP: HeaderName = HeaderName::from_static("dpop");
const DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

/// What a verb for a client that proved itself comes to.
pub(super) type Done<T> = Result<T, TokenRefusal>;

/// Runs a verb that changes something for the client that calls `endpoint`, or answers why not.
pub(super) async fn run<T, V>(
    state: &AppState,
    visit: &Visit,
    endpoint: &'static str,
    request: Request,
    verb: V,
) -> Result<Result<T, Response>, Failure>
where
    T: Send + 'static,
    V: for<'c> FnOnce(&'c Ctx, &'c Caller, &'c ClientCall) -> BoxFuture<'c, Result<Done<T>, Fault>> + Send + 'static,
{
    let call = match read(state, visit, endpoint, request).await {
        Ok(call) => call,
        Err(response) => return Ok(Err(response)),
    };
    let sent = call.clone();
    let scope = visit.scope();
    let reading = state.store.read(&scope, move |ctx| async move { authenticate(ctx, &sent).await }.boxed());
    let done = match reading.await? {
        Ok(claimant) => spend(state, visit, (claimant, call), verb).await?,
        Err(refusal) => Err(refusal),
    };
    Ok(done.map_err(|refusal| refused(visit, endpoint, &refusal)))
}

/// Uses up what proves the client, and runs the verb in the same operation.
pub(super) async fn spend<T, V>(
    state: &AppState,
    visit: &Visit,
    (claimant, call): (Claimant, ClientCall),
    verb: V,
) -> Result<Done<T>, Fault>
where
    T: Send + 'static,
    V: for<'c> FnOnce(&'c Ctx, &'c Caller, &'c ClientCall) -> BoxFuture<'c, Result<Done<T>, Fault>> + Send + 'static,
{
    let scope = visit.scope_of(claimant.actor());
    let operation = state.store.write(&scope, move |ctx| {
        async move {
            match claimant.spend(ctx).await? {
                Ok(caller) => verb(ctx, caller, &call).await,
                Err(refusal) => Ok(Err(refusal)),
            }
        }
        .boxed()
    });
    operation.await
}

/// Reads a call to `endpoint`; an unreadable form is answered at once.
pub(super) async fn read(
    state: &AppState,
    visit: &Visit,
    endpoint: &'static str,
    request: Request,
) -> Result<ClientCall, Response> {
    let authorization = sent::authorization(request.headers()).map(str::to_owned);
    let dpop = proof(request.headers());
    match sent::form(request).await {
        Ok(params) => {
            fetch_keys_for(state, visit, &params).await;
            let certificate = visit.certificate().cloned();
            Ok(ClientCall { authorization, dpop, certificate, ..ClientCall::new(endpoint, params) })
        }
        Err(unreadable) => {
            let (status, code) = (unreadable.status(), TokenError::InvalidRequest.code());
            Err(document::error(status, code, unreadable.description()))
        }
    }
}

/// Fetches the keys that the client's proof and its signed request need. A fault shows itself when the client is asked
/// for it.
async fn fetch_keys_for(state: &AppState, visit: &Visit, params: &Params) {
    fetch_keys_for_proof(state, visit, params).await;
    let Some(object) = params.find("request").map(str::to_owned) else { return };
    let scope = visit.scope();
    let missing = state
        .store
        .read(&scope, move |ctx| async move { client_keys::missing_for_request(ctx, &object).await }.boxed());
    if let Ok(Some(uri)) = missing.await {
        fetch_keys(state, &uri).await;
    }
}

async fn fetch_keys_for_proof(state: &AppState, visit: &Visit, params: &Params) {
    let named = |name| params.find(name).map(str::to_owned);
    let scope = visit.scope();
    let (assertion, id) = (named("client_assertion"), named("client_id"));
    let certificate = visit.certificate().cloned();
    if assertion.is_none() && certificate.is_none() {
        return;
    }
    let missing = state.store.read(&scope, move |ctx| {
        async move {
            match (assertion, id.zip(certificate)) {
                (Some(assertion), _) => client_keys::missing(ctx, &assertion).await,
                (None, Some((id, certificate))) => client_keys::missing_for_certificate(ctx, &id, &certificate).await,
                (None, None) => Ok(None),
            }
        }
        .boxed()
    });
    if let Ok(Some(uri)) = missing.await {
        fetch_keys(state, &uri).await;
    }
}

/// The `DPoP` header, of which there may be one (RFC 9449 §4.3).
pub(super) fn proof(headers: &HeaderMap) -> SentProof {
    let mut values = headers.get_all(DPOP).iter();
    match (values.next(), values.next()) {
        (None, _) => SentProof::Nothing,
        (Some(value), None) => {
            value.to_str().map_or(SentProof::Unreadable, |text| SentProof::Proof(text.trim().to_owned()))
        }
        (Some(_), Some(_)) => SentProof::Unreadable,
    }
}

/// Says a refusal (RFC 6749 §5.2).
pub(super) fn refused(visit: &Visit, endpoint: &str, refusal: &TokenRefusal) -> Response {
    let code = refusal.error.code();
    visit.refuse(code);
    tracing::info!(error = code, reason = refusal.description, endpoint, request_id = visit.request_id(), "refused");
    // At these endpoints no other status goes with the error (CIBA Core §13, RFC 7662 §2.3), and none with 401 but a
    // challenge.
    let is_always_401 = [paths::CIBA, paths::INTROSPECT].contains(&endpoint);
    let is_challenged =
        is_always_401 && refusal.error == TokenError::InvalidClient || refusal.challenge == Challenge::Basic;
    let status = if is_challenged { StatusCode::UNAUTHORIZED } else { StatusCode::BAD_REQUEST };
    let mut response = document::error(status, code, refusal.description);
    if is_challenged {
        let challenge = HeaderValue::from_static("Basic realm=\"token\", charset=\"UTF-8\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    with_nonce(visit, response)
}

/// Adds the nonce for the next proof, where the realm wants proofs to carry one (RFC 9449 §8.2).
pub(super) fn with_nonce(visit: &Visit, mut response: Response) -> Response {
    if visit.realm().settings.dpop_nonces == DpopNonces::Required
        && let Ok(nonce) = HeaderValue::from_str(&fresh_nonce(visit))
    {
        response.headers_mut().insert(DPOP_NONCE, nonce);
    }
    response
}

fn fresh_nonce(visit: &Visit) -> String {
    let ambient = visit.ambient();
    dpop::fresh_nonce(&ambient.vault, visit.realm().id, ambient.clock.now())
}
