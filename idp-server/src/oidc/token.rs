//! `/token`.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use futures::FutureExt;
use idp_core::oidc::token::{ClientCall, Exchanged, Read, exchange, read};

use super::client_call;
use super::document;
use crate::error::Failure;
use crate::extract::Visit;
use crate::outgoing::fetch_keys;
use crate::paths;
use crate::state::AppState;

/// Exchanges a grant for tokens.
pub(crate) async fn post(State(state): State<AppState>, visit: Visit, request: Request) -> Result<Response, Failure> {
    let call = match client_call::read(&state, &visit, paths::TOKEN, request).await {
        Ok(call) => call,
        Err(response) => return Ok(response),
    };

    match answer(&state, &visit, call).await? {
        Exchanged::Granted(tokens) => {
            let ambient = state.store.ambient();
            if let Some(uri) = tokens.missing(&ambient.client_keys, ambient.clock.now()) {
                fetch_keys(&state, &uri).await;
            }
            let signed = tokens.sign((&ambient.client_keys, ambient.entropy.as_ref()))?;
            let response = document::document(StatusCode::OK, &signed);
            Ok(client_call::with_nonce(&visit, response))
        }
        Exchanged::Refused(refusal) => Ok(client_call::refused(&visit, paths::TOKEN, &refusal)),
    }
}

async fn answer(state: &AppState, visit: &Visit, call: ClientCall) -> Result<Exchanged, Failure> {
    let sent = call.clone();
    let scope = visit.scope();
    let reading = state.store.read(&scope, move |ctx| async move { read(ctx, &sent).await }.boxed());
    let claimant = match reading.await? {
        Read::Answered(exchanged) => return Ok(exchanged),
        Read::Changes(claimant) => claimant,
    };
    let exchanged = client_call::spend(state, visit, (*claimant, call), |ctx, caller, call| {
        async move { Ok(Ok(exchange(ctx, caller, call).await?)) }.boxed()
    });
    Ok(exchanged.await?.unwrap_or_else(Exchanged::Refused))
}
