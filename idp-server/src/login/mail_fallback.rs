//! `/login/mail-fallback`: a mailed code in the place of a stronger second step, where the realm allows it.

use axum::response::Response;
use idp_core::authn::mail_code::{MailCode, Sending};
use idp_core::authn::mail_fallback::{self, Standing};
use idp_core::interaction::decide::Next;

use crate::caller::{Caller, text};
use crate::error::Failure;
use crate::extract::PageForm;
use crate::login::mail_code::refusal_code;
use crate::view::chrome::Notice;
use crate::view::login::{FallbackStanding, MailFallback};
use crate::{go, paths};

/// Says what it means, or waits for the code.
pub async fn show(caller: Caller) -> Result<Response, Failure> {
    page(&caller, None, None).await
}

/// Sends a code, or takes it.
pub async fn submit(caller: Caller, form: PageForm) -> Result<Response, Failure> {
    let caller = caller.with(&form);
    let place = caller.place.clone();
    let action = form.fields.text("action");
    if action == "send" || action == "resend" {
        let notice = (action == "resend").then_some(Notice::SentAgain);
        let sent = caller.write(move |ctx| Box::pin(async move { mail_fallback::send(ctx, &place).await })).await?;
        return match sent {
            Sending::Sent => page(&caller, None, notice).await,
            Sending::Wait { .. } => page(&caller, Some("mail_too_often"), None).await,
            Sending::Elsewhere => go::on(&caller).await,
        };
    }
    let typed = text(&form.fields, "mail-code");
    let answer = go::through(&caller, MailCode::Accepted, move |ctx| {
        Box::pin(async move { mail_fallback::answer(ctx, &place, &typed).await })
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

/// Where a second-step page leads whoever may fall back to mail; `None` for everybody else.
pub async fn url(caller: &Caller) -> Result<Option<String>, Failure> {
    let offered = standing(caller).await?.is_some();
    Ok(offered.then(|| go::within(paths::LOGIN_MAIL_FALLBACK, caller.place.interaction)))
}

async fn standing(caller: &Caller) -> Result<Option<Standing>, Failure> {
    let place = caller.place.clone();
    caller.read(move |ctx| Box::pin(async move { mail_fallback::standing(ctx, &place).await })).await
}

async fn page(caller: &Caller, error: Option<&str>, notice: Option<Notice>) -> Result<Response, Failure> {
    let (sitting, method) = match caller.sitting().await? {
        Some((sitting, Next::SecondStep(method))) => (sitting, method),
        Some(_) | None => return go::on(caller).await,
    };
    let (standing, resend_wait_seconds) = match standing(caller).await? {
        None => return go::on(caller).await,
        Some(Standing::Explained { address }) => (FallbackStanding::Explained { address: address.masked() }, 0),
        Some(Standing::Waiting(waiting)) => {
            let standing = FallbackStanding::Waiting { address: waiting.address.masked(), code_minutes: 10 };
            (standing, caller.seconds_until(waiting.resend_at))
        }
    };
    let field = match standing {
        FallbackStanding::Explained { .. } => None,
        FallbackStanding::Waiting { .. } => Some("mail-code"),
    };
    let back_url = go::within(go::page_of_method(method), Some(sitting.interaction.id));
    let mut chrome = caller.chrome_with(&sitting, field, error);
    chrome.notice = notice;
    Ok(caller.page(&MailFallback { chrome, standing, resend_wait_seconds, back_url }))
}
