//! `/token`.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use futures::FutureExt;
use idp_core::actor::Actor;
use idp_core::oidc::token::{Challenge, Exchanged, TokenError, TokenRefusal, authenticate, exchange};

use super::document::{self, Keep};
use super::sent;
use crate::error::Failure;
use crate::extract::Visit;
use crate::outgoing::fetch_keys;
use crate::state::AppState;

/// Exchanges a grant for tokens.
pub(crate) async fn post(State(state): State<AppState>, visit: Visit, request: Request) -> Result<Response, Failure> {
    let authorization = sent::authorization(request.headers()).map(str::to_owned);
    let params = match sent::form(request).await {
        Ok(params) => params,
        Err(unreadable) => {
            let (status, code) = (unreadable.status(), TokenError::InvalidRequest.code());
            return Ok(document::error(status, code, unreadable.description()));
        }
    };

    let sent = params.clone();
    let scope = visit.scope();
    let authentication = state
        .store
        .read(&scope, move |ctx| async move { authenticate(ctx, authorization.as_deref(), &sent).await }.boxed());
    let client = match authentication.await? {
        Ok(client) => client,
        Err(refusal) => return Ok(refused(&visit, &refusal)),
    };
    let scope = visit.scope_of(Actor::Client { id: client.id });
    let operation = state.store.write(&scope, move |ctx| async move { exchange(ctx, &client, &params).await }.boxed());

    match operation.await? {
        Exchanged::Granted(tokens) => {
            let ambient = state.store.ambient();
            if let Some(uri) = tokens.missing(&ambient.client_keys, ambient.clock.now()) {
                fetch_keys(&state, &uri).await;
            }
            let signed = tokens.sign((&ambient.client_keys, ambient.entropy.as_ref()))?;
            Ok(document::document(StatusCode::OK, Keep::Never, &signed))
        }
        Exchanged::Refused(refusal) => Ok(refused(&visit, &refusal)),
    }
}

fn refused(visit: &Visit, refusal: &TokenRefusal) -> Response {
    let code = refusal.error.code();
    tracing::info!(error = code, reason = refusal.description, request_id = visit.request_id(), "token refused");
    let status = match refusal.challenge {
        Challenge::Basic => StatusCode::UNAUTHORIZED,
        Challenge::None => StatusCode::BAD_REQUEST,
    };
    let mut response = document::error(status, code, refusal.description);
    if refusal.challenge == Challenge::Basic {
        let challenge = HeaderValue::from_static("Basic realm=\"token\", charset=\"UTF-8\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}
