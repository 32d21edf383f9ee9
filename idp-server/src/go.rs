//! Where the browser goes next: core's answer mapped to a page, with one exhaustive match.

use axum::response::Response;
use futures::future::BoxFuture;
use idp_core::credential::Method;
use idp_core::ctx::Ctx;
use idp_core::fault::Fault;
use idp_core::id::InteractionId;
use idp_core::interaction::decide::Next;
use idp_core::interaction::finish::{self, Answer, Finished};
use idp_core::interaction::sitting::{Place, Sitting};
use idp_core::onboarding::table::Step;

use crate::account::path_of;
use crate::caller::{Caller, see_other};
use crate::error::Failure;
use crate::oidc::deliver::deliver;
use crate::paths;
use crate::view::error::WayBack;

/// The page of a step.
pub const fn page_of(step: Step) -> &'static str {
    match step {
        Step::BirthDate => paths::BIRTH_DATE,
        Step::Terms => paths::TERMS,
        Step::MailAddress => paths::MAIL,
        Step::MailProof => paths::MAIL_SENT,
        Step::ChooseMethod => paths::METHOD,
        Step::NewPassword => paths::PASSWORD,
        Step::Complete => paths::COMPLETE,
        Step::ProveMail => paths::LOGIN_MAIL_CODE,
        Step::EnrolPasskey | Step::OfferPasskey => paths::ENROL_PASSKEY,
        Step::EnrolApp => paths::ENROL_TOTP,
        Step::EnrolMail => paths::ENROL_MAIL,
        Step::RecoveryCodes => paths::ENROL_RECOVERY_CODES,
    }
}

/// The page of a second step.
pub const fn page_of_method(method: Method) -> &'static str {
    match method {
        Method::Passkey => paths::LOGIN_PASSKEY,
        Method::App => paths::LOGIN_TOTP,
        Method::Mail => paths::LOGIN_MAIL_CODE,
    }
}

/// Where another second step than `method` can be taken: the next weaker one, and the strongest after the weakest.
pub fn other_way(sitting: &Sitting, method: Method) -> Option<String> {
    let open = sitting.second_steps();
    let place = open.iter().position(|other| *other == method)?;
    let other = open.get(place + 1).or(open.first()).copied().filter(|other| *other != method)?;
    Some(within(page_of_method(other), Some(sitting.interaction.id)))
}

/// A page's address within an interaction.
pub fn within(path: &str, interaction: Option<InteractionId>) -> String {
    interaction.map_or_else(|| path.to_owned(), |id| format!("{path}?interaction={id}"))
}

/// Sends the browser to the page that is owed, asking the table anew.
pub async fn on(caller: &Caller) -> Result<Response, Failure> {
    match caller.sitting().await? {
        None => Ok(see_other(paths::LOGIN)),
        Some((sitting, next)) => to(caller, sitting.interaction.id, next).await,
    }
}

/// Sends the browser to what comes next in an interaction.
pub async fn to(caller: &Caller, interaction: InteractionId, next: Next) -> Result<Response, Failure> {
    let page = match next {
        Next::SignIn => paths::LOGIN,
        Next::SecondStep(method) => page_of_method(method),
        Next::OutOfReach => paths::LOGIN_OUT_OF_REACH,
        Next::Step(step) => page_of(step),
        Next::Consent => paths::CONSENT,
        Next::Over => return Ok(over(caller)),
        Next::Declined => return declined(caller, interaction).await,
        Next::Issue => return issue(caller, interaction).await,
    };
    Ok(see_other(&within(page, Some(interaction))))
}

/// Runs a verb that takes a proof or an answer. Where it says that this is `done`, the interaction ends in the same
/// transaction if nothing more is owed, and the browser is sent on (`Err`); what else the verb says is the page's to tell.
pub async fn through<A, F>(caller: &Caller, done: A, verb: F) -> Result<Result<A, Response>, Failure>
where
    A: PartialEq + Send + 'static,
    F: for<'c> FnOnce(&'c Ctx) -> BoxFuture<'c, Result<A, Fault>> + Send + 'static,
{
    let (visitor, place) = (caller.visitor(), caller.place.clone());
    let taken = caller.write(move |ctx| {
        Box::pin(async move {
            let answer = verb(ctx).await?;
            if answer != done {
                return Ok(Ok(answer));
            }
            Ok(Err(finish::finish(ctx, &visitor, &place).await?))
        })
    });
    match taken.await? {
        Ok(answer) => Ok(Ok(answer)),
        Err(finished) => ended(caller, finished).await.map(Err),
    }
}

async fn issue(caller: &Caller, interaction: InteractionId) -> Result<Response, Failure> {
    let place = Place { interaction: Some(interaction), browser: caller.place.browser.clone() };
    let visitor = caller.visitor();
    let finished =
        caller.write(move |ctx| Box::pin(async move { finish::finish(ctx, &visitor, &place).await })).await?;
    ended(caller, finished).await
}

async fn ended(caller: &Caller, finished: Finished) -> Result<Response, Failure> {
    match finished {
        Finished::Done { session, answer } => {
            if let Some(secret) = session {
                caller.visit.start_session(&secret);
            }
            answered(caller, Some(answer)).await
        }
        Finished::NotYet { next: Next::Issue | Next::Over, .. } | Finished::Unknown => Ok(over(caller)),
        Finished::NotYet { interaction, next } => Box::pin(to(caller, interaction, next)).await,
    }
}

/// The terms were declined: the application hears `access_denied`, a member without one sees a page.
async fn declined(caller: &Caller, interaction: InteractionId) -> Result<Response, Failure> {
    let place = Place { interaction: Some(interaction), browser: caller.place.browser.clone() };
    let answer = caller.write(move |ctx| Box::pin(async move { finish::declined(ctx, &place).await })).await?;
    match answer {
        Some(Answer::Member | Answer::Account { .. }) => {
            Ok(caller.error("declined", Some(WayBack::SignIn { url: paths::LOGIN.to_owned() })))
        }
        other => answered(caller, other).await,
    }
}

/// Sends the browser to whoever is answered.
pub async fn answered(caller: &Caller, answer: Option<Answer>) -> Result<Response, Failure> {
    Ok(match answer {
        Some(Answer::Application(response)) => deliver(&caller.state, &caller.visit, &response).await?,
        Some(Answer::Member) => see_other(&caller.home_url()),
        Some(Answer::Account { page }) => see_other(path_of(page)),
        Some(Answer::ApplicationGone) => caller.error("unknown_client", None),
        None => over(caller),
    })
}

fn over(caller: &Caller) -> Response {
    caller.error("expired", Some(WayBack::SignIn { url: caller.sign_in_url() }))
}
