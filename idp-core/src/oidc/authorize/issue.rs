//! Answering a request: with a code when nothing is owed, or with an error.

use super::{AuthorizationError, AuthorizationRequest, AuthorizationResponse};
use crate::audit::{EventKind, Outcome};
use crate::authorization_code::{CODE_LIFETIME, CodeDetails};
use crate::client::Client;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::grant::Grant;
use crate::id::ClientRowId;
use crate::oidc::acr::Authentication;
use crate::redirect_uri::TrustedRedirect;
use crate::secret::{AuthorizationCode, Plain};
use crate::store;

/// Grants what was asked for and issues a code. `None` when the client, or the registration of its redirect URI, was
/// deleted since the request was checked: nobody can be answered then.
pub async fn issue(
    ctx: &Ctx,
    client: ClientRowId,
    request: &AuthorizationRequest,
    authentication: &Authentication,
) -> Result<Option<AuthorizationResponse>, Fault> {
    let Some((client, redirect)) = still_trusted(ctx, client, request).await? else { return Ok(None) };
    if !is_expected(ctx, request, authentication).await? {
        let (error, realm) = (AuthorizationError::LoginRequired, ctx.realm());
        let description = "somebody else signed in than the id_token_hint names";
        return Ok(Some(AuthorizationResponse::error(realm, redirect, request, error, description)));
    }

    // Kept as long as anything the code gave can live, so that a late replay still finds what to revoke.
    let kept_until = ctx.now + CODE_LIFETIME + client.lifetime_of(&request.scopes);
    let grant = Grant {
        id: ctx.new_id(),
        client: client.id,
        member: authentication.member,
        session: authentication.session,
        scopes: request.scopes.clone(),
        created_at: ctx.now,
        expires_at: kept_until,
        revoked_at: None,
    };
    let details = CodeDetails {
        nonce: request.nonce.clone(),
        code_challenge: request.code_challenge.clone(),
        authentication: authentication.clone(),
        resources: Vec::new(),
        dpop_jkt: None,
    };
    let code = Plain::<AuthorizationCode>::random(ctx.entropy());

    store::grant::insert(ctx, &grant).await?;
    store::authorization_code::insert(ctx, &ctx.vault.hash(code.expose()), &grant, &request.redirect_uri, &details)
        .await?;
    let about = serde_json::json!({ "client": client.id, "grant": grant.id, "scope": grant.scopes.to_string() });
    ctx.record_with(EventKind::CodeIssued, Some(grant.member), Outcome::Done, about);

    Ok(Some(AuthorizationResponse::code(ctx.realm(), redirect, request, &code)))
}

/// Answers with an error, such as `login_required`. `None` as for [`issue`].
pub async fn refuse(
    ctx: &Ctx,
    client: ClientRowId,
    request: &AuthorizationRequest,
    error: AuthorizationError,
) -> Result<Option<AuthorizationResponse>, Fault> {
    let trusted = still_trusted(ctx, client, request).await?;
    let answer =
        |(_, redirect)| AuthorizationResponse::error(ctx.realm(), redirect, request, error, error.description());
    Ok(trusted.map(answer))
}

/// Whether the member is the one whom the client expects (OpenID Connect Core §3.1.2.1, `id_token_hint`).
async fn is_expected(
    ctx: &Ctx,
    request: &AuthorizationRequest,
    authentication: &Authentication,
) -> Result<bool, Fault> {
    let Some(hinted) = &request.hinted_subject else { return Ok(true) };
    let member = store::member::by_id(ctx, authentication.member).await?;
    Ok(member.is_some_and(|member| member.subject == *hinted))
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
