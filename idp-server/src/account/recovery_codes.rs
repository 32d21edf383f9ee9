//! `/account/recovery-codes`: recovery codes made anew.

use axum::response::Response;
use idp_core::account::recovery_codes;
use idp_core::enrol::recovery_codes::Answer;
use idp_core::interaction::errand::AccountPage;

use super::{chrome, closed, done};
use crate::caller::Caller;
use crate::enrol::recovery_codes::{file, grouped};
use crate::error::Failure;
use crate::extract::PageForm;
use crate::paths;
use crate::view::chrome::{FieldError, Notice};
use crate::view::enrol::{RecoveryCodes, Replaces};

const PAGE: AccountPage = AccountPage::RecoveryCodes;

/// Shows new codes.
pub async fn show(caller: Caller) -> Result<Response, Failure> {
    page(&caller, None).await
}

/// Takes "kept".
pub async fn submit(caller: Caller, form: PageForm) -> Result<Response, Failure> {
    let caller = caller.with(&form);
    let visitor = caller.visitor();
    let answer = caller.write(move |ctx| Box::pin(async move { recovery_codes::keep(ctx, &visitor).await })).await?;
    match answer {
        Ok(Answer::Noted) => Ok(done(AccountPage::Methods, Notice::RecoveryCodesKept)),
        Ok(Answer::Expired | Answer::Elsewhere) => page(&caller, Some("recovery_codes_expired")).await,
        Err(why) => closed(&caller, why, PAGE).await,
    }
}

/// The codes as a text to save.
pub async fn text(caller: Caller) -> Result<Response, Failure> {
    let visitor = caller.visitor();
    let codes = caller.read(move |ctx| Box::pin(async move { recovery_codes::look(ctx, &visitor).await })).await?;
    match codes {
        Some(codes) => Ok(file(&caller, &codes)),
        None => Ok(caller.error("not_found", None)),
    }
}

async fn page(caller: &Caller, error: Option<&str>) -> Result<Response, Failure> {
    let visitor = caller.visitor();
    let shown = caller.write(move |ctx| Box::pin(async move { recovery_codes::open(ctx, &visitor).await })).await?;
    let shown = match shown {
        Ok(shown) => shown,
        Err(why) => return closed(caller, why, PAGE).await,
    };
    let mut chrome = chrome(caller);
    chrome.errors.extend(error.map(FieldError::of_page));
    Ok(caller.page(&RecoveryCodes {
        chrome,
        username: shown.user_id,
        made_at: caller.now().for_people(),
        codes: grouped(&shown.codes),
        download_url: paths::ACCOUNT_RECOVERY_CODES_TEXT.to_owned(),
        replaces: if shown.left > 0 { Replaces::Earlier } else { Replaces::NothingHere },
    }))
}
