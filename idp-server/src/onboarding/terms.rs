//! `/onboarding/terms`.

use axum::response::Response;
use idp_core::interaction::decide::Next;
use idp_core::onboarding::table::Step;
use idp_core::onboarding::terms::{self, Answer};

use crate::caller::{Caller, text};
use crate::error::Failure;
use crate::extract::PageForm;
use crate::go;
use crate::view;
use crate::view::onboarding::{Terms, TermsReason};

/// Shows the terms in force.
pub async fn show(caller: Caller) -> Result<Response, Failure> {
    page(&caller, None).await
}

/// Takes "agree" or "decline".
pub async fn submit(caller: Caller, form: PageForm) -> Result<Response, Failure> {
    let caller = caller.with(&form);
    let (place, shown) = (caller.place.clone(), text(&form.fields, "terms-version"));
    let answer = if form.fields.text("action") == "decline" {
        caller.write(move |ctx| Box::pin(async move { terms::decline(ctx, &place).await })).await?
    } else {
        caller.write(move |ctx| Box::pin(async move { terms::accept(ctx, &place, &shown).await })).await?
    };
    match answer {
        Answer::Noted | Answer::Elsewhere => go::on(&caller).await,
        Answer::Newer => page(&caller, Some("terms_changed")).await,
    }
}

async fn page(caller: &Caller, error: Option<&str>) -> Result<Response, Failure> {
    let sitting = match caller.owed(Next::Step(Step::Terms)).await? {
        Err(elsewhere) => return Ok(elsewhere),
        Ok(sitting) => sitting,
    };
    let language = caller.visit.language();
    let text = caller.read(move |ctx| Box::pin(async move { terms::in_force(ctx, language).await })).await?;
    let Some(text) = text else { return go::on(caller).await };
    let seen = sitting.seated.as_ref().is_some_and(|(_, facts)| facts.terms_accepted > 0);
    let chrome = caller.chrome_with(&sitting, None, error);
    Ok(caller.page(&Terms {
        title: chrome.t("terms-heading"),
        chrome,
        blocks: view::terms::parse(&text.body),
        version: text.sha256,
        in_force_since: Some(text.published_at.for_people().chars().take(10).collect()),
        reason: if seen { TermsReason::Changed } else { TermsReason::First },
    }))
}
