//! A mailed code in the place of a stronger second step, where the realm allows it. The member asks for it in so many
//! words, the session says that it is weaker (`aal1`), and a notice goes out: nothing is replaced silently.

use crate::audit::{EventKind, Outcome};
use crate::authn::mail_code::{self, MailCode, Sending, Waiting};
use crate::ceremony::{Ceremony, CeremonyKind};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::interaction::Evidence;
use crate::interaction::decide::Next;
use crate::interaction::sitting::{Place, Sitting};
use crate::mail::MailContent;
use crate::mail_address::MailAddress;
use crate::member::Member;
use crate::onboarding::facts::FallbackFact;
use crate::outbox;
use crate::store;

/// What the page shows.
pub enum Standing {
    /// What it means to ask for a mailed code; nothing was sent.
    Explained {
        /// Where it would go.
        address: MailAddress,
    },
    /// A code is on its way.
    Waiting(Waiting),
}

/// Where the fallback stands; `None` when it is not offered here.
pub async fn standing(ctx: &Ctx, place: &Place) -> Result<Option<Standing>, Fault> {
    let Some(sitting) = Sitting::load(ctx, place).await? else { return Ok(None) };
    let Some(member) = offered(ctx, &sitting) else { return Ok(None) };
    let Some(address) = member.verified_mail().cloned() else { return Ok(None) };
    Ok(Some(match newest(ctx, &sitting, member).await?.filter(|ceremony| ceremony.is_pending(ctx.now)) {
        None => Standing::Explained { address },
        Some(ceremony) => Standing::Waiting(Waiting {
            address,
            resend_at: ceremony.resend_at(),
            code_expires_at: ceremony.code_expires_at,
        }),
    }))
}

/// Sends a code, the first or another one.
pub async fn send(ctx: &Ctx, place: &Place) -> Result<Sending, Fault> {
    let Some(sitting) = Sitting::lock(ctx, place).await? else { return Ok(Sending::Elsewhere) };
    let Some(member) = offered(ctx, &sitting) else { return Ok(Sending::Elsewhere) };
    let Some(address) = member.verified_mail().cloned() else { return Ok(Sending::Elsewhere) };
    let newest = newest(ctx, &sitting, member).await?;
    let permission = mail_code::may_send(ctx, member, newest.as_ref()).await?;
    if permission == Sending::Sent {
        let what = (CeremonyKind::FallbackCode, address);
        mail_code::challenge(ctx, &sitting.interaction, member, what).await?;
    }
    Ok(permission)
}

/// Judges the code.
pub async fn answer(ctx: &Ctx, place: &Place, typed: &str) -> Result<MailCode, Fault> {
    let Some(mut sitting) = Sitting::lock(ctx, place).await? else { return Ok(MailCode::Elsewhere) };
    let Some(member) = offered(ctx, &sitting).cloned() else { return Ok(MailCode::Elsewhere) };
    let newest = newest(ctx, &sitting, &member).await?;
    let answer = mail_code::judge(ctx, newest, typed).await?;
    let details = serde_json::json!({ "method": "mail_fallback" });
    if answer != MailCode::Accepted {
        ctx.record_with(EventKind::SecondStep, Some(member.id), Outcome::Refused, details);
        return Ok(answer);
    }
    sitting.prove(ctx, Evidence::MailFallback);
    store::interaction::save(ctx, &sitting.interaction).await?;
    outbox::notify(ctx, &member, MailContent::FallbackUsed).await?;
    ctx.record_with(EventKind::SecondStep, Some(member.id), Outcome::Done, details);
    Ok(answer)
}

fn offered<'s>(ctx: &Ctx, sitting: &'s Sitting) -> Option<&'s Member> {
    match (sitting.next(ctx), &sitting.seated) {
        (Next::SecondStep(_), Some((member, facts))) if facts.fallback == FallbackFact::Offered => Some(member),
        (_, Some(_) | None) => None,
    }
}

async fn newest(ctx: &Ctx, sitting: &Sitting, member: &Member) -> Result<Option<Ceremony>, Fault> {
    store::ceremony::newest(ctx, member.id, sitting.interaction.id, CeremonyKind::FallbackCode).await
}
