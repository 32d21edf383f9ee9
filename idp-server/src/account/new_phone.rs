//! `/account/new-phone`: the QR code for a new phone, and the "yes" to the phone that asks.
//! `/account/new-phone/status`: what the page's script asks. `/account/new-phone/qr.svg`: the QR code.

use axum::Json;
use axum::response::{IntoResponse, Response};
use idp_core::account::new_phone::{self, Clicked, Offered};
use idp_core::handover::{Handover, State};
use idp_core::interaction::errand::AccountPage;

use super::{chrome, closed, path_of, touch};
use crate::caller::{Caller, see_other};
use crate::error::Failure;
use crate::extract::PageForm;
use crate::view::account::{NewPhone, NewPhoneState};
use crate::view::chrome::FieldError;
use crate::{device, paths, qr};

const PAGE: AccountPage = AccountPage::NewPhone;

/// Shows how it stands.
pub async fn show(caller: Caller) -> Result<Response, Failure> {
    page(&caller, None).await
}

/// Shows a QR code, says yes to the phone, or ends it.
pub async fn submit(caller: Caller, form: PageForm) -> Result<Response, Failure> {
    let caller = caller.with(&form);
    let visitor = caller.visitor();
    let answer = match form.fields.text("action") {
        "offer" => caller.write(move |ctx| Box::pin(async move { new_phone::offer(ctx, &visitor).await })).await?,
        "confirm" => {
            let Ok(id) = form.fields.text("handover").parse() else { return page(&caller, None).await };
            caller.write(move |ctx| Box::pin(async move { new_phone::confirm(ctx, &visitor, id).await })).await?
        }
        "cancel" => {
            let ended =
                caller.write(move |ctx| Box::pin(async move { new_phone::cancel(ctx, &visitor).await })).await?;
            ended.map(|()| Clicked::Done)
        }
        _ => return page(&caller, None).await,
    };
    match answer {
        Ok(Clicked::Done) => Ok(see_other(path_of(PAGE))),
        Ok(Clicked::Over) => page(&caller, Some("new_phone_over")).await,
        Err(why) => closed(&caller, why, PAGE).await,
    }
}

/// What the page's script asks: whether to move on from the stage that it shows.
pub async fn status(caller: Caller) -> Result<Response, Failure> {
    let visitor = caller.visitor();
    let shown = caller.read(move |ctx| Box::pin(async move { new_phone::page(ctx, &visitor).await })).await?;
    let stage = shown.ok().flatten().map(|handover| stage(&handover));
    Ok(Json(serde_json::json!({ "verified": stage != caller.query("stage").as_deref() })).into_response())
}

const fn stage(handover: &Handover) -> &'static str {
    match handover.state {
        State::Offered { .. } => "offered",
        State::Asked(_) => "asked",
        State::Confirmed(_) => "confirmed",
        State::Used(_) => "used",
        State::Void => "void",
    }
}

/// The QR code.
pub async fn qr_svg(caller: Caller) -> Result<Response, Failure> {
    let visitor = caller.visitor();
    let link = caller.read(move |ctx| Box::pin(async move { new_phone::link(ctx, &visitor).await })).await?;
    let origin = caller.visit.realm().origin.as_str().to_owned();
    let code =
        link.and_then(|link| qr::code_of(&format!("{origin}{}?t={}", paths::ENROL_NEW_PHONE, link.expose_text())));
    Ok(match code {
        Some(code) => qr::svg(&code),
        None => caller.error("not_found", None),
    })
}

async fn page(caller: &Caller, error: Option<&str>) -> Result<Response, Failure> {
    touch(caller).await?;
    let visitor = caller.visitor();
    let seen = caller
        .read(move |ctx| Box::pin(async move { Ok((new_phone::page(ctx, &visitor).await?, new_phone::offered(ctx))) }))
        .await?;
    let shown = match seen {
        (Ok(_), Offered::No) => return Ok(see_other(paths::ACCOUNT_METHODS)),
        (Ok(shown), Offered::Yes) => shown,
        (Err(why), _) => return closed(caller, why, PAGE).await,
    };
    let mut chrome = chrome(caller);
    chrome.errors.extend(error.map(FieldError::of_page));
    let minutes = shown.as_ref().map_or(0, |handover| caller.seconds_until(handover.expires_at).div_ceil(60));
    Ok(caller.page(&NewPhone {
        chrome,
        stage: shown.as_ref().map(stage).unwrap_or_default(),
        state: shown.map_or(NewPhoneState::Start, |handover| state(caller, &handover)),
        minutes,
    }))
}

fn state(caller: &Caller, handover: &Handover) -> NewPhoneState {
    let named = |agent: &Option<String>| device::browser_of(agent.as_deref(), caller.visit.language());
    match &handover.state {
        State::Offered { .. } => NewPhoneState::Offered,
        State::Asked(phone) => NewPhoneState::Asked {
            id: handover.id.to_string(),
            match_number: phone.match_number.clone(),
            device: named(&phone.user_agent),
        },
        State::Confirmed(_) => NewPhoneState::Confirmed,
        State::Used(_) => NewPhoneState::Used,
        State::Void => NewPhoneState::Start,
    }
}
