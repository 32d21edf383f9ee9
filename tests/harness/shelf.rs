//! A client's own https address: documents that the provider may fetch.

use std::collections::HashMap;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum_server::tls_rustls::RustlsConfig;
use rcgen::SanType;

use crate::certificate::Authority;
use crate::idp::choose_cryptography;

/// Documents by name, and how often each was asked for.
pub struct Shelf {
    origin: String,
    documents: Documents,
}

type Documents = Arc<Mutex<HashMap<String, (String, usize)>>>;

impl Shelf {
    /// An empty one, whose certificate `authority` vouches for.
    pub async fn open(authority: &Authority) -> Self {
        choose_cryptography();
        let certificate = authority.issues("shelf", vec![SanType::DnsName("localhost".try_into().unwrap())]);
        let (chain, key) = certificate.pem();
        let tls = RustlsConfig::from_pem(chain.into(), key.into()).await.unwrap();
        let documents = Documents::default();
        let routes = Router::new().route("/{name}", get(show)).with_state(Arc::clone(&documents));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let origin = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        tokio::spawn(axum_server::from_tcp_rustls(listener, tls).unwrap().serve(routes.into_make_service()));
        Self { origin, documents }
    }

    /// Lays a document out, in the place of the one called so.
    pub fn holds(&self, name: &str, document: &str) {
        self.documents.lock().unwrap().insert(name.to_owned(), (document.to_owned(), 0));
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

async fn show(State(documents): State<Documents>, Path(name): Path<String>) -> (StatusCode, String) {
    let mut documents = documents.lock().unwrap();
    let Some((document, times)) = documents.get_mut(&name) else { return (StatusCode::NOT_FOUND, String::new()) };
    *times += 1;
    (StatusCode::OK, document.clone())
}
