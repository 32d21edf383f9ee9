//! Where letters stand.

use std::collections::HashMap;

use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::{LetterId, MemberId};
use crate::letter::{Letter, LetterBatch};
use crate::member::{Member, MemberState};
use crate::store::{letter, letter_batch, member};
use crate::user_id::{UserId, UserIdNormal};

/// A letter and whose it is.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The letter.
    pub letter: Letter,
    /// The user id of its member.
    pub user_id: UserId,
}

/// A page of letters in the order they were made, those after `after`.
pub async fn list(ctx: &Ctx, after: Option<LetterId>, limit: u64) -> Result<Vec<Listed>, Fault> {
    let letters = letter::page(ctx, after, limit).await?;
    let ids: Vec<MemberId> = letters.iter().map(|letter| letter.member).collect();
    let members = member::by_ids(ctx, &ids).await?;

    let user_ids: HashMap<MemberId, UserId> = members.into_iter().map(|member| (member.id, member.user_id)).collect();
    let mut listed = Vec::with_capacity(letters.len());
    for letter in letters {
        let user_id = match user_ids.get(&letter.member) {
            Some(user_id) => user_id.clone(),
            None => return Err(Fault::unreadable("letter's member")),
        };
        listed.push(Listed { letter, user_id });
    }
    Ok(listed)
}

/// A member's letters, newest first; `None` where the realm has no such member.
pub async fn of_member(ctx: &Ctx, user_id: &UserIdNormal) -> Result<Option<Vec<Listed>>, Fault> {
    let Some(member) = member::by_user_id(ctx, user_id).await? else { return Ok(None) };
    let letters = letter::all_of(ctx, member.id).await?;
    Ok(Some(letters.into_iter().map(|letter| Listed { letter, user_id: member.user_id.clone() }).collect()))
}

/// How many letters stand where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Count {
    /// Waiting to be printed.
    pub issued: u64,
    /// Printed; nobody has signed in with them yet.
    pub printed: u64,
    /// The journey is under way.
    pub used: u64,
    /// Exchanged for a password.
    pub done: u64,
    /// Replaced or voided.
    pub void: u64,
    /// Their time ended before they were exchanged.
    pub expired: u64,
}

/// Counts the realm's letters.
pub async fn count(ctx: &Ctx) -> Result<Count, Fault> {
    letter::count(ctx).await
}

/// A batch, and how many of its letters stand where.
#[derive(Debug, Clone)]
pub struct CountedBatch {
    /// The batch.
    pub batch: LetterBatch,
    /// By the name of the state.
    pub letters: Vec<(String, u64)>,
}

/// Every batch, newest first.
pub async fn batches(ctx: &Ctx) -> Result<Vec<CountedBatch>, Fault> {
    let batches = letter_batch::list(ctx).await?;
    let counts = letter_batch::counts(ctx).await?;

    let counted = |batch: LetterBatch| {
        let own = counts.iter().filter(|(id, _, _)| *id == batch.id);
        CountedBatch { letters: own.map(|(_, state, count)| (state.clone(), *count)).collect(), batch }
    };
    Ok(batches.into_iter().map(counted).collect())
}

/// A page of members whose letter was printed before `before` and who never came, with that letter.
pub async fn unused(
    ctx: &Ctx,
    before: Timestamp,
    after: Option<LetterId>,
    limit: u64,
) -> Result<Vec<(Letter, Member)>, Fault> {
    let letters = letter::page_of_unused(ctx, before, after, limit).await?;
    let ids: Vec<MemberId> = letters.iter().map(|letter| letter.member).collect();
    let members: HashMap<MemberId, Member> =
        member::by_ids(ctx, &ids).await?.into_iter().map(|member| (member.id, member)).collect();

    let pair = |letter: Letter| members.get(&letter.member).cloned().map(|member| (letter, member));
    Ok(letters.into_iter().filter_map(pair).filter(|(_, member)| member.state == MemberState::Active).collect())
}
