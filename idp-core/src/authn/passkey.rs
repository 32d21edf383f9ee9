//! Signing in with a passkey: alone, on the sign-in page, or as the step after user id and password.

use crate::audit::{EventKind, Outcome};
use crate::credential::Method;
use crate::credential::passkey::ceremony::{PASSKEY_LIFETIME, PasskeyCeremony, Purpose};
use crate::credential::passkey::message::{Assertion, Attachment, Handle};
use crate::credential::passkey::relying_party::{Challenge, Refusal, RelyingParty};
use crate::credential::passkey::{KeyHome, Passkey};
use crate::ctx::Ctx;
use crate::enrol::passkey::Begun;
use crate::fault::Fault;
use crate::id::{CeremonyId, MemberId};
use crate::interaction::sitting::{Place, Sitting};
use crate::interaction::{Evidence, Interaction, PasskeyOffer, Progress, Proof, RecoveryOffer};
use crate::language::Language;
use crate::mail::MailContent;
use crate::member::{Member, MemberState};
use crate::outbox;
use crate::store;

/// What the form holds once the authenticator has answered.
#[derive(Clone)]
pub struct Typed {
    /// Which challenge was answered.
    pub ceremony: Option<CeremonyId>,
    /// The answer, as JSON.
    pub credential: String,
    /// The language of the page: mails go out in the one the member last signed in with.
    pub language: Language,
}

/// What became of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasskeyAnswer {
    /// Right: the member signed in, or took the second step.
    Accepted,
    /// No answer of an authenticator.
    Unreadable,
    /// Five minutes are over, or the answer was taken before.
    Expired,
    /// The passkey is not known here: it was removed, or is another realm's. Whoever keeps it may forget it.
    Unknown,
    /// It is known, and opens nothing at present.
    Closed,
    /// The passkey's counter went back; nobody gets in with it.
    Refused,
    /// The answer is not one to our challenge, from our pages, by a verified person.
    Wrong,
    /// Another page is owed.
    Elsewhere,
}

/// Begins a ceremony for whoever holds a passkey. `None` where the realm can have none.
pub async fn begin_sign_in(ctx: &Ctx, place: &Place) -> Result<Option<Begun>, Fault> {
    let interaction = match place.interaction {
        Some(id) => store::interaction::by_id(ctx, id, &place.browser).await?,
        None => None,
    };
    // A page that stood open until its interaction was over is answered in another one: the browser is the same.
    let interaction = interaction.filter(|seen| seen.is_open(ctx.now)).map(|seen| seen.id);
    let place = Place { interaction, browser: place.browser.clone() };
    begin(ctx, &place, Purpose::SignIn, &[]).await
}

/// Begins a ceremony for the second step. `None` when another page is owed.
pub async fn begin_second_step(ctx: &Ctx, place: &Place) -> Result<Option<Begun>, Fault> {
    let Some(sitting) = Sitting::lock(ctx, place).await? else { return Ok(None) };
    let Some(member) = sitting.member_taking(ctx, Method::Passkey) else { return Ok(None) };
    let known = store::passkey::all_of(ctx, member.id).await?;
    let place = Place { interaction: Some(sitting.interaction.id), browser: place.browser.clone() };
    begin(ctx, &place, Purpose::SecondStep(member.id), &known).await
}

async fn begin(ctx: &Ctx, place: &Place, purpose: Purpose, known: &[Passkey]) -> Result<Option<Begun>, Fault> {
    let Some(party) = RelyingParty::of(ctx.realm()) else { return Ok(None) };
    let Challenge { options, state } = party.authenticate(known)?;

    let id: CeremonyId = ctx.new_id();
    let ceremony = PasskeyCeremony {
        id,
        purpose,
        interaction: place.interaction,
        browser: place.browser.clone(),
        state: ctx.vault.seal(ctx.entropy(), id.uuid().as_bytes(), &state)?,
        created_at: ctx.now,
        expires_at: ctx.now + PASSKEY_LIFETIME,
    };
    store::passkey_ceremony::insert(ctx, &ceremony).await?;
    Ok(Some(Begun { ceremony: id, options }))
}

/// Judges an answer of the sign-in page: the passkey says who it is.
pub async fn sign_in(ctx: &Ctx, place: &Place, typed: &Typed) -> Result<PasskeyAnswer, Fault> {
    let Ok(assertion) = Assertion::parse(&typed.credential) else { return Ok(PasskeyAnswer::Unreadable) };
    let holder = match assertion.user_handle() {
        Some(Handle::Of(handle)) => store::passkey::member_by_handle(ctx, handle).await?,
        Some(Handle::Foreign) | None => None,
    };
    let Some(id) = place.interaction else { return Ok(PasskeyAnswer::Elsewhere) };
    let Some(holder) = holder else {
        let seen = store::interaction::by_id(ctx, id, &place.browser).await?;
        if !seen.is_some_and(|interaction| interaction.is_open(ctx.now)) {
            return Ok(PasskeyAnswer::Elsewhere);
        }
        ctx.record_with(EventKind::SignIn, None, Outcome::Refused, serde_json::json!({ "method": Method::Passkey }));
        return Ok(PasskeyAnswer::Unknown);
    };
    // The member before the interaction before the ceremony, as every verb locks them.
    let member = store::member::lock(ctx, holder).await?;
    let interaction = store::interaction::lock(ctx, id, &place.browser).await?;
    let Some(interaction) = interaction.filter(|interaction| interaction.is_open(ctx.now)) else {
        return Ok(PasskeyAnswer::Elsewhere);
    };
    let judged = judge(ctx, (&member, place), Purpose::SignIn, (typed.ceremony, &assertion)).await?;
    let proved = match judged {
        Ok(proved) if member.state == MemberState::Active => proved,
        Ok(_) => return Ok(refuse(ctx, EventKind::SignIn, member.id, PasskeyAnswer::Closed)),
        Err(answer) => return Ok(refuse(ctx, EventKind::SignIn, member.id, answer)),
    };
    seat(ctx, (member, interaction), (proved, assertion.attachment), typed.language).await?;
    Ok(PasskeyAnswer::Accepted)
}

async fn seat(
    ctx: &Ctx,
    (mut member, mut interaction): (Member, Interaction),
    (Proved { evidence, codes }, attachment): (Proved, Attachment),
    language: Language,
) -> Result<(), Fault> {
    if member.language != Some(language) {
        member.language = Some(language);
        store::member::update(ctx, &member).await?;
    }
    interaction.member = Some(member.id);
    let proofs = vec![Proof { evidence, at: ctx.now }];
    interaction.progress = Progress { proofs, recovery_codes: codes, ..Progress::default() };
    interaction.progress.passkey_offer = offer(ctx, &interaction, member.id, attachment).await?;
    store::interaction::save(ctx, &interaction).await?;
    ctx.record_with(EventKind::SignIn, Some(member.id), Outcome::Done, serde_json::json!({ "evidence": evidence }));
    Ok(())
}

/// Judges an answer of the second step, by one of the passkeys that were asked for.
pub async fn second_step(ctx: &Ctx, place: &Place, typed: &Typed) -> Result<PasskeyAnswer, Fault> {
    let Some(mut sitting) = Sitting::lock(ctx, place).await? else { return Ok(PasskeyAnswer::Elsewhere) };
    let Some(member) = sitting.member_taking(ctx, Method::Passkey).cloned() else {
        return Ok(PasskeyAnswer::Elsewhere);
    };
    let Ok(assertion) = Assertion::parse(&typed.credential) else { return Ok(PasskeyAnswer::Unreadable) };
    let place = Place { interaction: Some(sitting.interaction.id), browser: place.browser.clone() };
    let purpose = Purpose::SecondStep(member.id);
    let Proved { evidence, codes } = match judge(ctx, (&member, &place), purpose, (typed.ceremony, &assertion)).await? {
        Ok(proved) => proved,
        Err(answer) => return Ok(refuse(ctx, EventKind::SecondStep, member.id, answer)),
    };
    sitting.prove(ctx, evidence);
    if codes == RecoveryOffer::Due {
        sitting.interaction.progress.recovery_codes = codes;
    }
    sitting.interaction.progress.passkey_offer =
        offer(ctx, &sitting.interaction, member.id, assertion.attachment).await?;
    store::interaction::save(ctx, &sitting.interaction).await?;
    let details = serde_json::json!({ "method": Method::Passkey, "evidence": evidence });
    ctx.record_with(EventKind::SecondStep, Some(member.id), Outcome::Done, details);
    Ok(PasskeyAnswer::Accepted)
}

/// After a phone signed in on a PC: a passkey of this device is offered, once in each browser.
async fn offer(
    ctx: &Ctx,
    interaction: &Interaction,
    member: MemberId,
    attachment: Attachment,
) -> Result<PasskeyOffer, Fault> {
    if attachment == Attachment::Platform || store::passkey::was_offered(ctx, member, &interaction.browser).await? {
        return Ok(PasskeyOffer::Not);
    }
    store::passkey::note_offer(ctx, member, &interaction.browser).await?;
    Ok(PasskeyOffer::Open)
}

fn refuse(ctx: &Ctx, kind: EventKind, member: MemberId, answer: PasskeyAnswer) -> PasskeyAnswer {
    ctx.record_with(kind, Some(member), Outcome::Refused, serde_json::json!({ "method": Method::Passkey }));
    answer
}

/// What a right answer proves.
struct Proved {
    evidence: Evidence,
    /// Whether recovery codes are worth offering: at the first use.
    codes: RecoveryOffer,
}

/// Takes the challenge, once, and judges its answer by a passkey of this very member.
///
/// The library does not compare the user handle with the owner of the key, nor does it know what was answered before.
async fn judge(
    ctx: &Ctx,
    (member, place): (&Member, &Place),
    purpose: Purpose,
    (ceremony, assertion): (Option<CeremonyId>, &Assertion),
) -> Result<Result<Proved, PasskeyAnswer>, Fault> {
    let waiting = match ceremony {
        Some(id) => store::passkey_ceremony::waiting(ctx, id, &place.browser).await?,
        None => None,
    };
    // The sign-in page may have been opened before there was an interaction; the browser is the same all the same.
    let ours = waiting.filter(|ceremony| {
        ceremony.purpose == purpose && (ceremony.interaction.is_none() || ceremony.interaction == place.interaction)
    });
    let (Some(ceremony), Some(party)) = (ours, RelyingParty::of(ctx.realm())) else {
        return Ok(Err(PasskeyAnswer::Expired));
    };
    if !store::passkey_ceremony::take(ctx, ceremony.id).await? {
        return Ok(Err(PasskeyAnswer::Expired));
    }
    let handle = store::passkey::handle_of(ctx, member.id).await?;
    if assertion.user_handle().is_some_and(|said| said != Handle::Of(handle)) {
        return Ok(Err(PasskeyAnswer::Wrong));
    }
    let found = store::passkey::of_member_by_credential_id(ctx, member.id, assertion.credential_id()).await?;
    let Some(mut passkey) = found else { return Ok(Err(PasskeyAnswer::Unknown)) };
    // One that was made on a new phone was not followed by the offer of recovery codes.
    let codes = if passkey.last_used_at.is_none() { RecoveryOffer::Due } else { RecoveryOffer::Not };

    let state = ctx.vault.unseal(ceremony.id.uuid().as_bytes(), &ceremony.state)?;
    match party.authenticated(state.expose(), assertion, &mut passkey)? {
        Ok(key) => Ok(Ok(Proved { evidence: used(ctx, &passkey, key).await?, codes })),
        Err(Refusal::CounterWentBack) => copied(ctx, member, passkey).await.map(Err),
        Err(Refusal::Wrong | Refusal::Registered) => Ok(Err(PasskeyAnswer::Wrong)),
    }
}

async fn used(ctx: &Ctx, passkey: &Passkey, key: KeyHome) -> Result<Evidence, Fault> {
    store::passkey::save_use(ctx, passkey).await?;
    Ok(Evidence::Passkey { id: passkey.id, key })
}

/// Two holders of one key count apart (WebAuthn §6.1.1): the member is told, and this answer opens nothing.
async fn copied(ctx: &Ctx, member: &Member, passkey: Passkey) -> Result<PasskeyAnswer, Fault> {
    let details = serde_json::json!({ "credential": passkey.id });
    ctx.record_with(EventKind::PasskeyCounterWentBack, Some(member.id), Outcome::Refused, details);
    outbox::notify(ctx, member, MailContent::PasskeyRefused { name: passkey.name }).await?;
    Ok(PasskeyAnswer::Refused)
}
