//! The second step with a recovery code, for whoever has not the usual one at hand.

use crate::audit::{EventKind, Outcome};
use crate::authn::throttle::{self, Turn};
use crate::clock::Timestamp;
use crate::credential::recovery_code::{self, RecoveryCode};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::MemberId;
use crate::interaction::decide::Next;
use crate::interaction::sitting::{Place, Sitting};
use crate::interaction::{Evidence, RecoveryOffer};
use crate::letter_secret::LetterSecretError;
use crate::mail::MailContent;
use crate::outbox;
use crate::store;

/// Wrong codes in a row before they are not looked at for a while.
const GUESSES: i64 = 5;

/// What became of a typed code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Right, and spent.
    Accepted,
    /// No code has this form, or a symbol of it is wrong; no guess was counted.
    Unreadable(LetterSecretError),
    /// Wrong.
    Wrong,
    /// Right, but used before: another one of the list is needed.
    Used,
    /// Not looked at, too many wrong ones.
    Held {
        /// When codes are looked at again.
        until: Timestamp,
    },
    /// Another page is owed.
    Elsewhere,
}

/// Whether the member of this sitting has a code left for the second step that is owed.
pub async fn is_offered(ctx: &Ctx, place: &Place) -> Result<bool, Fault> {
    let Some(sitting) = Sitting::load(ctx, place).await? else { return Ok(false) };
    match (sitting.next(ctx), &sitting.seated) {
        (Next::SecondStep(_), Some((member, _))) => Ok(store::recovery_code::left(ctx, member.id).await? > 0),
        (_, Some(_) | None) => Ok(false),
    }
}

/// Judges a code in the place of the second step that is owed.
pub async fn answer(ctx: &Ctx, place: &Place, typed: &str) -> Result<Answer, Fault> {
    let Some(mut sitting) = Sitting::lock(ctx, place).await? else { return Ok(Answer::Elsewhere) };
    let (Next::SecondStep(_), Some((member, _))) = (sitting.next(ctx), sitting.seated.clone()) else {
        return Ok(Answer::Elsewhere);
    };
    let code = match RecoveryCode::parse(typed) {
        Ok(code) => code,
        Err(error) => return Ok(Answer::Unreadable(error)),
    };

    let answer = judge(ctx, member.id, &code).await?;
    if answer == Answer::Accepted {
        sitting.prove(ctx, Evidence::RecoveryCode);
        let left = store::recovery_code::left(ctx, member.id).await?;
        if left == 0 {
            sitting.interaction.progress.recovery_codes = RecoveryOffer::Due;
        }
        store::interaction::save(ctx, &sitting.interaction).await?;
        outbox::notify(ctx, &member, MailContent::RecoveryCodeUsed { left }).await?;
    }
    let outcome = if answer == Answer::Accepted { Outcome::Done } else { Outcome::Refused };
    ctx.record_with(EventKind::SecondStep, Some(member.id), outcome, serde_json::json!({ "method": "recovery_code" }));
    Ok(answer)
}

/// Counts the guess, then takes the code with one conditional statement.
async fn judge(ctx: &Ctx, member: MemberId, code: &RecoveryCode) -> Result<Answer, Fault> {
    let subject = throttle::recovery_codes(ctx, member);
    if let Turn::Held { until } = throttle::take(ctx, &subject, GUESSES).await? {
        return Ok(Answer::Held { until });
    }
    let hash = recovery_code::hash_of(&ctx.vault, member, code);
    if store::recovery_code::redeem(ctx, member, &hash).await? {
        throttle::settle_right(ctx, &subject).await?;
        return Ok(Answer::Accepted);
    }
    if let Turn::Held { until } = throttle::settle_wrong(ctx, &subject, GUESSES).await? {
        ctx.record(EventKind::Locked, Some(member), Outcome::Done);
        return Ok(Answer::Held { until });
    }
    Ok(if store::recovery_code::is_of(ctx, member, &hash).await? { Answer::Used } else { Answer::Wrong })
}
