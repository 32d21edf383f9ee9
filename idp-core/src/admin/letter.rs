//! Letters: issuing them, replacing them, printing them, and seeing where they stand.
//!
//! A secret is told once: with the answer that makes the letter, or when its batch is printed.

mod print;
mod standing;

pub use self::print::{mark_printed, open_batch, unprinted};
pub use self::standing::{Count, CountedBatch, Listed, batches, count, list, of_member, unused};

use crate::audit::{EventKind, Outcome};
use crate::clock::{Timestamp, days};
use crate::ctx::Ctx;
use crate::entropy;
use crate::fault::Fault;
use crate::id::{LetterBatchId, LetterId, MemberId};
use crate::language::Language;
use crate::letter::{self as noun, BatchOrigin, Letter, LetterState, Openness, Purpose, VoidReason};
use crate::letter_secret::LetterSecret;
use crate::member::{Address, Member, MemberState, Name};
use crate::store::{bulk, credential, letter, member};
use crate::user_id::{UserId, UserIdNormal};

/// A letter just made, with the secret that is to be printed.
#[derive(Debug)]
pub struct IssuedLetter {
    /// The letter.
    pub letter: LetterId,
    /// Whose it is.
    pub member: MemberId,
    /// The user id to print.
    pub user_id: UserId,
    /// The name to print.
    pub name: Name,
    /// Where it goes.
    pub address: Address,
    /// What it is written in.
    pub language: Language,
    /// The initial password to print.
    pub secret: LetterSecret,
    /// When it was made.
    pub issued_at: Timestamp,
    /// When it stops being good.
    pub expires_at: Timestamp,
}

/// How asking for a letter ended.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "it is answered once and taken apart at once")]
pub enum Issue {
    /// Here it is.
    Issued(IssuedLetter),
    /// The realm has no such member.
    NoSuchMember,
    /// The member is switched off.
    Disabled,
    /// The member has a password of their own and needs no letter to start.
    HasPassword,
    /// An earlier letter is still good.
    HasLetter {
        /// Until then.
        expires_at: Timestamp,
    },
}

/// Issues a letter to a member who has neither a password nor a letter that is still good.
pub async fn issue(ctx: &Ctx, user_id: &UserIdNormal) -> Result<Issue, Fault> {
    let Some(found) = member::by_user_id(ctx, user_id).await? else { return Ok(Issue::NoSuchMember) };
    let member = member::lock(ctx, found.id).await?;
    if member.state == MemberState::Disabled {
        return Ok(Issue::Disabled);
    }
    if credential::password_of(ctx, member.id).await?.is_some() {
        return Ok(Issue::HasPassword);
    }
    if let Some(live) = letter::live_of(ctx, member.id).await? {
        if live.openness(ctx.now) == Openness::Open {
            return Ok(Issue::HasLetter { expires_at: live.expires_at });
        }
        void(ctx, member.id, VoidReason::Reissued).await?;
    }

    first(issue_to(ctx, std::slice::from_ref(&member), Telling::Now).await?)
}

/// Issues a letter in the place of whatever letter the member has, and has the birth date asked again.
pub async fn reissue(ctx: &Ctx, user_id: &UserIdNormal) -> Result<Issue, Fault> {
    replace(ctx, user_id, VoidReason::Reissued).await
}

/// The same for a letter that did not reach the member.
pub async fn not_received(ctx: &Ctx, user_id: &UserIdNormal) -> Result<Issue, Fault> {
    replace(ctx, user_id, VoidReason::NotReceived).await
}

async fn replace(ctx: &Ctx, user_id: &UserIdNormal, reason: VoidReason) -> Result<Issue, Fault> {
    let Some(found) = member::by_user_id(ctx, user_id).await? else { return Ok(Issue::NoSuchMember) };
    let mut member = member::lock(ctx, found.id).await?;
    if member.state == MemberState::Disabled {
        return Ok(Issue::Disabled);
    }

    void(ctx, member.id, reason).await?;
    // Whoever opened the earlier letter may have been somebody else.
    member.birth_date_confirmed_at = None;
    member::update(ctx, &member).await?;
    first(issue_to(ctx, std::slice::from_ref(&member), Telling::Now).await?)
}

/// How asking for a re-enrolment letter ended.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "it is answered once and taken apart at once")]
pub enum ReEnrol {
    /// As an ordinary letter would have.
    Issue(Issue),
    /// The society has no mail address of the member: the letter alone would open nothing.
    NoMail,
}

/// Issues a letter that, together with a proof of the mail address, lets the member set up a new second step in the
/// place of all earlier ones. Until both were given the earlier ones stay.
pub async fn re_enrol(ctx: &Ctx, user_id: &UserIdNormal) -> Result<ReEnrol, Fault> {
    let Some(found) = member::by_user_id(ctx, user_id).await? else { return Ok(ReEnrol::Issue(Issue::NoSuchMember)) };
    let mut member = member::lock(ctx, found.id).await?;
    if member.state == MemberState::Disabled {
        return Ok(ReEnrol::Issue(Issue::Disabled));
    }
    if member.mail.is_none() {
        return Ok(ReEnrol::NoMail);
    }

    void(ctx, member.id, VoidReason::Reissued).await?;
    member.birth_date_confirmed_at = None;
    member.chosen_method = None;
    member::update(ctx, &member).await?;
    let issued = issue_for(ctx, std::slice::from_ref(&member), (Purpose::ReEnrol, Telling::Now)).await?;
    first(issued).map(ReEnrol::Issue)
}

/// When the secret of a new letter is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Telling {
    /// With the answer, and never again.
    Now,
    /// When the batch is printed; until then it is kept sealed.
    Later(LetterBatchId),
}

/// Letters for members who had neither a password nor a letter that is still good.
#[derive(Debug)]
pub struct Batch {
    /// The batch they wait in; `None` as long as nobody needed one.
    pub batch: Option<LetterBatchId>,
    /// The letters.
    pub issued: Vec<IssuedLetter>,
    /// Where the next ones start; `None` when these were the last.
    pub next: Option<UserIdNormal>,
}

/// Makes letters for the next `limit` members who need one, in the order of their user ids. They wait in `batch`, or
/// in a new one, to be printed.
pub async fn issue_missing(
    ctx: &Ctx,
    batch: Option<LetterBatchId>,
    after: Option<&UserIdNormal>,
    limit: u64,
) -> Result<Batch, Fault> {
    bulk::by_index(ctx).await?;
    let members = member::without_way_in(ctx, after, limit).await?;
    let ids: Vec<MemberId> = members.iter().map(|member| member.id).collect();
    let batch = match batch {
        Some(batch) => batch,
        None if members.is_empty() => return Ok(Batch { batch: None, issued: Vec::new(), next: None }),
        None => open_batch(ctx, BatchOrigin::Missing, None).await?,
    };

    for expired in letter::void_live_of(ctx, &ids, VoidReason::Reissued).await? {
        ctx.record(EventKind::LetterVoided, Some(expired), Outcome::Done);
    }
    let is_full = members.len() as u64 == limit;
    let next = members.last().filter(|_| is_full).map(|last| last.user_id.normal().clone());
    Ok(Batch { batch: Some(batch), issued: issue_to(ctx, &members, Telling::Later(batch)).await?, next })
}

/// Makes letters for members who have none that is live.
pub(crate) async fn issue_to(ctx: &Ctx, members: &[Member], telling: Telling) -> Result<Vec<IssuedLetter>, Fault> {
    issue_for(ctx, members, (Purpose::FirstLogin, telling)).await
}

async fn issue_for(
    ctx: &Ctx,
    members: &[Member],
    (purpose, telling): (Purpose, Telling),
) -> Result<Vec<IssuedLetter>, Fault> {
    let expires_at = ctx.now + days(ctx.realm().settings.letter_days);
    let mut letters = Vec::with_capacity(members.len());
    let mut issued = Vec::with_capacity(members.len());
    for member in members {
        let secret = LetterSecret::from_entropy(&entropy::bytes(ctx.entropy()));
        let id = ctx.new_id();
        letters.push(Letter {
            id,
            member: member.id,
            purpose,
            state: match telling {
                Telling::Now => LetterState::Printed { at: ctx.now },
                Telling::Later(_) => LetterState::Issued,
            },
            secret: noun::hash_of(&ctx.vault, member.id, &secret),
            birth_date_guesses: 0,
            issued_at: ctx.now,
            expires_at,
            batch: match telling {
                Telling::Now => None,
                Telling::Later(batch) => Some(batch),
            },
            kept: match telling {
                Telling::Now => None,
                Telling::Later(_) => Some(ctx.vault.seal(ctx.entropy(), id.uuid().as_bytes(), secret.as_bytes())?),
            },
        });
        let details = serde_json::json!({ "purpose": purpose });
        ctx.record_with(EventKind::LetterIssued, Some(member.id), Outcome::Done, details);
        issued.push(told(id, member, secret, (ctx.now, expires_at)));
    }
    letter::insert_many(ctx, &letters).await?;
    Ok(issued)
}

fn told(
    letter: LetterId,
    member: &Member,
    secret: LetterSecret,
    (issued_at, expires_at): (Timestamp, Timestamp),
) -> IssuedLetter {
    IssuedLetter {
        letter,
        member: member.id,
        user_id: member.user_id.clone(),
        name: member.name.clone(),
        address: member.address.clone(),
        language: member.language.unwrap_or_default(),
        secret,
        issued_at,
        expires_at,
    }
}

async fn void(ctx: &Ctx, member: MemberId, reason: VoidReason) -> Result<(), Fault> {
    if letter::void_live(ctx, member, reason).await? > 0 {
        ctx.record(EventKind::LetterVoided, Some(member), Outcome::Done);
    }
    Ok(())
}

fn first(issued: Vec<IssuedLetter>) -> Result<Issue, Fault> {
    let letter = issued.into_iter().next().ok_or_else(|| Fault::Broken("a letter was lost on its way".into()))?;
    Ok(Issue::Issued(letter))
}
