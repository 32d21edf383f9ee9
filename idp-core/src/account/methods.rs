//! The ways to sign in, as cards: named, removed. The last one stays.

use super::new_phone::{self, Offered};
use super::{Closed, Present, enter, enter_to_change};
use crate::audit::{EventKind, Outcome};
use crate::credential::Method;
use crate::credential::card::{self, Card, Removable};
use crate::credential::passkey::relying_party::{Holder, RelyingParty};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::CredentialId;
use crate::interaction::begin::Visitor;
use crate::interaction::errand::Freshness;
use crate::mail::MailContent;
use crate::member::Member;
use crate::outbox;
use crate::session::end;
use crate::store;

/// What the page shows.
pub struct Methods {
    /// The methods set up, strongest first.
    pub cards: Vec<Card>,
    /// What can be set up beside them.
    pub addable: Vec<Method>,
    /// What whoever keeps the member's passkeys is told; `None` when there never was one.
    pub known_passkeys: Option<serde_json::Value>,
    /// Whether a new phone can be let in by a QR code.
    pub new_phone: Offered,
}

/// What became of a new name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renaming {
    /// It has the new name.
    Renamed,
    /// Nothing was typed, or it is too long.
    Unreadable,
    /// The member has no such method, or one without a name.
    NoSuchMethod,
}

/// What became of a removal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// It is gone.
    Removed,
    /// It is the last way in.
    LastWay,
    /// The member has no such method.
    NoSuchMethod,
}

/// The member's methods.
pub async fn list(ctx: &Ctx, visitor: &Visitor) -> Result<Result<Methods, Closed>, Fault> {
    let present = match enter(ctx, visitor, Freshness::Any).await? {
        Ok(present) => present,
        Err(closed) => return Ok(Err(closed)),
    };
    let cards = store::credential::cards_of(ctx, present.member.id).await?;
    let offered = ctx.realm().settings.methods.iter().copied();
    let addable = offered.filter(|method| card::is_addable(*method, &cards)).collect();
    let known_passkeys = known_passkeys(ctx, &present.member).await?;
    Ok(Ok(Methods { cards, addable, known_passkeys, new_phone: new_phone::offered(ctx) }))
}

/// Which passkeys are left, and what they are called: their keeper shows no others then.
async fn known_passkeys(ctx: &Ctx, member: &Member) -> Result<Option<serde_json::Value>, Fault> {
    let (handle, party) = (store::passkey::known_handle_of(ctx, member.id).await?, RelyingParty::of(ctx.realm()));
    let (Some(handle), Some(party)) = (handle, party) else { return Ok(None) };
    let known = store::passkey::all_of(ctx, member.id).await?;
    let (name, user_name) = (member.name.full(), member.user_id.as_str());
    let holder = Holder { handle, user_name, display_name: name.as_deref().unwrap_or(user_name) };
    Ok(Some(party.known(&holder, &known)))
}

/// Gives a method another name.
pub async fn rename(
    ctx: &Ctx,
    visitor: &Visitor,
    (id, typed): (CredentialId, &str),
) -> Result<Result<Renaming, Closed>, Fault> {
    let present = match enter_to_change(ctx, visitor, Freshness::Any).await? {
        Ok(present) => present,
        Err(closed) => return Ok(Err(closed)),
    };
    let Some(name) = card::name(typed) else { return Ok(Ok(Renaming::Unreadable)) };
    let cards = store::credential::cards_of(ctx, present.member.id).await?;
    let named = cards.iter().find(|card| card.id == id && card.name.is_some());
    let Some(named) = named else { return Ok(Ok(Renaming::NoSuchMethod)) };

    store::credential::rename(ctx, present.member.id, named, &name).await?;
    let content = MailContent::MethodRenamed { method: named.method };
    changed(ctx, &present, named, (EventKind::MethodRenamed, content)).await?;
    Ok(Ok(Renaming::Renamed))
}

/// Removes a method. Browsers that were spared the second step are not any more.
pub async fn remove(ctx: &Ctx, visitor: &Visitor, id: CredentialId) -> Result<Result<Removal, Closed>, Fault> {
    let mut present = match enter_to_change(ctx, visitor, Freshness::Needed).await? {
        Ok(present) => present,
        Err(closed) => return Ok(Err(closed)),
    };
    let cards = store::credential::cards_of(ctx, present.member.id).await?;
    let removed = match card::removable(&cards, id) {
        Removable::Yes(removed) => removed,
        Removable::LastWay => return Ok(Ok(Removal::LastWay)),
        Removable::Unknown => return Ok(Ok(Removal::NoSuchMethod)),
    };

    store::credential::remove(ctx, present.member.id, removed).await?;
    let left = store::credential::methods_of(ctx, present.member.id).await?;
    let member = &mut present.member;
    // A password chosen to stand beside an app may be shorter than one that stands with mailed codes.
    if left.first() == Some(&Method::Mail) && present.enrolled.first() != Some(&Method::Mail) {
        member.new_password_required_at = Some(ctx.now);
    }
    member.chosen_method = left.first().copied();
    store::member::update(ctx, member).await?;
    end::trust(ctx, member.id).await?;
    let content = MailContent::MethodRemoved { method: removed.method };
    changed(ctx, &present, removed, (EventKind::MethodRemoved, content)).await?;
    Ok(Ok(Removal::Removed))
}

async fn changed(
    ctx: &Ctx,
    present: &Present,
    card: &Card,
    (kind, content): (EventKind, MailContent),
) -> Result<(), Fault> {
    let details = serde_json::json!({ "method": card.method, "credential": card.id });
    ctx.record_with(kind, Some(present.member.id), Outcome::Done, details);
    outbox::notify(ctx, &present.member, content).await
}
