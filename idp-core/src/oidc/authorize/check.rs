//! From parameters to a checked request. Until the redirect URI is trusted a refusal is a page, never a redirect.

use std::collections::BTreeSet;

use super::{AuthorizationRequest, AuthorizationResponse, CHECKS, Rejection, ResponseMode, id_token_hint};
use crate::client::Client;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::oidc::params::Params;
use crate::oidc::scope::Scopes;
use crate::redirect_uri::TrustedRedirect;
use crate::store;

/// What became of a request.
#[derive(Debug)]
pub enum Checked {
    /// It passed: an interaction may begin.
    Accepted {
        /// Who asks.
        client: Box<Client>,
        /// What for.
        request: Box<AuthorizationRequest>,
    },
    /// It cannot be answered by redirect: the member sees an error page.
    RefusedWithPage(PageRefusal),
    /// It is answered at once with an error.
    RefusedWithRedirect(AuthorizationResponse),
}

/// Why there is no redirect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageRefusal {
    /// `client_id` is missing or doubled, or the parameters are no text.
    InvalidRequest,
    /// The realm has no such client.
    UnknownClient,
    /// The redirect URI is missing, doubled or not registered.
    InvalidRedirectUri,
}

impl PageRefusal {
    /// The short stable code on the page and in the log.
    pub const fn code(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::UnknownClient => "unknown_client",
            Self::InvalidRedirectUri => "invalid_redirect_uri",
        }
    }
}

/// Checks an authorization request.
pub async fn check(ctx: &Ctx, params: &Params) -> Result<Checked, Fault> {
    let page = |refusal| Ok(Checked::RefusedWithPage(refusal));
    let Some(client_id) = params.find("client_id").filter(|_| !params.is_doubled("client_id")) else {
        return page(PageRefusal::InvalidRequest);
    };
    let Some(client) = store::client::by_client_id(ctx, client_id).await? else {
        return page(PageRefusal::UnknownClient);
    };
    let sent = params.find("redirect_uri").filter(|_| !params.is_doubled("redirect_uri"));
    let Some(redirect) = sent.and_then(|sent| client.trusts(sent)) else {
        return page(PageRefusal::InvalidRedirectUri);
    };

    let mut request = blank(&redirect);
    let mut verdict = CHECKS.iter().try_for_each(|check| check(params, &client, &mut request));
    if verdict.is_ok() {
        verdict = id_token_hint::check(ctx, params, &mut request).await?;
    }
    Ok(match verdict {
        Ok(()) => Checked::Accepted { client: Box::new(client), request: Box::new(request) },
        Err(rejection) => Checked::RefusedWithRedirect(rejected(ctx, redirect, &request, rejection)),
    })
}

fn rejected(
    ctx: &Ctx,
    redirect: TrustedRedirect,
    request: &AuthorizationRequest,
    rejection: Rejection,
) -> AuthorizationResponse {
    AuthorizationResponse::error(ctx.realm(), redirect, request, rejection.error, rejection.description)
}

fn blank(redirect: &TrustedRedirect) -> AuthorizationRequest {
    AuthorizationRequest {
        redirect_uri: redirect.as_str().to_owned(),
        response_mode: ResponseMode::default(),
        scopes: Scopes::default(),
        state: None,
        nonce: None,
        code_challenge: None,
        prompt: BTreeSet::new(),
        max_age_seconds: None,
        login_hint: None,
        hinted_subject: None,
        ui_locales: Vec::new(),
        acr_values: Vec::new(),
        essential_acr: Vec::new(),
    }
}

#[cfg(test)]
mod tests;
