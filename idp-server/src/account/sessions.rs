//! `/account/sessions`: where the member is signed in, and which browsers are spared the second step.

use axum::response::Response;
use idp_core::account::sessions::{self, Place, Seen};
use idp_core::interaction::errand::AccountPage;

use super::{chrome, closed, done, moment, touch};
use crate::caller::Caller;
use crate::device;
use crate::error::Failure;
use crate::extract::PageForm;
use crate::view::account::{Device, Sessions};
use crate::view::chrome::Notice;

const PAGE: AccountPage = AccountPage::Sessions;

/// Shows the list.
pub async fn show(caller: Caller) -> Result<Response, Failure> {
    touch(&caller).await?;
    let visitor = caller.visitor();
    let list = caller.read(move |ctx| Box::pin(async move { sessions::list(ctx, &visitor).await })).await?;
    let list = match list {
        Ok(list) => list,
        Err(why) => return closed(&caller, why, PAGE).await,
    };
    Ok(caller.page(&Sessions {
        chrome: chrome(&caller),
        sessions: list.sessions.iter().map(|seen| device(&caller, seen, seen.id.to_string())).collect(),
        remembered: list.remembered.iter().map(|seen| device(&caller, seen, seen.id.to_string())).collect(),
    }))
}

fn device<K>(caller: &Caller, seen: &Seen<K>, id: String) -> Device {
    Device {
        id,
        name: device::browser_of(seen.user_agent.as_deref(), caller.visit.language()),
        since: moment(caller, seen.since),
        seen: moment(caller, seen.seen_at),
        until: seen.until.for_people(),
        is_here: match seen.place {
            Place::Here => crate::view::account::Here::Yes,
            Place::Elsewhere => crate::view::account::Here::No,
        },
    }
}

/// Signs out one or all others, or forgets a browser.
pub async fn submit(caller: Caller, form: PageForm) -> Result<Response, Failure> {
    let caller = caller.with(&form);
    let visitor = caller.visitor();
    let action = form.fields.text("action").to_owned();
    let (answer, notice) = if action == "revoke-all" {
        let answer =
            caller.write(move |ctx| Box::pin(async move { sessions::end_others(ctx, &visitor).await })).await?;
        (answer, Notice::SignedOutElsewhere)
    } else if let Some(Ok(id)) = action.strip_prefix("revoke-").map(str::parse) {
        let answer =
            caller.write(move |ctx| Box::pin(async move { sessions::end_one(ctx, &visitor, id).await })).await?;
        (answer, Notice::SignedOutThere)
    } else if let Some(Ok(id)) = action.strip_prefix("forget-").map(str::parse) {
        let answer =
            caller.write(move |ctx| Box::pin(async move { sessions::forget(ctx, &visitor, id).await })).await?;
        (answer, Notice::BrowserForgotten)
    } else {
        return show(caller).await;
    };
    match answer {
        Ok(()) => Ok(done(PAGE, notice)),
        Err(why) => closed(&caller, why, PAGE).await,
    }
}
