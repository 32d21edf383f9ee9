//! Tokens for what a member allowed elsewhere: the same for a device and by CIBA.

use super::member_tokens::{self, Granted};
use super::{Caller, Confirmation, PreparedTokens};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::MemberId;
use crate::polled::Allowed;
use crate::refresh_token::RefreshDetails;
use crate::store;

/// Prepares them, with whom they are about; `None` where the grant or its member does not count any more.
pub(super) async fn prepare(
    ctx: &Ctx,
    caller: &Caller,
    (confirmation, resources): (Confirmation, Vec<String>),
    allowed: &Allowed,
) -> Result<Option<(PreparedTokens, MemberId)>, Fault> {
    let grant = store::grant::by_id(ctx, allowed.grant).await?;
    let Some((grant, member)) = member_tokens::behind(ctx, grant, allowed.authentication.member).await? else {
        return Ok(None);
    };
    let binding = member_tokens::refresh_binding(&caller.client, &confirmation);
    let details = RefreshDetails {
        scopes: grant.scopes.clone(),
        resources: resources.clone(),
        authorization_details: Vec::new(),
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
        authorization_details: Vec::new(),
        nonce: None,
        about: serde_json::Map::new(),
        confirmation,
        refresh_token,
    };
    Ok(Some((member_tokens::prepare(ctx, caller, granted).await?, member.id)))
}
