//! The one way out by HTTP: key sets, sector documents, request objects, logout tokens and notifications (docs/adr, "One way out").
//!
//! Addresses come from clients, so that every one could be meant for a machine behind our own walls (server-side request
//! forgery). A name is looked up once, all its addresses must be public ones or listed by the operator, and the connection
//! goes to just these: a name that answers otherwise a moment later gains nothing. No redirect is followed, an answer has
//! five seconds and 64 KiB.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use futures::future::BoxFuture;
use idp_core::client::{ClientKeySet, HttpsUri};
use idp_core::config::OutgoingConfig;
use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use crate::state::AppState;

mod address;
mod flights;

use flights::Flights;

/// How long an answer may take, from the look-up to the last byte.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The longest answer that is read.
const LONGEST: usize = 64 * 1024;

/// Why a request has no answer.
#[derive(Debug, thiserror::Error)]
pub enum OutgoingError {
    /// Neither https, nor http at a loopback address that the operator listed.
    #[error("the address is not https")]
    Scheme,
    /// It leads into a network that is not public and not listed in `outgoing.allowed_networks`.
    #[error("the address is not public, and not in outgoing.allowed_networks")]
    Forbidden,
    /// The name is not known, nobody answers, the certificate is wrong, or it took too long.
    #[error("no answer: {0}")]
    Unreachable(String),
    /// More than 64 KiB.
    #[error("the answer is longer than 64 KiB")]
    TooLong,
    /// An answer with a status that is no success; redirects are among them.
    #[error("the answer has status {0}")]
    Status(u16),
}

/// Looks names up.
trait Names: Send + Sync {
    fn addresses(&self, name: String) -> BoxFuture<'static, std::io::Result<Vec<IpAddr>>>;
}

/// The system's way.
struct SystemNames;

impl Names for SystemNames {
    fn addresses(&self, name: String) -> BoxFuture<'static, std::io::Result<Vec<IpAddr>>> {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// The client; clones share its connections.
#[derive(Clone)]
pub struct Outgoing {
    http: reqwest::Client,
    allowed: Arc<[IpNet]>,
    under_way: Arc<UnderWay>,
}

/// What is being fetched that strangers can make us want.
#[derive(Default)]
struct UnderWay {
    keys: Flights<()>,
    objects: Flights<String>,
}

/// What the connection asks for the addresses of a name. An error here is final: nothing was sent.
struct Guard {
    names: Arc<dyn Names>,
    allowed: Arc<[IpNet]>,
}

/// The error a forbidden address ends with, found again in the chain of the library's own.
#[derive(Debug, thiserror::Error)]
#[error("the address is not public")]
struct ForbiddenAddress;

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let (names, allowed) = (Arc::clone(&self.names), Arc::clone(&self.allowed));
        Box::pin(async move {
            let found = names.addresses(name.as_str().to_owned()).await?;
            // One forbidden address among good ones is a trap as well.
            if found.is_empty() || !found.iter().all(|address| address::may_be_asked(*address, &allowed)) {
                return Err(ForbiddenAddress.into());
            }
            let addresses: Addrs = Box::new(found.into_iter().map(|address| (address, 0).into()));
            Ok(addresses)
        })
    }
}

impl Outgoing {
    /// Reads the operator's certificate authority.
    ///
    /// # Errors
    /// A certificate that cannot be read.
    pub fn open(config: &OutgoingConfig) -> anyhow::Result<Self> {
        Self::with(config, Arc::new(SystemNames), TIMEOUT)
    }

    fn with(config: &OutgoingConfig, names: Arc<dyn Names>, timeout: Duration) -> anyhow::Result<Self> {
        let allowed: Arc<[IpNet]> = config.allowed_networks.clone().into();
        let guard = Guard { names, allowed: Arc::clone(&allowed) };
        let mut builder = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(timeout)
            .dns_resolver(guard)
            .user_agent(concat!("Sekisho/", env!("CARGO_PKG_VERSION")));
        if let Some(path) = &config.ca_certificate {
            let pem = std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
            builder = builder.tls_certs_merge(reqwest::Certificate::from_pem_bundle(&pem)?);
        }
        Ok(Self { http: builder.build()?, allowed, under_way: Arc::default() })
    }

    /// The body of a document.
    ///
    /// # Errors
    /// [`OutgoingError`]; nothing leaves for a forbidden address.
    pub async fn get(&self, address: &str) -> Result<Vec<u8>, OutgoingError> {
        let url = self.permitted(address)?;
        let answer = self.http.get(url).header("accept", "application/json, */*;q=0.1").send().await;
        let answer = answer.map_err(|error| failed(&error))?;
        if !answer.status().is_success() {
            return Err(OutgoingError::Status(answer.status().as_u16()));
        }
        body(answer).await
    }

    /// The same for what a client said of itself; what cannot be had is noted.
    async fn document(&self, uri: &HttpsUri, what: &'static str) -> Option<Vec<u8>> {
        let answered = self.get(uri.as_str()).await;
        if let Err(error) = &answered {
            tracing::info!(%error, what, host = uri.host(), "it cannot be fetched");
        }
        answered.ok()
    }

    /// The addresses that share a sector (OpenID Connect Core §8.1), as they stand there.
    pub(crate) async fn sector_document(&self, uri: &HttpsUri) -> Option<Vec<u8>> {
        self.document(uri, "a sector document").await
    }

    /// Posts a form; what comes back is not read.
    ///
    /// # Errors
    /// [`OutgoingError`]; nothing leaves for a forbidden address.
    pub async fn post(&self, address: &str, form: &[(&str, &str)]) -> Result<u16, OutgoingError> {
        let url = self.permitted(address)?;
        taken(self.http.post(url).form(form)).await
    }

    /// Posts JSON with a bearer token of the receiver's own; what comes back is not read.
    ///
    /// # Errors
    /// [`OutgoingError`]; nothing leaves for a forbidden address.
    pub async fn notify(&self, address: &str, bearer: &str, json: String) -> Result<u16, OutgoingError> {
        let url = self.permitted(address)?;
        taken(self.http.post(url).bearer_auth(bearer).header("content-type", "application/json").body(json)).await
    }

    /// What can be judged before a name is looked up. The library connects to an address written in figures without
    /// asking the guard.
    fn permitted(&self, address: &str) -> Result<Url, OutgoingError> {
        let url = Url::parse(address).map_err(|_| OutgoingError::Scheme)?;
        let figures = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            Some(Host::Domain(_)) => None,
            None => return Err(OutgoingError::Scheme),
        };
        let is_loopback = figures.is_some_and(|address| address.is_loopback()) || url.host_str() == Some("localhost");
        match url.scheme() {
            "https" => {}
            "http" if is_loopback => {}
            _ => return Err(OutgoingError::Scheme),
        }
        match figures {
            Some(address) if !address::may_be_asked(address, &self.allowed) => Err(OutgoingError::Forbidden),
            Some(_) | None => Ok(url),
        }
    }
}

async fn taken(request: reqwest::RequestBuilder) -> Result<u16, OutgoingError> {
    let status = request.send().await.map_err(|error| failed(&error))?.status();
    if status.is_success() { Ok(status.as_u16()) } else { Err(OutgoingError::Status(status.as_u16())) }
}

async fn body(mut answer: reqwest::Response) -> Result<Vec<u8>, OutgoingError> {
    let mut read = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| failed(&error))? {
        if read.len() + chunk.len() > LONGEST {
            return Err(OutgoingError::TooLong);
        }
        read.extend_from_slice(&chunk);
    }
    Ok(read)
}

fn failed(error: &reqwest::Error) -> OutgoingError {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(deeper) = cause {
        if deeper.is::<ForbiddenAddress>() {
            return OutgoingError::Forbidden;
        }
        text = deeper.to_string();
        cause = deeper.source();
    }
    OutgoingError::Unreachable(text)
}

/// Fetches a client's key set and remembers how that ended, or waits while somebody else does. A set that cannot be had
/// leaves the old one in use.
pub async fn fetch_keys(state: &AppState, uri: &HttpsUri) {
    let ambient = state.store.ambient();
    let begin = || {
        if !ambient.client_keys.asks(uri, ambient.clock.now()) {
            return None;
        }
        let (keys, clock) = (Arc::clone(&ambient.client_keys), Arc::clone(&ambient.clock));
        let (outgoing, uri) = (state.outgoing.clone(), uri.clone());
        Some(async move {
            let answered = outgoing.document(&uri, "a client's keys").await.and_then(|body| read_keys(&body));
            keys.keep(&uri, answered, clock.now());
            Some(())
        })
    };
    state.outgoing.under_way.keys.share(uri.as_str(), begin).await;
}

/// Fetches a request object, or waits while somebody else does.
pub(crate) async fn fetch_object(state: &AppState, uri: &HttpsUri) -> Option<String> {
    let (outgoing, address) = (state.outgoing.clone(), uri.clone());
    let fetch = async move { String::from_utf8(outgoing.document(&address, "a request object").await?).ok() };
    state.outgoing.under_way.objects.share(uri.as_str(), || Some(fetch)).await
}

fn read_keys(body: &[u8]) -> Option<ClientKeySet> {
    ClientKeySet::read(serde_json::from_slice(body).ok()?).ok()
}

#[cfg(test)]
mod tests;
