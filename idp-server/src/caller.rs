//! Who calls a page: the browser's request, the interaction it means, and the ways to answer.

use std::sync::Arc;

use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use futures::future::BoxFuture;
use idp_core::client::Client;
use idp_core::clock::Timestamp;
use idp_core::credential::Method;
use idp_core::ctx::Ctx;
use idp_core::fault::Fault;
use idp_core::id::ClientRowId;
use idp_core::interaction::Interaction;
use idp_core::interaction::begin::Visitor;
use idp_core::interaction::decide::Next;
use idp_core::interaction::sitting::{self, Place, Sitting};
use idp_core::onboarding::table::{self, Step};

use crate::error::{Failure, Refusal};
use crate::extract::{Fields, PageForm, Query, Visit};
use crate::state::AppState;
use crate::view::application::Application;
use crate::view::chrome::{Chrome, FieldError, Progress, Upcoming};
use crate::view::error::WayBack;
use crate::{go, look, paths};

/// The query parameter, and hidden field, with the interaction.
const INTERACTION: &str = "interaction";

/// One request to a page.
#[derive(Clone)]
pub struct Caller {
    /// What all handlers share.
    pub state: AppState,
    /// The browser's request.
    pub visit: Visit,
    /// The interaction it means.
    pub place: Place,
    query: Arc<Fields>,
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Failure> {
        let visit = Visit::from_request_parts(parts, state).await?;
        let Query(query) = Query::from_request_parts(parts, state).await?;
        let interaction = query.get(INTERACTION).and_then(|text| text.parse().ok());
        let place = Place { interaction, browser: visit.browser() };
        Ok(Self { state: state.clone(), visit, place, query: Arc::new(query) })
    }
}

/// A sitting with what comes next in it.
pub type Seat = (Sitting, Next);

impl Caller {
    /// The same caller, answering a form: the form's interaction counts, not the address's.
    pub fn with(mut self, form: &PageForm) -> Self {
        self.place.interaction = form.interaction.or(self.place.interaction);
        self
    }

    /// The same caller in another interaction.
    pub fn at(mut self, place: Place) -> Self {
        self.place = place;
        self
    }

    /// Runs a verb that changes nothing.
    pub async fn read<T, F>(&self, operation: F) -> Result<T, Failure>
    where
        F: for<'c> FnOnce(&'c Ctx) -> BoxFuture<'c, Result<T, Fault>> + Send,
    {
        Ok(self.state.store.read(&self.visit.scope(), operation).await?)
    }

    /// Runs a verb, and answers after its commit.
    pub async fn write<T, F>(&self, operation: F) -> Result<T, Failure>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c Ctx) -> BoxFuture<'c, Result<T, Fault>> + Send + 'static,
    {
        Ok(self.state.store.write(&self.visit.scope(), operation).await?)
    }

    /// The browser and its session, for core.
    pub fn visitor(&self) -> Visitor {
        Visitor { browser: self.place.browser.clone(), session: self.visit.session() }
    }

    /// The sitting, and what comes next in it; `None` when the browser has none.
    pub async fn sitting(&self) -> Result<Option<Seat>, Failure> {
        let place = self.place.clone();
        self.read(move |ctx| {
            Box::pin(async move {
                let sitting = Sitting::load(ctx, &place).await?;
                Ok(sitting.map(|sitting| {
                    let next = sitting.next(ctx);
                    (sitting, next)
                }))
            })
        })
        .await
    }

    /// The sitting, if this page is what it owes; otherwise the answer that leads to the page that is.
    pub async fn owed(&self, owed: Next) -> Result<Result<Sitting, Response>, Failure> {
        match self.sitting().await? {
            None => Ok(Err(see_other(paths::LOGIN))),
            Some((sitting, next)) if next == owed => Ok(Ok(sitting)),
            Some((sitting, next)) => Ok(Err(go::to(self, sitting.interaction.id, next).await?)),
        }
    }

    /// The sitting, if a second step is owed and this is one of those that may be taken.
    pub async fn owed_second_step(&self, method: Method) -> Result<Result<Sitting, Response>, Failure> {
        match self.sitting().await? {
            None => Ok(Err(see_other(paths::LOGIN))),
            Some((sitting, _)) if sitting.may_take(self.now(), method) => Ok(Ok(sitting)),
            Some((sitting, next)) => Ok(Err(go::to(self, sitting.interaction.id, next).await?)),
        }
    }

    /// The application, while it is registered.
    pub async fn application(&self, client: ClientRowId) -> Result<Option<Application>, Failure> {
        let client = self.read(move |ctx| Box::pin(async move { sitting::client(ctx, client).await })).await?;
        Ok(client.as_ref().map(application))
    }

    /// The frame of a page outside the journey.
    pub fn chrome(&self) -> Chrome {
        self.visit.chrome(None)
    }

    /// The frame of a page of an interaction.
    pub fn chrome_of(&self, interaction: Option<&Interaction>) -> Chrome {
        self.visit.chrome(interaction.map(|interaction| interaction.id))
    }

    /// The frame of a page of the journey, with an error beside a field or for the page as a whole.
    pub fn chrome_with(&self, seat: &Sitting, field: Option<&'static str>, code: Option<&str>) -> Chrome {
        let mut chrome = self.chrome_of(Some(&seat.interaction));
        chrome.progress = progress(seat.next_at(self.now()));
        let error = code.map(|code| FieldError { field, code: code.to_owned(), values: Vec::new() });
        chrome.errors.extend(error);
        chrome
    }

    /// Writes a page.
    pub fn page(&self, template: &impl Template) -> Response {
        match template.render() {
            Ok(text) => Html(text).into_response(),
            Err(error) => Failure::from(error).into_response(),
        }
    }

    /// Writes an error page.
    pub fn error(&self, code: &'static str, way_back: Option<WayBack>) -> Response {
        Failure::from(Refusal { way_back, ..Refusal::new(StatusCode::BAD_REQUEST, code) }).into_response()
    }

    /// A parameter of the address.
    pub fn query(&self, name: &str) -> Option<String> {
        self.query.get(name).map(str::to_owned)
    }

    /// The society's name in the language of the page.
    pub fn society(&self) -> String {
        look::society(self.visit.realm(), self.visit.language())
    }

    /// The present instant, as verbs see it.
    pub fn now(&self) -> Timestamp {
        self.state.store.ambient().clock.now()
    }

    /// Seconds until an instant; zero when it has passed.
    pub fn seconds_until(&self, instant: Timestamp) -> u32 {
        u32::try_from(instant.since(self.now()).as_secs()).unwrap_or(u32::MAX)
    }

    /// For how many days this browser can be spared the second step; never while something of the account is changed.
    pub fn remember_days(&self, sitting: &Sitting) -> Option<u32> {
        let days = self.visit.realm().settings.remember_browser_days;
        let days = u32::try_from(days).ok().filter(|days| *days > 0);
        days.filter(|_| sitting.interaction.errand.is_none())
    }

    /// Where a member goes who came by themselves, or for a device.
    pub fn home_url(&self) -> String {
        if let Some(code) = self.visit.waiting_device() {
            return format!("{}?user_code={code}", paths::DEVICE);
        }
        let home = self.visit.realm().settings.home_url.clone();
        home.unwrap_or_else(|| paths::ACCOUNT.to_owned())
    }

    /// Where signing in begins anew.
    pub fn sign_in_url(&self) -> String {
        let home = self.visit.realm().settings.home_url.clone();
        home.unwrap_or_else(|| paths::LOGIN.to_owned())
    }
}

/// 303: the browser asks for the next page by GET.
pub fn see_other(location: &str) -> Response {
    match HeaderValue::from_str(location) {
        Ok(location) => (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response(),
        Err(_) => Failure::from(Refusal::new(StatusCode::BAD_REQUEST, "bad_request")).into_response(),
    }
}

/// A client as members see it.
pub fn application(client: &Client) -> Application {
    Application {
        name: client.name.clone(),
        logo_uri: client.settings.logo_uri.clone().map(String::from),
        policy_uri: client.settings.policy_uri.clone().map(String::from),
        tos_uri: client.settings.tos_uri.clone().map(String::from),
    }
}

/// The text of a form's field, empty when it was not sent.
pub fn text(fields: &Fields, name: &str) -> String {
    fields.text(name).to_owned()
}

fn progress(now: Next) -> Option<Progress> {
    let Next::Step(step) = now else { return None };
    let (place, of) = table::position(step)?;
    Some(Progress { step: place, of, next: upcoming(step) })
}

fn upcoming(step: Step) -> Option<Upcoming> {
    match step {
        Step::BirthDate => Some(Upcoming::Terms),
        Step::Terms => Some(Upcoming::Mail),
        Step::MailAddress | Step::MailProof => Some(Upcoming::Method),
        Step::ChooseMethod => Some(Upcoming::Password),
        Step::NewPassword => Some(Upcoming::Complete),
        Step::Complete => Some(Upcoming::Enrol),
        Step::ProveMail
        | Step::EnrolPasskey
        | Step::EnrolApp
        | Step::EnrolMail
        | Step::RecoveryCodes
        | Step::OfferPasskey => Some(Upcoming::Application),
    }
}
