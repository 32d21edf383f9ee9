//! Printing: the secrets of a batch, told until the operator's file is safely on the disk, and then wiped.

use std::collections::HashMap;

use super::{IssuedLetter, told};
use crate::audit::{EventKind, Outcome};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::{LetterBatchId, LetterId, MemberId};
use crate::letter::BatchOrigin;
use crate::letter_secret::LetterSecret;
use crate::member::{Member, MemberState};
use crate::store::{bulk, letter, letter_batch, member};

/// Opens a batch. The batch of a file that was begun before is taken up again.
pub async fn open_batch(ctx: &Ctx, origin: BatchOrigin, file_sha256: Option<&str>) -> Result<LetterBatchId, Fault> {
    let begun = match file_sha256 {
        Some(sha256) => letter_batch::of_file(ctx, sha256).await?,
        None => None,
    };
    match begun {
        Some(batch) => Ok(batch),
        None => letter_batch::insert(ctx, origin, file_sha256).await,
    }
}

/// A page of letters that wait to be printed, of one batch or of all, and where the next page starts.
///
/// Their secrets are told again and again until [`mark_printed`]: a print run that broke off loses nothing.
pub async fn unprinted(
    ctx: &Ctx,
    batch: Option<LetterBatchId>,
    after: Option<LetterId>,
    limit: u64,
) -> Result<(Vec<IssuedLetter>, Option<LetterId>), Fault> {
    bulk::by_index(ctx).await?;
    let letters = letter::page_of_unprinted(ctx, batch, after, limit).await?;
    let ids: Vec<MemberId> = letters.iter().map(|letter| letter.member).collect();
    let members: HashMap<MemberId, Member> =
        member::by_ids(ctx, &ids).await?.into_iter().map(|member| (member.id, member)).collect();

    let is_full = letters.len() as u64 == limit;
    let next = letters.last().filter(|_| is_full).map(|last| last.id);
    let mut waiting = Vec::with_capacity(letters.len());
    for letter in letters {
        let (Some(member), Some(kept)) = (members.get(&letter.member), &letter.kept) else {
            return Err(Fault::unreadable("letter's member"));
        };
        if member.state == MemberState::Disabled {
            continue;
        }
        let plain = ctx.vault.unseal(letter.id.uuid().as_bytes(), kept)?;
        let secret = LetterSecret::parse(plain.expose_text()).map_err(|_| Fault::unreadable("letter's secret"))?;
        waiting.push(told(letter.id, member, secret, (letter.issued_at, letter.expires_at)));
    }
    // Letters of one millisecond stand in no order of their own; whoever folds them expects that of the user ids.
    waiting.sort_by(|one, other| one.user_id.normal().as_str().cmp(other.user_id.normal().as_str()));
    Ok((waiting, next))
}

/// Wipes the secrets of letters that are on paper or in a file now. Answers how many that were; what ended meanwhile
/// is not among them.
pub async fn mark_printed(ctx: &Ctx, letters: &[LetterId]) -> Result<u64, Fault> {
    bulk::by_index(ctx).await?;
    let marked = letter::mark_many_printed(ctx, letters).await?;
    for letter in &marked {
        ctx.record(EventKind::LetterPrinted, Some(letter.member), Outcome::Done);
    }
    Ok(marked.len() as u64)
}
