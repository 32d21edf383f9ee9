//! A passkey becomes the member's, once an authenticator made one for our challenge: as the method chosen in the
//! journey, or as another one on this device after a passkey of another device signed the member in.

use crate::audit::{EventKind, Outcome};
use crate::credential::Method;
use crate::credential::passkey::ceremony::{PASSKEY_LIFETIME, PasskeyCeremony, Purpose};
use crate::credential::passkey::message::Registration;
use crate::credential::passkey::relying_party::{Challenge, Hint, Holder, NewKey, Refusal, RelyingParty};
use crate::credential::passkey::{Passkey, device_name, provider};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::{CeremonyId, InteractionId, MemberId};
use crate::interaction::decide::Next;
use crate::interaction::sitting::{Place, Sitting};
use crate::interaction::{Evidence, PasskeyOffer, RecoveryOffer};
use crate::language::Language;
use crate::mail::MailContent;
use crate::member::Member;
use crate::onboarding::table::Step;
use crate::outbox;
use crate::secret::{BrowserSecret, Hashed};
use crate::session::end;
use crate::store;

/// What the script passes to the browser.
pub struct Begun {
    /// To be posted with the answer.
    pub ceremony: CeremonyId,
    /// `{"publicKey":…}`.
    pub options: serde_json::Value,
}

/// What the form holds once the authenticator has answered.
#[derive(Clone)]
pub struct Form {
    /// Which challenge was answered.
    pub ceremony: Option<CeremonyId>,
    /// The answer, as JSON.
    pub credential: String,
    /// What the member calls the device.
    pub device_name: String,
    /// What the page proposed to call it.
    pub proposed: String,
    /// The language of the page.
    pub language: Language,
}

/// What became of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The passkey is set up.
    Enrolled,
    /// No answer of an authenticator.
    Unreadable,
    /// Five minutes are over, or the answer was taken before.
    Expired,
    /// This authenticator holds a passkey of ours already.
    Registered,
    /// The answer is not one to our challenge, from our pages, by a verified person.
    Wrong,
    /// Another page is owed.
    Elsewhere,
}

/// Begins a ceremony. `None` when another page is owed.
pub async fn begin(ctx: &Ctx, place: &Place) -> Result<Option<Begun>, Fault> {
    let Some(sitting) = Sitting::lock(ctx, place).await? else { return Ok(None) };
    let (Some(step), Some((member, _))) = (owed(&sitting, ctx), &sitting.seated) else { return Ok(None) };
    // An offer is of this device; whoever chooses may have another one in mind.
    let hints: &[Hint] =
        if step == Step::OfferPasskey { &[Hint::ClientDevice] } else { &[Hint::ClientDevice, Hint::Hybrid] };
    challenge(ctx, member, (Some(sitting.interaction.id), &place.browser), hints).await
}

/// Makes the challenge and keeps its state; an earlier one of the member stays good, in case of two tabs.
pub(crate) async fn challenge(
    ctx: &Ctx,
    member: &Member,
    (interaction, browser): (Option<InteractionId>, &Hashed<BrowserSecret>),
    hints: &[Hint],
) -> Result<Option<Begun>, Fault> {
    let Some(party) = RelyingParty::of(ctx.realm()) else { return Ok(None) };
    let known = store::passkey::all_of(ctx, member.id).await?;
    let handle = store::passkey::handle_of(ctx, member.id).await?;
    let name = member.name.full();
    let user_name = member.user_id.as_str();
    let holder = Holder { handle, user_name, display_name: name.as_deref().unwrap_or(user_name) };
    let Challenge { options, state } = party.register(&holder, &known, hints)?;

    let id: CeremonyId = ctx.new_id();
    let ceremony = PasskeyCeremony {
        id,
        purpose: Purpose::Enrol(member.id),
        interaction,
        browser: browser.clone(),
        state: ctx.vault.seal(ctx.entropy(), id.uuid().as_bytes(), &state)?,
        created_at: ctx.now,
        expires_at: ctx.now + PASSKEY_LIFETIME,
    };
    store::passkey_ceremony::insert(ctx, &ceremony).await?;
    Ok(Some(Begun { ceremony: id, options }))
}

/// Judges the authenticator's answer; a right one sets the passkey up.
pub async fn answer(ctx: &Ctx, place: &Place, form: &Form) -> Result<Answer, Fault> {
    let Some(mut sitting) = Sitting::lock(ctx, place).await? else { return Ok(Answer::Elsewhere) };
    let (Some(step), Some((member, _))) = (owed(&sitting, ctx), &sitting.seated) else { return Ok(Answer::Elsewhere) };
    let member = member.clone();

    let bound = (Some(sitting.interaction.id), &place.browser);
    let passkey = match judge(ctx, &member, bound, form).await? {
        Ok(passkey) => passkey,
        Err(refused) => return Ok(refused),
    };
    // An offer comes after a sign-in that was strong enough already; what is added then proves nothing more.
    if step == Step::EnrolPasskey {
        sitting.prove(ctx, Evidence::Passkey { id: passkey.id, key: passkey.backup.home() });
    }
    sitting.interaction.progress.passkey_offer = PasskeyOffer::Not;
    sitting.interaction.progress.added = Some(Method::Passkey);
    sitting.interaction.progress.recovery_codes = RecoveryOffer::Due;
    end::trust(ctx, member.id).await?;
    store::interaction::save(ctx, &sitting.interaction).await?;
    Ok(Answer::Enrolled)
}

/// "Not now": the offer is not made again in this browser.
pub async fn decline_offer(ctx: &Ctx, place: &Place) -> Result<(), Fault> {
    let Some(mut sitting) = Sitting::lock(ctx, place).await? else { return Ok(()) };
    if sitting.next(ctx) == Next::Step(Step::OfferPasskey) {
        sitting.interaction.progress.passkey_offer = PasskeyOffer::Not;
        store::interaction::save(ctx, &sitting.interaction).await?;
    }
    Ok(())
}

fn owed(sitting: &Sitting, ctx: &Ctx) -> Option<Step> {
    match sitting.next(ctx) {
        Next::Step(step @ (Step::EnrolPasskey | Step::OfferPasskey)) => Some(step),
        Next::Step(_)
        | Next::Over
        | Next::Declined
        | Next::SignIn
        | Next::SecondStep(_)
        | Next::OutOfReach
        | Next::Consent
        | Next::Issue => None,
    }
}

/// Takes the challenge, once, and stores what was made for it. The member's row is locked by the caller.
pub(crate) async fn judge(
    ctx: &Ctx,
    member: &Member,
    (interaction, browser): (Option<InteractionId>, &Hashed<BrowserSecret>),
    form: &Form,
) -> Result<Result<Passkey, Answer>, Fault> {
    let Ok(registration) = Registration::parse(&form.credential) else { return Ok(Err(Answer::Unreadable)) };
    let waiting = match form.ceremony {
        Some(id) => store::passkey_ceremony::waiting(ctx, id, browser).await?,
        None => None,
    };
    let ours =
        waiting.filter(|ceremony| ceremony.purpose == Purpose::Enrol(member.id) && ceremony.interaction == interaction);
    let (Some(ceremony), Some(party)) = (ours, RelyingParty::of(ctx.realm())) else { return Ok(Err(Answer::Expired)) };
    if !store::passkey_ceremony::take(ctx, ceremony.id).await? {
        return Ok(Err(Answer::Expired));
    }

    let state = ctx.vault.unseal(ceremony.id.uuid().as_bytes(), &ceremony.state)?;
    let made = match party.registered(state.expose(), &registration)? {
        Ok(made) => made,
        Err(refusal) => return Ok(Err(refused(ctx, member.id, refusal))),
    };
    let passkey = new_passkey(ctx, made, form);
    if !store::passkey::insert(ctx, member.id, &passkey).await? {
        return Ok(Err(refused(ctx, member.id, Refusal::Registered)));
    }
    outbox::notify(ctx, member, MailContent::MethodAdded { method: Method::Passkey }).await?;
    let details = serde_json::json!({ "method": Method::Passkey, "credential": passkey.id, "aaguid": passkey.aaguid });
    ctx.record_with(EventKind::MethodEnrolled, Some(member.id), Outcome::Done, details);
    Ok(Ok(passkey))
}

fn refused(ctx: &Ctx, member: MemberId, refusal: Refusal) -> Answer {
    let details = serde_json::json!({ "method": Method::Passkey });
    ctx.record_with(EventKind::MethodEnrolled, Some(member), Outcome::Refused, details);
    match refusal {
        Refusal::Registered => Answer::Registered,
        Refusal::Wrong | Refusal::CounterWentBack => Answer::Wrong,
    }
}

fn new_passkey(ctx: &Ctx, made: NewKey, form: &Form) -> Passkey {
    let keeper = provider::name_of(made.aaguid, form.language);
    let name = device_name(&form.device_name, &form.proposed, keeper);
    Passkey {
        id: ctx.new_id(),
        name: if name.is_empty() { "Passkey".to_owned() } else { name },
        public: made.public,
        transports: made.transports,
        aaguid: made.aaguid,
        sign_count: made.sign_count,
        backup: made.backup,
        created_at: ctx.now,
        last_used_at: None,
    }
}
