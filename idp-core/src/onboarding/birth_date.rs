//! The date of birth: an extra check after the initial password, never a secret. Five guesses a letter.

use crate::audit::{EventKind, Outcome};
use crate::authn::throttle::{self, Turn};
use crate::birth_date::{BirthDate, BirthDateError};
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::interaction::Evidence;
use crate::interaction::decide::Next;
use crate::interaction::sitting::{self, Place, Sitting};
use crate::letter::{BIRTH_DATE_GUESSES, VoidReason};
use crate::onboarding::table::Step;
use crate::store;

/// What became of a typed birth date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Right.
    Confirmed,
    /// No date; no guess was spent.
    Unreadable(BirthDateError),
    /// Wrong.
    Wrong {
        /// How it was understood.
        read_as: BirthDate,
        /// Guesses left.
        left: i64,
    },
    /// Wrong too often: the letter is void, the society issues a new one.
    LetterVoid,
    /// Without a letter: wrong too often, and held until a time.
    Held {
        /// When guesses are looked at again.
        until: Timestamp,
    },
    /// Another page is owed.
    Elsewhere,
}

/// Judges a birth date; the guess is spent before it is looked at.
pub async fn answer(ctx: &Ctx, place: &Place, typed: &str) -> Result<Answer, Fault> {
    let Some(sitting) = Sitting::lock(ctx, place).await? else { return Ok(Answer::Elsewhere) };
    let Some(member) = sitting.member_if(ctx, Next::Step(Step::BirthDate)) else { return Ok(Answer::Elsewhere) };
    let read_as = match BirthDate::parse(typed, ctx.now.date_in_japan()) {
        Ok(date) => date,
        Err(error) => return Ok(Answer::Unreadable(error)),
    };
    let left = match sitting::primary(&sitting.interaction) {
        Some(Evidence::Letter { id }) => store::letter::take_guess(ctx, id).await?,
        Some(
            Evidence::Pattern
            | Evidence::Password
            | Evidence::MailCode
            | Evidence::App { .. }
            | Evidence::RecoveryCode
            | Evidence::MailFallback
            | Evidence::Rescue
            | Evidence::Passkey { .. },
        )
        | None => {
            let subject = ctx.vault.hash_within(b"birth date", member.id.uuid().as_bytes());
            match throttle::take(ctx, &subject, BIRTH_DATE_GUESSES).await? {
                Turn::Taken => Some(1),
                Turn::Held { until } => return Ok(Answer::Held { until }),
            }
        }
    };
    let Some(left) = left else { return void_letter(ctx, &sitting).await };

    if member.birth_date.as_ref() == Some(&read_as) {
        let mut member = member.clone();
        member.birth_date_confirmed_at = Some(ctx.now);
        store::member::update(ctx, &member).await?;
        store::interaction::save(ctx, &sitting.interaction).await?;
        ctx.record(EventKind::BirthDateConfirmed, Some(member.id), Outcome::Done);
        return Ok(Answer::Confirmed);
    }
    ctx.record(EventKind::BirthDateConfirmed, Some(member.id), Outcome::Refused);
    if left == 0 { void_letter(ctx, &sitting).await } else { Ok(Answer::Wrong { read_as, left }) }
}

async fn void_letter(ctx: &Ctx, sitting: &Sitting) -> Result<Answer, Fault> {
    let Some(member) = sitting.interaction.member else { return Ok(Answer::Elsewhere) };
    store::letter::void_live(ctx, member, VoidReason::BirthDateGuesses).await?;
    store::interaction::forget_member(ctx, member, None).await?;
    let details = serde_json::json!({ "reason": VoidReason::BirthDateGuesses });
    ctx.record_with(EventKind::LetterVoided, Some(member), Outcome::Done, details);
    Ok(Answer::LetterVoid)
}
