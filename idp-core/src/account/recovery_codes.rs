//! Recovery codes made anew, at any time: those shown here count once they are said to be kept.

use super::{Closed, enter, enter_to_change};
use crate::credential::recovery_code::RecoveryCode;
use crate::ctx::Ctx;
use crate::enrol::recovery_codes::{self, Answer};
use crate::fault::Fault;
use crate::interaction::begin::Visitor;
use crate::interaction::errand::Freshness;
use crate::store;

/// What the page shows.
pub struct Shown {
    /// The new codes.
    pub codes: Vec<RecoveryCode>,
    /// Whose they are.
    pub user_id: String,
    /// How many of the earlier ones are left.
    pub left: u64,
}

/// Shows new codes; asks for a fresh proof first.
pub async fn open(ctx: &Ctx, visitor: &Visitor) -> Result<Result<Shown, Closed>, Fault> {
    let present = match enter_to_change(ctx, visitor, Freshness::Needed).await? {
        Ok(present) => present,
        Err(closed) => return Ok(Err(closed)),
    };
    let codes = recovery_codes::offer(ctx, present.member.id, &visitor.browser).await?;
    let left = store::recovery_code::left(ctx, present.member.id).await?;
    Ok(Ok(Shown { codes, user_id: present.member.user_id.as_str().to_owned(), left }))
}

/// The codes that the page shows, to save; `None` when it shows none.
pub async fn look(ctx: &Ctx, visitor: &Visitor) -> Result<Option<Vec<RecoveryCode>>, Fault> {
    match enter(ctx, visitor, Freshness::Any).await? {
        Ok(present) => recovery_codes::shown(ctx, present.member.id, &visitor.browser).await,
        Err(Closed::SignedOut | Closed::Stale) => Ok(None),
    }
}

/// "I have kept them".
pub async fn keep(ctx: &Ctx, visitor: &Visitor) -> Result<Result<Answer, Closed>, Fault> {
    let present = match enter_to_change(ctx, visitor, Freshness::Needed).await? {
        Ok(present) => present,
        Err(closed) => return Ok(Err(closed)),
    };
    recovery_codes::take_up(ctx, &present.member, &visitor.browser).await.map(Ok)
}
