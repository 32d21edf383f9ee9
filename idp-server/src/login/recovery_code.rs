//! `/login/recovery-code`: a code of the member's list, in the place of the second step.

use axum::response::Response;
use idp_core::authn::recovery_code::{self, Answer};
use idp_core::credential::Method;
use idp_core::interaction::decide::Next;
use idp_core::interaction::sitting::Sitting;
use idp_core::letter_secret::LetterSecretError;

use crate::caller::{Caller, text};
use crate::error::Failure;
use crate::extract::PageForm;
use crate::view::login::LoginRecoveryCode;
use crate::{go, paths};

/// Shows the form.
pub async fn show(caller: Caller) -> Result<Response, Failure> {
    page(&caller, None).await
}

/// Takes the code.
pub async fn submit(caller: Caller, form: PageForm) -> Result<Response, Failure> {
    let caller = caller.with(&form);
    let (place, typed) = (caller.place.clone(), text(&form.fields, "recovery-code"));
    let answer = go::through(&caller, Answer::Accepted, move |ctx| {
        Box::pin(async move { recovery_code::answer(ctx, &place, &typed).await })
    });
    let answer = match answer.await? {
        Ok(answer) => answer,
        Err(onward) => return Ok(onward),
    };
    match answer {
        Answer::Accepted | Answer::Elsewhere => go::on(&caller).await,
        Answer::Unreadable(LetterSecretError::Missing) => page(&caller, Some("recovery_code_missing")).await,
        Answer::Unreadable(LetterSecretError::WrongLength | LetterSecretError::UnknownSymbol) => {
            page(&caller, Some("recovery_code_unreadable")).await
        }
        Answer::Unreadable(LetterSecretError::BadCheckSymbol) => page(&caller, Some("recovery_code_slip")).await,
        Answer::Wrong => page(&caller, Some("recovery_code_wrong")).await,
        Answer::Used => page(&caller, Some("recovery_code_used")).await,
        Answer::Held { until } => Ok(super::password::locked(&caller, until)),
    }
}

/// Where a second-step page leads whoever has recovery codes; `None` for whoever has none.
pub async fn url(caller: &Caller) -> Result<Option<String>, Failure> {
    let place = caller.place.clone();
    let offered = caller.read(move |ctx| Box::pin(async move { recovery_code::is_offered(ctx, &place).await })).await?;
    Ok(offered.then(|| go::within(paths::LOGIN_RECOVERY_CODE, caller.place.interaction)))
}

/// Where another second step than `method` can be taken: the next weaker one, after the weakest a recovery code, and
/// from there the strongest again.
pub async fn other_way(caller: &Caller, sitting: &Sitting, method: Method) -> Result<Option<String>, Failure> {
    let is_weakest = sitting.second_steps().last() == Some(&method);
    if is_weakest && let Some(url) = url(caller).await? {
        return Ok(Some(url));
    }
    Ok(go::other_way(sitting, method))
}

async fn page(caller: &Caller, error: Option<&str>) -> Result<Response, Failure> {
    let (sitting, method) = match caller.sitting().await? {
        Some((sitting, Next::SecondStep(method))) => (sitting, method),
        Some(_) | None => return go::on(caller).await,
    };
    if url(caller).await?.is_none() {
        return go::on(caller).await;
    }
    let back_url = go::within(go::page_of_method(method), Some(sitting.interaction.id));
    let chrome = caller.chrome_with(&sitting, Some("recovery-code"), error);
    Ok(caller.page(&LoginRecoveryCode { chrome, back_url }))
}
