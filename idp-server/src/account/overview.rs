//! `/account`: where everything else is found, and the language.

use axum::response::Response;
use idp_core::account::home;
use idp_core::interaction::errand::AccountPage;
use idp_core::language::Language;

use super::{chrome, closed, touch};
use crate::caller::{Caller, see_other};
use crate::error::Failure;
use crate::extract::PageForm;
use crate::paths;
use crate::view::account::{Home, LanguageChoice};

const PAGE: AccountPage = AccountPage::Overview;

/// Shows who is signed in.
pub async fn show(caller: Caller) -> Result<Response, Failure> {
    touch(&caller).await?;
    let visitor = caller.visitor();
    let seen = caller.read(move |ctx| Box::pin(async move { home::home(ctx, &visitor).await })).await?;
    let home = match seen {
        Ok(home) => home,
        Err(why) => return closed(&caller, why, PAGE).await,
    };
    Ok(caller.page(&Home {
        chrome: chrome(&caller),
        username: home.user_id,
        name: home.name,
        mail: home.mail,
        methods: home.cards.iter().map(|card| card.method.name()).collect(),
        requests: u32::try_from(home.requests).unwrap_or(u32::MAX),
        languages: Language::ALL.map(|language| LanguageChoice::of(language, home.language)).to_vec(),
    }))
}

/// Takes the language.
pub async fn submit(caller: Caller, form: PageForm) -> Result<Response, Failure> {
    let caller = caller.with(&form);
    let Some(language) = Language::from_tag(form.fields.text("language")) else {
        return Ok(see_other(paths::ACCOUNT));
    };
    let visitor = caller.visitor();
    let spoken = caller.write(move |ctx| Box::pin(async move { home::speak(ctx, &visitor, language).await })).await?;
    match spoken {
        Ok(()) => Ok(see_other(&format!("{}?ui_locales={}", paths::ACCOUNT, language.tag()))),
        Err(why) => closed(&caller, why, PAGE).await,
    }
}
