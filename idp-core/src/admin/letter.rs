//! Letters: issuing them, replacing them, and seeing where they stand. A secret is answered once and never again.

use std::collections::HashMap;

use crate::audit::{EventKind, Outcome};
use crate::clock::{Timestamp, days};
use crate::ctx::Ctx;
use crate::entropy;
use crate::fault::Fault;
use crate::id::{LetterId, MemberId};
use crate::letter::{self as noun, Letter, LetterState, Openness, Purpose, VoidReason};
use crate::letter_secret::LetterSecret;
use crate::member::{Member, MemberState, Name};
use crate::store::{credential, letter, member};
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
    /// The initial password to print.
    pub secret: LetterSecret,
    /// When it stops being good.
    pub expires_at: Timestamp,
}

/// How asking for a letter ended.
#[derive(Debug)]
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
        void(ctx, member.id).await?;
    }

    first(issue_to(ctx, std::slice::from_ref(&member)).await?)
}

/// Issues a letter in the place of whatever letter the member has, and has the birth date asked again.
pub async fn reissue(ctx: &Ctx, user_id: &UserIdNormal) -> Result<Issue, Fault> {
    let Some(found) = member::by_user_id(ctx, user_id).await? else { return Ok(Issue::NoSuchMember) };
    let mut member = member::lock(ctx, found.id).await?;
    if member.state == MemberState::Disabled {
        return Ok(Issue::Disabled);
    }

    void(ctx, member.id).await?;
    // Whoever opened the earlier letter may have been somebody else.
    member.birth_date_confirmed_at = None;
    member::update(ctx, &member).await?;
    first(issue_to(ctx, std::slice::from_ref(&member)).await?)
}

/// How asking for a re-enrolment letter ended.
#[derive(Debug)]
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

    void(ctx, member.id).await?;
    member.birth_date_confirmed_at = None;
    member.chosen_method = None;
    member::update(ctx, &member).await?;
    let issued = issue_for(ctx, std::slice::from_ref(&member), Purpose::ReEnrol).await?;
    first(issued).map(ReEnrol::Issue)
}

/// A batch of letters for members who have neither a password nor a letter that is still good.
#[derive(Debug)]
pub struct Batch {
    /// The letters.
    pub issued: Vec<IssuedLetter>,
    /// Where the next batch starts; `None` when this was the last.
    pub next: Option<UserIdNormal>,
}

/// Issues letters to the next `limit` members who need one, in the order of their user ids.
pub async fn issue_missing(ctx: &Ctx, after: Option<&UserIdNormal>, limit: u64) -> Result<Batch, Fault> {
    let members = member::without_way_in(ctx, after, limit).await?;
    let ids: Vec<MemberId> = members.iter().map(|member| member.id).collect();

    for expired in letter::void_live_of(ctx, &ids, VoidReason::Reissued).await? {
        ctx.record(EventKind::LetterVoided, Some(expired), Outcome::Done);
    }
    let is_full = members.len() as u64 == limit;
    let next = members.last().filter(|_| is_full).map(|last| last.user_id.normal().clone());
    Ok(Batch { issued: issue_to(ctx, &members).await?, next })
}

/// Makes letters for members who have none that is live.
pub(crate) async fn issue_to(ctx: &Ctx, members: &[Member]) -> Result<Vec<IssuedLetter>, Fault> {
    issue_for(ctx, members, Purpose::FirstLogin).await
}

async fn issue_for(ctx: &Ctx, members: &[Member], purpose: Purpose) -> Result<Vec<IssuedLetter>, Fault> {
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
            state: LetterState::Issued,
            secret: noun::hash_of(&ctx.vault, member.id, &secret),
            birth_date_guesses: 0,
            issued_at: ctx.now,
            expires_at,
        });
        issued.push(IssuedLetter {
            letter: id,
            member: member.id,
            user_id: member.user_id.clone(),
            name: member.name.clone(),
            secret,
            expires_at,
        });
        let details = serde_json::json!({ "purpose": purpose });
        ctx.record_with(EventKind::LetterIssued, Some(member.id), Outcome::Done, details);
    }
    letter::insert_many(ctx, &letters).await?;
    Ok(issued)
}

async fn void(ctx: &Ctx, member: MemberId) -> Result<(), Fault> {
    if letter::void_live(ctx, member, VoidReason::Reissued).await? > 0 {
        ctx.record(EventKind::LetterVoided, Some(member), Outcome::Done);
    }
    Ok(())
}

fn first(issued: Vec<IssuedLetter>) -> Result<Issue, Fault> {
    let letter = issued.into_iter().next().ok_or_else(|| Fault::Broken("a letter was lost on its way".into()))?;
    Ok(Issue::Issued(letter))
}

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
    /// Nobody has signed in with them yet.
    pub issued: u64,
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
