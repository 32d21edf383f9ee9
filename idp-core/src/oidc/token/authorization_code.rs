//! Redeeming an authorization code (RFC 6749 §4.1.3): once; a second use revokes what the first one gave.

use futures::FutureExt;
use serde_json::Value;

use super::member_tokens::{self, Granted};
use super::{
    Caller, ClientCall, Confirmation, Exchanged, TokenError, TokenRefusal, authorization_details, binding, resource,
};
use crate::audit::{EventKind, Outcome};
use crate::authorization_code::{IssuedCode, PresentedCode, Standing};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::oidc::authorize::RedirectUriSent;
use crate::oidc::claims;
use crate::refresh_token::RefreshDetails;
use crate::store;

const REFUSED: TokenRefusal = TokenRefusal::invalid_grant("the code is not valid");

pub(super) async fn redeem(ctx: &Ctx, caller: &Caller, call: &ClientCall) -> Result<Exchanged, Fault> {
    let missing = |description| Ok(Exchanged::Refused(TokenRefusal::new(TokenError::InvalidRequest, description)));
    let Some(code) = call.params.find("code") else { return missing("the parameter code is missing") };
    let Some(code) = PresentedCode::read(&ctx.vault, code) else { return Ok(Exchanged::Refused(REFUSED)) };
    let issued = store::authorization_code::by_code(ctx, &code).await?;
    // Another client's code is left alone: whoever guesses around must not be able to end its grant.
    let Some(issued) = issued.filter(|issued| issued.grant.client == caller.client.id) else {
        return Ok(Exchanged::Refused(REFUSED));
    };
    match issued.standing(ctx.now) {
        Standing::Used => return replayed(ctx, &issued).boxed().await,
        Standing::Expired => return Ok(Exchanged::Refused(REFUSED)),
        Standing::Fresh => {}
    }
    let named = call.params.find("redirect_uri");
    if named.is_none() && issued.details.redirect_uri_sent == RedirectUriSent::Yes {
        return missing("the parameter redirect_uri is missing");
    }
    if !issued.was_sent_to(named) {
        let refusal = TokenRefusal::invalid_grant("the redirect_uri is not the one the code was sent to");
        return Ok(Exchanged::Refused(refusal));
    }
    if !issued.accepts_verifier(call.params.find("code_verifier")) {
        return Ok(Exchanged::Refused(TokenRefusal::invalid_grant("the code_verifier does not fit")));
    }
    let met = match demands(ctx, caller, call, &issued).await? {
        Ok(met) => met,
        Err(refusal) => return Ok(Exchanged::Refused(refusal)),
    };
    if !store::authorization_code::redeem(ctx, &code).await? {
        return replayed(ctx, &issued).boxed().await;
    }

    granted(ctx, caller, &issued, met).await
}

/// What the token is bound to and for.
struct Met {
    confirmation: Confirmation,
    resources: Vec<String>,
    authorization_details: Vec<Value>,
}

/// What the code asks of the request beside its verifier: the key it was asked for with, and its resources.
async fn demands(
    ctx: &Ctx,
    caller: &Caller,
    call: &ClientCall,
    issued: &IssuedCode,
) -> Result<Result<Met, TokenRefusal>, Fault> {
    let confirmation = match binding::confirmed(ctx, caller, call).await? {
        Ok(confirmation) => confirmation,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if issued.details.dpop_jkt.is_some() && issued.details.dpop_jkt != confirmation.jkt {
        return Ok(Err(TokenRefusal::invalid_grant("the code is bound to another DPoP key")));
    }
    let authorization_details = match authorization_details::narrowed(call, &issued.details.authorization_details) {
        Ok(narrowed) => narrowed,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let resources = resource::narrowed(ctx, call, &issued.details.resources).await?;
    Ok(resources.map(|resources| Met { confirmation, resources, authorization_details }))
}

/// Two holders of one code: nobody can tell which is the thief, so that both lose what it gave (RFC 9700 §4.5).
async fn replayed(ctx: &Ctx, issued: &IssuedCode) -> Result<Exchanged, Fault> {
    store::grant::revoke(ctx, issued.grant.id).await?;
    let about = serde_json::json!({ "client": issued.grant.client, "grant": issued.grant.id });
    let member = issued.details.authentication.member;
    ctx.record_with(EventKind::CodeReplayed, Some(member), Outcome::Refused, about);
    Ok(Exchanged::Refused(TokenRefusal::invalid_grant("the code was used before")))
}

async fn granted(ctx: &Ctx, caller: &Caller, issued: &IssuedCode, met: Met) -> Result<Exchanged, Fault> {
    let authentication = &issued.details.authentication;
    let grant = issued.grant.clone();
    let Some((grant, member)) = member_tokens::behind(ctx, Some(grant), authentication.member).await? else {
        return Ok(Exchanged::Refused(REFUSED));
    };
    let binding = member_tokens::refresh_binding(&caller.client, &met.confirmation);
    let details = RefreshDetails {
        scopes: grant.scopes.clone(),
        resources: issued.details.resources.clone(),
        authorization_details: issued.details.authorization_details.clone(),
        authentication: authentication.clone(),
        jkt: binding.jkt,
        x5t: binding.x5t,
    };
    let refresh_token = member_tokens::begin_family(ctx, caller, &grant, details).await?;
    let about = serde_json::json!({ "client": caller.client.id, "grant": grant.id });
    ctx.record_with(EventKind::CodeRedeemed, Some(member.id), Outcome::Done, about);

    let granted = Granted {
        grant: &grant,
        member: &member,
        authentication,
        scopes: &grant.scopes,
        resources: met.resources,
        authorization_details: met.authorization_details,
        nonce: issued.details.nonce.clone(),
        about: claims::chosen(&member, &issued.details.id_token_claims),
        confirmation: met.confirmation,
        refresh_token,
    };
    Ok(Exchanged::Granted(Box::new(member_tokens::prepare(ctx, caller, granted).await?)))
}
