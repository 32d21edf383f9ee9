//! The revocation endpoint (RFC 7009): a client takes back a token of its own. A refresh token takes its family along;
//! an unknown token, or another client's, is nothing to speak of.

use super::access::{self, Kind};
use super::token::{Caller, ClientCall, TokenRefusal, refresh_family};
use crate::audit::{EventKind, Outcome};
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::store;

/// Takes the token in the form back.
pub async fn revoke(ctx: &Ctx, caller: &Caller, call: &ClientCall) -> Result<Result<(), TokenRefusal>, Fault> {
    let token = match call.token() {
        Ok(token) => token,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if let Some((_, family)) = refresh_family(ctx, token).await? {
        let grant = store::grant::by_id(ctx, family.grant).await?;
        if let Some(grant) = grant.filter(|grant| grant.client == caller.client.id) {
            store::grant::revoke(ctx, grant.id).await?;
            let about = serde_json::json!({ "client": grant.client, "grant": grant.id });
            ctx.record_with(EventKind::TokenRevoked, Some(grant.member), Outcome::Done, about);
        }
        return Ok(Ok(()));
    }

    let access = access::live(ctx, token).await?.filter(|access| access.client.id == caller.client.id);
    let Some(access) = access else { return Ok(Ok(())) };
    match &access.kind {
        Kind::Jwt(jti) => {
            let ends = Timestamp::from_millis(access.claims.exp.saturating_mul(1000));
            store::revoked_token::insert(ctx, jti, ends).await?;
        }
        Kind::Opaque(secret) => store::opaque_token::revoke(ctx, secret).await?,
    }
    let about = serde_json::json!({ "client": caller.client.id, "grant": access.claims.grant });
    ctx.record_with(EventKind::TokenRevoked, access.member.map(|member| member.id), Outcome::Done, about);
    Ok(Ok(()))
}
