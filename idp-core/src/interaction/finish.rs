//! Ends an interaction well: the session begins here and nowhere else, and the application gets its answer.

use futures::FutureExt;

use super::begin::{self, Begun, Visitor};
use super::decide::Next;
use super::demand::Demand;
use super::errand::{AccountPage, Errand};
use super::sitting::{Place, Sitting};
use super::{Interaction, SignOutOthers, State};
use crate::audit::{EventKind, Outcome};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::{InteractionId, MemberId};
use crate::member::Member;
use crate::oidc::acr::Authentication;
use crate::oidc::authorize::{self, AuthorizationError, AuthorizationResponse};
use crate::secret::{Plain, SessionSecret};
use crate::session::Session;
use crate::session::end::{self, Cause, Kept};
use crate::store;

/// How an interaction was ended.
pub enum Finished {
    /// Answered.
    Done {
        /// The cookie of a session that began just now; `None` when the browser's session goes on.
        session: Option<Plain<SessionSecret>>,
        /// Who is answered.
        answer: Answer,
    },
    /// Something else comes first.
    NotYet {
        /// In this interaction.
        interaction: InteractionId,
        /// What.
        next: Next,
    },
    /// The browser has no such interaction.
    Unknown,
}

/// Who is answered at the end of an interaction.
pub enum Answer {
    /// The application that asked.
    Application(Box<AuthorizationResponse>),
    /// Nobody any more: the application, or its redirect URI, was deleted meanwhile.
    ApplicationGone,
    /// The member, who came by themselves.
    Member,
    /// The member, who came for this page of their own.
    Account {
        /// Which.
        page: AccountPage,
    },
}

impl Answer {
    fn of(response: Option<AuthorizationResponse>) -> Self {
        response.map_or(Self::ApplicationGone, |response| Self::Application(Box::new(response)))
    }
}

/// Answers the interaction if, and only if, nothing is owed.
pub async fn finish(ctx: &Ctx, visitor: &Visitor, place: &Place) -> Result<Finished, Fault> {
    let Some(sitting) = Sitting::lock(ctx, place).await? else { return Ok(Finished::Unknown) };
    let next = sitting.next(ctx);
    let (Next::Issue, Some((member, _))) = (next, &sitting.seated) else {
        return Ok(Finished::NotYet { interaction: sitting.interaction.id, next });
    };
    // Of two tabs that opened the same pushed request, one is answered.
    if !use_up_pushed(ctx, &sitting.interaction).await?
        || !store::interaction::close(ctx, sitting.interaction.id, State::Answered).await?
    {
        return Ok(Finished::NotYet { interaction: sitting.interaction.id, next: Next::Over });
    }

    let present = begin::live_session(ctx, visitor).await?;
    let (session, answer) = answered(ctx, visitor, (&sitting.interaction, member), present).await?;
    Ok(Finished::Done { session, answer })
}

/// What became of an interaction that was not kept yet.
pub(crate) enum AtOnce {
    /// It was answered.
    Done {
        /// As in [`Finished::Done`].
        session: Option<Plain<SessionSecret>>,
        /// Who is answered.
        answer: Answer,
    },
    /// Something comes first.
    Owing {
        /// What.
        next: Next,
        /// To be kept for the pages, or refused.
        interaction: Box<Interaction>,
    },
}

/// The same for an interaction that begins at this instant: where the browser's session is enough, nothing is kept of it.
pub(crate) async fn at_once(ctx: &Ctx, visitor: &Visitor, begun: Begun) -> Result<AtOnce, Fault> {
    let Begun { interaction, session } = begun;
    let sitting = Sitting::begun(ctx, interaction).await?;
    let next = sitting.next(ctx);
    let (Next::Issue, Some((member, _))) = (next, &sitting.seated) else {
        return Ok(AtOnce::Owing { next, interaction: Box::new(sitting.interaction) });
    };
    if !use_up_pushed(ctx, &sitting.interaction).await? {
        return Ok(AtOnce::Owing { next: Next::Over, interaction: Box::new(sitting.interaction) });
    }
    let (session, answer) = answered(ctx, visitor, (&sitting.interaction, member), session).await?;
    Ok(AtOnce::Done { session, answer })
}

async fn answered(
    ctx: &Ctx,
    visitor: &Visitor,
    (interaction, member): (&Interaction, &Member),
    present: Option<Session>,
) -> Result<(Option<Plain<SessionSecret>>, Answer), Fault> {
    let (session, secret) = session_for(ctx, visitor, (interaction, member), present).await?;
    let answer = match &interaction.request {
        None => interaction.errand.and_then(Errand::page).map_or(Answer::Member, |page| Answer::Account { page }),
        Some((client, request)) => {
            let demand = Demand::of(interaction);
            let mut authentication = Authentication::of(&session);
            authentication.acr = demand.told(authentication.acr);
            Answer::of(authorize::issue(ctx, *client, request, &authentication).await?)
        }
    };
    Ok((secret, answer))
}

/// Answers without showing a page (`prompt=none`): what would need one is an error to the application. `None` when its
/// request was answered before.
pub(crate) async fn refused(ctx: &Ctx, interaction: &Interaction, next: Next) -> Result<Option<Answer>, Fault> {
    let error = match next {
        Next::SignIn | Next::Over => AuthorizationError::LoginRequired,
        Next::Declined => AuthorizationError::AccessDenied,
        Next::Consent => AuthorizationError::ConsentRequired,
        Next::OutOfReach => AuthorizationError::UnmetAuthenticationRequirements,
        Next::SecondStep(_) | Next::Step(_) | Next::Issue => AuthorizationError::InteractionRequired,
    };
    told(ctx, interaction, error).await
}

/// After the member declined: the application hears `access_denied`. `None` when there is no such interaction, or its
/// request was answered before: the interaction is over.
pub async fn declined(ctx: &Ctx, place: &Place) -> Result<Option<Answer>, Fault> {
    refuse(ctx, place, AuthorizationError::AccessDenied).await
}

/// After the member was told that they cannot sign in as strongly as required: the application hears it, too.
pub async fn out_of_reach(ctx: &Ctx, place: &Place) -> Result<Option<Answer>, Fault> {
    let Some(sitting) = Sitting::lock(ctx, place).await? else { return Ok(None) };
    if sitting.next(ctx) != Next::OutOfReach {
        return Ok(None);
    }
    refuse(ctx, place, AuthorizationError::UnmetAuthenticationRequirements).await
}

async fn use_up_pushed(ctx: &Ctx, interaction: &Interaction) -> Result<bool, Fault> {
    match &interaction.request {
        Some((_, request)) => authorize::pushed::use_up(ctx, request).await,
        None => Ok(true),
    }
}

async fn refuse(ctx: &Ctx, place: &Place, error: AuthorizationError) -> Result<Option<Answer>, Fault> {
    let Some(sitting) = Sitting::load(ctx, place).await? else { return Ok(None) };
    store::interaction::close(ctx, sitting.interaction.id, State::Answered).await?;
    told(ctx, &sitting.interaction, error).await
}

async fn told(ctx: &Ctx, interaction: &Interaction, error: AuthorizationError) -> Result<Option<Answer>, Fault> {
    let Some((client, request)) = &interaction.request else { return Ok(Some(Answer::Member)) };
    // Of two tabs that opened the same pushed request, one is answered: with an error, too.
    if !use_up_pushed(ctx, interaction).await? {
        return Ok(None);
    }
    Ok(Some(Answer::of(authorize::refuse(ctx, *client, request, error).await?)))
}

/// The browser's session goes on where it rests on the same proofs, and under a new secret where it rests on others of the
/// same member; otherwise a new one begins.
async fn session_for(
    ctx: &Ctx,
    visitor: &Visitor,
    (interaction, member): (&Interaction, &Member),
    present: Option<Session>,
) -> Result<(Session, Option<Plain<SessionSecret>>), Fault> {
    let same = present
        .as_ref()
        .is_some_and(|session| session.member == member.id && session.proofs == interaction.progress.proofs);
    // What is rare is boxed: a future is as large as the largest that it waits for, and is moved when it begins.
    let (session, secret) = match present {
        Some(session) if same => {
            // What was read of it may be old: who signs out meanwhile is not signed in once more.
            if !store::session::touch(ctx, &session).await? {
                return Err(Fault::Busy("the session ended at this moment"));
            }
            (session, None)
        }
        Some(session) if session.member == member.id => raise(ctx, visitor, interaction, session).boxed().await?,
        Some(session) => {
            end::one(ctx, &session, Cause::Replaced).boxed().await?;
            start(ctx, interaction, member.id).boxed().await?
        }
        None => start(ctx, interaction, member.id).boxed().await?,
    };
    if interaction.progress.sign_out_others == SignOutOthers::Wanted {
        let kept = Kept { session: Some(session.id), interaction: Some(interaction.id) };
        end::everywhere(ctx, member.id, kept, Cause::Elsewhere).boxed().await?;
    }
    if secret.is_some() {
        store::remembered_browser::touch(ctx, member.id, &interaction.browser).boxed().await?;
        store::session::know_browser(ctx, member.id, &interaction.browser).boxed().await?;
    }
    Ok((session, secret))
}

/// The member proved more, or again: the session keeps its identifier, so that whoever knows it still does, and gets a
/// new secret. Where another tab was faster a new session begins beside it.
async fn raise(
    ctx: &Ctx,
    visitor: &Visitor,
    interaction: &Interaction,
    session: Session,
) -> Result<(Session, Option<Plain<SessionSecret>>), Fault> {
    let member = session.member;
    let mut raised =
        Session { id: session.id, created_at: session.created_at, ..new_session(ctx, interaction, member) };
    // A second step alone does not make the session live longer.
    if interaction.progress.primary().is_none_or(|proof| proof.at < interaction.created_at) {
        raised.expires_at = session.expires_at;
    }
    let secret = Plain::<SessionSecret>::random(ctx.entropy());
    let won = match &visitor.session {
        Some(old) => store::session::raise(ctx, &raised, (old, &ctx.vault.hash(secret.expose()))).await?,
        None => false,
    };
    if !won {
        return start(ctx, interaction, member).await;
    }
    let details = serde_json::json!({ "session": raised.id, "proofs": raised.proofs });
    ctx.record_with(EventKind::SessionRaised, Some(member), Outcome::Done, details);
    Ok((raised, Some(secret)))
}

async fn start(
    ctx: &Ctx,
    interaction: &Interaction,
    member: MemberId,
) -> Result<(Session, Option<Plain<SessionSecret>>), Fault> {
    let session = new_session(ctx, interaction, member);
    let secret = Plain::<SessionSecret>::random(ctx.entropy());
    store::session::insert(ctx, &session, &ctx.vault.hash(secret.expose())).await?;
    let details = serde_json::json!({ "session": session.id, "proofs": session.proofs });
    ctx.record_with(EventKind::SessionStarted, Some(member), Outcome::Done, details);
    Ok((session, Some(secret)))
}

fn new_session(ctx: &Ctx, interaction: &Interaction, member: MemberId) -> Session {
    let proofs = interaction.progress.proofs.clone();
    Session {
        id: ctx.new_id(),
        member,
        browser: interaction.browser.clone(),
        authenticated_at: proofs.iter().map(|proof| proof.at).max().unwrap_or(ctx.now),
        proofs,
        created_at: ctx.now,
        user_agent: ctx.scope.source.user_agent.clone(),
        seen_at: ctx.now,
        expires_at: ctx.now + ctx.realm().settings.session_absolute(),
        ended_at: None,
    }
}
