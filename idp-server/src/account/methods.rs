//! `/account/methods`: the ways to sign in as cards: named, removed, added.

use axum::response::Response;
use idp_core::account::methods::{self, Removal, Renaming};
use idp_core::account::new_phone::Offered;
use idp_core::credential::Method;
use idp_core::interaction::errand::{AccountPage, Errand};

use super::{begins, chrome, closed, done, moment, touch};
use crate::caller::{Caller, text};
use crate::error::Failure;
use crate::extract::PageForm;
use crate::paths;
use crate::view::account::{Card, Methods};
use crate::view::chrome::{FieldError, Notice};

const PAGE: AccountPage = AccountPage::Methods;

/// Shows the cards.
pub async fn show(caller: Caller) -> Result<Response, Failure> {
    page(&caller, None).await
}

/// Renames or removes one, or begins to set another one up.
pub async fn submit(caller: Caller, form: PageForm) -> Result<Response, Failure> {
    let caller = caller.with(&form);
    let action = form.fields.text("action").to_owned();
    if let Some(method) = action.strip_prefix("add-").and_then(Method::from_name) {
        return begins(&caller, Errand::Add { method }).await;
    }
    let visitor = caller.visitor();
    if let Some(Ok(id)) = action.strip_prefix("rename-").map(str::parse) {
        let typed = text(&form.fields, "device-name");
        let answer = caller
            .write(move |ctx| Box::pin(async move { methods::rename(ctx, &visitor, (id, &typed)).await }))
            .await?;
        return match answer {
            Ok(Renaming::Renamed) => Ok(done(PAGE, Notice::MethodRenamed)),
            Ok(Renaming::Unreadable) => page(&caller, Some("device_name_unreadable")).await,
            Ok(Renaming::NoSuchMethod) => page(&caller, None).await,
            Err(why) => closed(&caller, why, PAGE).await,
        };
    }
    if let Some(Ok(id)) = action.strip_prefix("remove-").map(str::parse) {
        let answer = caller.write(move |ctx| Box::pin(async move { methods::remove(ctx, &visitor, id).await })).await?;
        return match answer {
            Ok(Removal::Removed) => Ok(done(PAGE, Notice::MethodRemoved)),
            Ok(Removal::LastWay) => page(&caller, Some("last_way_in")).await,
            Ok(Removal::NoSuchMethod) => page(&caller, None).await,
            Err(why) => closed(&caller, why, PAGE).await,
        };
    }
    page(&caller, None).await
}

async fn page(caller: &Caller, error: Option<&str>) -> Result<Response, Failure> {
    touch(caller).await?;
    let visitor = caller.visitor();
    let list = caller.read(move |ctx| Box::pin(async move { methods::list(ctx, &visitor).await })).await?;
    let list = match list {
        Ok(list) => list,
        Err(why) => return closed(caller, why, PAGE).await,
    };
    let mut chrome = chrome(caller);
    let error = error.map(|code| FieldError { field: None, code: code.to_owned(), values: Vec::new() });
    chrome.errors.extend(error);
    let cards = list.cards.iter().map(|card| {
        let used = card.last_used_at.map(|at| moment(caller, at));
        Card::of(card, used)
    });
    Ok(caller.page(&Methods {
        known_passkeys: list.known_passkeys.map(|known| known.to_string()),
        new_phone_url: (list.new_phone == Offered::Yes).then_some(paths::ACCOUNT_NEW_PHONE),
        recovery_codes_url: paths::ACCOUNT_RECOVERY_CODES.to_owned(),
        chrome,
        cards: cards.collect(),
        addable: list.addable.iter().map(|method| method.name()).collect(),
    }))
}
