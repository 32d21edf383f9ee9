//! `/account/mail`: another mail address, by a code or a link sent to it.

use axum::response::Response;
use idp_core::account::mail::{self, Change};
use idp_core::authn::mail_code::{MailCode, Sending};
use idp_core::interaction::errand::AccountPage;

use super::{chrome, closed, done, touch};
use crate::caller::{Caller, text};
use crate::error::Failure;
use crate::extract::PageForm;
use crate::login::mail_code::refusal_code;
use crate::view::account::{Mail, MailWaiting};
use crate::view::chrome::{FieldError, Notice};

const PAGE: AccountPage = AccountPage::Mail;

/// What was wrong with the last answer: field, code, what was typed.
#[derive(Default)]
struct Wrong {
    error: Option<(&'static str, &'static str)>,
    typed: String,
}

/// Shows the form, or what is waited for.
pub async fn show(caller: Caller) -> Result<Response, Failure> {
    page(&caller, Wrong::default(), None).await
}

/// Takes the address or the code, sends again, or gives up.
pub async fn submit(caller: Caller, form: PageForm) -> Result<Response, Failure> {
    let caller = caller.with(&form);
    match form.fields.text("action") {
        "check" => check(&caller, &form).await,
        "resend" => resend(&caller).await,
        "cancel" => {
            let visitor = caller.visitor();
            let answer = caller.write(move |ctx| Box::pin(async move { mail::cancel(ctx, &visitor).await })).await?;
            match answer {
                Ok(()) => page(&caller, Wrong::default(), None).await,
                Err(why) => closed(&caller, why, PAGE).await,
            }
        }
        _ => send(&caller, &form).await,
    }
}

async fn send(caller: &Caller, form: &PageForm) -> Result<Response, Failure> {
    let typed = text(&form.fields, "mail");
    let (visitor, address) = (caller.visitor(), typed.clone());
    let answer = caller.write(move |ctx| Box::pin(async move { mail::submit(ctx, &visitor, &address).await })).await?;
    let code = match answer {
        Ok(Change::Sent) => return Ok(crate::caller::see_other(super::path_of(PAGE))),
        Ok(Change::Same) => "mail_same",
        Ok(Change::Unreadable(error)) => error.code(),
        Ok(Change::Wait) => "mail_too_often",
        Err(why) => return closed(caller, why, PAGE).await,
    };
    page(caller, Wrong { error: Some(("mail", code)), typed }, None).await
}

async fn check(caller: &Caller, form: &PageForm) -> Result<Response, Failure> {
    let (visitor, typed) = (caller.visitor(), text(&form.fields, "mail-code"));
    let answer = caller.write(move |ctx| Box::pin(async move { mail::answer(ctx, &visitor, &typed).await })).await?;
    match answer {
        Ok(MailCode::Accepted) => Ok(done(AccountPage::Overview, Notice::MailChanged)),
        Ok(answer) => {
            let error = refusal_code(answer, form).map(|code| ("mail-code", code));
            page(caller, Wrong { error, typed: String::new() }, None).await
        }
        Err(why) => closed(caller, why, PAGE).await,
    }
}

async fn resend(caller: &Caller) -> Result<Response, Failure> {
    let visitor = caller.visitor();
    let answer = caller.write(move |ctx| Box::pin(async move { mail::resend(ctx, &visitor).await })).await?;
    match answer {
        Ok(Sending::Sent) => page(caller, Wrong::default(), Some(Notice::SentAgain)).await,
        Ok(Sending::Wait { .. }) => {
            let wrong = Wrong { error: Some(("mail-code", "mail_too_often")), typed: String::new() };
            page(caller, wrong, None).await
        }
        Ok(Sending::Elsewhere) => page(caller, Wrong::default(), None).await,
        Err(why) => closed(caller, why, PAGE).await,
    }
}

async fn page(caller: &Caller, wrong: Wrong, notice: Option<Notice>) -> Result<Response, Failure> {
    touch(caller).await?;
    let visitor = caller.visitor();
    let seen = caller.read(move |ctx| Box::pin(async move { mail::page(ctx, &visitor).await })).await?;
    let seen = match seen {
        Ok(seen) => seen,
        Err(why) => return closed(caller, why, PAGE).await,
    };
    let mut chrome = chrome(caller);
    chrome.notice = notice.or(chrome.notice);
    let error =
        wrong.error.map(|(field, code)| FieldError { field: Some(field), code: code.to_owned(), values: Vec::new() });
    chrome.errors.extend(error);
    Ok(caller.page(&Mail {
        chrome,
        present: seen.present.map(|address| address.as_typed().to_owned()),
        typed: wrong.typed,
        waiting: seen.waiting.map(|waiting| MailWaiting {
            address: waiting.address.as_typed().to_owned(),
            code_minutes: 10,
            resend_wait_seconds: caller.seconds_until(waiting.resend_at),
        }),
    }))
}
