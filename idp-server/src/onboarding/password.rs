//! `/onboarding/password`: the new password.

use axum::response::Response;
use idp_core::credential::password_policy::{self, NewPassword, PasswordRefusal, normalise_password};
use idp_core::hashing::{Phc, Verdict};
use idp_core::interaction::decide::Next;
use idp_core::onboarding::password::{self, Answer, Rules};
use idp_core::onboarding::table::Step;
use zeroize::Zeroizing;

use crate::caller::{Caller, text};
use crate::error::Failure;
use crate::extract::PageForm;
use crate::go;
use crate::view;
use crate::view::chrome::FieldError;
use crate::view::error::WayBack;

/// Shows the form.
pub async fn show(caller: Caller) -> Result<Response, Failure> {
    page(&caller, Vec::new()).await
}

/// Takes the password, typed twice.
pub async fn submit(caller: Caller, form: PageForm) -> Result<Response, Failure> {
    let caller = caller.with(&form);
    let Some(rules) = rules(&caller).await? else { return go::on(&caller).await };
    let (typed, again) = (
        Zeroizing::new(text(&form.fields, "new-password")),
        Zeroizing::new(text(&form.fields, "new-password-confirm")),
    );
    let password = match NewPassword::parse(&typed, &again, &rules.policy, &rules.context) {
        Ok(password) => password,
        Err(refusals) => {
            return page(&caller, refusals.into_iter().map(|refusal| field(&rules, refusal)).collect()).await;
        }
    };
    if is_present(&caller, &rules, &typed).await? {
        return page(&caller, vec![plain("password_initial")]).await;
    }
    let phc = caller.state.passwords.hash(password.into_typed()).await?.as_str().to_owned();
    let place = caller.place.clone();
    let answer = caller.write(move |ctx| Box::pin(async move { password::set(ctx, &place, &phc).await })).await?;
    match answer {
        Answer::Set | Answer::Elsewhere => go::on(&caller).await,
        Answer::LetterEnded => Ok(caller.error("letter_used", Some(WayBack::SignIn { url: caller.sign_in_url() }))),
    }
}

async fn rules(caller: &Caller) -> Result<Option<Rules>, Failure> {
    let place = caller.place.clone();
    caller.read(move |ctx| Box::pin(async move { password::rules(ctx, &place).await })).await
}

/// Whether the "new" password is the one in use.
pub(crate) async fn is_present(caller: &Caller, rules: &Rules, typed: &str) -> Result<bool, Failure> {
    let (Some(present), Ok(typed)) = (&rules.present, normalise_password(typed)) else { return Ok(false) };
    let verdict = caller.state.passwords.verify(typed, Phc::from_text(present.clone())).await?;
    Ok(match verdict {
        Verdict::Match | Verdict::MatchOutdated => true,
        Verdict::Mismatch => false,
    })
}

/// A refusal beside its field.
pub(crate) fn field(rules: &Rules, refusal: PasswordRefusal) -> FieldError {
    let confirms = refusal == PasswordRefusal::ConfirmationDiffers;
    FieldError {
        field: Some(if confirms { "new-password-confirm" } else { "new-password" }),
        code: refusal.code().to_owned(),
        values: vec![("minimum", rules.policy.minimum.to_string())],
    }
}

/// An error beside the new password.
pub(crate) fn plain(code: &str) -> FieldError {
    FieldError { field: Some("new-password"), code: code.to_owned(), values: Vec::new() }
}

async fn page(caller: &Caller, errors: Vec<FieldError>) -> Result<Response, Failure> {
    let sitting = match caller.owed(Next::Step(Step::NewPassword)).await? {
        Err(elsewhere) => return Ok(elsewhere),
        Ok(sitting) => sitting,
    };
    let Some(rules) = rules(caller).await? else { return go::on(caller).await };
    let mut chrome = caller.chrome_with(&sitting, None, None);
    chrome.errors = errors;
    let username = sitting.seated.as_ref().map(|(member, _)| member.user_id.as_str().to_owned());
    Ok(caller.page(&view::onboarding::NewPassword {
        chrome,
        username: username.unwrap_or_default(),
        minimum: u32::try_from(rules.policy.minimum).unwrap_or(u32::MAX),
        composition: match rules.policy.composition {
            password_policy::Composition::Free => view::onboarding::Composition::Free,
            password_policy::Composition::ThreeOfFour => view::onboarding::Composition::ThreeOfFour,
        },
    }))
}
