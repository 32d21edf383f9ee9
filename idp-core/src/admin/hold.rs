//! Holding an account: for a member who telephones that the letter was stolen, until the new one is there.

use std::time::Duration;

use serde_json::json;

use crate::audit::{EventKind, Outcome};
use crate::authn::throttle::{self, Count};
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::store;
use crate::user_id::UserIdNormal;

/// How holding an account ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// No password is looked at before this instant, except in a browser that is known to be the member's.
    Held {
        /// When the hold ends.
        until: Timestamp,
    },
    /// The realm has no such member.
    NoSuchMember,
}

/// Has the account rest, as if it had been guessed at too often.
pub async fn hold(ctx: &Ctx, user_id: &UserIdNormal, length: Duration) -> Result<Hold, Fault> {
    let Some(member) = store::member::by_user_id(ctx, user_id).await? else { return Ok(Hold::NoSuchMember) };
    let subject = throttle::account(ctx, user_id);
    let earlier = store::throttle::lock(ctx, &subject).await?;

    let until = (ctx.now + length).max(earlier.held_until);
    let count = Count { held_until: until, ..earlier };

    store::throttle::save(ctx, &subject, &count).await?;
    ctx.record_with(EventKind::Locked, Some(member.id), Outcome::Done, json!({ "until": until }));
    Ok(Hold::Held { until })
}
