//! Around every handler: which realm, how long it may take, what happens when it panics, what every answer carries.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use idp_core::fault::Fault;
use idp_core::realm::{Realm, Transport};

use super::headers;
use crate::error::{self, Failure, Refusal};
use crate::extract::Visit;
use crate::mutual_tls::door::Shown;
use crate::paths::{self, Audience};
use crate::state::{AppState, Door};

/// The whole frame, outermost.
pub(crate) async fn frame(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let request_id = state.request_ids.next();
    let (mut parts, body) = request.into_parts();
    let (method, path) = (parts.method.clone(), parts.uri.path().to_owned());
    let route = parts.extensions.get::<MatchedPath>().cloned();

    let certificate = state.certificates.take(&mut parts, state.store.ambient().clock.now());
    let door = door(&parts);
    let realm = match (door, paths::audience(&path)) {
        // Browsers would be asked for a certificate there, and share cookies with the port they belong to.
        (Door::Clients, Audience::Person) => Ok(None),
        (Door::Clients, Audience::Client | Audience::Probe) | (Door::Browsers, _) => realm(&state, &parts, door).await,
    };
    let known = realm.as_ref().is_ok_and(Option::is_some);
    let (found, refused) = match realm {
        Ok(Some(realm)) => (realm, None),
        Ok(None) if paths::audience(&path) == Audience::Probe => (Arc::new(Realm::installation()), None),
        Ok(None) => {
            let refusal = Refusal::new(StatusCode::MISDIRECTED_REQUEST, "misdirected");
            (Arc::new(Realm::installation()), Some(Failure::from(refusal)))
        }
        Err(fault) => (Arc::new(Realm::installation()), Some(fault.into())),
    };
    let visit = Visit::read(&parts, &state, (found, certificate), request_id.clone());
    parts.extensions.insert(visit.clone());
    let response = match refused {
        Some(failure) => failure.into_response(),
        None => guarded(&state, next.run(Request::from_parts(parts, body))).await,
    };

    if let Some(code) = error::refused_with(&response) {
        visit.refuse(code);
    }
    let mut response = error::finish(response, &path, &request_id, || visit.bare_chrome());
    if known {
        for cookie in visit.set_cookies() {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    let transport = if known { visit.realm().origin.transport() } else { Transport::LoopbackHttp };
    headers::secure(response.headers_mut(), transport);
    if let Ok(id) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), id);
    }
    state.metrics.answered(route.as_ref().map(MatchedPath::as_str), &method, response.status(), started.elapsed());
    if let Some(code) = visit.refused() {
        state.metrics.refused(code);
    }
    // The path carries no secret; the query may, so it stays out of the log.
    let (status, millis) = (response.status().as_u16(), started.elapsed().as_millis());
    tracing::info!(%method, path, status, millis, request_id, "answered");
    response
}

/// A panic is a fault like any other, and nobody waits for ever. What was being written is written all the same.
async fn guarded(state: &AppState, answer: impl Future<Output = Response>) -> Response {
    let answer = AssertUnwindSafe(answer).catch_unwind();
    match tokio::time::timeout(state.config.limits.request, answer).await {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => Failure::from(Fault::Broken("a handler panicked".into())).into_response(),
        Err(_) => Failure::from(Fault::Busy("the request took too long")).into_response(),
    }
}

fn door(parts: &Parts) -> Door {
    if parts.extensions.get::<Shown>().is_some() { Door::Clients } else { Door::Browsers }
}

async fn realm(state: &AppState, parts: &Parts, door: Door) -> Result<Option<Arc<Realm>>, Fault> {
    match host(parts) {
        Some(host) if paths::audience(parts.uri.path()) != Audience::Probe => state.realm_at(&host, door).await,
        Some(_) | None => Ok(None),
    }
}

/// `:authority` of HTTP/2, else `Host`, without the default ports. What proxies say about it is not heard.
fn host(parts: &Parts) -> Option<String> {
    let stated = parts.uri.authority().map(|authority| authority.as_str());
    let mut headers = parts.headers.get_all(header::HOST).iter();
    let header = headers.next().and_then(|value| value.to_str().ok());
    if headers.next().is_some() {
        return None;
    }
    let host = stated.or(header)?.to_ascii_lowercase();
    let bare = host.strip_suffix(":443").or_else(|| host.strip_suffix(":80"));
    Some(bare.map(str::to_owned).unwrap_or(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host_of(uri: &str, headers: &[&str]) -> Option<String> {
        let mut request = Request::builder().uri(uri);
        for value in headers {
            request = request.header(header::HOST, *value);
        }
        host(&request.body(axum::body::Body::empty()).unwrap().into_parts().0)
    }

    #[test]
    fn the_host_is_read_in_one_form() {
        assert_eq!(host_of("/login", &["ID.Example:443"]).as_deref(), Some("id.example"));
        assert_eq!(host_of("/login", &["localhost:8080"]).as_deref(), Some("localhost:8080"));
        assert_eq!(host_of("https://id.example/login", &[]).as_deref(), Some("id.example"));
        assert_eq!(host_of("/login", &[]), None);
    }

    #[test]
    fn two_hosts_are_none() {
        assert_eq!(host_of("/login", &["a.example", "b.example"]), None);
    }
}
