//! `/login/forgotten`, `/login/unlock`: the way back by mail begins with a user id, and ends alike for every one.

use axum::response::Response;
use idp_core::authn::rescue::{self, Asked};
use idp_core::rescue::RescuePurpose;

use crate::caller::{Caller, see_other, text};
use crate::error::Failure;
use crate::extract::PageForm;
use crate::view::chrome::FieldError;
use crate::view::login::Forgotten;
use crate::{go, paths};

/// Asks for the user id of a forgotten password.
pub async fn show(caller: Caller) -> Result<Response, Failure> {
    Ok(page(&caller, RescuePurpose::Password, String::new(), None))
}

/// Takes the user id of a forgotten password.
pub async fn submit(caller: Caller, form: PageForm) -> Result<Response, Failure> {
    begin(caller.with(&form), &form, RescuePurpose::Password).await
}

/// Asks for the user id of a locked account.
pub async fn show_unlock(caller: Caller) -> Result<Response, Failure> {
    Ok(page(&caller, RescuePurpose::Unlock, String::new(), None))
}

/// Takes the user id of a locked account.
pub async fn submit_unlock(caller: Caller, form: PageForm) -> Result<Response, Failure> {
    begin(caller.with(&form), &form, RescuePurpose::Unlock).await
}

async fn begin(caller: Caller, form: &PageForm, purpose: RescuePurpose) -> Result<Response, Failure> {
    let caller = super::password::seat(caller).await?;
    let (place, typed, language) = (caller.place.clone(), text(&form.fields, "username"), caller.visit.language());
    let asked = caller
        .write(move |ctx| Box::pin(async move { rescue::ask(ctx, &place, purpose, (&typed, language)).await }))
        .await?;
    let code = match asked {
        Asked::Begun => return Ok(see_other(&go::within(paths::LOGIN_FORGOTTEN_SENT, caller.place.interaction))),
        Asked::Elsewhere => return go::on(&caller).await,
        Asked::Unreadable(error) => error.code(),
        Asked::Wait { .. } => "mail_too_often",
    };
    Ok(page(&caller, purpose, text(&form.fields, "username"), Some(code)))
}

fn page(caller: &Caller, purpose: RescuePurpose, username: String, error: Option<&str>) -> Response {
    let mut chrome = caller.visit.chrome(caller.place.interaction);
    chrome.errors.extend(error.map(|code| FieldError::of("username", code)));
    caller.page(&Forgotten {
        chrome,
        purpose,
        username,
        forgotten_id_url: go::within(paths::LOGIN_FORGOTTEN_ID, caller.place.interaction),
        back_url: go::within(paths::LOGIN, caller.place.interaction),
    })
}
