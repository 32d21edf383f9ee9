//! How the browser carries an answer of the authorization endpoint: by redirect, or as a form that posts itself.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use idp_core::fault::Fault;
use idp_core::oidc::authorize::{AuthorizationResponse, Delivery};

use crate::error::Failure;
use crate::extract::Visit;
use crate::outgoing::fetch_keys;
use crate::state::AppState;
use crate::view::form_post::FormPost;

/// Signs and encrypts the answer where that is asked for, and sends it off.
pub(crate) async fn deliver(
    state: &AppState,
    visit: &Visit,
    response: &AuthorizationResponse,
) -> Result<Response, Failure> {
    if let Some(error) = response.error_code() {
        visit.refuse(error);
        tracing::info!(error, request_id = visit.request_id(), "authorization refused");
    }
    let ambient = state.store.ambient();
    if let Some(uri) = response.missing(&ambient.client_keys, ambient.clock.now()) {
        fetch_keys(state, &uri).await;
    }
    match response.deliver((&ambient.client_keys, ambient.entropy.as_ref()))? {
        Delivery::Redirect(location) => see_other(&location),
        Delivery::FormPost(form) => {
            let page = FormPost { words: visit.words(), action: form.action, fields: form.fields };
            let policy = page.security_policy(visit.realm().origin.as_str());
            let policy = HeaderValue::from_str(&policy).map_err(|_| Fault::Broken("a policy is no header".into()))?;
            Ok(([(header::CONTENT_SECURITY_POLICY, policy)], Html(page.render()?)).into_response())
        }
    }
}

/// 303 to an address that is ASCII throughout: our own path, or a registered one with encoded parameters.
pub(crate) fn see_other(location: &str) -> Result<Response, Failure> {
    let location = HeaderValue::from_str(location).map_err(|_| Fault::Broken("an address is no header".into()))?;
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response())
}
