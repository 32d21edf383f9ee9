//! The userinfo endpoint (OpenID Connect Core §5.3): the token's row is asked, so that a revocation counts at once.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::protect::{Protected, Protecting};
use super::scope::Scope;
use super::{claims, signing, subject};
use crate::client::{FetchedKeys, HttpsUri};
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::entropy::Entropy;
use crate::fault::Fault;
use crate::jws::Typ;
use crate::member::MemberState;
use crate::store;

/// What userinfo answers.
pub enum Userinfo {
    /// The claims, as the client wants them.
    Told(Box<Told>),
    /// The token is unreadable, foreign, expired or revoked, or its member was disabled: 401 `invalid_token`.
    InvalidToken,
    /// The token does not carry `openid`: 403 `insufficient_scope`.
    InsufficientScope,
}

/// Claims with what protects them; signed and encrypted after the transaction.
pub struct Told {
    claims: Map<String, Value>,
    protecting: Protecting,
}

impl Told {
    /// The address of the client's keys, where they must be fetched first.
    pub fn missing(&self, fetched: &FetchedKeys, now: Timestamp) -> Option<HttpsUri> {
        self.protecting.missing(fetched, now)
    }

    /// The answer as it is sent.
    pub fn protected(self, means: (&FetchedKeys, &dyn Entropy)) -> Result<Protected<Map<String, Value>>, Fault> {
        self.protecting.protect(means, Typ::Userinfo, self.claims)
    }
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
    let member = store::member::by_id(ctx, grant.member).await?.filter(|member| member.state == MemberState::Active);
    let client = store::client::by_id(ctx, grant.client).await?;
    let (Some(member), Some(client)) = (member, client) else { return Ok(Userinfo::InvalidToken) };
    if subject::of(ctx, &client, &member) != sent.sub {
        return Ok(Userinfo::InvalidToken);
    }
    if !token.scopes.contains(Scope::Openid) {
        return Ok(Userinfo::InsufficientScope);
    }

    let mut claims = claims::about(&member, &token.scopes);
    claims.insert("sub".into(), sent.sub.into());
    let protection = &client.settings.answers.userinfo;
    if protection.signed.is_some() {
        // Who says it and to whom (§5.3.2).
        claims.insert("iss".into(), issuer.into());
        claims.insert("aud".into(), client.client_id.as_str().into());
    }
    let protecting = Protecting::prepare(ctx, &client, protection).await?;
    Ok(Userinfo::Told(Box::new(Told { claims, protecting })))
}
