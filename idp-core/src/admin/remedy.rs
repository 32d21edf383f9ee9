//! What an operator does for a member on the telephone, once it is sure who calls.

use serde_json::json;

use super::member::Change;
use crate::audit::{EventKind, Outcome};
use crate::authn::mail_code;
use crate::ceremony::CeremonyKind;
use crate::clock::Timestamp;
use crate::credential::Method;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::member::Member;
use crate::session::end::{self, Cause, Kept};
use crate::store::{self, credential, interaction, letter, member};
use crate::user_id::{UserId, UserIdNormal};

/// Has the terms agreed to again at the next sign-in.
pub async fn require_terms(ctx: &Ctx, user_id: &UserIdNormal) -> Result<Change, Fault> {
    let Some(member) = locked(ctx, user_id).await? else { return Ok(Change::NoSuchMember) };
    if member::void_terms(ctx, member.id).await? == 0 {
        return Ok(Change::Unchanged(Box::new(member)));
    }

    ctx.record_with(EventKind::MemberChanged, Some(member.id), Outcome::Done, json!({ "required": "terms" }));
    Ok(Change::Changed(Box::new(member)))
}

/// How removing a method ended.
#[derive(Debug, Clone)]
pub enum Removal {
    /// It is gone; the member was signed out everywhere.
    Removed(Box<Member>),
    /// The member has not set it up.
    NotSetUp(Box<Member>),
    /// Nothing would be left to sign in with: the member has no password.
    LastWayIn,
    /// The realm has no such member.
    NoSuchMember,
}

/// Takes a method away, or all of them, so that another is chosen and set up at the next sign-in.
pub async fn remove_method(ctx: &Ctx, user_id: &UserIdNormal, method: Option<Method>) -> Result<Removal, Fault> {
    let Some(mut member) = locked(ctx, user_id).await? else { return Ok(Removal::NoSuchMember) };
    let held = credential::methods_of(ctx, member.id).await?;
    let gone: Vec<Method> = held.iter().copied().filter(|held| method.is_none_or(|method| method == *held)).collect();
    let unset = method.is_none_or(|method| member.chosen_method == Some(method)) && member.chosen_method.is_some();
    if gone.is_empty() && !unset {
        return Ok(Removal::NotSetUp(Box::new(member)));
    }
    if !gone.is_empty() && credential::password_of(ctx, member.id).await?.is_none() {
        return Ok(Removal::LastWayIn);
    }

    for card in credential::cards_of(ctx, member.id).await?.iter().filter(|card| gone.contains(&card.method)) {
        credential::remove(ctx, member.id, card).await?;
        let details = json!({ "method": card.method, "by": "operator" });
        ctx.record_with(EventKind::MethodRemoved, Some(member.id), Outcome::Done, details);
    }
    if unset {
        member.chosen_method = None;
        member::update(ctx, &member).await?;
        ctx.record_with(EventKind::MemberChanged, Some(member.id), Outcome::Done, json!({ "required": "method" }));
    }
    // Whoever holds the lost device may be signed in with it.
    end::everywhere(ctx, member.id, Kept::default(), Cause::Operator).await?;
    Ok(Removal::Removed(Box::new(member)))
}

/// How sending a mail again ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resent {
    /// A new mail is on its way; the earlier code and link are void.
    Sent {
        /// What for.
        kind: CeremonyKind,
    },
    /// No page of the member waits for a mail.
    NothingAwaited,
    /// Too many were sent.
    Wait {
        /// When the next can be sent.
        until: Timestamp,
    },
    /// The realm has no such member.
    NoSuchMember,
}

/// Sends the mail again that a page of the member waits for.
pub async fn resend_mail(ctx: &Ctx, user_id: &UserIdNormal) -> Result<Resent, Fault> {
    let Some(member) = locked(ctx, user_id).await? else { return Ok(Resent::NoSuchMember) };
    let Some(id) = store::desk::awaiting_mail(ctx, member.id).await? else { return Ok(Resent::NothingAwaited) };
    let found = interaction::lock_any(ctx, id).await?;
    let Some(open) = found.filter(|open| open.is_open(ctx.now) && open.member == Some(member.id)) else {
        return Ok(Resent::NothingAwaited);
    };
    let newest = store::ceremony::newest_mailed(ctx, member.id, open.id).await?;
    let Some(ceremony) = newest.filter(|ceremony| ceremony.is_pending(ctx.now)) else {
        return Ok(Resent::NothingAwaited);
    };
    let Some(address) = ceremony.address.clone() else { return Ok(Resent::NothingAwaited) };

    match mail_code::may_send(ctx, &member, Some(&ceremony)).await? {
        mail_code::Sending::Wait { until } => Ok(Resent::Wait { until }),
        mail_code::Sending::Sent | mail_code::Sending::Elsewhere => {
            mail_code::challenge(ctx, &open, &member, (ceremony.kind, address)).await?;
            Ok(Resent::Sent { kind: ceremony.kind })
        }
    }
}

/// How renaming a member ended.
#[derive(Debug, Clone)]
pub enum Renaming {
    /// The member answers to the new user id, and to the earlier one no more.
    Renamed(Box<Member>),
    /// Somebody else's user id reads the same.
    Taken,
    /// The realm has no such member.
    NoSuchMember,
}

/// Gives a member another user id; `sub`, methods and sessions stay. A letter still to be used is void: it prints the
/// earlier id.
pub async fn rename(ctx: &Ctx, user_id: &UserIdNormal, new: UserId) -> Result<Renaming, Fault> {
    let Some(mut member) = locked(ctx, user_id).await? else { return Ok(Renaming::NoSuchMember) };
    let other = member::by_user_id(ctx, new.normal()).await?;
    if other.is_some_and(|other| other.id != member.id) {
        return Ok(Renaming::Taken);
    }

    let is_other = new.normal() != member.user_id.normal();
    member.user_id = new;
    member::update(ctx, &member).await?;
    ctx.record(EventKind::MemberRenamed, Some(member.id), Outcome::Done);
    if is_other && letter::void_live(ctx, member.id, crate::letter::VoidReason::Reissued).await? > 0 {
        ctx.record(EventKind::LetterVoided, Some(member.id), Outcome::Done);
    }
    Ok(Renaming::Renamed(Box::new(member)))
}

/// Deletes a member with everything that was theirs. What stays is the audit log and a tombstone with the `sub`, which
/// is never given again; the user id may go to somebody else, who inherits nothing.
pub async fn delete(ctx: &Ctx, user_id: &UserIdNormal) -> Result<Change, Fault> {
    let Some(member) = locked(ctx, user_id).await? else { return Ok(Change::NoSuchMember) };

    end::everywhere(ctx, member.id, Kept::default(), Cause::Operator).await?;
    store::throttle::clear(ctx, &crate::authn::throttle::account(ctx, user_id)).await?;
    store::tombstone::bury(ctx, &member).await?;
    ctx.record(EventKind::MemberDeleted, Some(member.id), Outcome::Done);
    Ok(Change::Changed(Box::new(member)))
}

async fn locked(ctx: &Ctx, user_id: &UserIdNormal) -> Result<Option<Member>, Fault> {
    match member::by_user_id(ctx, user_id).await? {
        Some(found) => Ok(Some(member::lock(ctx, found.id).await?)),
        None => Ok(None),
    }
}
