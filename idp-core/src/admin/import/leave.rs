//! Members who left the society: switched off at once, and gone for good when their user id is given to somebody else.

use std::collections::HashSet;
use std::str::FromStr;

use futures::FutureExt;
use serde_json::json;

use super::survey::Survey;
use crate::audit::{EventKind, Outcome};
use crate::authn::throttle;
use crate::ctx::{Ctx, Scope};
use crate::fault::Fault;
use crate::id::MemberId;
use crate::letter::VoidReason;
use crate::member::{Member, MemberState};
use crate::session::end::{self, Cause, Kept};
use crate::store::{self, Store};
use crate::user_id::{UserId, UserIdNormal};

/// Members looked at in one read.
const PAGE: u64 = 5_000;

/// Who left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leavers {
    /// Nobody, as far as this file tells.
    Nobody,
    /// Those on a list.
    Listed(Vec<UserIdNormal>),
    /// Whoever is not in the file, which must be whole.
    Absent {
        /// More than that, and it is taken for the wrong file.
        at_most: Threshold,
    },
}

/// How many leavers a file may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Threshold {
    /// So many members.
    Count(u64),
    /// So many of a hundred members, and five in any case.
    Percent(u64),
}

impl FromStr for Threshold {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let wrong = "write a number of members, or a share like 5%";
        let (digits, threshold): (_, fn(u64) -> Self) = match text.strip_suffix('%') {
            Some(digits) => (digits, Self::Percent),
            None => (text, Self::Count),
        };
        let number: u64 = digits.parse().map_err(|_| wrong)?;
        match threshold(number) {
            Self::Percent(share) if share > 100 => Err(wrong),
            threshold => Ok(threshold),
        }
    }
}

impl Threshold {
    fn allows(self, leavers: u64, members: u64) -> bool {
        match self {
            Self::Count(count) => leavers <= count,
            Self::Percent(share) => leavers <= 5.max((members.saturating_mul(share)).div_ceil(100)),
        }
    }
}

/// Who leaves by this file.
pub(super) enum Found {
    /// They.
    Leavers(Vec<(MemberId, UserId)>),
    /// Too many to believe it.
    TooMany { leavers: u64, members: u64 },
    /// Somebody on the list is in the file as well.
    AlsoInFile(String),
}

/// Finds out who leaves.
pub(super) async fn find(store: &Store, scope: &Scope, leavers: &Leavers, survey: &Survey) -> Result<Found, Fault> {
    let (listed, at_most) = match leavers {
        Leavers::Nobody => return Ok(Found::Leavers(Vec::new())),
        Leavers::Listed(listed) => (Some(listed.iter().collect::<HashSet<_>>()), None),
        Leavers::Absent { at_most } => (None, Some(*at_most)),
    };
    if let Some(both) = listed.iter().flatten().find(|user_id| survey.names(user_id)) {
        return Ok(Found::AlsoInFile(both.as_str().to_owned()));
    }

    let (mut found, mut members) = (Vec::new(), 0);
    let mut after: Option<UserIdNormal> = None;
    loop {
        let from = after.take();
        let page = store
            .read(scope, move |ctx| {
                async move { store::member::page_of_present(ctx, from.as_ref(), PAGE).await }.boxed()
            })
            .await?;
        let is_last = (page.len() as u64) < PAGE;
        after = page.last().map(|(_, user_id)| user_id.normal().clone());
        members += page.len() as u64;
        found.extend(page.into_iter().filter(|(_, user_id)| match &listed {
            Some(listed) => listed.contains(user_id.normal()),
            None => !survey.names(user_id.normal()),
        }));
        if is_last {
            break;
        }
    }
    let leavers = found.len() as u64;
    match at_most {
        Some(threshold) if !threshold.allows(leavers, members) => Ok(Found::TooMany { leavers, members }),
        Some(_) | None => Ok(Found::Leavers(found)),
    }
}

/// Switches these members off, with everything that is open.
pub(super) async fn leave(ctx: &Ctx, ids: &[MemberId]) -> Result<(), Fault> {
    for id in ids {
        let mut member = store::member::lock(ctx, *id).await?;
        if member.left_at.is_some() {
            continue;
        }
        member.state = MemberState::Disabled;
        member.left_at = Some(ctx.now);
        store::member::update(ctx, &member).await?;
        end::everywhere(ctx, *id, Kept::default(), Cause::Operator).await?;
        if store::letter::void_live(ctx, *id, VoidReason::Left).await? > 0 {
            ctx.record(EventKind::LetterVoided, Some(*id), Outcome::Done);
        }
        ctx.record(EventKind::MemberLeft, Some(*id), Outcome::Done);
    }
    Ok(())
}

/// Takes a member away whose user id is somebody else's now: factors, sessions, consents and letters go with the row, and
/// the `sub` is never given again.
pub(super) async fn give_way(ctx: &Ctx, member: &Member) -> Result<(), Fault> {
    let member = store::member::lock(ctx, member.id).await?;
    end::everywhere(ctx, member.id, Kept::default(), Cause::Operator).await?;
    store::throttle::clear(ctx, &throttle::account(ctx, member.user_id.normal())).await?;
    store::tombstone::bury(ctx, &member).await?;
    ctx.record_with(EventKind::MemberLeft, Some(member.id), Outcome::Done, json!({ "user_id_recycled": true }));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threshold_is_a_number_or_a_share() {
        assert_eq!("20".parse(), Ok(Threshold::Count(20)));
        assert_eq!("5%".parse(), Ok(Threshold::Percent(5)));
        for bad in ["", "%", "101%", "-1", "five"] {
            assert!(bad.parse::<Threshold>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_share_is_never_less_than_five_members() {
        assert!(Threshold::Percent(5).allows(5, 20) && !Threshold::Percent(5).allows(6, 20));
        assert!(Threshold::Percent(5).allows(50, 1_000) && !Threshold::Percent(5).allows(51, 1_000));
        assert!(Threshold::Count(0).allows(0, 9) && !Threshold::Count(0).allows(1, 9));
    }
}
