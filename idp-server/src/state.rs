//! What all handlers share.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use futures::FutureExt;
use idp_core::config::Config;
use idp_core::ctx::Scope;
use idp_core::fault::Fault;
use idp_core::hashing::HashingPool;
use idp_core::mutual_tls::without_port;
use idp_core::realm::Realm;
use idp_core::secret::Vault;
use idp_core::store::{self, Ambient, Store};
use tokio_util::sync::CancellationToken;

use crate::health::SchemaWatch;
use crate::metrics::Metrics;
use crate::middleware::request_id::RequestIds;
use crate::mutual_tls::ClientCertificates;
use crate::oidc::published::{Published, Read};
use crate::outgoing::Outgoing;

/// How long a realm is used before the database is asked again, so that other nodes' changes show soon.
const REALM_FRESH: Duration = Duration::from_secs(1);

/// Realms as they were read, and when.
type RealmsByHost = HashMap<(Door, String), (Read, Arc<Realm>)>;

/// By which listener a request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Door {
    /// The one for browsers, and for clients without certificates.
    Browsers,
    /// The one that asks for certificates.
    Clients,
}

/// What all handlers share. Every layer of every request has a clone of its own: one count goes up, not twenty.
#[derive(Clone)]
pub struct AppState(Arc<Shared>);

impl Deref for AppState {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

/// What is behind it.
#[derive(Clone)]
pub struct Shared {
    /// The database.
    pub store: Store,
    /// The threads that hash passwords.
    pub passwords: HashingPool,
    /// The way out by HTTP.
    pub outgoing: Outgoing,
    pub(crate) certificates: ClientCertificates,
    /// The configuration.
    pub config: Arc<Config>,
    /// Cancelled when the process is told to stop.
    pub stopping: CancellationToken,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    pub(crate) schema: Arc<SchemaWatch>,
    pub(crate) realms: Arc<RwLock<RealmsByHost>>,
    pub(crate) published: Arc<Published>,
    pub(crate) request_ids: Arc<RequestIds>,
}

impl AppState {
    /// Opens the database and starts the hashing threads.
    ///
    /// # Errors
    /// A database that cannot be opened, a certificate authority that cannot be read, hashing parameters that Argon2 refuses.
    pub async fn open(config: Arc<Config>, ambient: Ambient) -> Result<Self, Fault> {
        let passwords = HashingPool::start(config.hashing, Arc::clone(&ambient.entropy))?;
        let outgoing = Outgoing::open(&config.outgoing).map_err(|error| Fault::Broken(format!("{error:#}")))?;
        let certificates =
            ClientCertificates::open(&config.mutual_tls).map_err(|error| Fault::Broken(format!("{error:#}")))?;
        let request_ids = Arc::new(RequestIds::begin(ambient.entropy.as_ref()));
        let store = Store::open(&config.database, ambient).await?;
        let metrics = Arc::new(Metrics::new(Arc::clone(store.tally())));
        Ok(Self(Arc::new(Shared {
            store,
            passwords,
            outgoing,
            certificates,
            config,
            stopping: CancellationToken::new(),
            metrics,
            schema: Arc::default(),
            realms: Arc::default(),
            published: Arc::default(),
            request_ids,
        })))
    }

    /// The same, told to stop by `stop`.
    pub(crate) fn stopped_by(self, stop: &CancellationToken) -> Self {
        Self(Arc::new(Shared { stopping: stop.clone(), ..Arc::unwrap_or_clone(self.0) }))
    }

    /// Hashes and seals secrets.
    pub fn vault(&self) -> &Vault {
        &self.store.ambient().vault
    }

    /// The realm that answers at this `Host`, in lower case and without the default port. Clients with certificates call
    /// at a port of their own, by which no realm is known.
    pub(crate) async fn realm_at(&self, host: &str, door: Door) -> Result<Option<Arc<Realm>>, Fault> {
        let host = match door {
            Door::Browsers => host,
            Door::Clients => without_port(host),
        };
        let now = self.reading();
        if let Some(realm) = self.remembered((door, host.to_owned()), now) {
            return Ok(Some(realm));
        }

        let scope = Scope::system(Arc::new(Realm::installation()));
        let host = host.to_owned();
        let wanted = host.clone();
        let found = self
            .store
            .read(&scope, move |ctx| {
                async move {
                    match door {
                        Door::Browsers => store::realm::by_host(ctx, &wanted).await,
                        Door::Clients => store::realm::by_host_name(ctx, &wanted).await,
                    }
                }
                .boxed()
            })
            .await?;

        // An unknown host is not remembered: whoever asks for many must not fill the memory.
        let mut realms = self.realms.write().unwrap_or_else(PoisonError::into_inner);
        let Some(realm) = found.map(Arc::new) else {
            realms.remove(&(door, host));
            return Ok(None);
        };
        realms.insert((door, host), (now, Arc::clone(&realm)));
        Ok(Some(realm))
    }

    /// Noted before something is read that will be kept: a change in between makes it old.
    pub(crate) fn reading(&self) -> Read {
        Read { at: Instant::now(), changes: self.store.realm_changes() }
    }

    fn remembered(&self, at: (Door, String), now: Read) -> Option<Arc<Realm>> {
        let realms = self.realms.read().unwrap_or_else(PoisonError::into_inner);
        let (read, realm) = realms.get(&at)?;
        read.is_fresh(now, REALM_FRESH).then(|| Arc::clone(realm))
    }
}
