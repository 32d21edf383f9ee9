//! `/login/out-of-reach`: the application asks for a stronger way to sign in than the member has set up.

use axum::response::Response;
use idp_core::interaction::decide::Next;
use idp_core::interaction::finish;

use crate::caller::Caller;
use crate::error::Failure;
use crate::extract::PageForm;
use crate::go;
use crate::view::login::OutOfReach;

/// Says so.
pub async fn show(caller: Caller) -> Result<Response, Failure> {
    let sitting = match caller.owed(Next::OutOfReach).await? {
        Err(elsewhere) => return Ok(elsewhere),
        Ok(sitting) => sitting,
    };
    let client_name = match &sitting.interaction.request {
        Some((client, _)) => caller.application(*client).await?.map(|application| application.name),
        None => None,
    };
    Ok(caller.page(&OutOfReach { chrome: caller.chrome_of(Some(&sitting.interaction)), client_name }))
}

/// Back to the application, which is told why.
pub async fn submit(caller: Caller, form: PageForm) -> Result<Response, Failure> {
    let caller = caller.with(&form);
    let place = caller.place.clone();
    let answer = caller.write(move |ctx| Box::pin(async move { finish::out_of_reach(ctx, &place).await })).await?;
    match answer {
        Some(answer) => go::answered(&caller, Some(answer)).await,
        None => go::on(&caller).await,
    }
}
