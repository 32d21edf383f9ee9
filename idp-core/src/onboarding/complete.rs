//! "First login complete": left by signing out (`next_sign_in`) or by going on (`same_sitting`).

use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::interaction::decide::Next;
use crate::interaction::sitting::{Place, Sitting};
use crate::interaction::{Completion, Progress};
use crate::onboarding::table::Step;
use crate::realm::EnrolAt;
use crate::store;

/// What became of the page's button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Done.
    Left,
    /// Another page is owed.
    Elsewhere,
}

/// "Continue", where the realm lets the method be set up in the same sitting.
pub async fn go_on(ctx: &Ctx, place: &Place) -> Result<Answer, Fault> {
    let Some(mut sitting) = Sitting::lock(ctx, place).await? else { return Ok(Answer::Elsewhere) };
    let owed = sitting.member_if(ctx, Next::Step(Step::Complete)).is_some();
    if !owed || ctx.realm().settings.enrol_at != EnrolAt::SameSitting {
        return Ok(Answer::Elsewhere);
    }
    sitting.interaction.progress.completed = Completion::Left;
    store::interaction::save(ctx, &sitting.interaction).await?;
    Ok(Answer::Left)
}

/// "Sign out": the sitting forgets the member and keeps the application's request, so that signing in again leads on.
pub async fn sign_out(ctx: &Ctx, place: &Place) -> Result<Answer, Fault> {
    let Some(mut sitting) = Sitting::lock(ctx, place).await? else { return Ok(Answer::Elsewhere) };
    if sitting.member_if(ctx, Next::Step(Step::Complete)).is_none() {
        return Ok(Answer::Elsewhere);
    }
    sitting.interaction.member = None;
    sitting.interaction.progress = Progress::default();
    store::interaction::save(ctx, &sitting.interaction).await?;
    Ok(Answer::Left)
}
