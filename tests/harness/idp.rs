//! The provider, run in this process on a loopback address, with a clock and randomness of the test's own.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::future::BoxFuture;
use idp_core::admin::audit::{self, Verification};
use idp_core::clock::{Clock, FixedClock, Timestamp};
use idp_core::config::{
    Config, HttpConfig, LimitsConfig, LogConfig, LogFormat, LogLevel, MailConfig, MailTls, MetricsConfig,
    MutualTlsConfig, OutgoingConfig,
};
use idp_core::ctx::{Ctx, Scope};
use idp_core::entropy::{Entropy, SeededEntropy};
use idp_core::fault::Fault;
use idp_core::hashing::HashingConfig;
use idp_core::realm::{Realm, RealmSettings};
use idp_core::secret::Vault;
use idp_core::store::{Ambient, DatabaseUrl, Store};
use idp_server::serve::{Listeners, monitor, serve};
use idp_server::state::AppState;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::browser::Browser;
use crate::database::Database;
use crate::mail::Mailbox;
use crate::{seed, society};

/// 2026-11-23 10:00 in Japan.
pub(crate) const START: Timestamp = Timestamp::from_millis(1_795_395_600_000);

/// One provider; clones are the same one.
#[derive(Clone)]
pub struct Idp(Arc<Inner>);

struct Inner {
    database: Database,
    clock: Arc<FixedClock>,
    entropy: Arc<dyn Entropy>,
    config: Arc<Config>,
    listener: TcpListener,
    realm: Arc<Realm>,
    mailbox: Mailbox,
    http: reqwest::Client,
    running: Mutex<Running>,
}

struct Running {
    state: Option<AppState>,
    stop: CancellationToken,
    task: Option<JoinHandle<anyhow::Result<()>>>,
    clients_port: Option<u16>,
}

impl Idp {
    /// Starts with the settings most realms have.
    pub async fn start(database: Database) -> Self {
        Self::start_with(database, |_| {}).await
    }

    /// Starts with other settings of the realm.
    pub async fn start_with(database: Database, adjust: impl FnOnce(&mut RealmSettings)) -> Self {
        Self::start_configured(database, |_| {}, adjust).await
    }

    /// Starts with another configuration, too.
    pub async fn start_configured(
        database: Database,
        configure: impl FnOnce(&mut Config),
        adjust: impl FnOnce(&mut RealmSettings),
    ) -> Self {
        Self::start_at(database, None, configure, adjust).await
    }

    /// Starts with these walls around what it asks by HTTP, where other tests list this machine.
    pub async fn start_walled(
        database: Database,
        outgoing: OutgoingConfig,
        adjust: impl FnOnce(&mut RealmSettings),
    ) -> Self {
        Self::start_configured(database, |config| config.outgoing = outgoing, adjust).await
    }

    /// Starts with an origin at this port of loopback, where a proxy will stand.
    pub async fn start_behind(database: Database, proxy: u16) -> Self {
        let believe = |config: &mut Config| config.http.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
        Self::start_at(database, Some(proxy), believe, |_| {}).await
    }

    async fn start_at(
        database: Database,
        proxy: Option<u16>,
        configure: impl FnOnce(&mut Config),
        adjust: impl FnOnce(&mut RealmSettings),
    ) -> Self {
        choose_cryptography();
        let clock = Arc::new(FixedClock::at(START));
        let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(1));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let mailbox = Mailbox::open(Arc::clone(&clock) as Arc<dyn Clock>).await;
        let mut config = config(&database, listener.local_addr().unwrap(), mailbox.address);
        configure(&mut config);
        let config = Arc::new(config);

        let port = proxy.unwrap_or(listener.local_addr().unwrap().port());
        society::adopt(&database.url(), &format!("http://localhost:{port}"), adjust).await;
        let running = run(&config, &clock, &entropy, &listener).await;
        let realm = Arc::new(seed::only_realm(&running.state.as_ref().unwrap().store).await);
        let http = client(listener.local_addr().unwrap());
        let running = Mutex::new(running);
        Self(Arc::new(Inner { database, clock, entropy, config, listener, realm, mailbox, http, running }))
    }

    /// Stops the provider for good; what it did is in its database.
    pub async fn stop(&self) {
        drop(self.stops().await);
    }

    /// Stops the provider, and starts it again on the same database.
    pub async fn restart(&self) {
        self.stops().await;
        self.begins().await;
    }

    /// The same with something done to the database while nobody has it open.
    pub async fn restart_after(&self, meanwhile: impl FnOnce()) {
        let store = self.stops().await.store.clone();
        store.close().await.unwrap();
        meanwhile();
        self.begins().await;
    }

    async fn stops(&self) -> AppState {
        let (state, task) = {
            let mut running = self.0.running.lock().unwrap();
            running.stop.cancel();
            (running.state.take().unwrap(), running.task.take().unwrap())
        };
        task.await.unwrap().unwrap();
        state
    }

    async fn begins(&self) {
        let running = run(&self.0.config, &self.0.clock, &self.0.entropy, &self.0.listener).await;
        *self.0.running.lock().unwrap() = running;
    }

    /// Lets time pass.
    pub fn advance(&self, length: Duration) {
        self.0.clock.advance(length);
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// The present second since the epoch.
    pub fn seconds(&self) -> u64 {
        u64::try_from(self.now().seconds()).unwrap()
    }

    /// Scheme, host and port; also the issuer.
    pub fn origin(&self) -> String {
        self.0.realm.origin.as_str().to_owned()
    }

    /// A browser that was never here.
    pub fn browser(&self) -> Browser {
        Browser::new(self.0.http.clone(), Url::parse(&self.origin()).unwrap())
    }

    /// The port at which clients are asked for certificates.
    pub fn clients_port(&self) -> u16 {
        self.0.running.lock().unwrap().clients_port.unwrap()
    }

    /// The members' mails.
    pub fn mailbox(&self) -> &Mailbox {
        &self.0.mailbox
    }

    /// For machines: follows no redirect.
    pub fn http(&self) -> &reqwest::Client {
        &self.0.http
    }

    /// Which database it runs on.
    pub fn database(&self) -> &Database {
        &self.0.database
    }

    pub(crate) fn config(&self) -> Arc<Config> {
        Arc::clone(&self.0.config)
    }

    /// What a node of its own is given: time and randomness are everybody's, what it remembers is not.
    pub(crate) fn ambient(&self) -> Ambient {
        ambient(&self.0.config, &self.0.clock, &self.0.entropy)
    }

    /// What the monitoring reads at its listener.
    pub async fn metrics(&self) -> String {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = self.0.running.lock().unwrap().state.clone().unwrap();
        let stop = CancellationToken::new();
        let task = tokio::spawn(monitor(state, listener, stop.clone()));
        let answer = reqwest::get(format!("http://{address}/metrics")).await.unwrap();
        assert_eq!(answer.headers()["content-type"], "application/openmetrics-text; version=1.0.0; charset=utf-8");
        let text = answer.text().await.unwrap();
        stop.cancel();
        task.await.unwrap();
        text
    }

    /// Runs a verb of an operator.
    pub async fn operate<T, F>(&self, operation: F) -> T
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c Ctx) -> BoxFuture<'c, Result<T, Fault>> + Send + 'static,
    {
        self.tries(operation).await.unwrap()
    }

    /// The same where it may fail.
    pub async fn tries<T, F>(&self, operation: F) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c Ctx) -> BoxFuture<'c, Result<T, Fault>> + Send + 'static,
    {
        self.store().write(&self.operator(), operation).await
    }

    /// Walks the whole audit chain.
    pub async fn verifies_audit(&self) -> Verification {
        audit::verify(&self.store(), &self.operator(), &[]).await.unwrap()
    }

    pub(crate) fn store(&self) -> Store {
        self.0.running.lock().unwrap().state.as_ref().unwrap().store.clone()
    }

    pub(crate) fn operator(&self) -> Scope {
        Scope::operator(Arc::clone(&self.0.realm), "tests")
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.running.get_mut().unwrap_or_else(PoisonError::into_inner).stop.cancel();
    }
}

async fn run(
    config: &Arc<Config>,
    clock: &Arc<FixedClock>,
    entropy: &Arc<dyn Entropy>,
    listener: &TcpListener,
) -> Running {
    let state = AppState::open(Arc::clone(config), ambient(config, clock, entropy)).await.unwrap();
    let listener = tokio::net::TcpListener::from_std(listener.try_clone().unwrap()).unwrap();
    let stop = CancellationToken::new();
    let clients = match &config.mutual_tls.listener {
        Some(listener) => Some(tokio::net::TcpListener::bind(listener.listen).await.unwrap()),
        None => None,
    };
    let clients_port = clients.as_ref().map(|listener| listener.local_addr().unwrap().port());
    let listeners = Listeners { browsers: vec![listener], clients };
    let task = tokio::spawn(serve(state.clone(), listeners, stop.clone()));
    Running { state: Some(state), stop, task: Some(task), clients_port }
}

fn ambient(config: &Config, clock: &Arc<FixedClock>, entropy: &Arc<dyn Entropy>) -> Ambient {
    Ambient {
        clock: Arc::clone(clock) as Arc<dyn Clock>,
        entropy: Arc::clone(entropy),
        vault: Arc::clone(&config.vault),
        client_keys: Arc::default(),
        mutual_tls: config.mutual_tls.offer(),
    }
}

/// Opened by the key that every installation of the tests has.
pub(crate) fn vault() -> Arc<Vault> {
    Arc::new(Vault::open(&[7; 32]).unwrap())
}

fn config(database: &Database, listen: SocketAddr, mail: SocketAddr) -> Config {
    let url: DatabaseUrl = database.url().parse().unwrap();
    Config {
        database: url,
        vault: vault(),
        http: HttpConfig { listen, trusted_proxies: Vec::new(), tls: None },
        mutual_tls: MutualTlsConfig::default(),
        mail: MailConfig {
            host: mail.ip().to_string(),
            port: mail.port(),
            login: None,
            tls: MailTls::Off,
            ca_certificate: None::<PathBuf>,
        },
        log: LogConfig { format: LogFormat::Text, level: LogLevel::Warn },
        // The cheapest hash there is: what it costs is tested where the hashing lives.
        hashing: HashingConfig { memory_kib: 8, iterations: 1, threads: 2, queue: 512 },
        limits: LimitsConfig {
            connections_per_address: 1_000,
            header_read: Duration::from_secs(10),
            request: Duration::from_secs(60),
        },
        // The relying parties of tests live on this machine.
        outgoing: OutgoingConfig {
            allowed_networks: vec!["127.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()],
            ca_certificate: None,
        },
        metrics: MetricsConfig::default(),
    }
}

/// What `main` does first: every TLS client and server of the process takes this provider.
pub(crate) fn choose_cryptography() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // An error means that another thread chose in between, which is as good.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    }
}

/// No redirects, and no connection kept over a restart.
fn client(address: SocketAddr) -> reqwest::Client {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
    client.resolve("localhost", address).pool_max_idle_per_host(0).build().unwrap()
}
