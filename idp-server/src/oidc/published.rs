//! What anybody may ask of a realm, as bytes that are ready: discovery and the key set. Rendered when the realm changes,
//! not when somebody asks.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use aws_lc_rs::digest;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use idp_core::fault::Fault;
use idp_core::id::RealmId;
use idp_core::realm::Realm;
use serde::Serialize;

use super::document;

/// How long a key set is served before the database is asked again, so that other nodes' changes show soon. Changes of
/// this process show at once.
const KEYS_FRESH: Duration = Duration::from_secs(1);

/// A document with its strong validator (RFC 9110 §8.8.3).
#[derive(Clone)]
pub(crate) struct Ready {
    body: Bytes,
    etag: HeaderValue,
}

/// The documents of each realm.
#[derive(Default)]
pub(crate) struct Published {
    discovery: RwLock<HashMap<RealmId, (Arc<Realm>, Ready)>>,
    keys: RwLock<HashMap<RealmId, (Read, Ready)>>,
}

/// When something was read: at which instant, after how many changes.
#[derive(Clone, Copy)]
pub(crate) struct Read {
    pub(crate) at: Instant,
    pub(crate) changes: u64,
}

impl Read {
    pub(crate) fn is_fresh(&self, now: Read, for_long: Duration) -> bool {
        self.changes == now.changes && now.at.duration_since(self.at) < for_long
    }
}

impl Ready {
    /// Renders `content`.
    pub(crate) fn new(content: &impl Serialize) -> Result<Self, Fault> {
        let broken = || Fault::Broken("a published document has no JSON form".into());
        let body = serde_json::to_vec(content).map_err(|_| broken())?;
        let hash = URL_SAFE_NO_PAD.encode(&digest::digest(&digest::SHA256, &body).as_ref()[..16]);
        let etag = HeaderValue::from_str(&format!("\"{hash}\"")).map_err(|_| broken())?;
        Ok(Self { body: body.into(), etag })
    }

    /// The document, or 304 for whoever has it (RFC 9110 §13.1.2).
    pub(crate) fn answer(self, asked: &HeaderMap) -> Response {
        let has_it = holds(asked, self.etag.to_str().unwrap_or_default());
        let (status, body) =
            if has_it { (StatusCode::NOT_MODIFIED, Body::empty()) } else { (StatusCode::OK, self.body.into()) };
        let mut response = Response::new(body);
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::ETAG, self.etag);
        if status == StatusCode::OK {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        document::keep_shortly(headers);
        response
    }
}

/// Whether `If-None-Match` names the document; weak validators are compared as strong ones.
fn holds(asked: &HeaderMap, etag: &str) -> bool {
    let values = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    values
        .flat_map(|list| list.split(','))
        .map(str::trim)
        .any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == etag)
}

impl Published {
    /// The discovery document of the realm as it was read.
    pub(crate) fn discovery(
        &self,
        realm: &Arc<Realm>,
        render: impl FnOnce(&Realm) -> Result<Ready, Fault>,
    ) -> Result<Ready, Fault> {
        let held = self.discovery.read().unwrap_or_else(PoisonError::into_inner).get(&realm.id).cloned();
        if let Some((_, ready)) = held.filter(|(of, _)| Arc::ptr_eq(of, realm)) {
            return Ok(ready);
        }
        let ready = render(realm)?;
        let mut discovery = self.discovery.write().unwrap_or_else(PoisonError::into_inner);
        discovery.insert(realm.id, (Arc::clone(realm), ready.clone()));
        Ok(ready)
    }

    /// The key set of the realm, unless it must be read again.
    pub(crate) fn keys(&self, realm: RealmId, now: Read) -> Option<Ready> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.get(&realm).filter(|(read, _)| read.is_fresh(now, KEYS_FRESH)).map(|(_, ready)| ready.clone())
    }

    /// Keeps a key set that was read after `read` was noted.
    pub(crate) fn keep_keys(&self, realm: RealmId, read: Read, ready: Ready) {
        self.keys.write().unwrap_or_else(PoisonError::into_inner).insert(realm, (read, ready));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(values: &[&str]) -> HeaderMap {
        let pairs = values.iter().map(|value| (header::IF_NONE_MATCH, value.parse().unwrap()));
        let mut headers = HeaderMap::new();
        pairs.for_each(|(name, value)| {
            headers.append(name, value);
        });
        headers
    }

    #[test]
    fn a_validator_is_found_in_a_list_weak_or_strong_and_a_part_of_it_is_none() {
        for held in [&["\"a\""][..], &["\"x\", \"a\""], &["\"x\"", "W/\"a\""], &["*"]] {
            assert!(holds(&asked(held), "\"a\""), "{held:?}");
        }
        for other in [&[][..], &["\"b\""], &["a"], &["\"aa\""], &["W/"]] {
            assert!(!holds(&asked(other), "\"a\""), "{other:?}");
        }
    }
}
