//! Mailed codes become the member's method once a code sent to the verified address came back.

use crate::audit::{EventKind, Outcome};
use crate::authn::mail_code::{self, MailCode};
use crate::ceremony::CeremonyKind;
use crate::credential::Method;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::interaction::decide::Next;
use crate::interaction::sitting::{Place, Sitting};
use crate::interaction::{Evidence, RecoveryOffer};
use crate::mail::MailContent;
use crate::onboarding::table::Step;
use crate::outbox;
use crate::session::end;
use crate::store;

/// Judges the code; a right one sets the method up.
pub async fn answer(ctx: &Ctx, place: &Place, typed: &str) -> Result<MailCode, Fault> {
    let Some(mut sitting) = Sitting::lock(ctx, place).await? else { return Ok(MailCode::Elsewhere) };
    let Some(member) = sitting.member_if(ctx, Next::Step(Step::EnrolMail)).cloned() else {
        return Ok(MailCode::Elsewhere);
    };
    let newest = store::ceremony::newest(ctx, member.id, sitting.interaction.id, CeremonyKind::EnrolMail).await?;
    let answer = mail_code::judge(ctx, newest, typed).await?;
    let details = serde_json::json!({ "method": Method::Mail });
    if answer != MailCode::Accepted {
        ctx.record_with(EventKind::MethodEnrolled, Some(member.id), Outcome::Refused, details);
        return Ok(answer);
    }
    store::credential::insert_mail_codes(ctx, member.id).await?;
    sitting.prove(ctx, Evidence::MailCode);
    sitting.interaction.progress.recovery_codes = RecoveryOffer::Due;
    sitting.interaction.progress.added = Some(Method::Mail);
    end::trust(ctx, member.id).await?;
    store::interaction::save(ctx, &sitting.interaction).await?;
    outbox::notify(ctx, &member, MailContent::MethodAdded { method: Method::Mail }).await?;
    ctx.record_with(EventKind::MethodEnrolled, Some(member.id), Outcome::Done, details);
    Ok(answer)
}
