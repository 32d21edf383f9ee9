//! `/onboarding/mail-sent`: waiting for the mail to be answered, by its link anywhere or by its code here.

use axum::Json;
use axum::response::{IntoResponse, Response};
use idp_core::authn::mail_code::Sending;
use idp_core::interaction::decide::Next;
use idp_core::onboarding::mail;
use idp_core::onboarding::table::Step;

use crate::caller::{Caller, text};
use crate::error::Failure;
use crate::extract::PageForm;
use crate::login::mail_code::refusal_code;
use crate::onboarding::mail::on_file;
use crate::view::chrome::Notice;
use crate::view::onboarding::MailSent;
use crate::{go, paths};

/// Shows the page; with `refreshed` in the address it says that the mail was not answered yet.
pub async fn show(caller: Caller) -> Result<Response, Failure> {
    let notice = caller.query("refreshed").is_some().then_some(Notice::NotYetVerified);
    page(&caller, None, notice).await
}

/// What the page's script asks: whether to move on.
pub async fn status(caller: Caller) -> Result<Response, Failure> {
    let waiting = matches!(caller.sitting().await?, Some((_, Next::Step(Step::MailProof))));
    Ok(Json(serde_json::json!({ "verified": !waiting })).into_response())
}

/// Takes the code, sends again, or goes back to the address.
pub async fn submit(caller: Caller, form: PageForm) -> Result<Response, Failure> {
    let caller = caller.with(&form);
    let place = caller.place.clone();
    match form.fields.text("action") {
        "resend" => {
            let sent = caller.write(move |ctx| Box::pin(async move { mail::resend(ctx, &place).await })).await?;
            match sent {
                Sending::Sent => page(&caller, None, Some(Notice::SentAgain)).await,
                Sending::Wait { .. } => page(&caller, Some("mail_too_often"), None).await,
                Sending::Elsewhere => go::on(&caller).await,
            }
        }
        "change" => {
            caller.write(move |ctx| Box::pin(async move { mail::change(ctx, &place).await })).await?;
            go::on(&caller).await
        }
        _ => {
            let typed = text(&form.fields, "mail-code");
            let answer =
                caller.write(move |ctx| Box::pin(async move { mail::answer_code(ctx, &place, &typed).await })).await?;
            match refusal_code(answer, &form) {
                None => go::on(&caller).await,
                Some(code) => page(&caller, Some(code), None).await,
            }
        }
    }
}

async fn page(caller: &Caller, error: Option<&str>, notice: Option<Notice>) -> Result<Response, Failure> {
    let sitting = match caller.owed(Next::Step(Step::MailProof)).await? {
        Err(elsewhere) => return Ok(elsewhere),
        Ok(sitting) => sitting,
    };
    let place = caller.place.clone();
    let waiting = caller.read(move |ctx| Box::pin(async move { mail::waiting(ctx, &place).await })).await?;
    let Some(ceremony) = waiting else { return go::on(caller).await };
    let (sitting, on_file) = on_file(caller, sitting).await?;
    let interaction = Some(sitting.interaction.id);
    let mut chrome = caller.chrome_with(&sitting, Some("mail-code"), error);
    chrome.notice = notice;
    Ok(caller.page(&MailSent {
        chrome,
        address: ceremony.address.as_ref().map(|address| address.as_typed().to_owned()).unwrap_or_default(),
        link_hours: 24,
        code_minutes: 10,
        resend_wait_seconds: caller.seconds_until(ceremony.resend_at()),
        refresh_url: format!("{}&refreshed", go::within(paths::MAIL_SENT, interaction)),
        status_url: go::within(paths::MAIL_STATUS, interaction),
        on_file,
    }))
}
