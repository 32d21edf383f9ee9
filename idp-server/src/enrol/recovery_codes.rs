//! `/enrol/recovery-codes`: ten codes, to print, to save or to write down. They count once they are said to be kept.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use idp_core::credential::recovery_code::RecoveryCode;
use idp_core::enrol::recovery_codes::{self, Answer};
use idp_core::interaction::decide::Next;
use idp_core::onboarding::table::Step;

use crate::caller::Caller;
use crate::error::Failure;
use crate::extract::PageForm;
use crate::view::enrol::{RecoveryCodes, Replaces};
use crate::{go, paths};

/// Shows the codes.
pub async fn show(caller: Caller) -> Result<Response, Failure> {
    page(&caller, None).await
}

/// Takes "kept", or "not now".
pub async fn submit(caller: Caller, form: PageForm) -> Result<Response, Failure> {
    let caller = caller.with(&form);
    let place = caller.place.clone();
    let answer = if form.fields.text("action") == "skip" {
        caller.write(move |ctx| Box::pin(async move { recovery_codes::decline(ctx, &place).await })).await?
    } else {
        caller.write(move |ctx| Box::pin(async move { recovery_codes::keep(ctx, &place).await })).await?
    };
    match answer {
        Answer::Noted | Answer::Elsewhere => go::on(&caller).await,
        Answer::Expired => page(&caller, Some("recovery_codes_expired")).await,
    }
}

/// The codes as a text to save.
pub async fn text(caller: Caller) -> Result<Response, Failure> {
    let place = caller.place.clone();
    let codes = caller.read(move |ctx| Box::pin(async move { recovery_codes::look(ctx, &place).await })).await?;
    match codes {
        Some(codes) => Ok(file(&caller, &codes)),
        None => Ok(caller.error("not_found", None)),
    }
}

/// The text, as a file that the browser saves.
pub fn file(caller: &Caller, codes: &[RecoveryCode]) -> Response {
    let chrome = caller.chrome();
    let mut lines = vec![chrome.t("recovery-codes-title"), caller.society(), caller.now().for_people(), String::new()];
    lines.extend(
        codes.iter().enumerate().map(|(index, code)| format!("{:>2}.  {}", index + 1, code.grouped().as_str())),
    );
    lines.extend([String::new(), chrome.t("recovery-codes-once"), caller.visit.realm().origin.as_str().to_owned()]);
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"recovery-codes.txt\""),
    ];
    // Windows' own editor is what many open it with.
    (headers, lines.join("\r\n")).into_response()
}

/// The codes as they are shown.
pub fn grouped(codes: &[RecoveryCode]) -> Vec<String> {
    codes.iter().map(|code| code.grouped().as_str().to_owned()).collect()
}

async fn page(caller: &Caller, error: Option<&str>) -> Result<Response, Failure> {
    let sitting = match caller.owed(Next::Step(Step::RecoveryCodes)).await? {
        Err(elsewhere) => return Ok(elsewhere),
        Ok(sitting) => sitting,
    };
    let place = caller.place.clone();
    let codes = caller.write(move |ctx| Box::pin(async move { recovery_codes::open(ctx, &place).await })).await?;
    let Some(codes) = codes else { return go::on(caller).await };
    let username = sitting.seated.as_ref().map(|(member, _)| member.user_id.as_str().to_owned());
    Ok(caller.page(&RecoveryCodes {
        chrome: caller.chrome_with(&sitting, None, error),
        username: username.unwrap_or_default(),
        made_at: caller.now().for_people(),
        codes: grouped(&codes),
        download_url: go::within(paths::ENROL_RECOVERY_CODES_TEXT, Some(sitting.interaction.id)),
        replaces: Replaces::Nothing,
    }))
}
