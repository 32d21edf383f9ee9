//! `/onboarding/method`.

use axum::response::Response;
use idp_core::credential::Method;
use idp_core::interaction::decide::Next;
use idp_core::onboarding::method::{self, Answer};
use idp_core::onboarding::table::Step;

use crate::caller::{Caller, text};
use crate::error::Failure;
use crate::extract::PageForm;
use crate::go;
use crate::view::onboarding::{Method as MethodPage, MethodRow};

/// Shows the choice.
pub async fn show(caller: Caller) -> Result<Response, Failure> {
    page(&caller, None).await
}

/// Takes the choice.
pub async fn submit(caller: Caller, form: PageForm) -> Result<Response, Failure> {
    let caller = caller.with(&form);
    let (place, name) = (caller.place.clone(), text(&form.fields, "method"));
    let nothing = name.is_empty();
    let answer = caller.write(move |ctx| Box::pin(async move { method::choose(ctx, &place, &name).await })).await?;
    match answer {
        Answer::Chosen | Answer::Elsewhere => go::on(&caller).await,
        Answer::NotOffered if nothing => page(&caller, Some("method_missing")).await,
        Answer::NotOffered => page(&caller, Some("method_not_offered")).await,
    }
}

async fn page(caller: &Caller, error: Option<&str>) -> Result<Response, Failure> {
    match caller.owed(Next::Step(Step::ChooseMethod)).await? {
        Err(elsewhere) => Ok(elsewhere),
        Ok(sitting) => {
            let offered = caller.visit.realm().offered_methods();
            let advised = advised(&offered);
            let rows = offered
                .iter()
                .map(|method| MethodRow { id: method.name(), recommended: advised == Some(*method) })
                .collect();
            let field = match offered.first() {
                Some(Method::Passkey) => "method-passkey",
                Some(Method::Mail) => "method-mail",
                Some(Method::App) | None => "method-totp",
            };
            let chrome = caller.chrome_with(&sitting, Some(field), error);
            Ok(caller.page(&MethodPage { chrome, rows, chosen: None }))
        }
    }
}

/// What is recommended before the script has asked the device: the strongest that works without script. Where the
/// device can do passkeys, the script recommends that.
fn advised(offered: &[Method]) -> Option<Method> {
    offered.iter().find(|method| **method != Method::Passkey).or(offered.first()).copied()
}
