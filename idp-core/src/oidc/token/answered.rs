//! Tokens for what a member allowed elsewhere: the same for a device and by CIBA.

use serde_json::Value;

use super::member_tokens::{self, Granted};
use super::{Caller, ClientCall, Confirmation, PreparedTokens, TokenRefusal, authorization_details, binding, resource};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::MemberId;
use crate::polled::Allowed;
use crate::refresh_token::RefreshDetails;
use crate::store;

/// What the tokens are bound to and for.
pub(super) struct Met {
    confirmation: Confirmation,
    resources: Vec<String>,
    /// What was allowed in detail, and what of it the token is for.
    details: (Vec<Value>, Vec<Value>),
}

/// What the request must meet, where the member allowed `details`; the first demand that is not met is told.
pub(super) async fn demands(
    ctx: &Ctx,
    caller: &Caller,
    call: &ClientCall,
    details: &[Value],
) -> Result<Result<Met, TokenRefusal>, Fault> {
    let confirmation = match binding::confirmed(ctx, caller, call).await? {
        Ok(confirmation) => confirmation,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let narrowed = match authorization_details::narrowed(call, details) {
        Ok(narrowed) => narrowed,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let resources = resource::narrowed(ctx, call, &[]).await?;
    Ok(resources.map(|resources| Met { confirmation, resources, details: (details.to_vec(), narrowed) }))
}

/// Prepares them, with whom they are about; `None` where the grant or its member does not count any more.
pub(super) async fn prepare(
    ctx: &Ctx,
    caller: &Caller,
    met: Met,
    allowed: &Allowed,
) -> Result<Option<(PreparedTokens, MemberId)>, Fault> {
    let grant = store::grant::by_id(ctx, allowed.grant).await?;
    let Some((grant, member)) = member_tokens::behind(ctx, grant, allowed.authentication.member).await? else {
        return Ok(None);
    };
    let Met { confirmation, resources, details: (whole, narrowed) } = met;
    let binding = member_tokens::refresh_binding(&caller.client, &confirmation);
    let details = RefreshDetails {
        scopes: grant.scopes.clone(),
        resources: resources.clone(),
        authorization_details: whole,
        authentication: allowed.authentication.clone(),
        jkt: binding.jkt,
        x5t: binding.x5t,
    };
    let refresh_token = member_tokens::begin_family(ctx, caller, &grant, details).await?;
    let granted = Granted {
        grant: &grant,
        member: &member,
        authentication: &allowed.authentication,
        scopes: &grant.scopes,
        resources,
        authorization_details: narrowed,
        nonce: None,
        about: serde_json::Map::new(),
        confirmation,
        refresh_token,
    };
    Ok(Some((member_tokens::prepare(ctx, caller, granted).await?, member.id)))
}
