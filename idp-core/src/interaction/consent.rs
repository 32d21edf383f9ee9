//! The consent page (OpenID Connect Core §3.1.2.4): what a client asks for, and what the member says to it.

use super::State;
use super::decide::Next;
use super::sitting::{Place, Sitting};
use crate::audit::{EventKind, Outcome};
use crate::client::Client;
use crate::consent::{Consent, Permissions};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::store;

/// What the page shows.
pub struct Question {
    /// Who asks.
    pub client: Client,
    /// For what.
    pub wanted: Permissions,
    /// What was allowed before.
    pub given: Permissions,
}

/// The member's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Everything the page showed is allowed.
    Allow,
    /// Nothing is: the interaction ends, the client gets `access_denied`.
    Deny,
}

/// What is asked in this sitting; `None` when the client was deleted meanwhile.
pub async fn question(ctx: &Ctx, sitting: &Sitting) -> Result<Option<Question>, Fault> {
    let (Some((client, request)), Some((member, _))) = (&sitting.interaction.request, &sitting.seated) else {
        return Ok(None);
    };
    let Some(client) = store::client::by_id(ctx, *client).await? else { return Ok(None) };
    let given = store::consent::by_member_and_client(ctx, member.id, client.id).await?;
    let given = given.map(|consent| consent.permissions).unwrap_or_default();
    Ok(Some(Question { client, wanted: request.permissions(), given }))
}

/// Notes the answer, if the page is what the sitting owes.
pub async fn answer(ctx: &Ctx, place: &Place, answer: Answer) -> Result<(), Fault> {
    let Some(mut sitting) = Sitting::lock(ctx, place).await? else { return Ok(()) };
    let Some(member) = sitting.member_if(ctx, Next::Consent).map(|member| member.id) else { return Ok(()) };
    let Some((client, request)) = &sitting.interaction.request else { return Ok(()) };
    let (client, wanted) = (*client, request.permissions());
    let about = serde_json::json!({ "client": client, "scope": wanted.scopes.to_string(), "claims": wanted.claims });

    match answer {
        Answer::Allow => {
            let before = store::consent::by_member_and_client(ctx, member, client).await?;
            let consent = match before {
                Some(before) => {
                    Consent { permissions: before.permissions.joined(&wanted), changed_at: ctx.now, ..before }
                }
                None => Consent { member, client, permissions: wanted, granted_at: ctx.now, changed_at: ctx.now },
            };
            store::consent::save(ctx, &consent).await?;
            sitting.interaction.progress.consented = Some(member);
            store::interaction::save(ctx, &sitting.interaction).await?;
            ctx.record_with(EventKind::ConsentGiven, Some(member), Outcome::Done, about);
        }
        Answer::Deny => {
            store::interaction::close(ctx, sitting.interaction.id, State::Declined).await?;
            ctx.record_with(EventKind::ConsentDenied, Some(member), Outcome::Done, about);
        }
    }
    Ok(())
}
