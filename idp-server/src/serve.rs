//! From a configuration to a server that answers, and back to rest.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use axum_server::Handle;
use axum_server::accept::Accept;
use axum_server::service::SendService;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use futures::FutureExt;
use hyper_util::rt::TokioTimer;
use idp_core::admin::installation::{KeyFit, check_key};
use idp_core::config::{Config, TlsFiles};
use idp_core::ctx::Scope;
use idp_core::realm::Realm;
use idp_core::store::migrate;
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::certificate::Visitors;
use crate::connections::Capped;
use crate::mutual_tls::door::Asking;
use crate::state::AppState;
use crate::worker::Served;
use crate::{certificate, router, worker};

/// How long requests in flight may take once the process is told to stop.
const DRAIN: Duration = Duration::from_secs(10);

/// How long a process behind a proxy goes on answering once it is told to stop: `/readyz` says so at once, and the proxy
/// has to see it before the door closes, or a connection that waits there would be cut off.
const FAREWELL: Duration = Duration::from_secs(3);

/// `idp-server serve`: until SIGTERM or SIGINT.
///
/// # Errors
/// A configuration that cannot be used, a pending migration, an address that is taken, a certificate that cannot be
/// read.
pub async fn run(file: &Path) -> anyhow::Result<()> {
    let config = Config::load(file)?;
    crate::logging::start(config.log);
    forbid_core_dumps();

    let behind = migrate::status(&config.database).await?.pending;
    if !behind.is_empty() {
        let (count, file) = (behind.len(), file.display());
        bail!("the schema is {count} step(s) behind: run `idp-admin --config {file} migrate up`, then start again");
    }
    let listen = config.http.listen;
    let ambient = config.ambient();
    let state = AppState::open(Arc::new(config), ambient).await?;
    refuse_wrong_key(&state).await?;
    let listeners = Listeners {
        browsers: vec![bind(listen).await?],
        clients: match &state.config.mutual_tls.listener {
            Some(listener) => Some(bind(listener.listen).await?),
            None => None,
        },
    };
    let stop = stop_on_signal()?;
    if let Some(listen) = state.config.metrics.listen {
        tokio::spawn(monitor(state.clone(), bind(listen).await?, stop.clone()));
    }

    serve(state, listeners, stop).await
}

async fn bind(listen: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(listen).await.with_context(|| format!("cannot listen at {listen}"))
}

/// Tells the monitoring what is counted, until `stop` is cancelled.
pub async fn monitor(state: AppState, listener: TcpListener, stop: CancellationToken) {
    match listener.local_addr() {
        Ok(address) => tracing::info!(%address, "telling numbers"),
        Err(error) => tracing::warn!(%error, "telling numbers somewhere"),
    }
    let serving = axum::serve(listener, router::monitoring(state)).with_graceful_shutdown(stop.cancelled_owned());
    if let Err(error) = serving.await {
        tracing::error!(%error, "the numbers are told no more");
    }
}

/// Where requests come in.
pub struct Listeners {
    /// Those of browsers, and of clients without certificates.
    pub browsers: Vec<TcpListener>,
    /// The one that asks for certificates, by `mutual_tls.listener` of the configuration.
    pub clients: Option<TcpListener>,
}

/// With another key no sign-in would work, and whatever is written would be lost to the right one.
async fn refuse_wrong_key(state: &AppState) -> anyhow::Result<()> {
    let scope = Scope::system(Arc::new(Realm::installation()));
    match state.store.read(&scope, |ctx| check_key(ctx).boxed()).await? {
        KeyFit::Right => Ok(()),
        // Its root key is made by the first migration, and this process would go on without it.
        KeyFit::Unknown => bail!("this database is not set up: run `idp-admin migrate up`, then start again"),
        KeyFit::Wrong => bail!(
            "the installation key is not the one this database was made with: bring back the earlier key, or the \
             database that belongs to this one; nothing was changed"
        ),
    }
}

/// Serves requests and runs the workers until `stop` is cancelled; requests in flight may finish.
///
/// # Errors
/// A certificate that cannot be read, a listener that fails.
pub async fn serve(state: AppState, listeners: Listeners, stop: CancellationToken) -> anyhow::Result<()> {
    let state = state.stopped_by(&stop);
    let browsers = served(state.config.http.tls.as_ref(), Visitors::Browsers).await?;
    let clients = state.config.mutual_tls.listener.as_ref().map(|listener| &listener.tls);
    let clients = served(clients, Visitors::Clients).await?;
    let (tls, mutual) = (tls_of(browsers.as_ref()), tls_of(clients.as_ref()));
    let workers = worker::start(&state, browsers.into_iter().chain(clients).collect());

    let mut loops = JoinSet::new();
    for listener in listeners.browsers {
        tracing::info!(address = %listener.local_addr()?, tls = tls.is_some(), "listening");
        let door = Capped::new(&state.config);
        match &tls {
            Some(tls) => loops.spawn(answer(listener, RustlsAcceptor::new(tls.clone()).acceptor(door), state.clone())),
            None => loops.spawn(answer(listener, door, state.clone())),
        };
    }
    if let Some((listener, tls)) = listeners.clients.zip(mutual) {
        tracing::info!(address = %listener.local_addr()?, "listening for clients with certificates");
        let door = Asking(RustlsAcceptor::new(tls).acceptor(Capped::new(&state.config)));
        loops.spawn(answer(listener, door, state.clone()));
    }
    let mut outcome = Ok(());
    while let Some(ended) = loops.join_next().await {
        // One listener that fails takes the others along: half a server is found out later than none.
        stop.cancel();
        outcome = outcome.and(ended.map_err(anyhow::Error::from).flatten());
    }
    workers.finished().await;
    tracing::info!("stopped");
    outcome
}

async fn served(files: Option<&TlsFiles>, visitors: Visitors) -> anyhow::Result<Option<Served>> {
    let Some(files) = files else { return Ok(None) };
    let tls = certificate::load(files, visitors).await?;
    Ok(Some(Served { tls, files: files.clone(), visitors }))
}

fn tls_of(served: Option<&Served>) -> Option<RustlsConfig> {
    served.map(|served| served.tls.clone())
}

/// What axum answers one connection with.
type Answering = axum::middleware::AddExtension<axum::Router, axum::extract::ConnectInfo<SocketAddr>>;

async fn answer<A>(listener: TcpListener, acceptor: A, state: AppState) -> anyhow::Result<()>
where
    A: Accept<TcpStream, Answering> + Clone + Send + Sync + 'static,
    A::Stream: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send,
    A::Service: SendService<axum::http::Request<hyper::body::Incoming>> + Send,
    A::Future: Send,
{
    let handle = Handle::new();
    // HTTP/1.1 alone: a proxy before us speaks whatever is newest with the browser, and its limits are easy to hold.
    // Said after the acceptor, which forgets it; without it the server waits for ever to learn which version it is.
    let mut server = axum_server::Server::<SocketAddr>::from_listener(listener)
        .handle(handle.clone())
        .acceptor(acceptor)
        .http1_only();
    let header_read = state.config.limits.header_read;
    let builder = server.http_builder();
    builder.http1().timer(TokioTimer::new()).header_read_timeout(header_read).max_headers(64);

    let stop = state.stopping.clone();
    let leaves_after = if state.config.http.trusted_proxies.is_empty() { Duration::ZERO } else { FAREWELL };
    tokio::spawn(async move {
        stop.cancelled().await;
        tokio::time::sleep(leaves_after).await;
        handle.graceful_shutdown(Some(DRAIN));
    });
    server.serve(router::build(state).into_make_service_with_connect_info::<SocketAddr>()).await?;
    Ok(())
}

/// Cancelled by SIGTERM or SIGINT.
///
/// # Errors
/// Signals that cannot be listened to.
pub fn stop_on_signal() -> anyhow::Result<CancellationToken> {
    let stop = CancellationToken::new();
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let told = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("told to stop");
        told.cancel();
    });
    Ok(stop)
}

/// A core dump would hold keys and passwords.
fn forbid_core_dumps() {
    let none = rustix::process::Rlimit { current: Some(0), maximum: Some(0) };
    let limited = rustix::process::setrlimit(rustix::process::Resource::Core, none);
    if let Err(error) = limited {
        tracing::warn!(%error, "core dumps cannot be switched off");
    }
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable) {
        tracing::warn!(%error, "the memory cannot be closed to debuggers");
    }
}
