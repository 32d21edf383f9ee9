//! Redeeming an `auth_req_id` (OpenID Connect CIBA Core §10.1): the client asks, by itself or once it was told, until the
//! member has answered.

use super::{Caller, ClientCall, Exchanged, TokenError, TokenRefusal, answered};
use crate::audit::{EventKind, Outcome};
use crate::ciba_request::CibaRequest;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::polled::{Allowed, Asked, State};
use crate::secret::{AuthReqId, Hashed};
use crate::store;

pub(super) async fn redeem(ctx: &Ctx, caller: &Caller, call: &ClientCall) -> Result<Exchanged, Fault> {
    let refused = |error, description| Ok(Exchanged::Refused(TokenRefusal::new(error, description)));
    let Some(sent) = call.params.find("auth_req_id") else {
        return refused(TokenError::InvalidRequest, "the parameter auth_req_id is missing");
    };
    let hash: Hashed<AuthReqId> = ctx.vault.hash(sent.as_bytes());
    let request = store::ciba_request::lock_by_auth_req_id(ctx, &hash).await?;
    let Some(mut request) = request.filter(|request| request.client == caller.client.id) else {
        return refused(TokenError::InvalidGrant, "the auth_req_id is not valid");
    };
    let asked = request.polled.asked(ctx.now);
    store::ciba_request::update(ctx, &request).await?;

    match asked {
        Asked::TooSoon => refused(TokenError::SlowDown, "the client asks too often: wait five seconds longer"),
        Asked::Waiting => refused(TokenError::AuthorizationPending, "the member has not answered yet"),
        Asked::Denied => refused(TokenError::AccessDenied, "the member said no"),
        Asked::Expired => refused(TokenError::ExpiredToken, "the auth_req_id has expired: ask the member anew"),
        Asked::Redeemed => refused(TokenError::InvalidGrant, "the auth_req_id was used before"),
        Asked::Allowed(allowed) => granted(ctx, caller, call, (&mut request, &allowed)).await,
    }
}

async fn granted(
    ctx: &Ctx,
    caller: &Caller,
    call: &ClientCall,
    (request, allowed): (&mut CibaRequest, &Allowed),
) -> Result<Exchanged, Fault> {
    let met = match answered::demands(ctx, caller, call, &request.authorization_details).await? {
        Ok(met) => met,
        Err(refusal) => return Ok(Exchanged::Refused(refusal)),
    };
    request.polled.state = State::Redeemed;
    store::ciba_request::update(ctx, request).await?;
    let Some((prepared, member)) = answered::prepare(ctx, caller, met, allowed).await? else {
        return Ok(Exchanged::Refused(TokenRefusal::invalid_grant("the auth_req_id is not valid")));
    };
    let about = serde_json::json!({ "client": caller.client.id, "grant": allowed.grant });
    ctx.record_with(EventKind::CibaRedeemed, Some(member), Outcome::Done, about);
    Ok(Exchanged::Granted(Box::new(prepared)))
}
