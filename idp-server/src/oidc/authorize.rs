//! `/authorize`.

use axum::extract::{RawQuery, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use futures::FutureExt;
use idp_core::interaction::begin::Visitor;
use idp_core::oidc::authorize::{PageRefusal, Started, start};
use idp_core::oidc::params::Params;
use idp_core::realm::RefusalDetails;

use super::deliver::{deliver, see_other};
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
        return Err(page(&visit, StatusCode::BAD_REQUEST, PageRefusal::Unreadable));
    };
    let visitor = Visitor { browser: visit.browser(), session: visit.session() };

    let scope = visit.scope();
    let operation = state.store.write(&scope, move |ctx| async move { start(ctx, &params, &visitor).await }.boxed());

    match operation.await? {
        Started::Interaction(interaction) => see_other(&format!("{}?interaction={interaction}", paths::LOGIN)),
        Started::Response(response) => deliver(&visit, &response),
        Started::Page(refusal) => Err(page(&visit, StatusCode::BAD_REQUEST, refusal)),
    }
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
