//! A new phone, let in by whoever is signed in here: the QR code, and the "yes" to the phone that asks.

use super::{Closed, Present, enter, enter_to_change};
use crate::audit::{EventKind, Outcome};
use crate::credential::Method;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::handover::{HANDOVER_LIFETIME, Handover, State};
use crate::id::HandoverId;
use crate::interaction::begin::Visitor;
use crate::interaction::errand::Freshness;
use crate::interaction::sitting;
use crate::onboarding::facts::MailProof;
use crate::secret::{HandoverLink, Plain};
use crate::store;

/// Whether new phones can be let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offered {
    /// They can.
    Yes,
    /// The realm has neither passkeys nor apps.
    No,
}

/// What became of a click on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clicked {
    /// It counts.
    Done,
    /// There is nothing to click on any more: time is over, or it was taken back.
    Over,
}

/// The hand-over that this session shows, open or used; asks for a fresh proof before there is one.
pub async fn page(ctx: &Ctx, visitor: &Visitor) -> Result<Result<Option<Handover>, Closed>, Fault> {
    let present = match enter(ctx, visitor, Freshness::Any).await? {
        Ok(present) => present,
        Err(closed) => return Ok(Err(closed)),
    };
    let shown = shown(ctx, &present).await?;
    if shown.is_some() {
        return Ok(Ok(shown));
    }
    Ok(match enter(ctx, visitor, Freshness::Needed).await? {
        Ok(present) if may_add(ctx, visitor, &present).await? => Ok(None),
        Ok(_) => Err(Closed::Stale),
        Err(closed) => Err(closed),
    })
}

/// Whoever has nothing but mailed codes proves the mailbox again, as before everything stronger that is set up.
async fn may_add(ctx: &Ctx, visitor: &Visitor, present: &Present) -> Result<bool, Fault> {
    if present.enrolled.iter().any(|method| method.is_strong()) {
        return Ok(true);
    }
    Ok(sitting::mail_proof(ctx, &visitor.browser, &present.member).await? == MailProof::Fresh)
}

/// Whoever may change something here, and add a way in.
async fn enter_to_add(ctx: &Ctx, visitor: &Visitor) -> Result<Result<Present, Closed>, Fault> {
    Ok(match enter_to_change(ctx, visitor, Freshness::Needed).await? {
        Ok(present) if may_add(ctx, visitor, &present).await? => Ok(present),
        Ok(_) => Err(Closed::Stale),
        Err(closed) => Err(closed),
    })
}

/// Whether new phones can be let in here: they get a passkey or an app.
pub fn offered(ctx: &Ctx) -> Offered {
    let methods = &ctx.realm().settings.methods;
    let any = [Method::Passkey, Method::App].iter().any(|method| methods.contains(method));
    if any { Offered::Yes } else { Offered::No }
}

/// Shows a new QR code; an earlier one is gone, whatever came of it.
pub async fn offer(ctx: &Ctx, visitor: &Visitor) -> Result<Result<Clicked, Closed>, Fault> {
    let present = match enter_to_add(ctx, visitor).await? {
        Ok(present) => present,
        Err(closed) => return Ok(Err(closed)),
    };
    if offered(ctx) == Offered::No {
        return Ok(Ok(Clicked::Over));
    }
    store::handover::forget_of(ctx, present.member.id).await?;

    let link = Plain::<HandoverLink>::random(ctx.entropy());
    let id: HandoverId = ctx.new_id();
    let sealed = ctx.vault.seal(ctx.entropy(), id.uuid().as_bytes(), link.expose())?;
    let handover = Handover {
        id,
        member: present.member.id,
        session: present.session.id,
        state: State::Offered { link: sealed.clone() },
        created_at: ctx.now,
        expires_at: ctx.now + HANDOVER_LIFETIME,
    };
    store::handover::insert(ctx, &handover, (&ctx.vault.hash(link.expose()), &sealed)).await?;
    record(ctx, EventKind::NewPhoneOffered, &handover, Outcome::Done);
    Ok(Ok(Clicked::Done))
}

/// What the QR code says after the address; `None` when none is shown.
pub async fn link(ctx: &Ctx, visitor: &Visitor) -> Result<Option<Plain<HandoverLink>>, Fault> {
    let Ok(present) = enter(ctx, visitor, Freshness::Any).await? else { return Ok(None) };
    let Some(handover) = shown(ctx, &present).await? else { return Ok(None) };
    match &handover.state {
        State::Offered { link } => ctx.vault.unseal(handover.id.uuid().as_bytes(), link).map(Some),
        State::Asked(_) | State::Confirmed(_) | State::Used(_) | State::Void => Ok(None),
    }
}

/// "Yes, this is my phone": it may make a passkey or set an app up. `id` is what the page showed: a newer one is not meant.
pub async fn confirm(ctx: &Ctx, visitor: &Visitor, id: HandoverId) -> Result<Result<Clicked, Closed>, Fault> {
    let present = match enter_to_add(ctx, visitor).await? {
        Ok(present) => present,
        Err(closed) => return Ok(Err(closed)),
    };
    let shown = shown(ctx, &present).await?.filter(|handover| handover.id == id);
    let Some(handover) = shown else { return Ok(Ok(Clicked::Over)) };
    if !store::handover::confirm(ctx, handover.id).await? {
        return Ok(Ok(Clicked::Over));
    }
    record(ctx, EventKind::NewPhoneConfirmed, &handover, Outcome::Done);
    Ok(Ok(Clicked::Done))
}

/// "No", or enough of it: nothing comes of the QR code any more.
pub async fn cancel(ctx: &Ctx, visitor: &Visitor) -> Result<Result<(), Closed>, Fault> {
    let present = match enter_to_change(ctx, visitor, Freshness::Any).await? {
        Ok(present) => present,
        Err(closed) => return Ok(Err(closed)),
    };
    let shown = shown(ctx, &present).await?;
    store::handover::void_of(ctx, present.member.id).await?;
    if let Some(handover) = shown.filter(|handover| matches!(handover.state, State::Asked(_))) {
        record(ctx, EventKind::NewPhoneConfirmed, &handover, Outcome::Refused);
    }
    Ok(Ok(()))
}

async fn shown(ctx: &Ctx, present: &Present) -> Result<Option<Handover>, Fault> {
    let newest = store::handover::of_session(ctx, present.session.id).await?;
    Ok(newest.filter(|handover| {
        let used = matches!(handover.state, State::Used(_)) && ctx.now < handover.expires_at;
        handover.member == present.member.id && (used || handover.is_open(ctx.now))
    }))
}

fn record(ctx: &Ctx, kind: EventKind, handover: &Handover, outcome: Outcome) {
    let details = serde_json::json!({ "handover": handover.id, "session": handover.session });
    ctx.record_with(kind, Some(handover.member), outcome, details);
}
