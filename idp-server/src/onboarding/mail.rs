//! `/onboarding/mail`: the address, kept or changed.

use axum::response::Response;
use idp_core::interaction::decide::Next;
use idp_core::interaction::sitting::Sitting;
use idp_core::onboarding::mail::{self, Answer};
use idp_core::onboarding::table::Step;

use crate::caller::{Caller, text};
use crate::error::Failure;
use crate::extract::PageForm;
use crate::go;
use crate::view::onboarding::{AddressOnFile, Mail};

/// Shows the form.
pub async fn show(caller: Caller) -> Result<Response, Failure> {
    page(&caller, None, None).await
}

/// Takes the address and has the mail sent.
pub async fn submit(caller: Caller, form: PageForm) -> Result<Response, Failure> {
    let caller = caller.with(&form);
    let typed = text(&form.fields, "mail");
    let (place, address) = (caller.place.clone(), typed.clone());
    let answer = caller.write(move |ctx| Box::pin(async move { mail::submit(ctx, &place, &address).await })).await?;
    match answer {
        Answer::Sent | Answer::Elsewhere => go::on(&caller).await,
        Answer::Unreadable(error) => page(&caller, Some(error.code()), Some(typed)).await,
        Answer::MustBeOnFile => page(&caller, Some("mail_fixed"), None).await,
        Answer::Wait { .. } => page(&caller, Some("mail_too_often"), Some(typed)).await,
    }
}

/// What the page may say of the address on file.
pub async fn on_file(caller: &Caller, sitting: Sitting) -> Result<(Sitting, AddressOnFile), Failure> {
    caller
        .read(move |ctx| {
            Box::pin(async move {
                let known = sitting.seated.as_ref().is_some_and(|(member, _)| member.mail.is_some());
                let state = if mail::address_is_fixed(ctx, &sitting) {
                    AddressOnFile::Fixed
                } else if known {
                    AddressOnFile::Known
                } else {
                    AddressOnFile::Unknown
                };
                Ok((sitting, state))
            })
        })
        .await
}

async fn page(caller: &Caller, error: Option<&str>, typed: Option<String>) -> Result<Response, Failure> {
    let sitting = match caller.owed(Next::Step(Step::MailAddress)).await? {
        Err(elsewhere) => return Ok(elsewhere),
        Ok(sitting) => sitting,
    };
    let (sitting, on_file) = on_file(caller, sitting).await?;
    let stored = sitting.seated.as_ref().and_then(|(member, _)| member.mail.as_ref());
    let stored = stored.map(|mail| mail.address.as_typed().to_owned()).unwrap_or_default();
    let chrome = caller.chrome_with(&sitting, Some("mail"), error);
    Ok(caller.page(&Mail { chrome, address: typed.unwrap_or(stored), on_file }))
}
