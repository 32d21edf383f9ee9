//! `/login/totp`: the code of an authenticator app.

use axum::response::Response;
use idp_core::authn::app::{self, AppCode};
use idp_core::authn::remember;
use idp_core::credential::Method;

use crate::caller::{Caller, text};
use crate::error::Failure;
use crate::extract::PageForm;
use crate::go;
use crate::login::{mail_fallback, recovery_code};
use crate::view::login::LoginTotp;

/// Shows the form.
pub async fn show(caller: Caller) -> Result<Response, Failure> {
    page(&caller, None).await
}

/// Takes the code.
pub async fn submit(caller: Caller, form: PageForm) -> Result<Response, Failure> {
    let caller = caller.with(&form);
    let (place, typed) = (caller.place.clone(), text(&form.fields, "totp-code"));
    let wanted = form.fields.has("remember-browser");
    let answer = go::through(&caller, AppCode::Accepted, move |ctx| {
        Box::pin(async move {
            let answer = app::answer(ctx, &place, &typed).await?;
            if wanted && answer == AppCode::Accepted {
                remember::remember(ctx, &place).await?;
            }
            Ok(answer)
        })
    });
    let answer = match answer.await? {
        Ok(answer) => answer,
        Err(onward) => return Ok(onward),
    };
    match answer {
        AppCode::Accepted | AppCode::Elsewhere => go::on(&caller).await,
        AppCode::Unreadable if form.fields.text("totp-code").trim().is_empty() => {
            page(&caller, Some("one_time_code_missing")).await
        }
        AppCode::Unreadable => page(&caller, Some("one_time_code_not_digits")).await,
        AppCode::Wrong => page(&caller, Some("code_wrong")).await,
        AppCode::Replayed => page(&caller, Some("code_replayed")).await,
        AppCode::Held { until } => Ok(crate::login::password::locked(&caller, until)),
        AppCode::Stopped => page(&caller, Some("totp_stopped")).await,
    }
}

async fn page(caller: &Caller, error: Option<&str>) -> Result<Response, Failure> {
    match caller.owed_second_step(Method::App).await? {
        Err(elsewhere) => Ok(elsewhere),
        Ok(sitting) => {
            let chrome = caller.chrome_with(&sitting, Some("totp-code"), error);
            let other_method_url = recovery_code::other_way(caller, &sitting, Method::App).await?;
            let remember_days = caller.remember_days(&sitting);
            let fallback_url = mail_fallback::url(caller).await?;
            Ok(caller.page(&LoginTotp { chrome, device_name: None, other_method_url, fallback_url, remember_days }))
        }
    }
}
