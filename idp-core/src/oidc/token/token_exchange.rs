//! Token exchange (RFC 8693): a service that received a token gets one for the next service, in the name of the same
//! member. The token says who acts (`act`), unless the client's policy lets it act as the member.
//!
//! | policy | actor token | the new token |
//! |---|---|---|
//! | delegation | none | `act` names the client |
//! | delegation | a live token of the client | `act` names that token's subject |
//! | impersonation | none | no `act` |
//! | impersonation | a live token of the client | `act` names that token's subject |

use serde_json::{Value, json};

use super::access_token::{self, Wanted};
use super::{Caller, ClientCall, Exchanged, NAMED_MAX, PreparedTokens, TokenError, TokenRefusal, binding, resource};
use crate::audit::{EventKind, Outcome};
use crate::client::ExchangePolicy;
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::oidc::access::{self, Access};
use crate::oidc::scope::Scopes;
use crate::store;

/// The one kind of token taken and given (RFC 8693 §3).
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// How many have acted in a row at most; each exchange adds one.
const ACTORS_MAX: usize = 8;

pub(super) async fn exchange(ctx: &Ctx, caller: &Caller, call: &ClientCall) -> Result<Exchanged, Fault> {
    let (subject, actor) = match presented(ctx, caller, call).await? {
        Ok(presented) => presented,
        Err(refusal) => return Ok(Exchanged::Refused(refusal)),
    };
    let had = Scopes::parse(&subject.claims.scope);
    let scopes = call.params.find("scope").map_or_else(|| had.clone(), Scopes::parse);
    if scopes.within(&had) != scopes {
        let description = "the scope holds more than the subject_token has";
        return Ok(Exchanged::Refused(TokenRefusal::new(TokenError::InvalidScope, description)));
    }
    let resources = match targets(ctx, call, &subject).await? {
        Ok(resources) => resources,
        Err(refusal) => return Ok(Exchanged::Refused(refusal)),
    };
    let confirmation = match binding::confirmed(ctx, caller, call).await? {
        Ok(confirmation) => confirmation,
        Err(refusal) => return Ok(Exchanged::Refused(refusal)),
    };
    let Ok(act) = acting(caller, &subject, actor.as_ref()) else {
        let description = "too many have acted in a row";
        return Ok(Exchanged::Refused(TokenRefusal::new(TokenError::InvalidRequest, description)));
    };

    let token_type = confirmation.token_type();
    let scope = scopes.to_string();
    let wanted = Wanted {
        subject: subject.claims.sub.clone(),
        scopes: &scopes,
        resources,
        authentication: None,
        grant: subject.claims.grant,
        confirmation,
        act,
        // They were allowed to the client that had the first token, not to the next service.
        authorization_details: Vec::new(),
        ends_by: Some(Timestamp::from_millis(subject.claims.exp.saturating_mul(1000))),
    };
    let (access_token, expires_in) = access_token::prepare(ctx, &caller.client, wanted).await?;
    let about = json!({ "client": caller.client.id, "of": subject.client.id, "grant": subject.claims.grant });
    ctx.record_with(EventKind::TokenExchanged, subject.member.map(|member| member.id), Outcome::Done, about);
    Ok(Exchanged::Granted(Box::new(PreparedTokens {
        access_token,
        token_type,
        expires_in,
        scope,
        authorization_details: Vec::new(),
        id_token: None,
        id_envelope: None,
        refresh_token: None,
        issued_token_type: Some(ACCESS_TOKEN),
    })))
}

type Presented = (Access, Option<Access>);

/// The tokens in the form: the subject's must have been given to this client or be for it; the actor's must be its own.
/// One that does not count makes the request invalid, and not a grant (RFC 8693 §2.2.2).
async fn presented(ctx: &Ctx, caller: &Caller, call: &ClientCall) -> Result<Result<Presented, TokenRefusal>, Fault> {
    let refused = |description| Ok(Err(TokenRefusal::new(TokenError::InvalidRequest, description)));
    let find = |name| call.params.find(name);
    let Some(subject) = find("subject_token") else { return refused("the parameter subject_token is missing") };
    if find("subject_token_type") != Some(ACCESS_TOKEN) {
        return refused("the subject_token_type must be that of an access token");
    }
    if find("requested_token_type").is_some_and(|kind| kind != ACCESS_TOKEN) {
        return refused("the requested_token_type must be that of an access token");
    }
    let actor = match (find("actor_token"), find("actor_token_type")) {
        (None, None) => None,
        (Some(actor), Some(ACCESS_TOKEN)) => Some(actor),
        (Some(_) | None, _) => return refused("actor_token and the actor_token_type of an access token go together"),
    };

    let client = &caller.client;
    let is_for = |access: &Access| {
        let resource = client.settings.resource.as_ref();
        access.client.id == client.id
            || access.claims.aud.contains(client.client_id.as_str())
            || resource.is_some_and(|resource| access.claims.aud.contains(resource.as_str()))
    };
    // A bound token is worth nothing without its proof, which only its own client can give.
    let subject = access::live(ctx, subject).await?.filter(is_for).filter(|access| access.claims.cnf.is_empty());
    let Some(subject) = subject else {
        return refused("the subject_token is not valid, or not for this client");
    };
    let Some(actor) = actor else { return Ok(Ok((subject, None))) };
    let actor = access::live(ctx, actor).await?.filter(|access| access.client.id == client.id);
    let Some(actor) = actor else {
        return refused("the actor_token is not a valid one of this client");
    };
    Ok(Ok((subject, Some(actor))))
}

/// Whom the new token is for: resources by address, clients by their id; where none is named, whom the first one was for.
/// Else a token for one resource would become one for userinfo.
async fn targets(ctx: &Ctx, call: &ClientCall, subject: &Access) -> Result<Result<Vec<String>, TokenRefusal>, Fault> {
    let mut targets = match resource::narrowed(ctx, call, &[]).await? {
        Ok(resources) => resources,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let audiences: Vec<&str> = call.params.all("audience").take(NAMED_MAX + 1).collect();
    if audiences.len() > NAMED_MAX {
        return Ok(Err(TokenRefusal::new(TokenError::InvalidTarget, "too many audiences at once")));
    }
    for audience in audiences {
        if store::client::by_client_id(ctx, audience).await?.is_none() {
            return Ok(Err(TokenRefusal::new(TokenError::InvalidTarget, "the audience is not known here")));
        }
        targets.push(audience.to_owned());
    }
    Ok(Ok(if targets.is_empty() { subject.claims.aud.listed() } else { targets }))
}

/// Who acts now, with those who acted before inside (RFC 8693 §4.1).
fn acting(caller: &Caller, subject: &Access, actor: Option<&Access>) -> Result<Option<Value>, ()> {
    let before = subject.claims.act.clone();
    let mut innermost = before.as_ref();
    let mut count = 0;
    while let Some(act) = innermost {
        count += 1;
        innermost = act.get("act");
    }
    if count >= ACTORS_MAX {
        return Err(());
    }
    let name = match (actor, caller.client.settings.exchange) {
        (Some(actor), ExchangePolicy::Delegation | ExchangePolicy::Impersonation) => actor.claims.sub.as_str(),
        (None, ExchangePolicy::Delegation) => caller.client.client_id.as_str(),
        (None, ExchangePolicy::Impersonation) => return Ok(before),
    };
    let mut act = json!({ "sub": name });
    if let Some(before) = before {
        act["act"] = before;
    }
    Ok(Some(act))
}
