//! `/authorize`.

use axum::extract::{RawQuery, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use idp_core::fault::Fault;
use idp_core::interaction::begin::Visitor;
use idp_core::oidc::authorize::{PageRefusal, Started, start};
use idp_core::oidc::params::Params;

use super::sent;
use crate::error::{Failure, Refusal};
use crate::extract::Visit;
use crate::paths;
use crate::state::AppState;

/// A request in the query.
pub(crate) async fn get(
    State(state): State<AppState>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let Ok(params) = Params::parse(query.unwrap_or_default().as_bytes()) else {
        return Err(page(PageRefusal::InvalidRequest));
    };
    let visitor = Visitor { browser: visit.browser(), session: visit.session() };

    let scope = visit.scope();
    let operation = state.store.write(&scope, move |ctx| async move { start(ctx, &params, &visitor).await }.boxed());

    match operation.await? {
        Started::Interaction(interaction) => see_other(&format!("{}?interaction={interaction}", paths::LOGIN)),
        Started::Response(response) => {
            if let Some(error) = response.error_code() {
                tracing::info!(error, request_id = visit.request_id(), "authorization refused");
            }
            see_other(&response.location())
        }
        Started::Page(refusal) => Err(page(refusal)),
    }
}

/// A request in a form. It is sent on as a query: a form posted from the client's site comes without our cookies
/// (`SameSite=Lax`), so that it could neither find nor keep a session.
pub(crate) async fn post(request: Request) -> Result<Response, Failure> {
    match sent::form(request).await {
        Ok(params) => see_other(&format!("{}?{}", paths::AUTHORIZE, params.to_query())),
        Err(unreadable) => Err(Refusal::new(unreadable.status(), PageRefusal::InvalidRequest.code()).into()),
    }
}

fn page(refusal: PageRefusal) -> Failure {
    Refusal::new(StatusCode::BAD_REQUEST, refusal.code()).into()
}

/// 303 to an address that is ASCII throughout: our own path, or a registered one with an encoded query.
pub(super) fn see_other(location: &str) -> Result<Response, Failure> {
    let location = HeaderValue::from_str(location).map_err(|_| Fault::Broken("an address is no header".into()))?;
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response())
}
