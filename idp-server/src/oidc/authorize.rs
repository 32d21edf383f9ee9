//! `/authorize`.

use axum::extract::{RawQuery, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use futures::FutureExt;
use idp_core::interaction::begin::Visitor;
use idp_core::oidc::authorize::{PageRefusal, Started, referenced, start};
use idp_core::oidc::params::Params;
use idp_core::realm::RefusalDetails;

use super::deliver::{deliver, see_other};
use super::sent;
use crate::error::{Failure, Refusal};
use crate::extract::Visit;
use crate::outgoing::{fetch_keys, fetch_object};
use crate::paths;
use crate::state::AppState;

/// A request in the query.
pub(crate) async fn get(
    State(state): State<AppState>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let Ok(params) = Params::parse(query.unwrap_or_default().as_bytes()) else {
        return Err(page(&visit, StatusCode::BAD_REQUEST, PageRefusal::Unreadable));
    };
    let params = with_what_stands_elsewhere(&state, &visit, params).await?;
    let visitor = Visitor { browser: visit.browser(), session: visit.session() };

    let scope = visit.scope();
    let operation = state.store.write(&scope, move |ctx| async move { start(ctx, &params, &visitor).await }.boxed());

    match operation.await? {
        Started::Interaction(interaction) => see_other(&format!("{}?interaction={interaction}", paths::LOGIN)),
        Started::Response { response, session } => {
            if let Some(secret) = session {
                visit.start_session(&secret);
            }
            deliver(&state, &visit, &response).await
        }
        Started::Page(refusal) => Err(page(&visit, StatusCode::BAD_REQUEST, refusal)),
    }
}

/// Fetches what the request needs before it can be judged. What cannot be fetched is missing, and the checks say so.
async fn with_what_stands_elsewhere(state: &AppState, visit: &Visit, mut params: Params) -> Result<Params, Failure> {
    if params.find("request").is_none() && params.find("request_uri").is_none() {
        return Ok(params);
    }
    let (scope, sent) = (visit.scope(), params.clone());
    let read = state.store.read(&scope, move |ctx| async move { referenced::address(ctx, &sent).await }.boxed());
    if let Some(address) = read.await?
        && let Some(object) = fetch_object(state, &address).await
    {
        params = referenced::with_object(&params, &object);
    }

    let sent = params.clone();
    let read = state.store.read(&scope, move |ctx| async move { referenced::missing_keys(ctx, &sent).await }.boxed());
    if let Some(address) = read.await? {
        fetch_keys(state, &address).await;
    }
    Ok(params)
}

/// A request in a form. It is sent on as a query: a form posted from the client's site comes without our cookies
/// (`SameSite=Lax`), so that it could neither find nor keep a session.
pub(crate) async fn post(visit: Visit, request: Request) -> Result<Response, Failure> {
    match sent::form(request).await {
        Ok(params) => see_other(&format!("{}?{}", paths::AUTHORIZE, params.to_query())),
        Err(unreadable) => Err(page(&visit, unreadable.status(), PageRefusal::Unreadable)),
    }
}

/// An error page, which tells a developer more where the realm wants that.
fn page(visit: &Visit, status: StatusCode, refusal: PageRefusal) -> Failure {
    let told = match visit.realm().settings.refusal_details {
        RefusalDetails::Hidden => None,
        RefusalDetails::ShownToEveryone => Some(refusal),
    };
    Refusal::new(status, refusal.code()).explained(told).into()
}
