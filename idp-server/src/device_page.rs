//! `/device`: a member lets a device in that shows a code (RFC 8628 §3.3). Opening the page changes nothing, also by the
//! link that carries the code: the member compares it and presses a button.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use idp_core::oidc::authorization_details;
use idp_core::oidc::device::{self, Answered, Question};
use idp_core::oidc::scope::Scope;
use idp_core::polled::Verdict;

use crate::account;
use crate::caller::Caller;
use crate::error::Failure;
use crate::extract::PageForm;
use crate::paths;
use crate::view::chrome::FieldError;
use crate::view::device::{Device, Stage};
use crate::view::login::Locked;

/// The field, and the parameter of the link.
const USER_CODE: &str = "user-code";
const USER_CODE_PARAMETER: &str = "user_code";

/// Asks for the code.
pub(crate) async fn show(caller: Caller) -> Result<Response, Failure> {
    let visitor = caller.visitor();
    let question = caller.read(move |ctx| Box::pin(async move { device::open(ctx, &visitor).await })).await?;
    let typed = caller.query(USER_CODE_PARAMETER).unwrap_or_default();
    Ok(page(&caller, question, typed))
}

/// Looks the code up, or takes the answer.
pub(crate) async fn submit(caller: Caller, form: PageForm) -> Result<Response, Failure> {
    let caller = caller.with(&form);
    let (visitor, typed) = (caller.visitor(), form.fields.text(USER_CODE).to_owned());
    let code = typed.clone();
    let verdict = match form.fields.text("action") {
        "allow" => Verdict::Allow,
        "deny" => Verdict::Deny,
        _ => {
            let question =
                caller.write(move |ctx| Box::pin(async move { device::ask(ctx, &visitor, &code).await })).await?;
            return Ok(page(&caller, question, typed));
        }
    };
    let answered =
        caller.write(move |ctx| Box::pin(async move { device::answer(ctx, &visitor, &code, verdict).await })).await?;
    if let Answered::Raise(errand) = answered {
        caller.visit.come_back_to_device(&typed);
        return account::begins(&caller, errand).await;
    }
    Ok(match answered {
        Answered::Allowed { client } => at(&caller, Stage::Allowed { client_name: client }),
        Answered::Denied => at(&caller, Stage::Denied),
        Answered::Again(question) => page(&caller, question, typed),
        Answered::Raise(_) | Answered::OutOfReach => {
            let mut chrome = caller.chrome();
            chrome.errors.push(FieldError::of_page("request_out_of_reach"));
            caller.page(&Device { chrome, stage: Stage::Code { typed } })
        }
    })
}

fn page(caller: &Caller, question: Question, typed: String) -> Response {
    match question {
        Question::SignIn => {
            caller.visit.come_back_to_device(&typed);
            at(caller, Stage::SignIn { sign_in_url: paths::LOGIN.to_owned() })
        }
        Question::Code => {
            caller.visit.came_back_to_device();
            at(caller, Stage::Code { typed })
        }
        Question::Wrong => {
            let mut chrome = caller.chrome();
            let code = "user_code_wrong".to_owned();
            chrome.errors.push(FieldError { field: Some(USER_CODE), code, values: Vec::new() });
            caller.page(&Device { chrome, stage: Stage::Code { typed } })
        }
        Question::Held { until } => {
            let minutes = until.since(caller.now()).as_secs().div_ceil(60);
            let page = caller.page(&Locked {
                chrome: caller.chrome(),
                until: until.time_for_people(),
                minutes: u32::try_from(minutes).unwrap_or(u32::MAX),
                unlock_url: paths::LOGIN_UNLOCK.to_owned(),
                retry_url: paths::DEVICE.to_owned(),
            });
            (StatusCode::TOO_MANY_REQUESTS, page).into_response()
        }
        Question::Confirm { code, client, scopes, details } => {
            let scopes = scopes.iter().map(Scope::name).collect();
            let details = details.iter().map(authorization_details::readable).collect();
            at(caller, Stage::Confirm { code, client_name: client, scopes, details })
        }
    }
}

fn at(caller: &Caller, stage: Stage) -> Response {
    caller.page(&Device { chrome: caller.chrome(), stage })
}
