//! `/end_session`: sign-out that starts at a client.

use axum::extract::{RawQuery, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use futures::FutureExt;
use idp_core::interaction::begin::Visitor;
use idp_core::oidc::end_session::{EndSession, from_browser};
use idp_core::oidc::params::Params;
use idp_core::realm::RefusalDetails;

use super::deliver::see_other;
use super::sent;
use crate::error::{Failure, Refusal};
use crate::extract::Visit;
use crate::paths;
use crate::signed_out;
use crate::state::AppState;

/// The query parameter that tells the page which doubt to explain.
pub(crate) const DOUBT: &str = "doubt";

/// A request in the query.
pub(crate) async fn get(
    State(state): State<AppState>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let Ok(params) = Params::parse(query.unwrap_or_default().as_bytes()) else {
        return Err(Refusal::new(StatusCode::BAD_REQUEST, "invalid_request").into());
    };
    let visitor = Visitor { browser: visit.browser(), session: visit.session() };

    let scope = visit.scope();
    let operation =
        state.store.write(&scope, move |ctx| async move { from_browser(ctx, &params, &visitor).await }.boxed());

    match operation.await? {
        (EndSession::Redirect { location }, frames) => {
            visit.end_session();
            signed_out::answer(&visit, &frames, Some(&location))
        }
        (EndSession::SignedOut, frames) => {
            visit.end_session();
            signed_out::answer(&visit, &frames, None)
        }
        (EndSession::Confirm(doubt), _) => {
            tracing::info!(reason = doubt.code(), request_id = visit.request_id(), "sign-out is asked first");
            match visit.realm().settings.refusal_details {
                RefusalDetails::Hidden => see_other(paths::LOGOUT),
                RefusalDetails::ShownToEveryone => see_other(&format!("{}?{DOUBT}={}", paths::LOGOUT, doubt.code())),
            }
        }
    }
}

/// A request in a form, sent on as a query for the reason given at [`super::authorize::post`].
pub(crate) async fn post(request: Request) -> Result<Response, Failure> {
    match sent::form(request).await {
        Ok(params) => see_other(&format!("{}?{}", paths::END_SESSION, params.to_query())),
        Err(unreadable) => Err(Refusal::new(unreadable.status(), "invalid_request").into()),
    }
}
