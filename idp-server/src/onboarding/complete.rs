//! `/onboarding/complete`.

use axum::response::Response;
use idp_core::account::sessions;
use idp_core::interaction::decide::Next;
use idp_core::oidc::frontchannel::{self, Frame};
use idp_core::onboarding::complete::{self, Answer};
use idp_core::onboarding::table::Step;
use idp_core::realm::EnrolAt;

use crate::caller::{Caller, see_other};
use crate::error::Failure;
use crate::extract::PageForm;
use crate::middleware::headers;
use crate::view::logout::{AfterSignOut, SignedOut};
use crate::view::onboarding::{AfterOnboarding, Complete};
use crate::{go, paths};

/// Shows the page.
pub async fn show(caller: Caller) -> Result<Response, Failure> {
    match caller.owed(Next::Step(Step::Complete)).await? {
        Err(elsewhere) => Ok(elsewhere),
        Ok(sitting) => {
            let method = sitting.seated.as_ref().and_then(|(_, facts)| facts.to_enrol()).map(|method| method.name());
            let chrome = caller.chrome_with(&sitting, None, None);
            Ok(caller.page(&Complete { chrome, next: after(&caller), method }))
        }
    }
}

/// Takes "sign out" or "continue".
pub async fn submit(caller: Caller, form: PageForm) -> Result<Response, Failure> {
    let caller = caller.with(&form);
    let place = caller.place.clone();
    if form.fields.text("action") == "continue" {
        caller.write(move |ctx| Box::pin(async move { complete::go_on(ctx, &place).await })).await?;
        return go::on(&caller).await;
    }
    let method =
        caller.sitting().await?.and_then(|(sitting, _)| sitting.seated.and_then(|(_, facts)| facts.to_enrol()));
    let answer = caller.write(move |ctx| Box::pin(async move { complete::sign_out(ctx, &place).await })).await?;
    match answer {
        Answer::Elsewhere => go::on(&caller).await,
        Answer::Left => {
            let name = method.map_or("", |method| method.name());
            let url = format!("{}&method={name}", go::within(paths::SIGNED_OUT, form.interaction));
            Ok(see_other(&url))
        }
    }
}

fn after(caller: &Caller) -> AfterOnboarding {
    match caller.visit.realm().settings.enrol_at {
        EnrolAt::NextSignIn => AfterOnboarding::SignOut,
        EnrolAt::SameSitting => AfterOnboarding::Continue,
    }
}

/// `/signed-out`, also after signing out of a session.
pub async fn signed_out(caller: Caller) -> Result<Response, Failure> {
    let waiting = matches!(caller.sitting().await?, Some((_, Next::SignIn)));
    let chosen = caller.query("method").and_then(|name| idp_core::credential::Method::from_name(&name));
    let left_open = left_open(&caller).await?;
    let then = match chosen {
        Some(method) if waiting => AfterSignOut::SetUpMethod {
            sign_in_url: go::within(paths::LOGIN, caller.place.interaction),
            method: method.name(),
        },
        Some(_) | None if !left_open.is_empty() => AfterSignOut::LeftOpen { applications: left_open },
        Some(_) | None => AfterSignOut::Nothing,
    };
    let opened = frames(&caller).await?;
    let addresses = opened.iter().map(|frame| frame.address.clone()).collect();
    let mut response = caller.page(&SignedOut { chrome: caller.chrome(), then, frames: addresses });
    headers::allow_frames(response.headers_mut(), opened.iter().map(|frame| frame.origin.as_str()));
    Ok(response)
}

/// What the browser opens for applications that want to hear there of the session that the address names.
async fn frames(caller: &Caller) -> Result<Vec<Frame>, Failure> {
    let Some(Ok(session)) = caller.query("session").map(|text| text.parse()) else { return Ok(Vec::new()) };
    let visitor = caller.visitor();
    caller.read(move |ctx| Box::pin(async move { frontchannel::after(ctx, &visitor, session).await })).await
}

/// The applications that may still be open after the session that the address names.
async fn left_open(caller: &Caller) -> Result<Vec<String>, Failure> {
    let Some(Ok(session)) = caller.query("session").map(|text| text.parse()) else { return Ok(Vec::new()) };
    let visitor = caller.visitor();
    caller.read(move |ctx| Box::pin(async move { sessions::left_open(ctx, &visitor, session).await })).await
}
