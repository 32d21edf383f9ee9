//! The second step with an authenticator app.

use crate::audit::{EventKind, Outcome};
use crate::clock::Timestamp;
use crate::credential::Method;
use crate::credential::app::{App, AppAnswer};
use crate::credential::totp::{TOTP_SECRET_BYTES, TotpSecret};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::interaction::sitting::{Place, Sitting};
use crate::interaction::{Evidence, RecoveryOffer};
use crate::one_time_code::OneTimeCode;
use crate::store;

/// What became of a typed code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppCode {
    /// Right.
    Accepted,
    /// Not six digits.
    Unreadable,
    /// Wrong.
    Wrong,
    /// Right, but used before: the next one is needed.
    Replayed,
    /// Not looked at, too many wrong ones.
    Held {
        /// When codes are looked at again.
        until: Timestamp,
    },
    /// The app was guessed at too often: the society's help line is the way on.
    Stopped,
    /// Another page is owed.
    Elsewhere,
}

/// Judges a code of any of the member's apps.
pub async fn answer(ctx: &Ctx, place: &Place, typed: &str) -> Result<AppCode, Fault> {
    let Some(mut sitting) = Sitting::lock(ctx, place).await? else { return Ok(AppCode::Elsewhere) };
    let Some(member) = sitting.member_taking(ctx, Method::App).map(|member| member.id) else {
        return Ok(AppCode::Elsewhere);
    };
    let Ok(code) = OneTimeCode::parse(typed) else { return Ok(AppCode::Unreadable) };

    let mut answer = AppAnswer::Wrong;
    for mut app in store::credential::lock_apps_of(ctx, member).await? {
        // One that was confirmed on a new phone was not followed by the offer of recovery codes; one that was moved in was
        // never confirmed here, and its member is not stopped on the way.
        let first = app.last_used_at.is_none() && app.last_step > 0;
        answer = app.answer(&unseal(ctx, &app)?, &code, ctx.now);
        store::credential::save_app(ctx, member, &app).await?;
        if answer == AppAnswer::Accepted {
            sitting.prove(ctx, Evidence::App { id: app.id });
            if first {
                sitting.interaction.progress.recovery_codes = RecoveryOffer::Due;
            }
            store::interaction::save(ctx, &sitting.interaction).await?;
            break;
        }
    }
    let outcome = if answer == AppAnswer::Accepted { Outcome::Done } else { Outcome::Refused };
    ctx.record_with(EventKind::SecondStep, Some(member), outcome, serde_json::json!({ "method": Method::App }));
    Ok(match answer {
        AppAnswer::Accepted => AppCode::Accepted,
        AppAnswer::Wrong => AppCode::Wrong,
        AppAnswer::Replayed => AppCode::Replayed,
        AppAnswer::Held { until } => AppCode::Held { until },
        AppAnswer::Stopped => AppCode::Stopped,
    })
}

fn unseal(ctx: &Ctx, app: &App) -> Result<TotpSecret, Fault> {
    let plain = ctx.vault.unseal(app.id.uuid().as_bytes(), &app.secret)?;
    let bytes: [u8; TOTP_SECRET_BYTES] = plain.expose().try_into().map_err(|_| Fault::unreadable("app secret"))?;
    Ok(TotpSecret::from_bytes(bytes))
}
