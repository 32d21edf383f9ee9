//! Answering a request: with what its response type asks for when nothing is owed, or with an error.

mod front_tokens;

pub(super) use front_tokens::FrontTokens;

use futures::FutureExt;

use super::expected::is_expected;
use super::{AuthorizationError, AuthorizationRequest, AuthorizationResponse, error};
use crate::audit::{EventKind, Outcome};
use crate::authorization_code::{self, CODE_LIFETIME, CodeDetails};
use crate::client::Client;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::grant::Grant;
use crate::id::ClientRowId;
use crate::oidc::acr::Authentication;
use crate::redirect_uri::TrustedRedirect;
use crate::secret::{AuthorizationCode, Plain};
use crate::store;

/// Grants what was asked for and issues it. `None` when the client, or the registration of its redirect URI, was deleted
/// since the request was checked: nobody can be answered then.
pub async fn issue(
    ctx: &Ctx,
    client: ClientRowId,
    request: &AuthorizationRequest,
    authentication: &Authentication,
) -> Result<Option<AuthorizationResponse>, Fault> {
    let Some((client, redirect)) = still_trusted(ctx, client, request).await? else { return Ok(None) };
    if !is_expected(ctx, (client.id, request), authentication.member).await? {
        let error = AuthorizationError::LoginRequired;
        let description = "somebody else signed in than the request names";
        let description = error::told(ctx.realm(), description, error.section());
        let to = (&client, redirect);
        return Ok(Some(AuthorizationResponse::error(ctx, to, request, error, description).boxed().await?));
    }

    // Kept as long as anything the code gave can live, so that a late replay still finds what to revoke.
    let kept_until = ctx.now + CODE_LIFETIME + client.lifetime_of(&request.scopes);
    let grant = Grant {
        id: ctx.new_id(),
        client: client.id,
        member: authentication.member,
        session: authentication.session,
        scopes: request.scopes.clone(),
        claims: request.claims.userinfo.clone(),
        created_at: ctx.now,
        expires_at: kept_until,
        revoked_at: None,
    };
    store::grant::insert(ctx, &grant).await?;
    let code = match request.response_type.has_code() {
        true => Some(code(ctx, request, (&grant, authentication)).await?.expose_text().to_owned()),
        false => None,
    };
    let tokens = front_tokens::prepare(ctx, &client, request, (&grant, authentication)).boxed().await?;
    let about = serde_json::json!({
        "client": client.id, "grant": grant.id, "scope": grant.scopes.to_string(),
        "response_type": request.response_type,
    });
    let kind = if code.is_some() { EventKind::CodeIssued } else { EventKind::TokensIssued };
    ctx.record_with(kind, Some(grant.member), Outcome::Done, about);

    Ok(Some(AuthorizationResponse::success(ctx, (&client, redirect), request, code, tokens).await?))
}

async fn code(
    ctx: &Ctx,
    request: &AuthorizationRequest,
    (grant, authentication): (&Grant, &Authentication),
) -> Result<Plain<AuthorizationCode>, Fault> {
    let details = CodeDetails {
        nonce: request.nonce.clone(),
        code_challenge: request.code_challenge.clone(),
        authentication: authentication.clone(),
        redirect_uri_sent: request.redirect_uri_sent,
        id_token_claims: request.claims.id_token.clone(),
        resources: request.resources.clone(),
        authorization_details: request.authorization_details.clone(),
        dpop_jkt: request.dpop_jkt.clone(),
    };
    let code = authorization_code::random(grant.id, ctx.entropy());
    let hash = ctx.vault.hash(code.expose());
    store::authorization_code::insert(ctx, &hash, grant, &request.redirect_uri, &details).await?;
    Ok(code)
}

/// Answers with an error, such as `login_required`. `None` as for [`issue`].
pub async fn refuse(
    ctx: &Ctx,
    client: ClientRowId,
    request: &AuthorizationRequest,
    error: AuthorizationError,
) -> Result<Option<AuthorizationResponse>, Fault> {
    let Some((client, redirect)) = still_trusted(ctx, client, request).await? else { return Ok(None) };
    let to = (&client, redirect);
    let description = error::told(ctx.realm(), error.description(), error.section());
    Ok(Some(AuthorizationResponse::error(ctx, to, request, error, description).await?))
}

/// A request may rest for a day: its redirect URI is matched once more against what is registered now.
async fn still_trusted(
    ctx: &Ctx,
    client: ClientRowId,
    request: &AuthorizationRequest,
) -> Result<Option<(Client, TrustedRedirect)>, Fault> {
    let Some(client) = store::client::by_id(ctx, client).await? else { return Ok(None) };
    let redirect = client.trusts(&request.redirect_uri);
    Ok(redirect.map(|redirect| (client, redirect)))
}
