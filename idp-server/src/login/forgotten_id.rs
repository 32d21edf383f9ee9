//! `/login/forgotten-id`: mails the user id to a typed address, and answers alike for every one.

use axum::response::Response;
use idp_core::authn::forgotten_id::{self, Asked};

use crate::caller::{Caller, see_other, text};
use crate::error::Failure;
use crate::extract::PageForm;
use crate::view::chrome::FieldError;
use crate::view::login::ForgottenId;
use crate::{go, paths};

/// Asks for the address; with `sent` in the address it says what happens now.
pub async fn show(caller: Caller) -> Result<Response, Failure> {
    Ok(page(&caller, String::new(), None))
}

/// Takes the address.
pub async fn submit(caller: Caller, form: PageForm) -> Result<Response, Failure> {
    let caller = caller.with(&form);
    let (typed, language) = (text(&form.fields, "mail"), caller.visit.language());
    let asked =
        caller.write(move |ctx| Box::pin(async move { forgotten_id::ask(ctx, &typed, language).await })).await?;
    let code = match asked {
        Asked::Sent => {
            let interaction = caller.place.interaction.map_or_else(String::new, |id| format!("&interaction={id}"));
            return Ok(see_other(&format!("{}?sent{interaction}", paths::LOGIN_FORGOTTEN_ID)));
        }
        Asked::Unreadable(error) => error.code(),
        Asked::Wait { .. } => "mail_too_often",
    };
    Ok(page(&caller, text(&form.fields, "mail"), Some(code)))
}

fn page(caller: &Caller, typed: String, error: Option<&str>) -> Response {
    let mut chrome = caller.visit.chrome(caller.place.interaction);
    chrome.errors.extend(error.map(|code| FieldError::of("mail", code)));
    let sent = caller.query("sent").is_some() && error.is_none();
    caller.page(&ForgottenId { chrome, typed, sent, back_url: go::within(paths::LOGIN, caller.place.interaction) })
}
