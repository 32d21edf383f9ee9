//! Begins an interaction, and carries a live session of the browser over into it.

use std::time::Duration;

use super::errand::Errand;
use super::{INTERACTION_LIFETIME, Interaction, Progress, Proof, State};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::{ClientRowId, InteractionId};
use crate::oidc::authorize::expected::is_expected;
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

/// Begins an interaction without an application's request.
pub async fn begin(ctx: &Ctx, visitor: &Visitor) -> Result<InteractionId, Fault> {
    keep(ctx, &Begun::of(ctx, visitor, None, None).await?.interaction).await
}

/// Begins an interaction for something that the member does to their own account.
pub async fn for_errand(ctx: &Ctx, visitor: &Visitor, errand: Errand) -> Result<InteractionId, Fault> {
    keep(ctx, &Begun::of(ctx, visitor, None, Some(errand)).await?.interaction).await
}

/// An interaction that is not kept yet, and the live session of its browser.
pub(crate) struct Begun {
    pub(crate) interaction: Interaction,
    pub(crate) session: Option<Session>,
}

impl Begun {
    /// Begins one for an application's request.
    pub(crate) async fn for_request(
        ctx: &Ctx,
        visitor: &Visitor,
        request: (ClientRowId, AuthorizationRequest),
    ) -> Result<Self, Fault> {
        Self::of(ctx, visitor, Some(request), None).await
    }

    async fn of(
        ctx: &Ctx,
        visitor: &Visitor,
        request: Option<(ClientRowId, AuthorizationRequest)>,
        errand: Option<Errand>,
    ) -> Result<Self, Fault> {
        let session = live_session(ctx, visitor).await?;
        let carried = match &session {
            Some(session) if serves(ctx, session, request.as_ref()).await? => Some(session),
            Some(_) | None => None,
        };
        let interaction = carrying(ctx, visitor, carried, (request, errand));
        Ok(Self { interaction, session })
    }
}

/// Keeps an interaction for the pages that follow.
pub(crate) async fn keep(ctx: &Ctx, interaction: &Interaction) -> Result<InteractionId, Fault> {
    store::interaction::insert(ctx, interaction).await?;
    Ok(interaction.id)
}

fn carrying(
    ctx: &Ctx,
    visitor: &Visitor,
    carried: Option<&Session>,
    (request, errand): (Option<(ClientRowId, AuthorizationRequest)>, Option<Errand>),
) -> Interaction {
    let max_age = request.as_ref().and_then(|(_, request)| request.max_age());
    Interaction {
        id: ctx.new_id(),
        browser: visitor.browser.clone(),
        member: carried.map(|session| session.member),
        progress: Progress {
            proofs: carried.map(|session| young(ctx, session.proofs.clone(), max_age)).unwrap_or_default(),
            ..Progress::default()
        },
        request,
        errand,
        state: State::Open,
        created_at: ctx.now,
        seen_at: ctx.now,
        expires_at: ctx.now + INTERACTION_LIFETIME,
    }
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

/// Whether the request is content with the session: of a member it expects, and nobody wants to see the sign-in page.
async fn serves(
    ctx: &Ctx,
    session: &Session,
    request: Option<&(ClientRowId, AuthorizationRequest)>,
) -> Result<bool, Fault> {
    let Some((client, request)) = request else { return Ok(true) };
    if !is_expected(ctx, (*client, request), session.member).await? {
        return Ok(false);
    }
    Ok(!request.prompts(Prompt::Login) && !request.prompts(Prompt::SelectAccount))
}
