//! Another mail address: proved by a code or link sent to it; the old one stays until then, and is told.

use super::{Closed, Present, enter, enter_to_change};
use crate::audit::{EventKind, Outcome};
use crate::authn::mail_code::{self, MailCode, Sending};
use crate::ceremony::{Ceremony, CeremonyKind};
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::interaction::begin::Visitor;
use crate::interaction::errand::Freshness;
use crate::mail_address::{MailAddress, MailAddressError};
use crate::onboarding::mail as onboarding;
use crate::store;

/// What the page shows.
pub struct Page {
    /// The address in use.
    pub present: Option<MailAddress>,
    /// The mail under way.
    pub waiting: Option<Waiting>,
}

/// A mail under way to a new address.
pub struct Waiting {
    /// The new address.
    pub address: MailAddress,
    /// When "send again" is open.
    pub resend_at: Timestamp,
}

/// What became of a typed address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// A mail is on its way.
    Sent,
    /// It is the address in use.
    Same,
    /// No address.
    Unreadable(MailAddressError),
    /// Too many mails within a short time.
    Wait,
}

/// Opens the page. Whoever waits for the mail need not prove themselves anew.
pub async fn page(ctx: &Ctx, visitor: &Visitor) -> Result<Result<Page, Closed>, Fault> {
    let present = match enter(ctx, visitor, Freshness::Any).await? {
        Ok(present) => present,
        Err(closed) => return Ok(Err(closed)),
    };
    let waiting = pending(ctx, visitor, &present).await?.and_then(|ceremony| {
        let resend_at = ceremony.resend_at();
        Some(Waiting { address: ceremony.address?, resend_at })
    });
    if waiting.is_none()
        && let Err(closed) = enter(ctx, visitor, Freshness::Needed).await?
    {
        return Ok(Err(closed));
    }
    Ok(Ok(Page { present: present.member.verified_mail().cloned(), waiting }))
}

/// Takes the new address and sends code and link to it.
pub async fn submit(ctx: &Ctx, visitor: &Visitor, typed: &str) -> Result<Result<Change, Closed>, Fault> {
    let present = match enter_to_change(ctx, visitor, Freshness::Needed).await? {
        Ok(present) => present,
        Err(closed) => return Ok(Err(closed)),
    };
    let address = match MailAddress::parse(typed) {
        Ok(address) => address,
        Err(error) => return Ok(Ok(Change::Unreadable(error))),
    };
    if present.member.verified_mail().is_some_and(|old| old.normal() == address.normal()) {
        return Ok(Ok(Change::Same));
    }
    if mail_code::may_send(ctx, &present.member, None).await? != Sending::Sent {
        return Ok(Ok(Change::Wait));
    }
    send(ctx, visitor, &present, address).await?;
    Ok(Ok(Change::Sent))
}

/// "Send again": the earlier mail is void.
pub async fn resend(ctx: &Ctx, visitor: &Visitor) -> Result<Result<Sending, Closed>, Fault> {
    let present = match enter_to_change(ctx, visitor, Freshness::Any).await? {
        Ok(present) => present,
        Err(closed) => return Ok(Err(closed)),
    };
    let Some(ceremony) = pending(ctx, visitor, &present).await? else { return Ok(Ok(Sending::Elsewhere)) };
    let permission = mail_code::may_send(ctx, &present.member, Some(&ceremony)).await?;
    if let (Sending::Sent, Some(address)) = (permission, ceremony.address) {
        send(ctx, visitor, &present, address).await?;
    }
    Ok(Ok(permission))
}

/// Gives the change up: what was sent is void.
pub async fn cancel(ctx: &Ctx, visitor: &Visitor) -> Result<Result<(), Closed>, Fault> {
    let present = match enter_to_change(ctx, visitor, Freshness::Any).await? {
        Ok(present) => present,
        Err(closed) => return Ok(Err(closed)),
    };
    store::ceremony::void(ctx, present.member.id, CeremonyKind::ChangeMail).await?;
    Ok(Ok(()))
}

/// Judges the code; a right one makes the new address the member's.
pub async fn answer(ctx: &Ctx, visitor: &Visitor, typed: &str) -> Result<Result<MailCode, Closed>, Fault> {
    let present = match enter_to_change(ctx, visitor, Freshness::Any).await? {
        Ok(present) => present,
        Err(closed) => return Ok(Err(closed)),
    };
    let Some(ceremony) = pending(ctx, visitor, &present).await? else { return Ok(Ok(MailCode::Elsewhere)) };
    let answer = mail_code::judge(ctx, Some(ceremony.clone()), typed).await?;
    if answer == MailCode::Accepted {
        onboarding::verified(ctx, &ceremony).await?;
    } else {
        ctx.record(EventKind::MailVerified, Some(present.member.id), Outcome::Refused);
    }
    Ok(Ok(answer))
}

async fn pending(ctx: &Ctx, visitor: &Visitor, present: &Present) -> Result<Option<Ceremony>, Fault> {
    let newest = store::ceremony::newest_outside(ctx, present.member.id, CeremonyKind::ChangeMail).await?;
    Ok(newest.filter(|ceremony| ceremony.is_pending(ctx.now) && ceremony.browser == visitor.browser))
}

async fn send(ctx: &Ctx, visitor: &Visitor, present: &Present, address: MailAddress) -> Result<(), Fault> {
    let asker = mail_code::Asker { interaction: None, browser: &visitor.browser };
    mail_code::challenge_for(ctx, &asker, &present.member, (CeremonyKind::ChangeMail, address)).await?;
    Ok(())
}
