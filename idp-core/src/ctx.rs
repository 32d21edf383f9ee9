//! One operation's surroundings: one transaction, one instant, one source of randomness, one realm, one actor.

use std::sync::{Arc, Mutex, PoisonError};

use crate::actor::{Actor, Source};
use crate::audit::{Event, EventKind, Outcome};
use crate::client::FetchedKeys;
use crate::clock::Timestamp;
use crate::entropy::{self, Entropy};
use crate::id::{Id, MemberId};
use crate::mutual_tls::MutualTls;
use crate::realm::Realm;
use crate::secret::Vault;
use crate::store::held::{Change, Held};
use crate::store::{Ambient, Transaction};

/// On whose behalf, in which realm and from where an operation runs.
#[derive(Clone)]
pub struct Scope {
    /// The realm the request's host named; [`Realm::installation`] for what concerns no single realm.
    pub realm: Arc<Realm>,
    /// Who acts.
    pub actor: Actor,
    /// Where the request came from.
    pub source: Source,
}

impl Scope {
    /// The server itself, in `realm`.
    pub fn system(realm: Arc<Realm>) -> Self {
        Self { realm, actor: Actor::System, source: Source::default() }
    }

    /// The operator called `name`, in `realm`.
    pub fn operator(realm: Arc<Realm>, name: &str) -> Self {
        Self { realm, actor: Actor::Operator { name: name.to_owned() }, source: Source::default() }
    }
}

/// The first parameter of every verb.
pub struct Ctx {
    /// The instant at which the whole operation happens.
    pub now: Timestamp,
    /// Realm, actor and source.
    pub scope: Scope,
    /// Hashes and seals secrets.
    pub vault: Arc<Vault>,
    pub(crate) db: Transaction,
    entropy: Arc<dyn Entropy>,
    client_keys: Arc<FetchedKeys>,
    mutual_tls: MutualTls,
    pub(crate) held: Arc<Held>,
    pub(crate) purpose: Purpose,
    /// Changes of what is held that came before this operation.
    pub(crate) changes_before: u64,
    pending: Mutex<Pending>,
}

/// What an operation is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// It changes nothing.
    Reads,
    /// It may change something.
    Writes,
}

/// What is done when the operation ends well.
#[derive(Default)]
pub(crate) struct Pending {
    pub(crate) events: Vec<Event>,
    pub(crate) news: News,
}

/// What other parts of this process hear after the commit.
#[derive(Debug, Default)]
pub(crate) struct News {
    pub(crate) mail_queued: bool,
    pub(crate) realm_changed: bool,
    /// What is no longer as it may be held in memory.
    pub(crate) changes: Vec<Change>,
}

impl Ctx {
    pub(crate) fn new(db: Transaction, scope: Scope, ambient: &Ambient, held: (&Arc<Held>, Purpose)) -> Self {
        Self {
            now: ambient.clock.now(),
            scope,
            vault: Arc::clone(&ambient.vault),
            db,
            entropy: Arc::clone(&ambient.entropy),
            client_keys: Arc::clone(&ambient.client_keys),
            mutual_tls: ambient.mutual_tls,
            changes_before: held.0.changes(),
            held: Arc::clone(held.0),
            purpose: held.1,
            pending: Mutex::new(Pending::default()),
        }
    }

    /// Key sets fetched from clients, as far as this process has them.
    pub fn client_keys(&self) -> &FetchedKeys {
        &self.client_keys
    }

    /// Whether clients may come with certificates.
    pub fn mutual_tls(&self) -> MutualTls {
        self.mutual_tls
    }

    /// Where clients call the realm: its origin, and the listener that asks them for certificates where that is another.
    pub fn origins(&self) -> impl Iterator<Item = String> + '_ {
        let own = self.realm().origin.as_str().to_owned();
        std::iter::once(own).chain(self.mutual_tls.origin(self.realm().origin.host()))
    }

    /// The realm of the operation.
    pub fn realm(&self) -> &Realm {
        &self.scope.realm
    }

    /// The source of randomness.
    pub fn entropy(&self) -> &dyn Entropy {
        self.entropy.as_ref()
    }

    /// A fresh identifier of any kind.
    pub fn new_id<K>(&self) -> Id<K> {
        Id::from_uuid(entropy::uuid_v7(self.entropy(), self.now))
    }

    /// Notes an audit event; it is chained and written at the end of this very transaction.
    pub fn record(&self, kind: EventKind, member: Option<MemberId>, outcome: Outcome) {
        self.record_with(kind, member, outcome, serde_json::Value::Null);
    }

    /// The same with details, which hold no secret and no personal data beyond ids.
    pub fn record_with(&self, kind: EventKind, member: Option<MemberId>, outcome: Outcome, details: serde_json::Value) {
        let event = Event {
            at: self.now,
            kind,
            member,
            outcome,
            actor: self.scope.actor.clone(),
            address: self.scope.source.address,
            details,
        };
        self.pending().events.push(event);
    }

    /// Says that a mail waits in the outbox, so that the worker wakes after the commit.
    pub(crate) fn mail_queued(&self) {
        self.pending().news.mail_queued = true;
    }

    /// Says that settings or keys of a realm changed, so that nothing older is served after the commit.
    pub(crate) fn realm_changed(&self) {
        self.pending().news.realm_changed = true;
    }

    /// Says what is no longer as it may be held in memory.
    pub(crate) fn changes(&self, change: Change) {
        self.pending().news.changes.push(change);
    }

    pub(crate) fn has_changes(&self) -> bool {
        !self.pending().news.changes.is_empty()
    }

    pub(crate) fn take_pending(&self) -> Pending {
        std::mem::take(&mut *self.pending())
    }

    fn pending(&self) -> std::sync::MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn into_transaction(self) -> Transaction {
        self.db
    }
}
