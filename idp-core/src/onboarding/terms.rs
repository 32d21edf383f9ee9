//! The terms of use: what was accepted, when and by which hash stays provable; a new version asks again.

use crate::audit::{EventKind, Outcome};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::interaction::State;
use crate::interaction::decide::Next;
use crate::interaction::sitting::{Place, Sitting};
use crate::language::Language;
use crate::onboarding::table::Step;
use crate::store;
use crate::terms::Terms;

/// What became of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Accepted, or declined, as said.
    Noted,
    /// A newer version was published meanwhile: it has to be read first.
    Newer,
    /// Another page is owed.
    Elsewhere,
}

/// The terms in force in the language wanted, or in the one there is.
pub async fn in_force(ctx: &Ctx, language: Language) -> Result<Option<Terms>, Fault> {
    let mut texts = store::realm::terms_in_force(ctx).await?;
    let wanted = texts.iter().position(|terms| terms.language == language).unwrap_or(0);
    Ok((!texts.is_empty()).then(|| texts.swap_remove(wanted)))
}

/// Accepts the version that was shown.
pub async fn accept(ctx: &Ctx, place: &Place, shown: &str) -> Result<Answer, Fault> {
    let Some(sitting) = Sitting::lock(ctx, place).await? else { return Ok(Answer::Elsewhere) };
    let Some(member) = sitting.member_if(ctx, Next::Step(Step::Terms)) else { return Ok(Answer::Elsewhere) };
    let texts = store::realm::terms_in_force(ctx).await?;
    let Some(terms) = texts.iter().find(|terms| terms.sha256 == shown) else { return Ok(Answer::Newer) };

    store::member::accept_terms(ctx, member.id, terms).await?;
    store::interaction::save(ctx, &sitting.interaction).await?;
    let details = serde_json::json!({ "version": terms.version, "language": terms.language, "sha256": terms.sha256 });
    ctx.record_with(EventKind::TermsAccepted, Some(member.id), Outcome::Done, details);
    Ok(Answer::Noted)
}

/// Declines: the interaction ends, the application gets `access_denied`.
pub async fn decline(ctx: &Ctx, place: &Place) -> Result<Answer, Fault> {
    let Some(sitting) = Sitting::lock(ctx, place).await? else { return Ok(Answer::Elsewhere) };
    let Some(member) = sitting.member_if(ctx, Next::Step(Step::Terms)) else { return Ok(Answer::Elsewhere) };
    store::interaction::close(ctx, sitting.interaction.id, State::Declined).await?;
    ctx.record(EventKind::TermsDeclined, Some(member.id), Outcome::Done);
    Ok(Answer::Noted)
}
