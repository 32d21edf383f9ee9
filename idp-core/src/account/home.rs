//! The overview, the language, and what is printed.

use super::{Closed, enter, enter_to_change, requests};
use crate::audit::{EventKind, Outcome};
use crate::credential::card::Card;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::interaction::begin::Visitor;
use crate::interaction::errand::Freshness;
use crate::language::Language;
use crate::store;

/// Who is signed in, and how they sign in.
pub struct Home {
    /// The user id.
    pub user_id: String,
    /// What the society calls them.
    pub name: Option<String>,
    /// The verified address, masked.
    pub mail: Option<String>,
    /// The language of their mails.
    pub language: Language,
    /// The methods set up, strongest first.
    pub cards: Vec<Card>,
    /// How many requests of applications wait for an answer.
    pub requests: usize,
}

/// The member whose session the browser carries.
pub async fn home(ctx: &Ctx, visitor: &Visitor) -> Result<Result<Home, Closed>, Fault> {
    let present = match enter(ctx, visitor, Freshness::Any).await? {
        Ok(present) => present,
        Err(closed) => return Ok(Err(closed)),
    };
    let member = present.member;
    Ok(Ok(Home {
        user_id: member.user_id.as_str().to_owned(),
        name: member.name.full(),
        mail: member.verified_mail().map(|address| address.masked()),
        language: member.language.unwrap_or_default(),
        cards: store::credential::cards_of(ctx, member.id).await?,
        requests: store::ciba_request::waiting_for(ctx, member.id, requests::SHOWN).await?.len(),
    }))
}

/// Chooses the language of pages and mails.
pub async fn speak(ctx: &Ctx, visitor: &Visitor, language: Language) -> Result<Result<(), Closed>, Fault> {
    let mut member = match enter_to_change(ctx, visitor, Freshness::Any).await? {
        Ok(present) => present.member,
        Err(closed) => return Ok(Err(closed)),
    };
    if member.language != Some(language) {
        member.language = Some(language);
        store::member::update(ctx, &member).await?;
        let details = serde_json::json!({ "language": language });
        ctx.record_with(EventKind::LanguageChosen, Some(member.id), Outcome::Done, details);
    }
    Ok(Ok(()))
}
