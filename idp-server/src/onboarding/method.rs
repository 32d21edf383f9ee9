//! `/onboarding/method`.

use axum::response::Response;
use idp_core::interaction::decide::Next;
use idp_core::onboarding::method::{self, Answer};
use idp_core::onboarding::table::Step;

use crate::caller::{Caller, text};
use crate::error::Failure;
use crate::extract::PageForm;
use crate::go;
use crate::view::onboarding::{Method, MethodRow};

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
            // The realm lists the strongest first; that one is recommended.
            let offered = caller.visit.realm().settings.methods.iter().enumerate();
            let rows =
                offered.map(|(place, method)| MethodRow { id: method.name(), recommended: place == 0 }).collect();
            let first = caller.visit.realm().settings.methods.first().map(|method| format!("method-{}", method.name()));
            let field = match first.as_deref() {
                Some("method-mail") => "method-mail",
                Some(_) | None => "method-totp",
            };
            let chrome = caller.chrome_with(&sitting, Some(field), error);
            Ok(caller.page(&Method { chrome, rows, chosen: None }))
        }
    }
}
