//! `/account/password`: another password, by the same rules as the first one.

use axum::response::Response;
use idp_core::account::password::{self, Page};
use idp_core::credential::password_policy::NewPassword;
use idp_core::interaction::SignOutOthers;
use idp_core::interaction::errand::AccountPage;
use zeroize::Zeroizing;

use super::{chrome, closed, done, touch};
use crate::caller::{Caller, text};
use crate::error::Failure;
use crate::extract::PageForm;
use crate::onboarding::password::{field, is_present, plain};
use crate::view;
use crate::view::chrome::{FieldError, Notice};
use crate::view::enrol::Ticked;

const PAGE: AccountPage = AccountPage::Password;

/// Shows the form.
pub async fn show(caller: Caller) -> Result<Response, Failure> {
    touch(&caller).await?;
    let visitor = caller.visitor();
    let seen = caller.read(move |ctx| Box::pin(async move { password::page(ctx, &visitor).await })).await?;
    match seen {
        Ok(seen) => Ok(page(&caller, &seen, Vec::new(), Ticked::Yes)),
        Err(why) => closed(&caller, why, PAGE).await,
    }
}

/// Takes the password, typed twice.
pub async fn submit(caller: Caller, form: PageForm) -> Result<Response, Failure> {
    let caller = caller.with(&form);
    let visitor = caller.visitor();
    let seen = caller.write(move |ctx| Box::pin(async move { password::rules(ctx, &visitor).await })).await?;
    let seen = match seen {
        Ok(seen) => seen,
        Err(why) => return closed(&caller, why, PAGE).await,
    };
    let ticked = form.fields.has("sign-out-others");
    let (others, ticked) =
        if ticked { (SignOutOthers::Wanted, Ticked::Yes) } else { (SignOutOthers::Keep, Ticked::No) };
    let typed = Zeroizing::new(text(&form.fields, "new-password"));
    let again = Zeroizing::new(text(&form.fields, "new-password-confirm"));
    let password = match NewPassword::parse(&typed, &again, &seen.rules.policy, &seen.rules.context) {
        Ok(password) => password,
        Err(refusals) => {
            let errors = refusals.into_iter().map(|refusal| field(&seen.rules, refusal)).collect();
            return Ok(page(&caller, &seen, errors, ticked));
        }
    };
    if is_present(&caller, &seen.rules, &typed).await? {
        return Ok(page(&caller, &seen, vec![plain("password_same")], ticked));
    }

    let phc = caller.state.passwords.hash(password.into_typed()).await?.as_str().to_owned();
    let visitor = caller.visitor();
    let answer =
        caller.write(move |ctx| Box::pin(async move { password::set(ctx, &visitor, &phc, others).await })).await?;
    match answer {
        Ok(()) => Ok(done(AccountPage::Overview, Notice::PasswordChanged)),
        Err(why) => closed(&caller, why, PAGE).await,
    }
}

fn page(caller: &Caller, seen: &Page, errors: Vec<FieldError>, sign_out_others: Ticked) -> Response {
    let mut chrome = chrome(caller);
    chrome.errors = errors;
    caller.page(&view::account::Password {
        chrome,
        username: seen.user_id.clone(),
        minimum: u32::try_from(seen.rules.policy.minimum).unwrap_or(u32::MAX),
        sign_out_others,
    })
}
