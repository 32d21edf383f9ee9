//! Begins an interaction, and carries a live session of the browser over into it.

use std::time::Duration;

use super::errand::Errand;
use super::{INTERACTION_LIFETIME, Interaction, Progress, Proof, State};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::{ClientRowId, InteractionId};
use crate::oidc::authorize::{AuthorizationRequest, Prompt};
use crate::secret::{BrowserSecret, Hashed, SessionSecret};
use crate::session::Session;
use crate::store;

/// The browser that asks, and the session it claims to have.
#[derive(Clone)]
pub struct Visitor {
    /// The browser.
    pub browser: Hashed<BrowserSecret>,
    /// The session cookie's value, hashed.
    pub session: Option<Hashed<SessionSecret>>,
}

/// Begins an interaction for an application's request, or without one.
pub async fn begin(
    ctx: &Ctx,
    visitor: &Visitor,
    request: Option<(ClientRowId, AuthorizationRequest)>,
) -> Result<InteractionId, Fault> {
    open(ctx, visitor, request, None).await
}

/// Begins an interaction for something that the member does to their own account.
pub async fn for_errand(ctx: &Ctx, visitor: &Visitor, errand: Errand) -> Result<InteractionId, Fault> {
    open(ctx, visitor, None, Some(errand)).await
}

async fn open(
    ctx: &Ctx,
    visitor: &Visitor,
    request: Option<(ClientRowId, AuthorizationRequest)>,
    errand: Option<Errand>,
) -> Result<InteractionId, Fault> {
    let carried = match live_session(ctx, visitor).await? {
        Some(session) if serves(ctx, &session, request.as_ref().map(|(_, request)| request)).await? => Some(session),
        Some(_) | None => None,
    };
    let max_age = request.as_ref().and_then(|(_, request)| request.max_age());
    let interaction = Interaction {
        id: ctx.new_id(),
        browser: visitor.browser.clone(),
        member: carried.as_ref().map(|session| session.member),
        progress: Progress {
            proofs: carried.map(|session| young(ctx, session.proofs, max_age)).unwrap_or_default(),
            ..Progress::default()
        },
        request,
        errand,
        state: State::Open,
        created_at: ctx.now,
        seen_at: ctx.now,
        expires_at: ctx.now + INTERACTION_LIFETIME,
    };

    store::interaction::insert(ctx, &interaction).await?;
    Ok(interaction.id)
}

/// The session of this browser, while it carries.
pub async fn live_session(ctx: &Ctx, visitor: &Visitor) -> Result<Option<Session>, Fault> {
    let Some(secret) = &visitor.session else { return Ok(None) };
    let session = store::session::by_secret(ctx, secret).await?;
    Ok(session
        .filter(|session| session.is_live(&ctx.realm().settings, ctx.now))
        .filter(|session| session.browser == visitor.browser))
}

/// The proofs that still count: one that is older than `max_age` is asked for again, the others are not.
fn young(ctx: &Ctx, proofs: Vec<Proof>, max_age: Option<Duration>) -> Vec<Proof> {
    let Some(max_age) = max_age else { return proofs };
    proofs.into_iter().filter(|proof| ctx.now.since(proof.at) <= max_age).collect()
}

/// Whether the request is content with the session: of the hinted member, and nobody wants to see the sign-in page.
async fn serves(ctx: &Ctx, session: &Session, request: Option<&AuthorizationRequest>) -> Result<bool, Fault> {
    let Some(request) = request else { return Ok(true) };
    if let Some(hinted) = &request.hinted_subject {
        let member = store::member::by_id(ctx, session.member).await?;
        if member.is_none_or(|member| member.subject != *hinted) {
            return Ok(false);
        }
    }
    Ok(!request.prompts(Prompt::Login) && !request.prompts(Prompt::SelectAccount))
}
