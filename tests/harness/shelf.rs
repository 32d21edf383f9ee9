//! A client's own https address: documents that the provider may fetch.

use std::collections::HashMap;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum_server::tls_rustls::RustlsConfig;
use rcgen::SanType;

use crate::certificate::Authority;
use crate::idp::choose_cryptography;

/// Documents by name, and how often each was asked for.
pub struct Shelf {
    origin: String,
    documents: Documents,
}

type Documents = Arc<Mutex<HashMap<String, (Laid, usize)>>>;

/// What lies under a name.
#[derive(Clone)]
enum Laid {
    Document(String),
    Elsewhere(String),
}

impl Shelf {
    /// An empty one, whose certificate `authority` vouches for.
    pub async fn open(authority: &Authority) -> Self {
        choose_cryptography();
        let certificate = authority.issues("shelf", vec![SanType::DnsName("localhost".try_into().unwrap())]);
        let (chain, key) = certificate.pem();
        let tls = RustlsConfig::from_pem(chain.into(), key.into()).await.unwrap();
        let documents = Documents::default();
        let routes = Router::new().route("/{name}", any(show)).with_state(Arc::clone(&documents));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let origin = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        tokio::spawn(axum_server::from_tcp_rustls(listener, tls).unwrap().serve(routes.into_make_service()));
        Self { origin, documents }
    }

    /// Lays a document out, in the place of the one called so.
    pub fn holds(&self, name: &str, document: &str) {
        self.lays(name, Laid::Document(document.to_owned()));
    }

    /// Sends whoever asks for it, or posts there, to another address.
    pub fn leads(&self, name: &str, address: &str) {
        self.lays(name, Laid::Elsewhere(address.to_owned()));
    }

    fn lays(&self, name: &str, laid: Laid) {
        self.documents.lock().unwrap().insert(name.to_owned(), (laid, 0));
    }

    /// Where a document is, or would be.
    pub fn address(&self, name: &str) -> String {
        format!("{}/{name}", self.origin)
    }

    /// How often it was fetched since it was laid out.
    pub fn fetched(&self, name: &str) -> usize {
        self.documents.lock().unwrap().get(name).map_or(0, |(_, times)| *times)
    }
}

async fn show(State(documents): State<Documents>, Path(name): Path<String>) -> Response {
    let mut documents = documents.lock().unwrap();
    let Some((laid, times)) = documents.get_mut(&name) else { return StatusCode::NOT_FOUND.into_response() };
    *times += 1;
    match laid.clone() {
        Laid::Document(document) => document.into_response(),
        Laid::Elsewhere(address) => (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, address)]).into_response(),
    }
}
