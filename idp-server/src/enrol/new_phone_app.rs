//! `/enrol/new-phone/totp`: an authenticator app on the new phone, in the place of a passkey.

use axum::response::Response;
use idp_core::credential::Method;
use idp_core::enrol::app::{Answer, Form};
use idp_core::enrol::new_phone::{self, Standing};
use idp_core::interaction::SignOutOthers;

use super::new_phone::standing;
use crate::caller::{Caller, see_other, text};
use crate::error::Failure;
use crate::extract::PageForm;
use crate::view::chrome::FieldError;
use crate::view::enrol::EnrolNewPhoneApp;
use crate::{device, paths};

/// Shows the set-up.
pub async fn show(caller: Caller) -> Result<Response, Failure> {
    page(&caller, None, String::new()).await
}

/// Takes the code.
pub async fn submit(caller: Caller, form: PageForm) -> Result<Response, Failure> {
    let caller = caller.with(&form);
    let phone = caller.place.browser.clone();
    let posted = Form {
        code: text(&form.fields, "totp-code"),
        device_name: text(&form.fields, "device-name"),
        sign_out_others: SignOutOthers::Keep,
    };
    let typed = posted.device_name.clone();
    let answer =
        caller.write(move |ctx| Box::pin(async move { new_phone::answer_app(ctx, &phone, &posted).await })).await?;
    let code = match answer {
        Answer::Enrolled | Answer::Elsewhere => return Ok(see_other(paths::ENROL_NEW_PHONE)),
        Answer::Unreadable if form.fields.text("totp-code").trim().is_empty() => "one_time_code_missing",
        Answer::Unreadable => "one_time_code_not_digits",
        Answer::Wrong => "code_wrong",
        Answer::Expired => "enrol_expired",
    };
    page(&caller, Some(code), typed).await
}

async fn page(caller: &Caller, error: Option<&str>, typed: String) -> Result<Response, Failure> {
    let Standing::Confirmed { member } = standing(caller).await? else { return Ok(see_other(paths::ENROL_NEW_PHONE)) };
    let phone = caller.place.browser.clone();
    let setup = caller.write(move |ctx| Box::pin(async move { new_phone::begin_app(ctx, &phone).await })).await?;
    let Some(setup) = setup else { return Ok(see_other(paths::ENROL_NEW_PHONE)) };

    let mut chrome = caller.chrome();
    chrome.errors.extend(error.map(|code| FieldError::of("totp-code", code)));
    let uri = setup.secret.otpauth_uri(&caller.society(), &setup.account);
    let proposed = device::name_of(caller.visit.source().user_agent.as_deref(), caller.visit.language());
    let passkey = caller.visit.realm().offered_methods().contains(&Method::Passkey);
    Ok(caller.page(&EnrolNewPhoneApp {
        chrome,
        name: member.name.full(),
        key: setup.secret.grouped_key().replace(" ", ""),
        otpauth_uri: uri.map(|uri| uri.to_string()).unwrap_or_default(),
        account: format!("{} ({})", caller.society(), setup.account),
        username: setup.account,
        device_name: if typed.is_empty() { proposed } else { typed },
        passkey_url: passkey.then_some(paths::ENROL_NEW_PHONE),
    }))
}
