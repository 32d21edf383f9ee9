//! `/login/mail-code`: a code sent to the verified address, as the second step or before a method is set up.

use axum::response::Response;
use idp_core::authn::mail_code::{self, MailCode, Sending};
use idp_core::authn::remember;
use idp_core::credential::Method;
use idp_core::interaction::decide::Next;
use idp_core::onboarding::table::Step;

use crate::caller::{Caller, text};
use crate::error::Failure;
use crate::extract::PageForm;
use crate::go;
use crate::login::recovery_code;
use crate::view::chrome::Notice;
use crate::view::login::LoginMailCode;

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
    let (typed, wanted) = (text(&form.fields, "mail-code"), form.fields.has("remember-browser"));
    let answer = go::through(&caller, MailCode::Accepted, move |ctx| {
        Box::pin(async move {
            let answer = mail_code::answer(ctx, &place, &typed).await?;
            if wanted && answer == MailCode::Accepted {
                remember::remember(ctx, &place).await?;
            }
            Ok(answer)
        })
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

/// What a refused code is called; `None` when the browser goes on.
pub fn refusal_code(answer: MailCode, form: &PageForm) -> Option<&'static str> {
    match answer {
        MailCode::Accepted | MailCode::Elsewhere => None,
        MailCode::Unreadable if form.fields.text("mail-code").trim().is_empty() => Some("one_time_code_missing"),
        MailCode::Unreadable => Some("one_time_code_not_digits"),
        MailCode::Wrong => Some("code_wrong"),
        MailCode::Expired => Some("code_expired"),
        MailCode::Exhausted => Some("code_spent"),
    }
}

async fn page(caller: &Caller, error: Option<&str>, notice: Option<Notice>) -> Result<Response, Failure> {
    let sitting = match caller.sitting().await? {
        Some((sitting, Next::SecondStep(Method::Mail) | Next::Step(Step::ProveMail))) => sitting,
        Some(_) | None => return go::on(caller).await,
    };
    let place = caller.place.clone();
    let waiting = caller.write(move |ctx| Box::pin(async move { mail_code::open(ctx, &place).await })).await?;
    let Some(waiting) = waiting else { return go::on(caller).await };
    let mut chrome = caller.chrome_with(&sitting, Some("mail-code"), error);
    chrome.notice = notice;
    Ok(caller.page(&LoginMailCode {
        chrome,
        address: waiting.address.masked(),
        code_minutes: 10,
        resend_wait_seconds: caller.seconds_until(waiting.resend_at),
        other_method_url: recovery_code::other_way(caller, &sitting, Method::Mail).await?,
        remember_days: caller.remember_days(&sitting),
    }))
}
