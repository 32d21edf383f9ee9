//! `/onboarding/birth-date`.

use axum::response::Response;
use idp_core::interaction::decide::Next;
use idp_core::onboarding::birth_date::{self, Answer};
use idp_core::onboarding::table::Step;

use crate::caller::{Caller, text};
use crate::error::Failure;
use crate::extract::PageForm;
use crate::go;
use crate::view::chrome::FieldError;
use crate::view::error::WayBack;
use crate::view::onboarding::BirthDate;

/// Shows the form.
pub async fn show(caller: Caller) -> Result<Response, Failure> {
    page(&caller, String::new(), None, None).await
}

/// Takes the date.
pub async fn submit(caller: Caller, form: PageForm) -> Result<Response, Failure> {
    let caller = caller.with(&form);
    let (place, typed) = (caller.place.clone(), text(&form.fields, "birth-date"));
    let typed_again = typed.clone();
    let answer =
        caller.write(move |ctx| Box::pin(async move { birth_date::answer(ctx, &place, &typed).await })).await?;
    match answer {
        Answer::Confirmed | Answer::Elsewhere => go::on(&caller).await,
        Answer::Unreadable(error) => page(&caller, typed_again, Some(field(error.code(), None)), None).await,
        Answer::Wrong { read_as, left } => {
            let read_back = read_as.reading_back(caller.visit.language());
            page(&caller, typed_again, Some(field("birth_date_wrong", Some(left))), Some(read_back)).await
        }
        Answer::LetterVoid => Ok(caller.error("letter_void", Some(WayBack::SignIn { url: caller.sign_in_url() }))),
        Answer::Held { until } => Ok(crate::login::password::locked(&caller, until)),
    }
}

fn field(code: &str, left: Option<i64>) -> FieldError {
    let values = left.map(|left| ("remaining", left.to_string())).into_iter().collect();
    FieldError { field: Some("birth-date"), code: code.to_owned(), values }
}

async fn page(
    caller: &Caller,
    typed: String,
    error: Option<FieldError>,
    read_as: Option<String>,
) -> Result<Response, Failure> {
    match caller.owed(Next::Step(Step::BirthDate)).await? {
        Err(elsewhere) => Ok(elsewhere),
        Ok(sitting) => {
            let mut chrome = caller.chrome_with(&sitting, None, None);
            let remaining = error.as_ref().and_then(|error| error.values.first()?.1.parse().ok());
            chrome.errors.extend(error);
            Ok(caller.page(&BirthDate { chrome, typed, read_as, remaining }))
        }
    }
}
