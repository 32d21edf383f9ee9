//! Codes by mail: sending one, and judging an answer. Used for signing in, for proving the address again, and for
//! setting mailed codes up.

use crate::audit::{EventKind, Outcome};
use crate::ceremony::{CODE_LIFETIME, Ceremony, CeremonyKind, CeremonyState, LINK_LIFETIME, SENDS_PER_HOUR};
use crate::clock::{Timestamp, hours};
use crate::credential::Method;
use crate::ctx::Ctx;
use crate::entropy;
use crate::fault::Fault;
use crate::id::InteractionId;
use crate::interaction::decide::Next;
use crate::interaction::sitting::{Place, Sitting};
use crate::interaction::{Evidence, Interaction};
use crate::mail::{MailContent, QueuedMail, Secret};
use crate::mail_address::MailAddress;
use crate::member::Member;
use crate::onboarding::table::Step;
use crate::one_time_code::OneTimeCode;
use crate::outbox;
use crate::secret::{BrowserSecret, Hashed, Plain};
use crate::store;

/// What became of a request to send a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sending {
    /// A mail is on its way; an earlier one is void.
    Sent,
    /// One was sent just now, or too many within the hour.
    Wait {
        /// When the next can be asked for.
        until: Timestamp,
    },
    /// Another page is owed.
    Elsewhere,
}

/// What became of a typed code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailCode {
    /// Right, and spent.
    Accepted,
    /// Not six digits.
    Unreadable,
    /// Wrong.
    Wrong,
    /// Too old, or a newer one was sent.
    Expired,
    /// Too many wrong ones: a new code is needed.
    Exhausted,
    /// Another page is owed.
    Elsewhere,
}

/// What a mail-code page shows.
pub struct Waiting {
    /// Where the mail went.
    pub address: MailAddress,
    /// When "send again" is open.
    pub resend_at: Timestamp,
    /// When the code stops being good.
    pub code_expires_at: Timestamp,
}

/// Which ceremony the page owed is about; `None` when it is not about a mailed code to the verified address.
fn kind_owed(next: Next) -> Option<CeremonyKind> {
    match next {
        Next::SecondStep(Method::Mail) | Next::Step(Step::ProveMail) => Some(CeremonyKind::SignInCode),
        Next::Step(Step::EnrolMail) => Some(CeremonyKind::EnrolMail),
        Next::Over | Next::Declined | Next::SignIn | Next::OutOfReach | Next::Consent | Next::Issue => None,
        Next::SecondStep(Method::Passkey | Method::App) => None,
        Next::Step(
            Step::BirthDate
            | Step::Terms
            | Step::MailAddress
            | Step::MailProof
            | Step::ChooseMethod
            | Step::NewPassword
            | Step::Complete
            | Step::EnrolPasskey
            | Step::EnrolApp
            | Step::OfferPasskey
            | Step::RecoveryCodes,
        ) => None,
    }
}

/// Opens the page: sends the first code if none is under way. `None` when another page is owed.
pub async fn open(ctx: &Ctx, place: &Place) -> Result<Option<Waiting>, Fault> {
    let Some(sitting) = Sitting::lock(ctx, place).await? else { return Ok(None) };
    let (Some(kind), Some((member, _))) = (kind_owed(sitting.next(ctx)), &sitting.seated) else { return Ok(None) };
    let newest = store::ceremony::newest(ctx, member.id, sitting.interaction.id, kind).await?;
    let ceremony = match newest.filter(|ceremony| is_awaited(ctx, ceremony)) {
        Some(ceremony) => Some(ceremony),
        None => match may_send(ctx, member, None).await? {
            Sending::Sent => Some(send(ctx, &sitting.interaction, member, kind).await?),
            Sending::Wait { .. } | Sending::Elsewhere => {
                store::ceremony::newest(ctx, member.id, sitting.interaction.id, kind).await?
            }
        },
    };
    let address = member.verified_mail().cloned().ok_or_else(|| Fault::unreadable("verified address"))?;
    Ok(Some(match ceremony {
        Some(ceremony) => {
            Waiting { address, resend_at: ceremony.resend_at(), code_expires_at: ceremony.code_expires_at }
        }
        None => Waiting { address, resend_at: ctx.now + hours(1), code_expires_at: ctx.now },
    }))
}

fn is_awaited(ctx: &Ctx, ceremony: &Ceremony) -> bool {
    ceremony.is_pending(ctx.now) && ctx.now < ceremony.code_expires_at
}

/// "Send again".
pub async fn resend(ctx: &Ctx, place: &Place) -> Result<Sending, Fault> {
    let Some(sitting) = Sitting::lock(ctx, place).await? else { return Ok(Sending::Elsewhere) };
    let (Some(kind), Some((member, _))) = (kind_owed(sitting.next(ctx)), &sitting.seated) else {
        return Ok(Sending::Elsewhere);
    };
    let newest = store::ceremony::newest(ctx, member.id, sitting.interaction.id, kind).await?;
    let permission = may_send(ctx, member, newest.as_ref()).await?;
    if permission == Sending::Sent {
        send(ctx, &sitting.interaction, member, kind).await?;
    }
    Ok(permission)
}

/// Whether another code may be sent: a minute after the last one, and so many within an hour.
pub(crate) async fn may_send(ctx: &Ctx, member: &Member, newest: Option<&Ceremony>) -> Result<Sending, Fault> {
    if let Some(until) = newest.map(Ceremony::resend_at).filter(|until| ctx.now < *until) {
        return Ok(Sending::Wait { until });
    }
    let recent = store::ceremony::sent_since(ctx, member.id, ctx.now - hours(1)).await?;
    Ok(if recent >= SENDS_PER_HOUR { Sending::Wait { until: ctx.now + hours(1) } } else { Sending::Sent })
}

async fn send(ctx: &Ctx, interaction: &Interaction, member: &Member, kind: CeremonyKind) -> Result<Ceremony, Fault> {
    let address = member.verified_mail().cloned().ok_or_else(|| Fault::unreadable("verified address"))?;
    challenge(ctx, interaction, member, (kind, address)).await
}

/// Who asks for a mailed code: an interaction's browser, or one with a session.
pub(crate) struct Asker<'a> {
    pub(crate) interaction: Option<InteractionId>,
    pub(crate) browser: &'a Hashed<BrowserSecret>,
}

/// Begins a ceremony with a mailed code (and a link, where an address is verified); an earlier one of its kind is void.
pub(crate) async fn challenge(
    ctx: &Ctx,
    interaction: &Interaction,
    member: &Member,
    what: (CeremonyKind, MailAddress),
) -> Result<Ceremony, Fault> {
    let asker = Asker { interaction: Some(interaction.id), browser: &interaction.browser };
    challenge_for(ctx, &asker, member, what).await
}

/// The same for whoever asks.
pub(crate) async fn challenge_for(
    ctx: &Ctx,
    asker: &Asker<'_>,
    member: &Member,
    (kind, address): (CeremonyKind, MailAddress),
) -> Result<Ceremony, Fault> {
    store::ceremony::void(ctx, member.id, kind).await?;
    let id = ctx.new_id::<crate::id::CeremonyKind>();
    let code = OneTimeCode::from_entropy(&entropy::bytes(ctx.entropy()));
    let has_link = matches!(kind, CeremonyKind::VerifyMail | CeremonyKind::ChangeMail);
    let link = has_link.then(|| Plain::<crate::secret::LinkSecret>::random(ctx.entropy()));
    let code_expires_at = ctx.now + CODE_LIFETIME;
    let ceremony = Ceremony {
        id,
        kind,
        member: member.id,
        interaction: asker.interaction,
        browser: asker.browser.clone(),
        state: CeremonyState::Pending,
        address: Some(address.clone()),
        code: Some(ctx.vault.hash_within(id.uuid().as_bytes(), code.as_str().as_bytes())),
        link: link.as_ref().map(|link| ctx.vault.hash(link.expose())),
        app_secret: None,
        guesses: 0,
        created_at: ctx.now,
        code_expires_at,
        // The row outlives its code: an answered one proves the address for a while.
        expires_at: ctx.now + LINK_LIFETIME,
    };
    store::ceremony::insert(ctx, &ceremony).await?;

    let code = Secret::new(code.as_str());
    let content = match (&link, kind) {
        (Some(link), CeremonyKind::ChangeMail) => {
            MailContent::ChangeAddress { link_secret: Secret::new(link.expose_text()), code }
        }
        (Some(link), _) => MailContent::VerifyAddress { link_secret: Secret::new(link.expose_text()), code },
        (None, CeremonyKind::EnrolMail) => MailContent::EnrolmentCode { code },
        (
            None,
            CeremonyKind::VerifyMail
            | CeremonyKind::ChangeMail
            | CeremonyKind::SignInCode
            | CeremonyKind::FallbackCode
            | CeremonyKind::EnrolApp,
        ) => MailContent::SignInCode { code },
    };
    let mail = QueuedMail {
        to: address.as_typed().to_owned(),
        language: member.language.unwrap_or_default(),
        at: ctx.now,
        content,
    };
    let worth_sending_until = if link.is_some() { ceremony.expires_at } else { code_expires_at };
    outbox::enqueue(ctx, member.id, mail, worth_sending_until).await?;
    ctx.record_with(EventKind::MailSent, Some(member.id), Outcome::Done, serde_json::json!({ "for": kind.name() }));
    Ok(ceremony)
}

/// Judges a code for signing in or for proving the address again; setting up has a verb of its own.
pub async fn answer(ctx: &Ctx, place: &Place, typed: &str) -> Result<MailCode, Fault> {
    let Some(mut sitting) = Sitting::lock(ctx, place).await? else { return Ok(MailCode::Elsewhere) };
    let (Some(CeremonyKind::SignInCode), Some((member, _))) = (kind_owed(sitting.next(ctx)), &sitting.seated) else {
        return Ok(MailCode::Elsewhere);
    };
    let member = member.id;
    let newest = store::ceremony::newest(ctx, member, sitting.interaction.id, CeremonyKind::SignInCode).await?;
    let answer = judge(ctx, newest, typed).await?;
    if answer == MailCode::Accepted {
        sitting.prove(ctx, Evidence::MailCode);
        store::interaction::save(ctx, &sitting.interaction).await?;
        store::credential::note_mail_code(ctx, member).await?;
    }
    let outcome = if answer == MailCode::Accepted { Outcome::Done } else { Outcome::Refused };
    ctx.record_with(EventKind::SecondStep, Some(member), outcome, serde_json::json!({ "method": Method::Mail }));
    Ok(answer)
}

/// Judges a typed code against a ceremony, counting the guess first; accepts it once.
pub(crate) async fn judge(ctx: &Ctx, ceremony: Option<Ceremony>, typed: &str) -> Result<MailCode, Fault> {
    let Ok(code) = OneTimeCode::parse(typed) else { return Ok(MailCode::Unreadable) };
    let Some(ceremony) = ceremony.filter(|ceremony| is_awaited(ctx, ceremony)) else { return Ok(MailCode::Expired) };
    if !store::ceremony::take_guess(ctx, ceremony.id).await? {
        return Ok(MailCode::Exhausted);
    }
    let typed = ctx.vault.hash_within(ceremony.id.uuid().as_bytes(), code.as_str().as_bytes());
    if !ceremony.code.is_some_and(|expected| expected.matches(&typed)) {
        return Ok(MailCode::Wrong);
    }
    let won = store::ceremony::answer(ctx, ceremony.id).await?;
    Ok(if won { MailCode::Accepted } else { MailCode::Expired })
}
