//! `/account/history`: what happened, in plain words.

use axum::response::Response;
use idp_core::account::history;
use idp_core::audit::Outcome;
use idp_core::interaction::errand::AccountPage;

use super::{chrome, closed, touch};
use crate::caller::Caller;
use crate::error::Failure;
use crate::paths;
use crate::view::account::{History, Line};

/// Shows a page of events.
pub async fn show(caller: Caller) -> Result<Response, Failure> {
    touch(&caller).await?;
    let before = caller.query("before").and_then(|text| text.parse().ok());
    let visitor = caller.visitor();
    let page = caller.read(move |ctx| Box::pin(async move { history::page(ctx, &visitor, before).await })).await?;
    let page = match page {
        Ok(page) => page,
        Err(why) => return closed(&caller, why, AccountPage::History).await,
    };
    let chrome = chrome(&caller);
    let lines = page.lines.iter().map(|line| {
        let what = chrome.t(&format!("history-{}", line.what));
        Line {
            at: line.at.for_people(),
            text: match line.outcome {
                Outcome::Done => what,
                Outcome::Refused => chrome.with_text("history-refused", "what", &what),
            },
            address: line.address.map(|address| address.to_string()),
        }
    });
    let lines = lines.collect();
    Ok(caller.page(&History {
        older_url: page.older.map(|before| format!("{}?before={before}", paths::ACCOUNT_HISTORY)),
        newest_url: before.map(|_: i64| paths::ACCOUNT_HISTORY.to_owned()),
        lines,
        chrome,
    }))
}
