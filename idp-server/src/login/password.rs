//! `/login`: user id and password.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use idp_core::authn::password::{self, Attempt, SignIn, Ticket, Typed, Verdict};
use idp_core::clock::Timestamp;
use idp_core::credential::Method;
use idp_core::credential::password_policy::{TypedPassword, normalise_password};
use idp_core::fault::Fault;
use idp_core::hashing::{self, Phc};
use idp_core::interaction::begin;
use idp_core::interaction::decide::Next;
use idp_core::interaction::sitting::{Place, Sitting};
use idp_core::user_id::UserId;
use zeroize::Zeroizing;

use crate::caller::{Caller, text};
use crate::error::Failure;
use crate::extract::PageForm;
use crate::middleware::headers;
use crate::view::chrome::{FieldError, Notice};
use crate::view::login::{Locked, Login, SignInPurpose};
use crate::{go, paths};

/// The query parameter of the address in a letter's QR code.
const USER_ID: &str = "user_id";

/// Shows the form, or sends whoever is signed in already to what comes next.
pub async fn show(caller: Caller) -> Result<Response, Failure> {
    match caller.sitting().await? {
        Some((sitting, Next::SignIn)) => page(&caller, Some(&sitting), String::new(), Vec::new(), None).await,
        Some((_, Next::Over | Next::Declined)) | None if caller.visit.session().is_none() => {
            page(&caller, None, String::new(), Vec::new(), None).await
        }
        Some((_, Next::Over | Next::Declined)) | None => begin_anew(caller).await,
        Some((sitting, next)) => go::to(&caller, sitting.interaction.id, next).await,
    }
}

/// A browser with a session and no interaction: the session is carried over into a new one.
async fn begin_anew(caller: Caller) -> Result<Response, Failure> {
    let id = begin_interaction(&caller).await?;
    let place = Place { interaction: Some(id), browser: caller.place.browser.clone() };
    let caller = caller.at(place);
    match caller.sitting().await? {
        Some((sitting, Next::SignIn)) => page(&caller, Some(&sitting), String::new(), Vec::new(), None).await,
        Some((sitting, next)) => go::to(&caller, sitting.interaction.id, next).await,
        None => page(&caller, None, String::new(), Vec::new(), None).await,
    }
}

async fn begin_interaction(caller: &Caller) -> Result<idp_core::id::InteractionId, Failure> {
    let visitor = caller.visitor();
    caller.write(move |ctx| Box::pin(async move { begin::begin(ctx, &visitor).await })).await
}

/// Takes user id and password.
pub async fn submit(caller: Caller, form: PageForm) -> Result<Response, Failure> {
    let caller = caller.with(&form);
    let username = text(&form.fields, "username");
    let password = Zeroizing::new(text(&form.fields, "password"));
    let mut missing = Vec::new();
    if username.trim().is_empty() {
        missing.push(FieldError { field: Some("username"), code: "user_id_missing".into(), values: Vec::new() });
    }
    if password.is_empty() {
        missing.push(FieldError { field: Some("password"), code: "password_missing".into(), values: Vec::new() });
    }
    if !missing.is_empty() {
        let sitting = caller.sitting().await?.map(|(sitting, _)| sitting);
        return page(&caller, sitting.as_ref(), username, missing, None).await;
    }

    let caller = seat(caller).await?;
    let typed = Typed { user_id: username.clone(), password: password.clone(), language: caller.visit.language() };
    let place = caller.place.clone();
    let attempt = caller.write(move |ctx| Box::pin(async move { password::attempt(ctx, place, &typed).await })).await?;
    let ticket = match attempt {
        Attempt::Compare(ticket) => ticket,
        Attempt::Held { until } => return Ok(locked(&caller, until)),
        Attempt::Elsewhere => return go::on(&caller).await,
    };
    let verdict = compare(&caller, &ticket, &password).await?;
    let answer = go::through(&caller, SignIn::Accepted, move |ctx| {
        Box::pin(async move { password::conclude(ctx, ticket, verdict).await })
    });
    let answer = match answer.await? {
        Ok(answer) => answer,
        Err(onward) => return Ok(onward),
    };
    answered(&caller, answer, username).await
}

/// A form posted without an interaction begins one.
pub(super) async fn seat(caller: Caller) -> Result<Caller, Failure> {
    let open = caller.sitting().await?.filter(|(_, next)| !matches!(next, Next::Over | Next::Declined));
    let id = match open {
        Some((sitting, _)) => sitting.interaction.id,
        None => begin_interaction(&caller).await?,
    };
    let place = Place { interaction: Some(id), browser: caller.place.browser.clone() };
    Ok(caller.at(place))
}

/// Hashes whatever was typed, so that every answer takes as long.
async fn compare(caller: &Caller, ticket: &Ticket, password: &str) -> Result<Verdict, Failure> {
    let Ok(typed) = normalise_password(password) else {
        caller.state.passwords.verify_nobody(nobody()?).await?;
        return Ok(Verdict::Mismatch);
    };
    let Some(phc) = ticket.phc() else {
        caller.state.passwords.verify_nobody(typed).await?;
        return Ok(Verdict::Mismatch);
    };
    let verdict = caller.state.passwords.verify(typed, Phc::from_text(phc.to_owned())).await?;
    Ok(match verdict {
        hashing::Verdict::Match => Verdict::Match,
        hashing::Verdict::MatchOutdated => {
            let again = normalise_password(password).map_err(|_| {
                Failure::from(Fault::Broken("a password that was read once cannot be read again".into()))
            })?;
            Verdict::MatchRehashed(caller.state.passwords.hash(again).await?.as_str().to_owned())
        }
        hashing::Verdict::Mismatch => Verdict::Mismatch,
    })
}

fn nobody() -> Result<TypedPassword, Failure> {
    normalise_password("nobody")
        .map_err(|_| Failure::from(Fault::Broken("a password that was read once cannot be read again".into())))
}

async fn answered(caller: &Caller, answer: SignIn, username: String) -> Result<Response, Failure> {
    let code = match answer {
        SignIn::Accepted | SignIn::Elsewhere => return go::on(caller).await,
        SignIn::Held { until } => return Ok(locked(caller, until)),
        SignIn::Wrong => "wrong_credentials",
        SignIn::LetterExpired => "letter_expired",
        SignIn::LetterEnded => "letter_used",
        SignIn::LetterNeeded => "letter_needed",
    };
    let errors = vec![FieldError { field: Some("password"), code: code.into(), values: Vec::new() }];
    let sitting = caller.sitting().await?.map(|(sitting, _)| sitting);
    page(caller, sitting.as_ref(), username, errors, None).await
}

/// The lock-out page: the same for known and unknown user ids.
pub fn locked(caller: &Caller, until: Timestamp) -> Response {
    let minutes = until.since(caller.now()).as_secs().div_ceil(60);
    let retry_url = go::within(paths::LOGIN, caller.place.interaction);
    let page = caller.page(&Locked {
        chrome: caller.chrome(),
        until: until.time_for_people(),
        minutes: u32::try_from(minutes).unwrap_or(u32::MAX),
        unlock_url: go::within(paths::LOGIN_UNLOCK, caller.place.interaction),
        retry_url,
    });
    (StatusCode::TOO_MANY_REQUESTS, page).into_response()
}

/// The sign-in page with its errors, and the domain at which a passkey that was just answered with is unknown.
pub(super) async fn page(
    caller: &Caller,
    sitting: Option<&Sitting>,
    username: String,
    errors: Vec<FieldError>,
    forgotten_at: Option<String>,
) -> Result<Response, Failure> {
    let interaction = sitting.map(|sitting| &sitting.interaction);
    let hint = interaction.and_then(|interaction| interaction.request.as_ref()?.1.login_hint.clone());
    let application = match interaction.and_then(|interaction| interaction.request.as_ref()) {
        Some((client, _)) => caller.application(*client).await?,
        None => None,
    };
    let logo = application.as_ref().and_then(|application| application.logo_uri.clone());
    // A letter's QR code brings the user id along; what the application knows goes before it.
    let hint = hint.or_else(|| caller.query(USER_ID).filter(|text| UserId::parse(text).is_ok()));
    let seated = sitting.and_then(|sitting| sitting.seated.as_ref());
    let seated = seated.map(|(member, _)| member.user_id.as_str().to_owned());
    let username = if username.is_empty() { hint.or(seated).unwrap_or_default() } else { username };
    let mut chrome = caller.chrome_of(interaction);
    chrome.errors = errors;
    if caller.query("unlocked").is_some() && chrome.errors.is_empty() {
        chrome.notice = Some(Notice::Unlocked);
    }
    let passkey = caller.visit.realm().offered_methods().contains(&Method::Passkey);
    let passkey_url = passkey.then(|| paths::LOGIN_PASSKEY.to_owned());
    let again = interaction.is_some_and(|interaction| interaction.errand.is_some() && interaction.member.is_some());
    let purpose = if again { SignInPurpose::Again } else { SignInPurpose::SignIn };
    let forgotten_url = go::within(paths::LOGIN_FORGOTTEN, interaction.map(|interaction| interaction.id));
    let page = Login { chrome, application, username, purpose, forgotten_url, passkey_url, forgotten_at };
    let mut response = caller.page(&page);
    headers::allow_image(response.headers_mut(), logo.as_deref());
    Ok(response)
}
