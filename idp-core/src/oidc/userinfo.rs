//! The userinfo endpoint (OpenID Connect Core §5.3): the token's row is asked, so that a revocation counts at once.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::scope::Scope;
use super::{claims, signing};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::jws::Typ;
use crate::member::MemberState;
use crate::store;

/// What userinfo answers.
#[derive(Debug)]
pub enum Userinfo {
    /// The claims.
    Claims(Map<String, Value>),
    /// The token is unreadable, foreign, expired or revoked, or its member was disabled: 401 `invalid_token`.
    InvalidToken,
    /// The token does not carry `openid`: 403 `insufficient_scope`.
    InsufficientScope,
}

#[derive(Deserialize)]
struct AccessClaims {
    iss: String,
    aud: String,
    sub: String,
    jti: String,
    exp: i64,
}

/// Tells about the member whom the access token stands for.
pub async fn userinfo(ctx: &Ctx, access_token: &str) -> Result<Userinfo, Fault> {
    let Some(sent) = signing::verified::<AccessClaims>(ctx, access_token, Typ::AccessToken).await? else {
        return Ok(Userinfo::InvalidToken);
    };
    let issuer = ctx.realm().origin.as_str();
    if sent.iss != issuer || sent.aud != issuer || ctx.now.seconds() >= sent.exp {
        return Ok(Userinfo::InvalidToken);
    }
    let token = store::token::by_secret(ctx, &ctx.vault.hash(sent.jti.as_bytes())).await?;
    let Some(token) = token.filter(|token| token.is_live(ctx.now)) else { return Ok(Userinfo::InvalidToken) };
    let grant = store::grant::by_id(ctx, token.grant).await?;
    let Some(grant) = grant.filter(|grant| grant.is_live(ctx.now)) else { return Ok(Userinfo::InvalidToken) };
    let member = store::member::by_id(ctx, grant.member).await?;
    let Some(member) = member.filter(|member| member.state == MemberState::Active && member.subject == sent.sub) else {
        return Ok(Userinfo::InvalidToken);
    };
    if !token.scopes.contains(Scope::Openid) {
        return Ok(Userinfo::InsufficientScope);
    }

    Ok(Userinfo::Claims(claims::about(&member, &token.scopes)))
}
