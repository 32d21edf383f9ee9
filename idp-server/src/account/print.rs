//! `/account/print`: how the member signs in, on one sheet of paper, without a secret.

use axum::response::Response;
use idp_core::account::home;
use idp_core::interaction::errand::AccountPage;

use super::{chrome, closed, touch};
use crate::caller::Caller;
use crate::error::Failure;
use crate::paths;
use crate::view::account::{Card, Print};

/// Shows the sheet.
pub async fn show(caller: Caller) -> Result<Response, Failure> {
    touch(&caller).await?;
    let visitor = caller.visitor();
    let seen = caller.read(move |ctx| Box::pin(async move { home::home(ctx, &visitor).await })).await?;
    let home = match seen {
        Ok(home) => home,
        Err(why) => return closed(&caller, why, AccountPage::Print).await,
    };
    Ok(caller.page(&Print {
        chrome: chrome(&caller),
        username: home.user_id,
        name: home.name,
        mail: home.mail,
        address: format!("{}{}", caller.visit.realm().origin.as_str(), paths::LOGIN),
        cards: home.cards.iter().map(|card| Card::of(card, None)).collect(),
        printed_at: caller.now().for_people(),
    }))
}
