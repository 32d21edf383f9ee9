//! Members: creating, showing, switching off and on, and helping them on the telephone.

use crate::audit::{EventKind, Outcome};
use crate::authn::{self, throttle::Released};
use crate::birth_date::BirthDate;
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::entropy;
use crate::fault::Fault;
use crate::id::MemberId;
use crate::language::Language;
use crate::letter::Letter;
use crate::mail_address::MailAddress;
use crate::member::{Address, Household, MailOnFile, Member, MemberState, Name};
use crate::session::end::{self, Cause, Kept};
use crate::store::{credential, letter, member};
use crate::user_id::{UserId, UserIdNormal};

/// What the society tells about a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMember {
    /// The user id as on the letter.
    pub user_id: UserId,
    /// Names.
    pub name: Name,
    /// Birth date; without one the journey does not ask for it.
    pub birth_date: Option<BirthDate>,
    /// Insurance card.
    pub household: Household,
    /// The address the society holds.
    pub mail: Option<MailAddress>,
    /// The language of mails before the member chose one.
    pub language: Option<Language>,
}

impl NewMember {
    /// The member's row, made now: nothing confirmed, nothing chosen.
    pub(crate) fn into_member(self, ctx: &Ctx) -> Member {
        Member {
            id: ctx.new_id(),
            subject: entropy::uuid_v4(ctx.entropy()).simple().to_string(),
            user_id: self.user_id,
            name: self.name,
            birth_date: self.birth_date,
            birth_date_confirmed_at: None,
            household: self.household,
            address: Address::default(),
            mail: self.mail.map(|address| MailOnFile { address, verified_at: None }),
            language: self.language,
            state: MemberState::Active,
            left_at: None,
            chosen_method: None,
            new_password_required_at: None,
            created_at: ctx.now,
            updated_at: ctx.now,
        }
    }
}

/// How creating a member ended.
#[derive(Debug, Clone)]
pub enum Creation {
    /// The member is there.
    Created(Box<Member>),
    /// The realm has a member whose user id reads the same.
    UserIdTaken,
}

/// Creates one member.
pub async fn create(ctx: &Ctx, new: NewMember) -> Result<Creation, Fault> {
    if member::by_user_id(ctx, new.user_id.normal()).await?.is_some() {
        return Ok(Creation::UserIdTaken);
    }

    let member = new.into_member(ctx);
    member::insert_many(ctx, std::slice::from_ref(&member)).await?;
    ctx.record(EventKind::MemberCreated, Some(member.id), Outcome::Done);
    Ok(Creation::Created(Box::new(member)))
}

/// What an operator sees of a member.
#[derive(Debug, Clone)]
pub struct Record {
    /// The member.
    pub member: Member,
    /// When the member chose their present password; `None` before that.
    pub password_set_at: Option<Timestamp>,
    /// The highest version of the terms they accepted; zero for none.
    pub terms_accepted: i64,
    /// Their letters, newest first.
    pub letters: Vec<Letter>,
}

/// Everything known about one member.
pub async fn show(ctx: &Ctx, user_id: &UserIdNormal) -> Result<Option<Record>, Fault> {
    match member::by_user_id(ctx, user_id).await? {
        Some(member) => Ok(Some(record(ctx, member).await?)),
        None => Ok(None),
    }
}

pub(super) async fn record(ctx: &Ctx, member: Member) -> Result<Record, Fault> {
    Ok(Record {
        password_set_at: credential::password_set_at(ctx, member.id).await?,
        terms_accepted: member::terms_accepted(ctx, member.id).await?,
        letters: letter::all_of(ctx, member.id).await?,
        member,
    })
}

/// A page of members in the order of their user ids, those after `after`.
pub async fn list(ctx: &Ctx, after: Option<&UserIdNormal>, limit: u64) -> Result<Vec<Member>, Fault> {
    let members = member::page(ctx, after.map(UserIdNormal::as_str), limit).await?;
    let details = serde_json::json!({ "found": members.len() });
    ctx.record_with(EventKind::MembersSearched, None, Outcome::Done, details);
    Ok(members)
}

/// How a change of a member ended.
#[derive(Debug, Clone)]
pub enum Change {
    /// It took place.
    Changed(Box<Member>),
    /// It already was so.
    Unchanged(Box<Member>),
    /// The realm has no such member.
    NoSuchMember,
}

/// Switches a member off: no sign-in, and what is open ends now.
pub async fn disable(ctx: &Ctx, user_id: &UserIdNormal) -> Result<Change, Fault> {
    switch(ctx, user_id, MemberState::Disabled).await
}

/// Switches a member on again.
pub async fn enable(ctx: &Ctx, user_id: &UserIdNormal) -> Result<Change, Fault> {
    switch(ctx, user_id, MemberState::Active).await
}

async fn switch(ctx: &Ctx, user_id: &UserIdNormal, state: MemberState) -> Result<Change, Fault> {
    let Some(mut member) = locked(ctx, user_id).await? else { return Ok(Change::NoSuchMember) };
    if member.state == state {
        return Ok(Change::Unchanged(Box::new(member)));
    }

    member.state = state;
    member.left_at = None;
    member::update(ctx, &member).await?;
    let kind = match state {
        MemberState::Active => EventKind::MemberEnabled,
        MemberState::Disabled => {
            end::everywhere(ctx, member.id, Kept::default(), Cause::Operator).await?;
            EventKind::MemberDisabled
        }
    };
    ctx.record(kind, Some(member.id), Outcome::Done);
    Ok(Change::Changed(Box::new(member)))
}

/// Gives a member the password whose hash is `phc`: for moving in from another system. The member owes no new one.
pub async fn set_password(ctx: &Ctx, id: MemberId, phc: &str) -> Result<(), Fault> {
    let mut member = member::lock(ctx, id).await?;

    member.new_password_required_at = None;
    member::update(ctx, &member).await?;
    credential::set_password(ctx, id, phc).await?;
    ctx.record(EventKind::PasswordSet, Some(id), Outcome::Done);
    Ok(())
}

/// Makes the member choose a new password at the next sign-in.
pub async fn require_new_password(ctx: &Ctx, user_id: &UserIdNormal) -> Result<Change, Fault> {
    let Some(mut member) = locked(ctx, user_id).await? else { return Ok(Change::NoSuchMember) };
    if member.new_password_required_at.is_some() {
        return Ok(Change::Unchanged(Box::new(member)));
    }

    member.new_password_required_at = Some(ctx.now);
    member::update(ctx, &member).await?;
    let details = serde_json::json!({ "required": "password" });
    ctx.record_with(EventKind::MemberChanged, Some(member.id), Outcome::Done, details);
    Ok(Change::Changed(Box::new(member)))
}

/// Lets a member try again at once after too many wrong passwords or codes, also with an app that was stopped.
pub async fn unlock(ctx: &Ctx, user_id: &UserIdNormal) -> Result<Change, Fault> {
    let Some(member) = member::by_user_id(ctx, user_id).await? else { return Ok(Change::NoSuchMember) };
    let member = member::lock(ctx, member.id).await?;
    let mut released = authn::throttle::release(ctx, &member).await?;
    for mut app in credential::lock_apps_of(ctx, member.id).await? {
        if app.forgive() {
            released = Released::Something;
            credential::save_app(ctx, member.id, &app).await?;
        }
    }
    if released == Released::Nothing {
        return Ok(Change::Unchanged(Box::new(member)));
    }

    ctx.record(EventKind::MemberUnlocked, Some(member.id), Outcome::Done);
    Ok(Change::Changed(Box::new(member)))
}

async fn locked(ctx: &Ctx, user_id: &UserIdNormal) -> Result<Option<Member>, Fault> {
    match member::by_user_id(ctx, user_id).await? {
        Some(found) => Ok(Some(member::lock(ctx, found.id).await?)),
        None => Ok(None),
    }
}
