//! From parameters to a checked request. Until the redirect URI is trusted a refusal is a page, never a redirect.

use std::borrow::Cow;
use std::collections::BTreeSet;

use futures::FutureExt;

use super::request_object::{Opened, Signed};
use super::{
    Asked, AuthorizationError, AuthorizationRequest, AuthorizationResponse, CHECKS, Came, ClaimsRequest, Explanation,
    PageRefusal, RedirectUriSent, Rejection, ResponseMode, Row, client_id, error, id_token_hint, pushed, redirect_uri,
    request_object, resource,
};
use crate::client::{Client, ResponseType};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::oidc::params::Params;
use crate::oidc::scope::Scopes;
use crate::redirect_uri::TrustedRedirect;

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
    RefusedWithRedirect(Box<AuthorizationResponse>),
}

/// Why a request that was pushed is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The code.
    pub error: AuthorizationError,
    /// For the developer.
    pub description: Cow<'static, str>,
}

impl Refused {
    fn by(ctx: &Ctx, rejection: Rejection) -> Self {
        Self { error: rejection.error, description: rejection.told(ctx.realm()) }
    }
}

/// Checks an authorization request.
pub async fn check(ctx: &Ctx, params: &Params) -> Result<Checked, Fault> {
    let page = |refusal| Ok(Checked::RefusedWithPage(refusal));
    let client = match client_id::known(ctx, params).await? {
        Ok(client) => client,
        Err(refusal) => return page(refusal),
    };
    let (sent, reference, at) = match pushed::resolve(ctx, &client, params).await? {
        pushed::Resolved::Direct => (None, None, ctx.now),
        pushed::Resolved::Pushed(sent, reference, at) => (Some(sent), Some(reference), at),
        pushed::Resolved::Refused(refusal) => return page(refusal),
    };
    let outside = sent.as_ref().unwrap_or(params);
    // One that was pushed has to hold when it was pushed: the client was told how long it may be opened. What an object
    // would use up rests: it is no credential, and the code it leads to is bound otherwise.
    let Opened { params, signed, once: _ } = match request_object::open(ctx, &client, outside, at).await? {
        Ok(opened) => opened,
        Err(rejection) => return unopened(ctx, &client, (outside, reference), rejection).boxed().await,
    };
    let redirect = match redirect_uri::trusted(&client, &params) {
        Ok(redirect) => redirect,
        Err(refusal) => return page(refusal),
    };

    let came = if reference.is_some() { Came::Pushed } else { Came::Directly };
    let asked = Asked { realm: ctx.realm(), client: &client, params: &params, outside, came, signed };
    let (mut request, verdict) = judged(ctx, &asked, &redirect).await?;
    request.pushed = reference;
    Ok(match verdict {
        Ok(()) => Checked::Accepted { client: Box::new(client), request: Box::new(request) },
        Err(rejection) => rejected(ctx, (&client, redirect), &request, rejection).boxed().await?,
    })
}

async fn rejected(
    ctx: &Ctx,
    to: (&Client, TrustedRedirect),
    request: &AuthorizationRequest,
    rejection: Rejection,
) -> Result<Checked, Fault> {
    if !pushed::use_up(ctx, request).await? {
        return Ok(Checked::RefusedWithPage(PageRefusal::InvalidRequestUri));
    }
    let response = AuthorizationResponse::error(ctx, to, request, rejection.error, rejection.told(ctx.realm())).await?;
    Ok(Checked::RefusedWithRedirect(Box::new(response)))
}

/// A request object that cannot be opened: what stands outside it says where the client listens.
async fn unopened(
    ctx: &Ctx,
    client: &Client,
    (outside, reference): (&Params, Option<pushed::Reference>),
    rejection: Rejection,
) -> Result<Checked, Fault> {
    let Ok(redirect) = redirect_uri::trusted(client, outside) else {
        return Ok(Checked::RefusedWithPage(PageRefusal::InvalidRequestObject(rejection.description)));
    };
    let asked =
        Asked { realm: ctx.realm(), client, params: outside, outside, came: Came::Directly, signed: Signed::No };
    let mut request = blank(&redirect);
    request.pushed = reference;
    let listens = passes(&CHECKS[..2], &asked, &mut request);
    let rejection = listens.err().unwrap_or(rejection);
    rejected(ctx, (client, redirect), &request, rejection).await
}

/// Whether the authorization endpoint will accept a request that `client` pushes (RFC 9126 §2.1). The `jti` of its request
/// object is used up.
pub async fn accepts(ctx: &Ctx, client: &Client, outside: &Params) -> Result<Result<(), Refused>, Fault> {
    let Opened { params, signed, once } = match request_object::open(ctx, client, outside, ctx.now).await? {
        Ok(opened) => opened,
        Err(rejection) => return Ok(Err(Refused::by(ctx, rejection))),
    };
    let redirect = match redirect_uri::trusted(client, &params) {
        Ok(redirect) => redirect,
        Err(refusal) => {
            let Explanation { rule, section, .. } = refusal.explanation();
            let description = error::told(ctx.realm(), rule, section);
            return Ok(Err(Refused { error: AuthorizationError::InvalidRequest, description }));
        }
    };
    let asked = Asked { realm: ctx.realm(), client, params: &params, outside, came: Came::Pushed, signed };
    let (_, mut verdict) = judged(ctx, &asked, &redirect).await?;
    if let (Ok(()), Some(once)) = (verdict, once)
        && !once.spend(ctx).await?
    {
        let description = "the jti of the request object was used before";
        verdict = Err(Rejection::new(AuthorizationError::InvalidRequestObject, description));
    }
    Ok(verdict.map_err(|rejection| Refused::by(ctx, rejection)))
}

async fn judged(
    ctx: &Ctx,
    asked: &Asked<'_>,
    redirect: &TrustedRedirect,
) -> Result<(AuthorizationRequest, Result<(), Rejection>), Fault> {
    let mut request = blank(redirect);
    if asked.params.find("redirect_uri").is_none() {
        request.redirect_uri_sent = RedirectUriSent::No;
    }
    let mut verdict = passes(&CHECKS, asked, &mut request);
    // What the table cannot see: these ask the database.
    if verdict.is_ok() {
        verdict = resource::registered(ctx, &request).await?;
    }
    if verdict.is_ok() {
        verdict = id_token_hint::check(ctx, asked, &mut request).boxed().await?;
    }
    Ok((request, verdict))
}

/// Looks at the request row by row, up to the first that refuses it.
fn passes(rows: &[Row], asked: &Asked<'_>, request: &mut AuthorizationRequest) -> Result<(), Rejection> {
    rows.iter().try_for_each(|row| (row.check)(asked, request).map_err(|rejection| rejection.by(row)))
}

fn blank(redirect: &TrustedRedirect) -> AuthorizationRequest {
    AuthorizationRequest {
        redirect_uri: redirect.as_str().to_owned(),
        redirect_uri_sent: RedirectUriSent::Yes,
        response_type: ResponseType::Code,
        response_mode: ResponseMode::default(),
        scopes: Scopes::default(),
        state: None,
        nonce: None,
        code_challenge: None,
        prompt: BTreeSet::new(),
        max_age_seconds: None,
        login_hint: None,
        hinted_subject: None,
        named_subjects: BTreeSet::new(),
        ui_locales: Vec::new(),
        acr_values: Vec::new(),
        essential_acr: Vec::new(),
        claims: ClaimsRequest::default(),
        resources: Vec::new(),
        authorization_details: Vec::new(),
        dpop_jkt: None,
        pushed: None,
    }
}

#[cfg(test)]
mod tests;
