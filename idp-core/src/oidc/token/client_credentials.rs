//! Tokens of a client that acts for itself (RFC 6749 §4.4): no member stands behind them, and a JWT writes nothing.

use super::access_token::{self, Wanted};
use super::{Caller, ClientCall, Exchanged, PreparedTokens, TokenError, TokenRefusal, binding, resource};
use crate::client::{ClientType, GrantType};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::oidc::scope::Scopes;

pub(super) async fn answer(ctx: &Ctx, caller: &Caller, call: &ClientCall) -> Result<Exchanged, Fault> {
    let refused = |error, description| Ok(Exchanged::Refused(TokenRefusal::new(error, description)));
    let client = &caller.client;
    let may = client.settings.grant_types.contains(&GrantType::ClientCredentials)
        && client.settings.auth_method.client_type() == ClientType::Confidential;
    if !may {
        return refused(TokenError::UnauthorizedClient, "the client is not registered for this grant_type");
    }
    if call.params.find("scope").is_some() {
        return refused(TokenError::InvalidScope, "every scope speaks of a member, and no member stands behind this");
    }
    let resources = match resource::narrowed(ctx, call, &[]).await? {
        Ok(resources) => resources,
        Err(refusal) => return Ok(Exchanged::Refused(refusal)),
    };
    let confirmation = match binding::confirmed(ctx, caller, call).await? {
        Ok(confirmation) => confirmation,
        Err(refusal) => return Ok(Exchanged::Refused(refusal)),
    };

    let token_type = confirmation.token_type();
    let wanted = Wanted {
        subject: client.client_id.as_str().to_owned(),
        scopes: &Scopes::default(),
        resources,
        authentication: None,
        grant: None,
        confirmation,
        act: None,
        authorization_details: Vec::new(),
        ends_by: None,
    };
    let (access_token, expires_in) = access_token::prepare(ctx, client, wanted).await?;
    Ok(Exchanged::Granted(Box::new(PreparedTokens {
        access_token,
        token_type,
        expires_in,
        scope: String::new(),
        authorization_details: Vec::new(),
        id_token: None,
        id_envelope: None,
        refresh_token: None,
        issued_token_type: None,
    })))
}
