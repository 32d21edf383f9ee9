//! An authenticator app becomes the member's method once a code of it came back.

use crate::audit::{EventKind, Outcome};
use crate::ceremony::{APP_SETUP_LIFETIME, Ceremony, CeremonyKind, CeremonyState};
use crate::clock::Timestamp;
use crate::credential::Method;
use crate::credential::app::{App, AppAnswer};
use crate::credential::card::NAME_CHARACTERS;
use crate::credential::totp::{TOTP_SECRET_BYTES, TotpSecret};
use crate::ctx::Ctx;
use crate::entropy;
use crate::fault::Fault;
use crate::id::InteractionId;
use crate::interaction::decide::Next;
use crate::interaction::sitting::{Place, Sitting};
use crate::interaction::{Evidence, RecoveryOffer, SignOutOthers};
use crate::mail::MailContent;
use crate::member::Member;
use crate::onboarding::table::Step;
use crate::one_time_code::OneTimeCode;
use crate::outbox;
use crate::secret::{BrowserSecret, Hashed};
use crate::session::end;
use crate::store;

/// What the set-up page shows.
pub struct Setup {
    /// The secret, for QR code and key.
    pub secret: TotpSecret,
    /// The user id, as the app names the account.
    pub account: String,
}

/// What the set-up form holds.
#[derive(Clone, Default)]
pub struct Form {
    /// The code of the app.
    pub code: String,
    /// What the member calls the device; empty for the proposed name.
    pub device_name: String,
    /// The box "sign out from all other devices".
    pub sign_out_others: SignOutOthers,
}

/// What became of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The app is set up.
    Enrolled,
    /// Not six digits.
    Unreadable,
    /// Wrong: the clock of the device may be off, or another entry of the app was read.
    Wrong,
    /// The set-up took too long, or another one was begun: a new QR code has to be read.
    Expired,
    /// Another page is owed.
    Elsewhere,
}

/// Where a set-up takes place: in a sitting or outside of any, and in which browser.
pub(crate) type Bound<'a> = (Option<InteractionId>, &'a Hashed<BrowserSecret>);

/// Opens the page: begins the set-up, or goes on with the one begun in this sitting. `None`: another page is owed.
pub async fn open(ctx: &Ctx, place: &Place) -> Result<Option<Setup>, Fault> {
    let Some(sitting) = Sitting::lock(ctx, place).await? else { return Ok(None) };
    let Some(member) = sitting.member_if(ctx, Next::Step(Step::EnrolApp)) else { return Ok(None) };
    begin(ctx, member, bound(&sitting), ctx.now + APP_SETUP_LIFETIME).await.map(Some)
}

/// The set-up under way, for the QR image; `None` when there is none.
pub async fn look(ctx: &Ctx, place: &Place) -> Result<Option<Setup>, Fault> {
    let Some(sitting) = Sitting::load(ctx, place).await? else { return Ok(None) };
    let Some(member) = sitting.member_if(ctx, Next::Step(Step::EnrolApp)) else { return Ok(None) };
    match pending(ctx, member, bound(&sitting)).await? {
        Some(ceremony) => setup(ctx, member, &ceremony).map(Some),
        None => Ok(None),
    }
}

/// Judges the code; a right one sets the app up.
pub async fn answer(ctx: &Ctx, place: &Place, form: &Form) -> Result<Answer, Fault> {
    let Some(mut sitting) = Sitting::lock(ctx, place).await? else { return Ok(Answer::Elsewhere) };
    let Some(member) = sitting.member_if(ctx, Next::Step(Step::EnrolApp)).cloned() else {
        return Ok(Answer::Elsewhere);
    };
    let app = match judge(ctx, &member, bound(&sitting), form).await? {
        Ok(app) => app,
        Err(refused) => return Ok(refused),
    };

    sitting.prove(ctx, Evidence::App { id: app.id });
    sitting.interaction.progress.recovery_codes = RecoveryOffer::Due;
    sitting.interaction.progress.sign_out_others = form.sign_out_others;
    sitting.interaction.progress.added = Some(Method::App);
    end::trust(ctx, member.id).await?;
    store::interaction::save(ctx, &sitting.interaction).await?;
    Ok(Answer::Enrolled)
}

fn bound(sitting: &Sitting) -> Bound<'_> {
    (Some(sitting.interaction.id), &sitting.interaction.browser)
}

/// Begins a set-up, or goes on with the one begun there. The member's row is locked by the caller.
pub(crate) async fn begin(
    ctx: &Ctx,
    member: &Member,
    (interaction, browser): Bound<'_>,
    expires_at: Timestamp,
) -> Result<Setup, Fault> {
    if let Some(ceremony) = pending(ctx, member, (interaction, browser)).await? {
        return setup(ctx, member, &ceremony);
    }
    store::ceremony::void(ctx, member.id, CeremonyKind::EnrolApp).await?;
    let id = ctx.new_id::<crate::id::CeremonyKind>();
    let secret = TotpSecret::from_bytes(entropy::bytes(ctx.entropy()));
    let ceremony = Ceremony {
        id,
        kind: CeremonyKind::EnrolApp,
        member: member.id,
        interaction,
        browser: browser.clone(),
        state: CeremonyState::Pending,
        address: None,
        code: None,
        link: None,
        app_secret: Some(ctx.vault.seal(ctx.entropy(), id.uuid().as_bytes(), secret.as_bytes())?),
        guesses: 0,
        created_at: ctx.now,
        code_expires_at: expires_at,
        expires_at,
    };
    store::ceremony::insert(ctx, &ceremony).await?;
    Ok(Setup { secret, account: member.user_id.as_str().to_owned() })
}

/// Takes the set-up, once, if the code is right, and stores the app. The member's row is locked by the caller.
pub(crate) async fn judge(
    ctx: &Ctx,
    member: &Member,
    bound: Bound<'_>,
    form: &Form,
) -> Result<Result<App, Answer>, Fault> {
    let Ok(code) = OneTimeCode::parse(&form.code) else { return Ok(Err(Answer::Unreadable)) };
    let Some(ceremony) = pending(ctx, member, bound).await? else { return Ok(Err(Answer::Expired)) };
    let secret = unseal(ctx, &ceremony)?;
    let mut app = new_app(ctx, &secret, &form.device_name)?;
    let details = serde_json::json!({ "method": Method::App });
    // A wrong code counts for nothing here: whoever sees the page knows the secret.
    if app.answer(&secret, &code, ctx.now) != AppAnswer::Accepted {
        ctx.record_with(EventKind::MethodEnrolled, Some(member.id), Outcome::Refused, details);
        return Ok(Err(Answer::Wrong));
    }
    if !store::ceremony::answer(ctx, ceremony.id).await? {
        return Ok(Err(Answer::Expired));
    }

    if bound.0.is_none() {
        // Nobody signed in by this code: the first sign-in with the app is still to come, and offers recovery codes.
        app.last_used_at = None;
    }
    store::credential::insert_app(ctx, member.id, &app).await?;
    outbox::notify(ctx, member, MailContent::MethodAdded { method: Method::App }).await?;
    ctx.record_with(EventKind::MethodEnrolled, Some(member.id), Outcome::Done, details);
    Ok(Ok(app))
}

async fn pending(ctx: &Ctx, member: &Member, (interaction, browser): Bound<'_>) -> Result<Option<Ceremony>, Fault> {
    let newest = match interaction {
        Some(id) => store::ceremony::newest(ctx, member.id, id, CeremonyKind::EnrolApp).await?,
        None => store::ceremony::newest_outside(ctx, member.id, CeremonyKind::EnrolApp).await?,
    };
    Ok(newest.filter(|ceremony| ceremony.is_pending(ctx.now) && ceremony.browser.matches(browser)))
}

fn setup(ctx: &Ctx, member: &Member, ceremony: &Ceremony) -> Result<Setup, Fault> {
    Ok(Setup { secret: unseal(ctx, ceremony)?, account: member.user_id.as_str().to_owned() })
}

fn unseal(ctx: &Ctx, ceremony: &Ceremony) -> Result<TotpSecret, Fault> {
    let unreadable = || Fault::unreadable("app set-up");
    let sealed = ceremony.app_secret.as_ref().ok_or_else(unreadable)?;
    let plain = ctx.vault.unseal(ceremony.id.uuid().as_bytes(), sealed)?;
    let bytes: [u8; TOTP_SECRET_BYTES] = plain.expose().try_into().map_err(|_| unreadable())?;
    Ok(TotpSecret::from_bytes(bytes))
}

fn new_app(ctx: &Ctx, secret: &TotpSecret, device_name: &str) -> Result<App, Fault> {
    let id = ctx.new_id::<crate::id::CredentialKind>();
    let name: String = device_name.trim().chars().filter(|letter| !letter.is_control()).take(NAME_CHARACTERS).collect();
    Ok(App {
        id,
        name: if name.is_empty() { "App".to_owned() } else { name },
        secret: ctx.vault.seal(ctx.entropy(), id.uuid().as_bytes(), secret.as_bytes())?,
        last_step: 0,
        wrong_in_a_row: 0,
        wrong_since_success: 0,
        held_until: Timestamp::from_millis(0),
        created_at: ctx.now,
        last_used_at: None,
    })
}
