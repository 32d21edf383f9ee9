//! Redeeming a device code (RFC 8628 §3.4): the device asks until the member has answered.

use super::{Caller, ClientCall, Exchanged, TokenError, TokenRefusal, answered};
use crate::audit::{EventKind, Outcome};
use crate::ctx::Ctx;
use crate::device_request::DeviceRequest;
use crate::fault::Fault;
use crate::polled::{Allowed, Asked, State};
use crate::secret::{DeviceCode, Hashed};
use crate::store;

pub(super) async fn redeem(ctx: &Ctx, caller: &Caller, call: &ClientCall) -> Result<Exchanged, Fault> {
    let refused = |error, description| Ok(Exchanged::Refused(TokenRefusal::new(error, description)));
    let Some(code) = call.params.find("device_code") else {
        return refused(TokenError::InvalidRequest, "the parameter device_code is missing");
    };
    let hash: Hashed<DeviceCode> = ctx.vault.hash(code.as_bytes());
    let request = store::device_request::lock_by_device_code(ctx, &hash).await?;
    let Some(mut request) = request.filter(|request| request.client == caller.client.id) else {
        return refused(TokenError::InvalidGrant, "the device_code is not valid");
    };
    let asked = request.polled.asked(ctx.now);
    store::device_request::update(ctx, &hash, &request).await?;

    match asked {
        Asked::TooSoon => refused(TokenError::SlowDown, "the device asks too often: wait five seconds longer"),
        Asked::Waiting => refused(TokenError::AuthorizationPending, "the member has not answered yet"),
        Asked::Denied => refused(TokenError::AccessDenied, "the member said no"),
        Asked::Expired => refused(TokenError::ExpiredToken, "the member did not answer in time"),
        Asked::Redeemed => refused(TokenError::InvalidGrant, "the device_code was used before"),
        Asked::Allowed(allowed) => granted(ctx, caller, call, (&hash, &mut request, &allowed)).await,
    }
}

async fn granted(
    ctx: &Ctx,
    caller: &Caller,
    call: &ClientCall,
    (hash, request, allowed): (&Hashed<DeviceCode>, &mut DeviceRequest, &Allowed),
) -> Result<Exchanged, Fault> {
    let met = match answered::demands(ctx, caller, call, &request.authorization_details).await? {
        Ok(met) => met,
        Err(refusal) => return Ok(Exchanged::Refused(refusal)),
    };
    request.polled.state = State::Redeemed;
    store::device_request::update(ctx, hash, request).await?;
    let Some((prepared, member)) = answered::prepare(ctx, caller, met, allowed).await? else {
        return Ok(Exchanged::Refused(TokenRefusal::invalid_grant("the device_code is not valid")));
    };
    let about = serde_json::json!({ "client": caller.client.id, "grant": allowed.grant });
    ctx.record_with(EventKind::DeviceRedeemed, Some(member), Outcome::Done, about);
    Ok(Exchanged::Granted(Box::new(prepared)))
}
