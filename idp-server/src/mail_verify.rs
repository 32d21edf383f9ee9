//! `/mail/verify`: where the link in a mail leads, on any device. Opening it changes nothing; the button does.

use axum::response::Response;
use idp_core::authn::rescue;
use idp_core::onboarding::mail::{self, Link};

use crate::caller::{Caller, text};
use crate::device;
use crate::error::Failure;
use crate::extract::PageForm;
use crate::go;
use crate::view::mail_verify::{AfterVerify, MailRescue, MailVerify, RescueState, VerifyState};

/// Shows what a click would confirm.
pub async fn show(caller: Caller) -> Result<Response, Failure> {
    let token = caller.query("t").unwrap_or_default();
    let link = caller.state.vault().hash(token.as_bytes());
    let seen = link.clone();
    let found = caller.read(move |ctx| Box::pin(async move { mail::look(ctx, &seen).await })).await?;
    if let Link::Closed = found {
        let rescue = caller.read(move |ctx| Box::pin(async move { rescue::look(ctx, &link).await })).await?;
        return rescue_page(&caller, rescue, token).await;
    }
    page(&caller, found, token).await
}

/// Takes the click.
pub async fn submit(caller: Caller, form: PageForm) -> Result<Response, Failure> {
    let caller = caller.with(&form);
    let token = text(&form.fields, "t");
    let link = caller.state.vault().hash(token.as_bytes());
    if form.fields.text("action") == "not-me" {
        caller
            .write(move |ctx| {
                Box::pin(async move {
                    mail::disown(ctx, &link).await?;
                    rescue::disown(ctx, &link).await
                })
            })
            .await?;
        return Ok(caller.page(&MailVerify { chrome: caller.chrome(), state: VerifyState::NotMe }));
    }
    let seen = link.clone();
    let found = caller.write(move |ctx| Box::pin(async move { mail::confirm(ctx, &seen).await })).await?;
    if let Link::Closed = found {
        let rescue = caller.write(move |ctx| Box::pin(async move { rescue::confirm(ctx, &link).await })).await?;
        return rescue_page(&caller, rescue, token).await;
    }
    page(&caller, found, token).await
}

async fn page(caller: &Caller, link: Link, token: String) -> Result<Response, Failure> {
    let state = match link {
        Link::Open { address } => VerifyState::Ask { address: address.as_typed().to_owned(), token },
        Link::Answered => VerifyState::Done { then: then(caller).await? },
        Link::Closed => VerifyState::Expired,
    };
    Ok(caller.page(&MailVerify { chrome: caller.chrome(), state }))
}

async fn rescue_page(caller: &Caller, link: rescue::Link, token: String) -> Result<Response, Failure> {
    let (purpose, state) = match link {
        rescue::Link::Open(rescue) => {
            let device = device::name_of(rescue.user_agent.as_deref(), caller.visit.language());
            let asked_at = rescue.created_at.for_people();
            let match_number = rescue.match_number.clone();
            (rescue.purpose, RescueState::Ask { match_number, asked_at, device, token })
        }
        rescue::Link::Answered(purpose) => (purpose, RescueState::Done { then: then(caller).await? }),
        rescue::Link::Closed => return page(caller, Link::Closed, token).await,
    };
    Ok(caller.page(&MailRescue { chrome: caller.chrome(), purpose, state }))
}

/// Whether the journey waits in this very browser.
async fn then(caller: &Caller) -> Result<AfterVerify, Failure> {
    let seated = caller.sitting().await?.filter(|(sitting, _)| sitting.seated.is_some());
    Ok(match seated {
        Some((sitting, _)) => AfterVerify::Here { url: go::within(crate::paths::LOGIN, Some(sitting.interaction.id)) },
        None => AfterVerify::OtherBrowser,
    })
}
