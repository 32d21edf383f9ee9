//! `/login/forgotten-sent`: waiting for the mail to be answered, by its link anywhere or by its code here. The page is
//! the same whether a mail went out or not.

use axum::Json;
use axum::response::{IntoResponse, Response};
use idp_core::authn::rescue::{self, Answer, Asked};
use idp_core::rescue::RescuePurpose;

use crate::caller::{Caller, see_other, text};
use crate::error::Failure;
use crate::extract::PageForm;
use crate::view::chrome::{FieldError, Notice};
use crate::view::login::ForgottenSent;
use crate::{go, paths};

/// Shows the page; with `refreshed` in the address it says that the mail was not answered yet.
pub async fn show(caller: Caller) -> Result<Response, Failure> {
    let notice = caller.query("refreshed").is_some().then_some(Notice::NotYetAnswered);
    page(&caller, None, notice).await
}

/// What the page's script asks: whether to move on.
pub async fn status(caller: Caller) -> Result<Response, Failure> {
    let place = caller.place.clone();
    let waiting = caller.read(move |ctx| Box::pin(async move { rescue::waiting(ctx, &place).await })).await?;
    Ok(Json(serde_json::json!({ "verified": waiting.is_none() })).into_response())
}

/// Takes the code, or sends again.
pub async fn submit(caller: Caller, form: PageForm) -> Result<Response, Failure> {
    let caller = caller.with(&form);
    let (place, language) = (caller.place.clone(), caller.visit.language());
    if form.fields.text("action") == "resend" {
        let asked =
            caller.write(move |ctx| Box::pin(async move { rescue::resend(ctx, &place, language).await })).await?;
        return match asked {
            Asked::Begun => page(&caller, None, Some(Notice::SentAgain)).await,
            Asked::Wait { .. } => page(&caller, Some("mail_too_often"), None).await,
            Asked::Unreadable(_) | Asked::Elsewhere => go::on(&caller).await,
        };
    }
    let typed = text(&form.fields, "mail-code");
    let answer =
        caller.write(move |ctx| Box::pin(async move { rescue::answer_code(ctx, &place, &typed).await })).await?;
    let code = match answer {
        Answer::Accepted(purpose) => return Ok(onward(&caller, purpose)),
        Answer::Elsewhere => return go::on(&caller).await,
        Answer::Unreadable if form.fields.text("mail-code").trim().is_empty() => "one_time_code_missing",
        Answer::Unreadable => "one_time_code_not_digits",
        Answer::Wrong => "code_wrong",
        Answer::Expired => "code_expired",
        Answer::Exhausted => "code_spent",
    };
    page(&caller, Some(code), None).await
}

/// Where a right answer leads: the sign-in page sends whoever is seated to what is owed.
fn onward(caller: &Caller, purpose: RescuePurpose) -> Response {
    let login = go::within(paths::LOGIN, caller.place.interaction);
    match purpose {
        RescuePurpose::Password => see_other(&login),
        RescuePurpose::Unlock => see_other(&format!("{login}&unlocked")),
    }
}

async fn page(caller: &Caller, error: Option<&str>, notice: Option<Notice>) -> Result<Response, Failure> {
    let place = caller.place.clone();
    let waiting = caller.read(move |ctx| Box::pin(async move { rescue::waiting(ctx, &place).await })).await?;
    let Some(rescue) = waiting else { return go::on(caller).await };
    let interaction = Some(rescue.interaction);
    let mut chrome = caller.visit.chrome(interaction);
    chrome.errors.extend(error.map(|code| FieldError::of("mail-code", code)));
    chrome.notice = notice;
    Ok(caller.page(&ForgottenSent {
        chrome,
        purpose: rescue.purpose,
        match_number: rescue.match_number.clone(),
        link_minutes: 30,
        code_minutes: 10,
        resend_wait_seconds: caller.seconds_until(rescue.resend_at()),
        refresh_url: format!("{}&refreshed", go::within(paths::LOGIN_FORGOTTEN_SENT, interaction)),
        status_url: go::within(paths::LOGIN_FORGOTTEN_STATUS, interaction),
    }))
}
