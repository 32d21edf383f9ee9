//! What an access token stands for, asked wherever one is presented to us: it was signed or kept by us, is in its time, was
//! not taken back, and neither was what it rests on.

use super::signing;
use super::token::AccessTokenClaims;
use crate::client::Client;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::jws::Typ;
use crate::member::{Member, MemberState};
use crate::secret::{Hashed, TokenSecret};
use crate::store;

/// How a token was found, so that it can be taken back.
pub(crate) enum Kind {
    /// A JWT with this `jti`.
    Jwt(Hashed<TokenSecret>),
    /// An opaque value.
    Opaque(Hashed<TokenSecret>),
}

/// A live access token.
pub(crate) struct Access {
    pub(crate) claims: AccessTokenClaims,
    pub(crate) kind: Kind,
    /// Whom it was issued to.
    pub(crate) client: Client,
    /// The member behind it; none where a client acts for itself.
    pub(crate) member: Option<Member>,
}

/// The access token, if it is a live one of this realm.
pub(crate) async fn live(ctx: &Ctx, token: &str) -> Result<Option<Access>, Fault> {
    let Some((claims, kind)) = read(ctx, token).await? else { return Ok(None) };
    if claims.iss != ctx.realm().origin.as_str() || ctx.now.seconds() >= claims.exp {
        return Ok(None);
    }
    if let Kind::Jwt(jti) = &kind
        && store::revoked_token::contains(ctx, jti).await?
    {
        return Ok(None);
    }
    let Some(client) = store::client::by_client_id(ctx, &claims.client_id).await? else { return Ok(None) };
    let member = match claims.grant {
        None => None,
        Some(grant) => {
            let grant = store::grant::by_id(ctx, grant).await?.filter(|grant| grant.is_live(ctx.now));
            let Some(grant) = grant else { return Ok(None) };
            let member = store::member::by_id_held(ctx, grant.member).await?;
            let Some(member) = member.filter(|member| member.state == MemberState::Active) else { return Ok(None) };
            Some(member)
        }
    };
    Ok(Some(Access { claims, kind, client, member }))
}

async fn read(ctx: &Ctx, token: &str) -> Result<Option<(AccessTokenClaims, Kind)>, Fault> {
    if token.contains('.') {
        let claims: Option<AccessTokenClaims> = signing::verified(ctx, token, Typ::AccessToken).await?;
        return Ok(claims.map(|claims| {
            let jti = ctx.vault.hash(claims.jti.as_bytes());
            (claims, Kind::Jwt(jti))
        }));
    }
    let secret = ctx.vault.hash(token.as_bytes());
    let Some(claims) = store::opaque_token::claims(ctx, &secret).await? else { return Ok(None) };
    let claims = serde_json::from_str(&claims).map_err(|_| Fault::unreadable("opaque token"))?;
    Ok(Some((claims, Kind::Opaque(secret))))
}
