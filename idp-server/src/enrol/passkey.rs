//! `/enrol/passkey`: a passkey becomes the method, or is added on this device after one of another device signed in.
//! `/enrol/passkey/options`: the challenge, which the script asks for.

use axum::response::Response;
use idp_core::enrol::passkey::{self, Answer, Form};
use idp_core::interaction::decide::Next;
use idp_core::onboarding::method::{self, Reconsidered};
use idp_core::onboarding::table::Step;

use crate::caller::{Caller, see_other, text};
use crate::error::Failure;
use crate::extract::PageForm;
use crate::login::passkey::challenge;
use crate::view::enrol::{EnrolPasskey, Occasion};
use crate::{device, go, paths};

/// Shows the set-up.
pub async fn show(caller: Caller) -> Result<Response, Failure> {
    page(&caller, None, String::new()).await
}

/// Makes a challenge.
pub async fn options(caller: Caller, form: PageForm) -> Result<Response, Failure> {
    let caller = caller.with(&form);
    let place = caller.place.clone();
    let begun = caller.write(move |ctx| Box::pin(async move { passkey::begin(ctx, &place).await })).await?;
    Ok(challenge(&caller, begun))
}

/// Takes the authenticator's answer, or goes another way.
pub async fn submit(caller: Caller, form: PageForm) -> Result<Response, Failure> {
    let caller = caller.with(&form);
    let place = caller.place.clone();
    if form.fields.text("action") == "other" {
        let answer = caller
            .write(move |ctx| {
                Box::pin(async move {
                    passkey::decline_offer(ctx, &place).await?;
                    method::reconsider(ctx, &place).await
                })
            })
            .await?;
        return match answer {
            Reconsidered::Adding => Ok(see_other(paths::ACCOUNT_METHODS)),
            Reconsidered::Withdrawn | Reconsidered::Elsewhere => go::on(&caller).await,
        };
    }

    let posted = Form {
        ceremony: form.fields.text("ceremony").parse().ok(),
        credential: text(&form.fields, "credential"),
        device_name: text(&form.fields, "device-name"),
        proposed: text(&form.fields, "proposed"),
        language: caller.visit.language(),
    };
    let typed = posted.device_name.clone();
    let answer = go::through(&caller, Answer::Enrolled, move |ctx| {
        Box::pin(async move { passkey::answer(ctx, &place, &posted).await })
    });
    let answer = match answer.await? {
        Ok(answer) => answer,
        Err(onward) => return Ok(onward),
    };
    let code = match answer {
        Answer::Enrolled | Answer::Elsewhere => return go::on(&caller).await,
        Answer::Unreadable => "passkey_unreadable",
        Answer::Expired => "passkey_expired",
        Answer::Registered => "passkey_registered",
        Answer::Wrong => "passkey_wrong",
    };
    page(&caller, Some(code), typed).await
}

async fn page(caller: &Caller, error: Option<&str>, typed: String) -> Result<Response, Failure> {
    let Some((sitting, next)) = caller.sitting().await? else { return Ok(see_other(paths::LOGIN)) };
    let occasion = match next {
        Next::Step(Step::EnrolPasskey) => Occasion::Chosen,
        Next::Step(Step::OfferPasskey) => Occasion::Offered,
        elsewhere => return go::to(caller, sitting.interaction.id, elsewhere).await,
    };
    let proposed = device::name_of(caller.visit.source().user_agent.as_deref(), caller.visit.language());
    Ok(caller.page(&EnrolPasskey {
        chrome: caller.chrome_with(&sitting, Some("passkey-create"), error),
        occasion,
        device_name: if typed.is_empty() { proposed.clone() } else { typed },
        proposed,
    }))
}
