//! `/account/applications`: the applications that hold something of the member's.

use axum::response::Response;
use idp_core::account::applications;
use idp_core::interaction::errand::AccountPage;

use super::{chrome, closed, done, moment, touch};
use crate::caller::Caller;
use crate::error::Failure;
use crate::extract::PageForm;
use crate::view::account::{Application, Applications};
use crate::view::chrome::Notice;

const PAGE: AccountPage = AccountPage::Applications;

/// Shows the list.
pub async fn show(caller: Caller) -> Result<Response, Failure> {
    touch(&caller).await?;
    let visitor = caller.visitor();
    let list = caller.read(move |ctx| Box::pin(async move { applications::list(ctx, &visitor).await })).await?;
    let list = match list {
        Ok(list) => list,
        Err(why) => return closed(&caller, why, PAGE).await,
    };
    let applications = list.into_iter().map(|application| Application {
        id: application.client.id.to_string(),
        last: moment(&caller, application.last_at),
        scopes: application.scopes.iter().map(|scope| scope.name()).collect(),
        login: application.login(caller.visit.realm()),
        name: application.client.name,
    });
    Ok(caller.page(&Applications { chrome: chrome(&caller), applications: applications.collect() }))
}

/// Takes back what one was granted.
pub async fn submit(caller: Caller, form: PageForm) -> Result<Response, Failure> {
    let caller = caller.with(&form);
    let Some(Ok(client)) = form.fields.text("action").strip_prefix("revoke-").map(str::parse) else {
        return show(caller).await;
    };
    let visitor = caller.visitor();
    let answer =
        caller.write(move |ctx| Box::pin(async move { applications::revoke(ctx, &visitor, client).await })).await?;
    match answer {
        Ok(_) => Ok(done(PAGE, Notice::ApplicationRevoked)),
        Err(why) => closed(&caller, why, PAGE).await,
    }
}
