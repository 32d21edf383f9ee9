//! What did not work, on its way to the one who asked. A refusal is logged as information, a fault as an error, once.

use std::sync::Arc;

use askama::Template;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use idp_core::fault::Fault;
use idp_core::oidc::authorize::PageRefusal;
use serde_json::json;

use crate::oidc::document;
use crate::paths::{self, Audience};
use crate::view::chrome::Chrome;
use crate::view::error::{ErrorPage, WayBack};

/// Seconds after which the caller may come back.
const RETRY_AFTER: &str = "2";

/// Why a handler gives no page of its own.
#[derive(Debug)]
pub enum Failure {
    /// Something is broken.
    Fault(Fault),
    /// The request is refused by an error page.
    Refused(Refusal),
}

/// An error page.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// The status.
    pub status: StatusCode,
    /// The stable code, one of [`crate::view::error_text::CODES`].
    pub code: &'static str,
    /// The values that its text speaks of.
    pub values: Vec<(&'static str, String)>,
    /// A way out.
    pub way_back: Option<WayBack>,
    /// What a developer is told, in a realm that shows it.
    pub explained: Option<PageRefusal>,
}

impl Refusal {
    /// A page that says this code.
    pub fn new(status: StatusCode, code: &'static str) -> Self {
        Self { status, code, values: Vec::new(), way_back: None, explained: None }
    }

    /// With a way out.
    #[must_use]
    pub fn back(mut self, way: WayBack) -> Self {
        self.way_back = Some(way);
        self
    }

    /// With what a developer is told.
    #[must_use]
    pub fn explained(mut self, refusal: Option<PageRefusal>) -> Self {
        self.explained = refusal;
        self
    }

    /// With a value that its text speaks of.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.values.push((name, value.to_string()));
        self
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<askama::Error> for Failure {
    fn from(error: askama::Error) -> Self {
        Self::Fault(Fault::Broken(format!("a page cannot be rendered: {error}")))
    }
}

/// Travels with the response to where the page around it can be written.
#[derive(Debug, Clone)]
struct Note(Arc<Failure>);

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        if let Self::Fault(fault) = &self
            && fault.is_passing()
        {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER));
        }
        response.extensions_mut().insert(Note(Arc::new(self)));
        response
    }
}

impl Failure {
    fn status(&self) -> StatusCode {
        match self {
            Self::Fault(fault) if fault.is_passing() => StatusCode::SERVICE_UNAVAILABLE,
            Self::Fault(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Refused(refusal) => refusal.status,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Fault(fault) if fault.is_passing() => "busy",
            Self::Fault(_) => "fault",
            Self::Refused(refusal) => refusal.code,
        }
    }

    /// What a relying party reads (RFC 6749 §4.1.2.1, §5.2).
    fn client_code(&self) -> &'static str {
        match self {
            Self::Fault(fault) if fault.is_passing() => "temporarily_unavailable",
            Self::Fault(_) => "server_error",
            Self::Refused(_) => "invalid_request",
        }
    }
}

/// The code of the error page that this answer will be.
pub(crate) fn refused_with(response: &Response) -> Option<&'static str> {
    match response.extensions().get::<Note>()?.0.as_ref() {
        Failure::Refused(refusal) => Some(refusal.code),
        Failure::Fault(_) => None,
    }
}

/// Gives a failed answer its body: a page for people, a document for clients, a word for probes.
pub(crate) fn finish(response: Response, path: &str, request_id: &str, chrome: impl FnOnce() -> Chrome) -> Response {
    let Some(Note(failure)) = response.extensions().get::<Note>().cloned() else { return response };
    match failure.as_ref() {
        Failure::Fault(fault) => tracing::error!(%fault, path, request_id, "fault"),
        Failure::Refused(refusal) => tracing::info!(code = refusal.code, path, request_id, "refused"),
    }

    let body = match paths::audience(path) {
        Audience::Person => page(&failure, request_id, chrome()),
        Audience::Client => Json(json!({ "error": failure.client_code() })).into_response(),
        Audience::Probe => failure.code().into_response(),
    };
    let (mut head, _) = response.into_parts();
    let (body_head, body) = body.into_parts();
    if let Some(content_type) = body_head.headers.get(header::CONTENT_TYPE) {
        head.headers.insert(header::CONTENT_TYPE, content_type.clone());
    }
    head.headers.remove(header::CONTENT_LENGTH);
    if paths::is_open_to_scripts(path) {
        document::open(&mut head.headers);
    }
    Response::from_parts(head, body)
}

fn page(failure: &Failure, request_id: &str, chrome: Chrome) -> Response {
    let code = failure.code().to_owned();
    let page = match failure {
        Failure::Fault(_) => ErrorPage {
            chrome,
            code,
            values: Vec::new(),
            way_back: None,
            reference: Some(request_id.to_owned()),
            explanation: None,
        },
        Failure::Refused(refusal) => ErrorPage {
            chrome,
            code,
            values: refusal.values.clone(),
            way_back: refusal.way_back.clone(),
            reference: None,
            explanation: refusal.explained.map(PageRefusal::explanation),
        },
    };
    match page.render() {
        Ok(text) => Html(text).into_response(),
        Err(error) => {
            tracing::error!(%error, request_id, "the error page cannot be rendered");
            failure.code().into_response()
        }
    }
}

/// Answers paths that do not exist.
pub(crate) async fn not_found() -> Failure {
    Refusal::new(StatusCode::NOT_FOUND, "not_found").into()
}

/// Answers methods that a path does not have.
pub(crate) async fn method_not_allowed() -> Failure {
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed").into()
}
