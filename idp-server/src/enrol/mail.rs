//! `/enrol/mail`: mailed codes become the method.

use axum::response::Response;
use idp_core::authn::mail_code::{self, MailCode, Sending};
use idp_core::enrol;
use idp_core::interaction::decide::Next;
use idp_core::onboarding::table::Step;

use crate::caller::{Caller, text};
use crate::error::Failure;
use crate::extract::PageForm;
use crate::go;
use crate::login::mail_code::refusal_code;
use crate::view::chrome::Notice;
use crate::view::enrol::{EnrolMail, MailCodePurpose};

/// Shows the form; the first code is sent by opening it.
pub async fn show(caller: Caller) -> Result<Response, Failure> {
    page(&caller, None, None).await
}

/// Takes the code, or sends another.
pub async fn submit(caller: Caller, form: PageForm) -> Result<Response, Failure> {
    let caller = caller.with(&form);
    let place = caller.place.clone();
    if form.fields.text("action") == "resend" {
        let sent = caller.write(move |ctx| Box::pin(async move { mail_code::resend(ctx, &place).await })).await?;
        return match sent {
            Sending::Sent => page(&caller, None, Some(Notice::SentAgain)).await,
            Sending::Wait { .. } => page(&caller, Some("mail_too_often"), None).await,
            Sending::Elsewhere => go::on(&caller).await,
        };
    }
    let typed = text(&form.fields, "mail-code");
    let answer = go::through(&caller, MailCode::Accepted, move |ctx| {
        Box::pin(async move { enrol::mail::answer(ctx, &place, &typed).await })
    });
    let answer = match answer.await? {
        Ok(answer) => answer,
        Err(onward) => return Ok(onward),
    };
    match refusal_code(answer, &form) {
        None => go::on(&caller).await,
        Some(code) => page(&caller, Some(code), None).await,
    }
}

async fn page(caller: &Caller, error: Option<&str>, notice: Option<Notice>) -> Result<Response, Failure> {
    let sitting = match caller.owed(Next::Step(Step::EnrolMail)).await? {
        Err(elsewhere) => return Ok(elsewhere),
        Ok(sitting) => sitting,
    };
    let place = caller.place.clone();
    let waiting = caller.write(move |ctx| Box::pin(async move { mail_code::open(ctx, &place).await })).await?;
    let Some(waiting) = waiting else { return go::on(caller).await };
    let mut chrome = caller.chrome_with(&sitting, Some("mail-code"), error);
    chrome.notice = notice;
    Ok(caller.page(&EnrolMail {
        chrome,
        address: waiting.address.as_typed().to_owned(),
        code_minutes: 10,
        resend_wait_seconds: caller.seconds_until(waiting.resend_at),
        purpose: MailCodePurpose::Enrol,
    }))
}
