//! `/login/passkey`: a passkey, alone from the sign-in page, or as the step after user id and password.
//! `/login/passkey/options`: the challenge, which the script asks for.

use axum::Json;
use axum::response::{IntoResponse, Response};
use idp_core::authn::passkey::{self, PasskeyAnswer, Typed};
use idp_core::credential::Method;
use idp_core::credential::passkey::relying_party;
use idp_core::enrol::passkey::Begun;
use serde_json::json;

use crate::caller::{Caller, text};
use crate::error::Failure;
use crate::extract::PageForm;
use crate::login::password;
use crate::login::recovery_code;
use crate::view::chrome::FieldError;
use crate::view::login::LoginPasskey;
use crate::{go, paths};

/// The button of the second step; any other press comes from the sign-in page.
const SECOND_STEP: &str = "second-step";

/// Shows the second step.
pub async fn show(caller: Caller) -> Result<Response, Failure> {
    page(&caller, None).await
}

/// Makes a challenge.
pub async fn options(caller: Caller, form: PageForm) -> Result<Response, Failure> {
    let caller = caller.with(&form);
    let (place, second) = (caller.place.clone(), form.fields.text("action") == SECOND_STEP);
    let begun = caller
        .write(move |ctx| {
            Box::pin(async move {
                match second {
                    true => passkey::begin_second_step(ctx, &place).await,
                    false => passkey::begin_sign_in(ctx, &place).await,
                }
            })
        })
        .await?;
    Ok(challenge(&caller, begun))
}

/// The challenge for the script, or the page it goes to instead.
pub(crate) fn challenge(caller: &Caller, begun: Option<Begun>) -> Response {
    match begun {
        Some(begun) => Json(json!({ "ceremony": begun.ceremony, "options": begun.options })).into_response(),
        None => Json(json!({ "location": go::within(paths::LOGIN, caller.place.interaction) })).into_response(),
    }
}

/// Takes the authenticator's answer.
pub async fn submit(caller: Caller, form: PageForm) -> Result<Response, Failure> {
    let caller = caller.with(&form);
    let typed = Typed {
        ceremony: form.fields.text("ceremony").parse().ok(),
        credential: text(&form.fields, "credential"),
        language: caller.visit.language(),
    };
    if form.fields.text("action") == SECOND_STEP {
        let place = caller.place.clone();
        let answer = go::through(&caller, PasskeyAnswer::Accepted, move |ctx| {
            Box::pin(async move { passkey::second_step(ctx, &place, &typed).await })
        });
        let answer = match answer.await? {
            Ok(answer) => answer,
            Err(onward) => return Ok(onward),
        };
        return match code_of(answer) {
            None => go::on(&caller).await,
            Some(code) => page(&caller, Some(code)).await,
        };
    }
    alone(caller, typed).await
}

/// The passkey alone. Where the page stood open until its interaction was over, another one begins.
async fn alone(caller: Caller, typed: Typed) -> Result<Response, Failure> {
    let (caller, answer) = match sign_in(&caller, typed.clone()).await? {
        Ok(PasskeyAnswer::Elsewhere) => {
            let caller = password::seat(caller).await?;
            let answer = sign_in(&caller, typed).await?;
            (caller, answer)
        }
        answer => (caller, answer),
    };
    let answer = match answer {
        Ok(answer) => answer,
        Err(onward) => return Ok(onward),
    };
    let Some(code) = code_of(answer) else { return go::on(&caller).await };
    let sitting = caller.sitting().await?.map(|(sitting, _)| sitting);
    let errors = vec![FieldError::of("passkey-submit", code)];
    let forgotten = if answer == PasskeyAnswer::Unknown { relying_party::own_id(caller.visit.realm()) } else { None };
    password::page(&caller, sitting.as_ref(), String::new(), errors, forgotten).await
}

async fn sign_in(caller: &Caller, typed: Typed) -> Result<Result<PasskeyAnswer, Response>, Failure> {
    let place = caller.place.clone();
    go::through(caller, PasskeyAnswer::Accepted, move |ctx| {
        Box::pin(async move { passkey::sign_in(ctx, &place, &typed).await })
    })
    .await
}

const fn code_of(answer: PasskeyAnswer) -> Option<&'static str> {
    match answer {
        PasskeyAnswer::Accepted | PasskeyAnswer::Elsewhere => None,
        PasskeyAnswer::Unreadable => Some("passkey_unreadable"),
        PasskeyAnswer::Expired => Some("passkey_expired"),
        PasskeyAnswer::Unknown | PasskeyAnswer::Closed => Some("passkey_unknown"),
        PasskeyAnswer::Refused => Some("passkey_refused"),
        PasskeyAnswer::Wrong => Some("passkey_wrong"),
    }
}

async fn page(caller: &Caller, error: Option<&str>) -> Result<Response, Failure> {
    match caller.owed_second_step(Method::Passkey).await? {
        Err(elsewhere) => Ok(elsewhere),
        Ok(sitting) => {
            let chrome = caller.chrome_with(&sitting, Some("passkey-submit"), error);
            let other_method_url = recovery_code::other_way(caller, &sitting, Method::Passkey).await?;
            Ok(caller.page(&LoginPasskey { chrome, other_method_url }))
        }
    }
}
