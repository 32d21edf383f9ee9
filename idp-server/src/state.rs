//! What all handlers share.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use futures::FutureExt;
use idp_core::config::Config;
use idp_core::ctx::Scope;
use idp_core::fault::Fault;
use idp_core::hashing::HashingPool;
use idp_core::realm::Realm;
use idp_core::secret::Vault;
use idp_core::store::{self, Ambient, Store};
use tokio_util::sync::CancellationToken;

use crate::health::SchemaWatch;
use crate::oidc::published::{Published, Read};
use crate::outgoing::Outgoing;

/// How long a realm is used before the database is asked again, so that other nodes' changes show soon.
const REALM_FRESH: Duration = Duration::from_secs(1);

/// Realms as they were read, and when.
type RealmsByHost = HashMap<String, (Read, Arc<Realm>)>;

/// What all handlers share; clones are cheap.
#[derive(Clone)]
pub struct AppState {
    /// The database.
    pub store: Store,
    /// The threads that hash passwords.
    pub passwords: HashingPool,
    /// The way out by HTTP.
    pub outgoing: Outgoing,
    /// The configuration.
    pub config: Arc<Config>,
    /// Cancelled when the process is told to stop.
    pub stopping: CancellationToken,
    pub(crate) schema: Arc<SchemaWatch>,
    pub(crate) realms: Arc<RwLock<RealmsByHost>>,
    pub(crate) published: Arc<Published>,
}

impl AppState {
    /// Opens the database and starts the hashing threads.
    ///
    /// # Errors
    /// A database that cannot be opened, a certificate authority that cannot be read, hashing parameters that Argon2 refuses.
    pub async fn open(config: Arc<Config>, ambient: Ambient) -> Result<Self, Fault> {
        let passwords = HashingPool::start(config.hashing, Arc::clone(&ambient.entropy))?;
        let outgoing = Outgoing::open(&config.outgoing).map_err(|error| Fault::Broken(format!("{error:#}")))?;
        let store = Store::open(&config.database, ambient).await?;
        Ok(Self {
            store,
            passwords,
            outgoing,
            config,
            stopping: CancellationToken::new(),
            schema: Arc::default(),
            realms: Arc::default(),
            published: Arc::default(),
        })
    }

    /// Hashes and seals secrets.
    pub fn vault(&self) -> &Vault {
        &self.store.ambient().vault
    }

    /// The realm that answers at this `Host`, in lower case and without the default port.
    pub async fn realm_at(&self, host: &str) -> Result<Option<Arc<Realm>>, Fault> {
        let now = self.reading();
        if let Some(realm) = self.remembered(host, now) {
            return Ok(Some(realm));
        }

        let scope = Scope::system(Arc::new(Realm::installation()));
        let host = host.to_owned();
        let wanted = host.clone();
        let found = self
            .store
            .read(&scope, move |ctx| async move { store::realm::by_host(ctx, &wanted).await }.boxed())
            .await?;

        // An unknown host is not remembered: whoever asks for many must not fill the memory.
        let mut realms = self.realms.write().unwrap_or_else(PoisonError::into_inner);
        let Some(realm) = found.map(Arc::new) else {
            realms.remove(&host);
            return Ok(None);
        };
        realms.insert(host, (now, Arc::clone(&realm)));
        Ok(Some(realm))
    }

    /// Noted before something is read that will be kept: a change in between makes it old.
    pub(crate) fn reading(&self) -> Read {
        Read { at: Instant::now(), changes: self.store.realm_changes() }
    }

    fn remembered(&self, host: &str, now: Read) -> Option<Arc<Realm>> {
        let realms = self.realms.read().unwrap_or_else(PoisonError::into_inner);
        let (read, realm) = realms.get(host)?;
        read.is_fresh(now, REALM_FRESH).then(|| Arc::clone(realm))
    }
}
