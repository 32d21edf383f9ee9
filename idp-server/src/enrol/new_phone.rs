//! `/enrol/new-phone`: where the QR code leads, on the new phone. Opening it changes nothing; the button asks.
//! There a passkey is made; an app is the other way ([`super::new_phone_app`]).
//! `/enrol/new-phone/options`: the challenge. `/enrol/new-phone/status`: what the waiting page's script asks.

use axum::Json;
use axum::response::{IntoResponse, Response};
use idp_core::credential::Method;
use idp_core::enrol::new_phone::{self, Link, Standing};
use idp_core::enrol::passkey::{Answer, Form};

use crate::caller::{Caller, see_other, text};
use crate::error::Failure;
use crate::extract::PageForm;
use crate::login::passkey::challenge;
use crate::view::chrome::FieldError;
use crate::view::enrol::{EnrolNewPhone, PhoneState};
use crate::{device, paths};

/// Shows what the address leads to, or what this phone waits for.
pub async fn show(caller: Caller) -> Result<Response, Failure> {
    let Some(token) = caller.query("t") else { return page(&caller, None, String::new()).await };
    let link = caller.state.vault().hash(token.as_bytes());
    let found = caller.read(move |ctx| Box::pin(async move { new_phone::look(ctx, &link).await })).await?;
    match found {
        Link::Open => Ok(caller.page(&EnrolNewPhone { chrome: caller.chrome(), state: PhoneState::Ask { token } })),
        // Scanned again by the phone that asked already: its own page follows.
        Link::Closed => page(&caller, None, String::new()).await,
    }
}

/// The phone asks, or presents its passkey.
pub async fn submit(caller: Caller, form: PageForm) -> Result<Response, Failure> {
    let caller = caller.with(&form);
    let phone = caller.place.browser.clone();
    if form.fields.text("action") == "ask" {
        let link = caller.state.vault().hash(form.fields.text("t").as_bytes());
        caller.write(move |ctx| Box::pin(async move { new_phone::ask(ctx, &link, &phone).await })).await?;
        return Ok(see_other(paths::ENROL_NEW_PHONE));
    }

    let posted = Form {
        ceremony: form.fields.text("ceremony").parse().ok(),
        credential: text(&form.fields, "credential"),
        device_name: text(&form.fields, "device-name"),
        proposed: text(&form.fields, "proposed"),
        language: caller.visit.language(),
    };
    let typed = posted.device_name.clone();
    let answer =
        caller.write(move |ctx| Box::pin(async move { new_phone::answer(ctx, &phone, &posted).await })).await?;
    let code = match answer {
        Answer::Enrolled | Answer::Elsewhere => return Ok(see_other(paths::ENROL_NEW_PHONE)),
        Answer::Unreadable => "passkey_unreadable",
        Answer::Expired => "passkey_expired",
        Answer::Registered => "passkey_registered",
        Answer::Wrong => "passkey_wrong",
    };
    page(&caller, Some(code), typed).await
}

/// Makes a challenge.
pub async fn options(caller: Caller, form: PageForm) -> Result<Response, Failure> {
    let caller = caller.with(&form);
    let phone = caller.place.browser.clone();
    let begun = caller.write(move |ctx| Box::pin(async move { new_phone::begin(ctx, &phone).await })).await?;
    Ok(match begun {
        Some(begun) => challenge(&caller, Some(begun)),
        None => Json(serde_json::json!({ "location": paths::ENROL_NEW_PHONE })).into_response(),
    })
}

/// What the waiting page's script asks: whether the page elsewhere has answered.
pub async fn status(caller: Caller) -> Result<Response, Failure> {
    let waits = matches!(standing(&caller).await?, Standing::Asked { .. });
    Ok(Json(serde_json::json!({ "verified": !waits })).into_response())
}

pub(super) async fn standing(caller: &Caller) -> Result<Standing, Failure> {
    let phone = caller.place.browser.clone();
    caller.read(move |ctx| Box::pin(async move { new_phone::standing(ctx, &phone).await })).await
}

async fn page(caller: &Caller, error: Option<&str>, typed: String) -> Result<Response, Failure> {
    let offered = caller.visit.realm().offered_methods();
    let has = |method| offered.contains(&method);
    let state = match standing(caller).await? {
        Standing::Asked { match_number } => PhoneState::Waiting { match_number },
        Standing::Confirmed { .. } if !has(Method::Passkey) && has(Method::App) => {
            return Ok(see_other(paths::ENROL_NEW_PHONE_TOTP));
        }
        Standing::Confirmed { member } => {
            let proposed = device::name_of(caller.visit.source().user_agent.as_deref(), caller.visit.language());
            PhoneState::Create {
                username: member.user_id.as_str().to_owned(),
                name: member.name.full(),
                device_name: if typed.is_empty() { proposed.clone() } else { typed },
                proposed,
                app_url: has(Method::App).then_some(paths::ENROL_NEW_PHONE_TOTP),
            }
        }
        Standing::Used => PhoneState::Done,
        Standing::Over => PhoneState::Over,
    };
    let mut chrome = caller.chrome();
    chrome.errors.extend(error.map(|code| FieldError::of("passkey-create", code)));
    Ok(caller.page(&EnrolNewPhone { chrome, state }))
}
