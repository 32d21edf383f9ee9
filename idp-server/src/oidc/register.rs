//! `/register`: clients that register and manage themselves.

use axum::body::Bytes;
use axum::extract::FromRequest;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use idp_core::client::Client;
use idp_core::oidc::register::{self, Draft, Refusal, Registered, answer};
use serde_json::{Map, Value, json};

use super::document;
use super::sent;
use crate::error::Failure;
use crate::extract::Visit;
use crate::outgoing::fetch_keys;
use crate::paths;
use crate::state::AppState;

/// Registers a client (RFC 7591 §3).
pub(crate) async fn post(State(state): State<AppState>, visit: Visit, request: Request) -> Result<Response, Failure> {
    let token = bearer(request.headers());
    let scope = visit.scope();
    let asked = token.clone();
    let may =
        state.store.read(&scope, move |ctx| async move { register::may_register(ctx, asked.as_deref()).await }.boxed());
    if let Err(refusal) = may.await? {
        return Ok(refused(&visit, &refusal));
    }
    let draft = match draft(&state, &visit, request).await? {
        Ok(draft) => draft,
        Err(answer) => return Ok(answer),
    };
    let listed = listed(&state, &draft).await;

    let scope = visit.scope();
    let registered = state.store.write(&scope, move |ctx| {
        async move { register::register(ctx, token.as_deref(), draft, listed.as_deref()).await }.boxed()
    });
    match registered.await? {
        Ok(registered) => Ok(told(&visit, StatusCode::CREATED, &registered)),
        Err(refusal) => Ok(refused(&visit, &refusal)),
    }
}

/// Tells a client what is registered (RFC 7592 §2.1).
pub(crate) async fn get(
    State(state): State<AppState>,
    visit: Visit,
    Path(client_id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let access = bearer(&headers);
    let scope = visit.scope();
    let sent = access.clone();
    let managed = state
        .store
        .read(&scope, move |ctx| async move { register::managed(ctx, &client_id, sent.as_deref()).await }.boxed());
    match managed.await? {
        Ok(client) => {
            let document = information(&visit, &client, &access.unwrap_or_default());
            Ok(document::document(StatusCode::OK, &document))
        }
        Err(refusal) => Ok(refused(&visit, &refusal)),
    }
}

/// Replaces what is registered (RFC 7592 §2.2).
pub(crate) async fn put(
    State(state): State<AppState>,
    visit: Visit,
    Path(client_id): Path<String>,
    request: Request,
) -> Result<Response, Failure> {
    let access = bearer(request.headers());
    let (name, sent) = (client_id.clone(), access.clone());
    let scope = visit.scope();
    let managed = state
        .store
        .read(&scope, move |ctx| async move { register::managed(ctx, &name, sent.as_deref()).await }.boxed());
    if let Err(refusal) = managed.await? {
        return Ok(refused(&visit, &refusal));
    }
    let draft = match draft(&state, &visit, request).await? {
        Ok(draft) => draft,
        Err(answer) => return Ok(answer),
    };
    let listed = listed(&state, &draft).await;

    let scope = visit.scope();
    let replaced = state.store.write(&scope, move |ctx| {
        async move { register::replace(ctx, (&client_id, access.as_deref()), draft, listed.as_deref()).await }.boxed()
    });
    match replaced.await? {
        Ok(registered) => Ok(told(&visit, StatusCode::OK, &registered)),
        Err(refusal) => Ok(refused(&visit, &refusal)),
    }
}

/// Takes a registration back (RFC 7592 §2.3).
pub(crate) async fn delete(
    State(state): State<AppState>,
    visit: Visit,
    Path(client_id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let access = bearer(&headers);
    let scope = visit.scope();
    let deleted = state
        .store
        .write(&scope, move |ctx| async move { register::delete(ctx, &client_id, access.as_deref()).await }.boxed());
    match deleted.await? {
        Ok(()) => Ok((StatusCode::NO_CONTENT, [(header::CACHE_CONTROL, "no-store")]).into_response()),
        Err(refusal) => Ok(refused(&visit, &refusal)),
    }
}

/// The metadata sent, or the answer that refuses them.
async fn draft(state: &AppState, visit: &Visit, request: Request) -> Result<Result<Draft, Response>, Failure> {
    let is_json =
        request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(|text| {
            text.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
        });
    let body = Bytes::from_request(request, &()).await;
    let read = body.ok().filter(|_| is_json).and_then(|body| serde_json::from_slice::<Value>(&body).ok());
    let Some(sent) = read else {
        let why = "the body must be application/json of at most 64 KiB";
        return Ok(Err(document::error(StatusCode::BAD_REQUEST, "invalid_client_metadata", why)));
    };
    let (asked, scope) = (sent.clone(), visit.scope());
    let missing =
        state.store.read(&scope, move |ctx| async move { Ok(register::statement::missing(ctx, &asked)) }.boxed());
    if let Some(uri) = missing.await? {
        fetch_keys(state, &uri).await;
    }
    let drafted =
        state.store.read(&visit.scope(), move |ctx| async move { Ok(Draft::read(ctx, sent)) }.boxed()).await?;
    Ok(drafted.map_err(|refusal| refused(visit, &refusal)))
}

/// The addresses in the sector document, where there is one and it can be read.
async fn listed(state: &AppState, draft: &Draft) -> Option<Vec<String>> {
    let body = state.outgoing.sector_document(draft.sector_document()?).await?;
    serde_json::from_slice(&body).ok()
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    let (scheme, token) = sent::authorization(headers)?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

fn told(visit: &Visit, status: StatusCode, registered: &Registered) -> Response {
    let mut document = information(visit, &registered.client, registered.access.expose_text());
    if let Some(secret) = &registered.secret {
        document.insert("client_secret".to_owned(), secret.expose_text().into());
        document.insert("client_secret_expires_at".to_owned(), 0.into());
    }
    document::document(status, &document)
}

/// RFC 7591 §3.2.1 and RFC 7592 §3. A secret is told when it is drawn, and never again.
fn information(visit: &Visit, client: &Client, access: &str) -> Map<String, Value> {
    let client_id = client.client_id.as_str();
    let address = format!("{}{}/{client_id}", visit.realm().origin.as_str(), paths::REGISTER);
    let mut document = answer::written(&client.name, &client.settings);
    document.insert("client_id".to_owned(), client_id.into());
    document.insert("client_id_issued_at".to_owned(), client.created_at.seconds().into());
    document.insert("registration_client_uri".to_owned(), address.into());
    document.insert("registration_access_token".to_owned(), access.into());
    document
}

fn refused(visit: &Visit, refusal: &Refusal) -> Response {
    let (status, code, why) = match refusal {
        Refusal::Closed => (StatusCode::FORBIDDEN, "access_denied", "this provider takes no registrations".to_owned()),
        Refusal::Unauthorized => {
            (StatusCode::UNAUTHORIZED, "invalid_token", "the token is missing, or does not count here".to_owned())
        }
        Refusal::Metadata(error) => (StatusCode::BAD_REQUEST, error.code(), error.to_string()),
        Refusal::InvalidStatement(why) => {
            (StatusCode::BAD_REQUEST, "invalid_software_statement", format!("software_statement: {why}"))
        }
        Refusal::UnapprovedStatement => (
            StatusCode::BAD_REQUEST,
            "unapproved_software_statement",
            "software statements of this issuer are not accepted".to_owned(),
        ),
    };
    visit.refuse(code);
    tracing::info!(error = code, reason = why, request_id = visit.request_id(), "registration refused");
    let body = json!({ "error": code, "error_description": why });
    let mut response = document::document(status, &body);
    if status == StatusCode::UNAUTHORIZED {
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer error=\"invalid_token\""));
    }
    response
}
