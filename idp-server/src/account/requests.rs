//! `/account/requests`: what applications ask a member for from elsewhere (OpenID Connect CIBA Core 1.0 §8). The mail that
//! tells of a request leads here, and so does the overview; whoever is signed in sees their own and no other.

use axum::response::Response;
use idp_core::account::requests::{self, Answered, Waiting};
use idp_core::interaction::errand::AccountPage;
use idp_core::oidc::authorization_details;
use idp_core::polled::Verdict;

use super::{begins, chrome, closed, done, moment, touch};
use crate::caller::Caller;
use crate::error::Failure;
use crate::extract::PageForm;
use crate::view::account::{Request, Requests};
use crate::view::chrome::{FieldError, Notice};

const PAGE: AccountPage = AccountPage::Requests;

/// Shows what waits.
pub async fn show(caller: Caller) -> Result<Response, Failure> {
    touch(&caller).await?;
    page(&caller, None).await
}

/// Takes the answer to one.
pub async fn submit(caller: Caller, form: PageForm) -> Result<Response, Failure> {
    let caller = caller.with(&form);
    let (verdict, name) = match form.fields.text("action").split_once('-') {
        Some(("allow", name)) => (Verdict::Allow, name),
        Some(("deny", name)) => (Verdict::Deny, name),
        _ => return page(&caller, None).await,
    };
    let Ok(id) = name.parse() else { return page(&caller, Some("request_gone")).await };
    let visitor = caller.visitor();
    let answered =
        caller.write(move |ctx| Box::pin(async move { requests::answer(ctx, &visitor, id, verdict).await })).await?;
    match answered {
        Ok(Answered::Allowed) => Ok(done(PAGE, Notice::RequestAllowed)),
        Ok(Answered::Denied) => Ok(done(PAGE, Notice::RequestDenied)),
        Ok(Answered::Raise(errand)) => begins(&caller, errand).await,
        Ok(Answered::Gone) => page(&caller, Some("request_gone")).await,
        Ok(Answered::OutOfReach) => page(&caller, Some("request_out_of_reach")).await,
        Err(why) => closed(&caller, why, PAGE).await,
    }
}

async fn page(caller: &Caller, refused: Option<&str>) -> Result<Response, Failure> {
    let visitor = caller.visitor();
    let list = caller.read(move |ctx| Box::pin(async move { requests::list(ctx, &visitor).await })).await?;
    let list = match list {
        Ok(list) => list,
        Err(why) => return closed(caller, why, PAGE).await,
    };
    let mut chrome = chrome(caller);
    chrome.errors.extend(refused.map(FieldError::of_page));
    let requests = list.into_iter().map(|waiting| shown(caller, waiting)).collect();
    Ok(caller.page(&Requests { chrome, requests }))
}

fn shown(caller: &Caller, waiting: Waiting) -> Request {
    Request {
        id: waiting.id.to_string(),
        client_name: waiting.client,
        scopes: waiting.scopes.iter().map(|scope| scope.name()).collect(),
        details: waiting.details.iter().map(authorization_details::readable).collect(),
        message: waiting.binding_message.map(String::from),
        asked: moment(caller, waiting.asked_at),
    }
}
