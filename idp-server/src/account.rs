//! `/account`: the member's own pages, one file each. `/logout`: signing out from them.

pub mod applications;
pub mod history;
pub mod mail;
pub mod methods;
pub mod new_phone;
pub mod overview;
pub mod password;
pub mod print;
pub mod recovery_codes;
pub mod requests;
pub mod sessions;

use axum::response::Response;
use idp_core::account::{self, Closed};
use idp_core::clock::Timestamp;
use idp_core::interaction::begin;
use idp_core::interaction::errand::{AccountPage, Errand};
use idp_core::interaction::sitting::Place;
use idp_core::oidc::end_session::Doubt;
use idp_core::realm::RefusalDetails;

use crate::caller::{Caller, see_other};
use crate::error::Failure;
use crate::extract::PageForm;
use crate::oidc::end_session::DOUBT;
use crate::view::chrome::{Chrome, Notice};
use crate::view::logout::Logout;
use crate::{go, paths};

/// The address of a page.
pub const fn path_of(page: AccountPage) -> &'static str {
    match page {
        AccountPage::Overview => paths::ACCOUNT,
        AccountPage::Methods => paths::ACCOUNT_METHODS,
        AccountPage::Sessions => paths::ACCOUNT_SESSIONS,
        AccountPage::Password => paths::ACCOUNT_PASSWORD,
        AccountPage::Mail => paths::ACCOUNT_MAIL,
        AccountPage::Applications => paths::ACCOUNT_APPLICATIONS,
        AccountPage::History => paths::ACCOUNT_HISTORY,
        AccountPage::Print => paths::ACCOUNT_PRINT,
        AccountPage::RecoveryCodes => paths::ACCOUNT_RECOVERY_CODES,
        AccountPage::NewPhone => paths::ACCOUNT_NEW_PHONE,
        AccountPage::Requests => paths::ACCOUNT_REQUESTS,
    }
}

/// A page that stays closed leads to the sign-in, or to the proof that is missing, and from there back to itself.
async fn closed(caller: &Caller, closed: Closed, page: AccountPage) -> Result<Response, Failure> {
    let errand = match closed {
        Closed::SignedOut => Errand::See { page },
        Closed::Stale => Errand::to_change(page),
    };
    begins(caller, errand).await
}

/// Begins a sitting in which the member does what the errand needs.
pub(crate) async fn begins(caller: &Caller, errand: Errand) -> Result<Response, Failure> {
    let visitor = caller.visitor();
    let id = caller.write(move |ctx| Box::pin(async move { begin::for_errand(ctx, &visitor, errand).await })).await?;
    let place = Place { interaction: Some(id), browser: caller.place.browser.clone() };
    go::on(&caller.clone().at(place)).await
}

/// The frame of a page, with the notice that the change before it left in the address.
fn chrome(caller: &Caller) -> Chrome {
    let mut chrome = caller.chrome();
    chrome.notice = caller.query(DONE).and_then(|name| Notice::from_name(&name));
    chrome
}

/// The query parameter that tells what was done.
const DONE: &str = "done";

/// 303 to a page, which says what was done.
fn done(page: AccountPage, notice: Notice) -> Response {
    see_other(&format!("{}?{DONE}={}", path_of(page), notice.name()))
}

/// Looking at a page keeps the session alive.
async fn touch(caller: &Caller) -> Result<(), Failure> {
    let visitor = caller.visitor();
    caller.write(move |ctx| Box::pin(async move { account::touch(ctx, &visitor).await })).await
}

/// An instant with how long ago it was.
fn moment(caller: &Caller, at: Timestamp) -> crate::view::account::Moment {
    let minutes = u32::try_from(caller.now().since(at).as_secs() / 60).unwrap_or(u32::MAX);
    crate::view::account::Moment { at: at.for_people(), minutes }
}

/// Asks whether to sign out.
pub async fn ask_logout(caller: Caller) -> Result<Response, Failure> {
    let explanation = match caller.visit.realm().settings.refusal_details {
        RefusalDetails::Hidden => None,
        RefusalDetails::ShownToEveryone => caller.query(DOUBT).and_then(|code| Doubt::from_code(&code)),
    };
    let explanation = explanation.map(Doubt::explanation);
    Ok(caller.page(&Logout { chrome: caller.chrome(), client_name: None, explanation }))
}

/// Signs out, or not.
pub async fn logout(caller: Caller, form: PageForm) -> Result<Response, Failure> {
    let caller = caller.with(&form);
    if form.fields.text("action") == "cancel" {
        return Ok(see_other(paths::ACCOUNT));
    }
    let visitor = caller.visitor();
    let ended = caller.write(move |ctx| Box::pin(async move { account::sign_out(ctx, &visitor).await })).await?;
    caller.visit.end_session();
    Ok(match ended {
        Some(session) => see_other(&format!("{}?session={}", paths::SIGNED_OUT, session.id)),
        None => see_other(paths::SIGNED_OUT),
    })
}
