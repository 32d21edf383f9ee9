//! A new password, chosen by a member who is signed in.

use super::sessions::everywhere_but_here;
use super::{Closed, enter, enter_to_change};
use crate::audit::{EventKind, Outcome};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::interaction::SignOutOthers;
use crate::interaction::begin::Visitor;
use crate::interaction::errand::Freshness;
use crate::mail::MailContent;
use crate::onboarding::password::{self, Rules};
use crate::outbox;
use crate::session::end::{self, Cause};
use crate::store;

/// What the page shows, and the new password is judged by.
pub struct Page {
    /// The user id, for password managers.
    pub user_id: String,
    /// The rules.
    pub rules: Rules,
}

/// The rules for the member who is signed in.
pub async fn page(ctx: &Ctx, visitor: &Visitor) -> Result<Result<Page, Closed>, Fault> {
    let present = match enter(ctx, visitor, Freshness::Needed).await? {
        Ok(present) => present,
        Err(closed) => return Ok(Err(closed)),
    };
    let rules = password::rules_of(ctx, &present.member, present.enrolled.first().copied()).await?;
    Ok(Ok(Page { user_id: present.member.user_id.as_str().to_owned(), rules }))
}

/// The rules at the moment of the change: a form may be filled in while the proof grows old.
pub async fn rules(ctx: &Ctx, visitor: &Visitor) -> Result<Result<Page, Closed>, Fault> {
    let present = match enter_to_change(ctx, visitor, Freshness::Needed).await? {
        Ok(present) => present,
        Err(closed) => return Ok(Err(closed)),
    };
    let rules = password::rules_of(ctx, &present.member, present.enrolled.first().copied()).await?;
    Ok(Ok(Page { user_id: present.member.user_id.as_str().to_owned(), rules }))
}

/// Sets the password that was judged and hashed before. Logins in progress, codes and links under way, and browsers that
/// were spared the second step end with it; sessions elsewhere where the member says so.
pub async fn set(ctx: &Ctx, visitor: &Visitor, phc: &str, others: SignOutOthers) -> Result<Result<(), Closed>, Fault> {
    let present = match enter_to_change(ctx, visitor, Freshness::Needed).await? {
        Ok(present) => present,
        Err(closed) => return Ok(Err(closed)),
    };
    let mut member = present.member;
    member.new_password_required_at = None;
    store::credential::set_password(ctx, member.id, phc).await?;
    store::member::update(ctx, &member).await?;
    match others {
        SignOutOthers::Wanted => everywhere_but_here(ctx, &present.session, Cause::Credentials).await?,
        SignOutOthers::Keep => {
            store::interaction::forget_member(ctx, member.id, None).await?;
            store::ceremony::void_all(ctx, member.id).await?;
            end::trust(ctx, member.id).await?;
        }
    }
    outbox::notify(ctx, &member, MailContent::PasswordChanged).await?;
    ctx.record(EventKind::PasswordSet, Some(member.id), Outcome::Done);
    Ok(Ok(()))
}
