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
use crate::grant::Grant;
use crate::oidc::scope::{Scope, Scopes};
use crate::refresh_token::{Family, Generation, Presented, RefreshDetails, Standing};
use crate::secret::{Plain, RefreshSecret};
use crate::store;

const REFUSED: TokenRefusal = TokenRefusal::invalid_grant("the refresh token is not valid");

pub(super) async fn refresh(ctx: &Ctx, caller: &Caller, call: &ClientCall) -> Result<Exchanged, Fault> {
    let Some(sent) = call.params.find("refresh_token") else {
        let description = "the parameter refresh_token is missing";
        return Ok(Exchanged::Refused(TokenRefusal::new(TokenError::InvalidRequest, description)));
    };
    let Some((generation, family)) = family(ctx, sent).await? else { return Ok(Exchanged::Refused(REFUSED)) };
    let grant = store::grant::by_id(ctx, family.grant).await?;
    // Another client's token is left alone: whoever guesses around must not be able to end its family.
    let Some(grant) = grant.filter(|grant| grant.client == caller.client.id) else {
        return Ok(Exchanged::Refused(REFUSED));
    };
    let met = match demands(ctx, caller, call, &family.details).await? {
        Ok(met) => met,
        Err(refusal) => return Ok(Exchanged::Refused(refusal)),
    };
    let successor = match successor(ctx, caller, &family, generation).await? {
        Succession::Kept => None,
        Succession::By(secret) => Some(secret),
        Succession::Reused => return reused(ctx, &grant).await,
        Succession::Unknown => return Ok(Exchanged::Refused(REFUSED)),
    };

    let authentication = &family.details.authentication;
    let Some((grant, member)) = member_tokens::behind(ctx, Some(grant), authentication.member).await? else {
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

/// The family that issued what was sent, and as which of its tokens.
pub(in crate::oidc) async fn family(ctx: &Ctx, sent: &str) -> Result<Option<(Generation, Family)>, Fault> {
    let Some(presented) = Presented::read(sent) else { return Ok(None) };
    let family = store::refresh_family::by_grant(ctx, presented.grant).await?;
    Ok(family.filter(|family| family.issued(&ctx.vault, &presented)).map(|family| (presented.generation, family)))
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
    details: &RefreshDetails,
) -> Result<Result<Met, TokenRefusal>, Fault> {
    let confirmation = match binding::confirmed(ctx, caller, call).await? {
        Ok(confirmation) => confirmation,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if details.jkt.is_some() && details.jkt != confirmation.jkt {
        return Ok(Err(TokenRefusal::invalid_grant("the refresh token is bound to another DPoP key")));
    }
    if details.x5t.is_some() && details.x5t != confirmation.x5t {
        return Ok(Err(TokenRefusal::invalid_grant("the refresh token is bound to another certificate")));
    }
    let Some(scopes) = narrowed(&details.scopes, call.params.find("scope")) else {
        let description = "the scope holds more than was granted";
        return Ok(Err(TokenRefusal::new(TokenError::InvalidScope, description)));
    };
    let authorization_details = match authorization_details::narrowed(call, &details.authorization_details) {
        Ok(narrowed) => narrowed,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let resources = resource::narrowed(ctx, call, &details.resources).await?;
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
    /// Nothing is known of it.
    Unknown,
}

async fn successor(ctx: &Ctx, caller: &Caller, family: &Family, generation: Generation) -> Result<Succession, Fault> {
    let by = |generation: Generation| Succession::By(family.token(&ctx.vault, generation.next()));
    match family.standing(generation, ctx.now) {
        Standing::Unknown => Ok(Succession::Unknown),
        Standing::Used => Ok(Succession::Reused),
        // A lost answer must not sign the member out.
        Standing::JustUsed => Ok(by(generation)),
        Standing::Fresh if caller.client.settings.access_tokens.rotation == RefreshRotation::Off => {
            Ok(Succession::Kept)
        }
        Standing::Fresh if store::refresh_family::rotate(ctx, family).await? => Ok(by(generation)),
        // Another request used it in this very instant: it is told the same as that one.
        Standing::Fresh => Ok(match store::refresh_family::by_grant(ctx, family.grant).await? {
            Some(now) if now.standing(generation, ctx.now) == Standing::JustUsed => by(generation),
            Some(_) => Succession::Reused,
            None => Succession::Unknown,
        }),
    }
}

async fn reused(ctx: &Ctx, grant: &Grant) -> Result<Exchanged, Fault> {
    store::grant::revoke(ctx, grant.id).await?;
    let about = serde_json::json!({ "client": grant.client, "grant": grant.id });
    ctx.record_with(EventKind::RefreshTokenReused, Some(grant.member), Outcome::Refused, about);
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
