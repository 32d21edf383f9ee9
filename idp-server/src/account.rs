//! `/account`: where a member arrives who did not come from an application. `/logout`: signing out from it.

use axum::response::Response;
use idp_core::account;

use crate::caller::{Caller, see_other};
use crate::error::Failure;
use crate::extract::PageForm;
use crate::paths;
use crate::signed_out;
use crate::view::account::Home;
use crate::view::logout::Logout;

/// Shows who is signed in; without a session, the sign-in page.
pub async fn show(caller: Caller) -> Result<Response, Failure> {
    let visitor = caller.visitor();
    let seen = caller.read(move |ctx| Box::pin(async move { account::home(ctx, &visitor).await })).await?;
    let Some(seen) = seen else { return Ok(see_other(paths::LOGIN)) };
    Ok(caller.page(&Home {
        chrome: caller.chrome(),
        username: seen.user_id,
        methods: seen.methods.iter().map(|method| method.name()).collect(),
        sign_out_url: paths::LOGOUT.to_owned(),
    }))
}

/// Asks whether to sign out.
pub async fn ask_logout(caller: Caller) -> Result<Response, Failure> {
    Ok(caller.page(&Logout { chrome: caller.chrome(), client_name: None }))
}

/// Signs out, or not.
pub async fn logout(caller: Caller, form: PageForm) -> Result<Response, Failure> {
    let caller = caller.with(&form);
    if form.fields.text("action") == "cancel" {
        return Ok(see_other(paths::ACCOUNT));
    }
    let visitor = caller.visitor();
    let frames = caller.write(move |ctx| Box::pin(async move { account::sign_out(ctx, &visitor).await })).await?;
    caller.visit.end_session();
    signed_out::answer(&caller.visit, &frames, None)
}
