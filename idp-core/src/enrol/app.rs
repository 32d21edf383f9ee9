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
use crate::interaction::decide::Next;
use crate::interaction::sitting::{Place, Sitting};
use crate::interaction::{Evidence, RecoveryOffer, SignOutOthers};
use crate::mail::MailContent;
use crate::member::Member;
use crate::onboarding::table::Step;
use crate::one_time_code::OneTimeCode;
use crate::outbox;
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

/// Opens the page: begins the set-up, or goes on with the one begun in this sitting. `None`: another page is owed.
pub async fn open(ctx: &Ctx, place: &Place) -> Result<Option<Setup>, Fault> {
    let Some(sitting) = Sitting::lock(ctx, place).await? else { return Ok(None) };
    let Some(member) = sitting.member_if(ctx, Next::Step(Step::EnrolApp)) else { return Ok(None) };
    let account = member.user_id.as_str().to_owned();
    if let Some(ceremony) = pending(ctx, &sitting, member).await? {
        return Ok(Some(Setup { secret: unseal(ctx, &ceremony)?, account }));
    }

    store::ceremony::void(ctx, member.id, CeremonyKind::EnrolApp).await?;
    let id = ctx.new_id::<crate::id::CeremonyKind>();
    let secret = TotpSecret::from_bytes(entropy::bytes(ctx.entropy()));
    let ceremony = Ceremony {
        id,
        kind: CeremonyKind::EnrolApp,
        member: member.id,
        interaction: Some(sitting.interaction.id),
        browser: sitting.interaction.browser.clone(),
        state: CeremonyState::Pending,
        address: None,
        code: None,
        link: None,
        app_secret: Some(ctx.vault.seal(ctx.entropy(), id.uuid().as_bytes(), secret.as_bytes())?),
        guesses: 0,
        created_at: ctx.now,
        code_expires_at: ctx.now + APP_SETUP_LIFETIME,
        expires_at: ctx.now + APP_SETUP_LIFETIME,
    };
    store::ceremony::insert(ctx, &ceremony).await?;
    Ok(Some(Setup { secret, account }))
}

/// The set-up under way, for the QR image; `None` when there is none.
pub async fn look(ctx: &Ctx, place: &Place) -> Result<Option<Setup>, Fault> {
    let Some(sitting) = Sitting::load(ctx, place).await? else { return Ok(None) };
    let Some(member) = sitting.member_if(ctx, Next::Step(Step::EnrolApp)) else { return Ok(None) };
    let Some(ceremony) = pending(ctx, &sitting, member).await? else { return Ok(None) };
    Ok(Some(Setup { secret: unseal(ctx, &ceremony)?, account: member.user_id.as_str().to_owned() }))
}

/// Judges the code; a right one sets the app up.
pub async fn answer(ctx: &Ctx, place: &Place, form: &Form) -> Result<Answer, Fault> {
    let Some(mut sitting) = Sitting::lock(ctx, place).await? else { return Ok(Answer::Elsewhere) };
    let Some(member) = sitting.member_if(ctx, Next::Step(Step::EnrolApp)).cloned() else {
        return Ok(Answer::Elsewhere);
    };
    let Ok(code) = OneTimeCode::parse(&form.code) else { return Ok(Answer::Unreadable) };
    let Some(ceremony) = pending(ctx, &sitting, &member).await? else { return Ok(Answer::Expired) };
    let secret = unseal(ctx, &ceremony)?;
    let mut app = new_app(ctx, &secret, &form.device_name)?;
    let details = serde_json::json!({ "method": Method::App });
    // A wrong code counts for nothing here: whoever sees the page knows the secret.
    if app.answer(&secret, &code, ctx.now) != AppAnswer::Accepted {
        ctx.record_with(EventKind::MethodEnrolled, Some(member.id), Outcome::Refused, details);
        return Ok(Answer::Wrong);
    }
    if !store::ceremony::answer(ctx, ceremony.id).await? {
        return Ok(Answer::Expired);
    }

    store::credential::insert_app(ctx, member.id, &app).await?;
    sitting.prove(ctx, Evidence::App { id: app.id });
    sitting.interaction.progress.recovery_codes = RecoveryOffer::Due;
    sitting.interaction.progress.sign_out_others = form.sign_out_others;
    sitting.interaction.progress.added = Some(Method::App);
    end::trust(ctx, member.id).await?;
    store::interaction::save(ctx, &sitting.interaction).await?;
    outbox::notify(ctx, &member, MailContent::MethodAdded { method: Method::App }).await?;
    ctx.record_with(EventKind::MethodEnrolled, Some(member.id), Outcome::Done, details);
    Ok(Answer::Enrolled)
}

async fn pending(ctx: &Ctx, sitting: &Sitting, member: &Member) -> Result<Option<Ceremony>, Fault> {
    let newest = store::ceremony::newest(ctx, member.id, sitting.interaction.id, CeremonyKind::EnrolApp).await?;
    Ok(newest.filter(|ceremony| ceremony.is_pending(ctx.now)))
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
