//! Refreshing (RFC 6749 §6): a token gives way to its successor; a thief's copy ends the family (RFC 9700 §4.14).

use serde_json::Value;

use super::member_tokens::{self, Granted};
use super::{
    Caller, ClientCall, Confirmation, Exchanged, TokenError, TokenRefusal, authorization_details, binding, resource,
};
use crate::audit::{EventKind, Outcome};
use crate::client::RefreshRotation;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::oidc::scope::{Scope, Scopes};
use crate::refresh_token::{RefreshToken, Standing};
use crate::secret::{Hashed, Plain, RefreshSecret};
use crate::store;

const REFUSED: TokenRefusal = TokenRefusal::invalid_grant("the refresh token is not valid");

pub(super) async fn refresh(ctx: &Ctx, caller: &Caller, call: &ClientCall) -> Result<Exchanged, Fault> {
    let Some(sent) = call.params.find("refresh_token") else {
        let description = "the parameter refresh_token is missing";
        return Ok(Exchanged::Refused(TokenRefusal::new(TokenError::InvalidRequest, description)));
    };
    let hash: Hashed<RefreshSecret> = ctx.vault.hash(sent.as_bytes());
    let token = store::refresh_token::by_secret(ctx, &hash).await?;
    // Another client's token is left alone: whoever guesses around must not be able to end its family.
    let Some(token) = token.filter(|token| token.client == caller.client.id) else {
        return Ok(Exchanged::Refused(REFUSED));
    };
    let met = match demands(ctx, caller, call, &token).await? {
        Ok(met) => met,
        Err(refusal) => return Ok(Exchanged::Refused(refusal)),
    };
    let successor = match successor(ctx, caller, &token, &hash).await? {
        Succession::Kept => None,
        Succession::By(secret) => Some(secret),
        Succession::Reused => return reused(ctx, &token).await,
        Succession::Over => return Ok(Exchanged::Refused(REFUSED)),
    };

    let authentication = &token.details.authentication;
    let grant = store::grant::by_id(ctx, token.grant).await?;
    let Some((grant, member)) = member_tokens::behind(ctx, grant, authentication.member).await? else {
        return Ok(Exchanged::Refused(REFUSED));
    };
    let about = serde_json::json!({ "client": caller.client.id, "grant": grant.id });
    ctx.record_with(EventKind::TokenRefreshed, Some(member.id), Outcome::Done, about);
    let granted = Granted {
        grant: &grant,
        member: &member,
        authentication,
        scopes: &met.scopes,
        resources: met.resources,
        authorization_details: met.authorization_details,
        // A nonce belongs to the request it came with (OpenID Connect Core §12.2).
        nonce: None,
        about: serde_json::Map::new(),
        confirmation: met.confirmation,
        refresh_token: successor,
    };
    Ok(Exchanged::Granted(Box::new(member_tokens::prepare(ctx, caller, granted).await?)))
}

/// What the new tokens are bound to and for.
struct Met {
    confirmation: Confirmation,
    scopes: Scopes,
    resources: Vec<String>,
    authorization_details: Vec<Value>,
}

async fn demands(
    ctx: &Ctx,
    caller: &Caller,
    call: &ClientCall,
    token: &RefreshToken,
) -> Result<Result<Met, TokenRefusal>, Fault> {
    let confirmation = match binding::confirmed(ctx, caller, call).await? {
        Ok(confirmation) => confirmation,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if token.details.jkt.is_some() && token.details.jkt != confirmation.jkt {
        return Ok(Err(TokenRefusal::invalid_grant("the refresh token is bound to another DPoP key")));
    }
    if token.details.x5t.is_some() && token.details.x5t != confirmation.x5t {
        return Ok(Err(TokenRefusal::invalid_grant("the refresh token is bound to another certificate")));
    }
    let Some(scopes) = narrowed(&token.details.scopes, call.params.find("scope")) else {
        let description = "the scope holds more than was granted";
        return Ok(Err(TokenRefusal::new(TokenError::InvalidScope, description)));
    };
    let authorization_details = match authorization_details::narrowed(call, &token.details.authorization_details) {
        Ok(narrowed) => narrowed,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let resources = resource::narrowed(ctx, call, &token.details.resources).await?;
    Ok(resources.map(|resources| Met { confirmation, scopes, resources, authorization_details }))
}

/// The scopes asked for, if all of them were granted (RFC 6749 §6).
fn narrowed(granted: &Scopes, asked: Option<&str>) -> Option<Scopes> {
    let Some(asked) = asked else { return Some(granted.clone()) };
    let known = |name| Scope::from_name(name).filter(|scope| granted.contains(*scope));
    asked.split(' ').filter(|name| !name.is_empty()).map(known).collect::<Option<Vec<Scope>>>().map(Scopes::from_iter)
}

enum Succession {
    /// The token goes on.
    Kept,
    /// This one takes its place.
    By(Plain<RefreshSecret>),
    /// It was used before.
    Reused,
    /// Its time is over.
    Over,
}

async fn successor(
    ctx: &Ctx,
    caller: &Caller,
    token: &RefreshToken,
    hash: &Hashed<RefreshSecret>,
) -> Result<Succession, Fault> {
    match token.standing(ctx.now) {
        Standing::Expired => return Ok(Succession::Over),
        Standing::Used => return Ok(Succession::Reused),
        Standing::JustUsed => return told_again(ctx, token, hash).await,
        Standing::Fresh => {}
    }
    if caller.client.settings.access_tokens.rotation == RefreshRotation::Off {
        return Ok(Succession::Kept);
    }
    let secret = Plain::<RefreshSecret>::random(ctx.entropy());
    let successor = ctx.vault.hash(secret.expose());
    let sealed = ctx.vault.seal(ctx.entropy(), hash.bytes(), secret.expose())?;
    if !store::refresh_token::rotate(ctx, hash, &successor, &sealed).await? {
        // Another request used it in this very instant: it is told the same as that one.
        let token = store::refresh_token::by_secret(ctx, hash).await?;
        return match token {
            Some(token) => told_again(ctx, &token, hash).await,
            None => Ok(Succession::Over),
        };
    }
    let next = RefreshToken { created_at: ctx.now, successor: None, ..token.clone() };
    store::refresh_token::insert(ctx, &next, &successor).await?;
    Ok(Succession::By(secret))
}

/// A lost answer must not sign the member out: the same successor once more, as long as nobody has used it.
async fn told_again(ctx: &Ctx, token: &RefreshToken, hash: &Hashed<RefreshSecret>) -> Result<Succession, Fault> {
    let Some(successor) = &token.successor else { return Ok(Succession::Reused) };
    let next = store::refresh_token::by_secret(ctx, &successor.hash).await?;
    if next.is_none_or(|next| next.standing(ctx.now) != Standing::Fresh) {
        return Ok(Succession::Reused);
    }
    Ok(Succession::By(ctx.vault.unseal(hash.bytes(), &successor.sealed)?))
}

async fn reused(ctx: &Ctx, token: &RefreshToken) -> Result<Exchanged, Fault> {
    store::grant::revoke(ctx, token.grant).await?;
    let about = serde_json::json!({ "client": token.client, "grant": token.grant });
    let member = token.details.authentication.member;
    ctx.record_with(EventKind::RefreshTokenReused, Some(member), Outcome::Refused, about);
    Ok(Exchanged::Refused(TokenRefusal::invalid_grant("the refresh token was used before")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_only_narrow() {
        let granted = Scopes::parse("openid email");
        let asked = |text| narrowed(&granted, text).map(|scopes| scopes.to_string());
        assert_eq!(asked(None).as_deref(), Some("openid email"));
        assert_eq!(asked(Some("email")).as_deref(), Some("email"));
        for more in ["openid profile", "openid nonsense", "OPENID"] {
            assert_eq!(asked(Some(more)), None, "{more}");
        }
    }
}
