//! The choice of a second step.

use crate::audit::{EventKind, Outcome};
use crate::credential::Method;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::interaction::decide::Next;
use crate::interaction::sitting::{Place, Sitting};
use crate::onboarding::facts::PasswordFact;
use crate::onboarding::table::Step;
use crate::store;

/// What became of a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Noted; the method is set up later.
    Chosen,
    /// Nothing was chosen, or nothing the realm offers.
    NotOffered,
    /// Another page is owed.
    Elsewhere,
}

/// Chooses a method by its posted name.
pub async fn choose(ctx: &Ctx, place: &Place, name: &str) -> Result<Answer, Fault> {
    let Some(sitting) = Sitting::lock(ctx, place).await? else { return Ok(Answer::Elsewhere) };
    let (Next::Step(Step::ChooseMethod), Some((member, facts))) = (sitting.next(ctx), &sitting.seated) else {
        return Ok(Answer::Elsewhere);
    };
    let Some(method) = Method::from_name(name).filter(|method| facts.offered.contains(method)) else {
        return Ok(Answer::NotOffered);
    };
    let mut member = member.clone();
    // A password chosen to stand beside an app may be shorter than one that stands with mailed codes.
    if method == Method::Mail && facts.password == PasswordFact::Own {
        member.new_password_required_at = Some(ctx.now);
    }
    member.chosen_method = Some(method);
    store::member::update(ctx, &member).await?;
    store::interaction::save(ctx, &sitting.interaction).await?;
    ctx.record_with(EventKind::MethodChosen, Some(member.id), Outcome::Done, serde_json::json!({ "method": method }));
    Ok(Answer::Chosen)
}

/// Whether a choice was there to be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reconsidered {
    /// It was, and another one is to be made.
    Withdrawn,
    /// The member has a method already and came to add one.
    Adding,
    /// Another page is owed.
    Elsewhere,
}

/// Takes the choice back while it cannot be set up here: this device may have no authenticator.
pub async fn reconsider(ctx: &Ctx, place: &Place) -> Result<Reconsidered, Fault> {
    let Some(sitting) = Sitting::lock(ctx, place).await? else { return Ok(Reconsidered::Elsewhere) };
    let (Next::Step(Step::EnrolPasskey), Some((member, facts))) = (sitting.next(ctx), &sitting.seated) else {
        return Ok(Reconsidered::Elsewhere);
    };
    if !facts.enrolled.is_empty() {
        return Ok(Reconsidered::Adding);
    }
    let mut member = member.clone();
    member.chosen_method = None;
    store::member::update(ctx, &member).await?;
    store::interaction::save(ctx, &sitting.interaction).await?;
    ctx.record_with(EventKind::MethodChosen, Some(member.id), Outcome::Done, serde_json::json!({ "method": null }));
    Ok(Reconsidered::Withdrawn)
}
