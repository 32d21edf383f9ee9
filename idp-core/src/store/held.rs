//! Rows that nearly every request asks for, held in memory. Each is held for [`FRESH`] at most, so that another node's
//! change shows in time; a change of this node is forgotten between its commit and its answer.
//!
//! A row that was read while another operation changed it is never kept: each shelf counts its changes, and keeps only
//! what was read since the last of them.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::client::Client;
use crate::clock::Timestamp;
use crate::ctx::{Ctx, Purpose};
use crate::grant::Grant;
use crate::id::{GrantId, MemberId, RealmId};
use crate::jws::Signer;
use crate::jws::good::GoodSignatures;
use crate::key::{Algorithm, Key};
use crate::member::Member;

/// How long a row is used before the database is asked again.
const FRESH: Duration = Duration::from_secs(1);
/// Rows on one shelf.
const ROWS: usize = 10_000;

/// Names a row: unique within its shelf, and never found from another realm.
type Name<K> = (RealmId, K);

/// The shelves.
#[derive(Default)]
pub(crate) struct Held {
    /// By name on the wire.
    pub(crate) clients: Shelf<Name<String>, Client>,
    /// By `kid`.
    pub(crate) keys: Shelf<Name<String>, Key>,
    /// The active ones.
    pub(crate) signers: Shelf<Name<Algorithm>, Arc<Signer>>,
    pub(crate) grants: Shelf<Name<GrantId>, Grant>,
    pub(crate) members: Shelf<Name<MemberId>, Member>,
    /// Hashes of the `jti` of all tokens that were taken back one by one; `None` where they are too many to hold.
    pub(crate) revoked: Shelf<RealmId, Option<Revoked>>,
    /// Of tokens that the realms signed; no rows, and nothing that changes.
    pub(crate) signatures: GoodSignatures,
}

/// A set that grows while it is held.
pub(crate) type Revoked = Arc<Mutex<HashSet<Vec<u8>>>>;

/// What a committed operation changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    Clients,
    Keys,
    Grant(RealmId, GrantId),
    Grants,
    Member(RealmId, MemberId),
    Revoked(RealmId, Vec<u8>),
}

impl Held {
    /// Forgets what was changed. To be called after the commit and before its answer.
    pub(crate) fn forget(&self, changes: &[Change]) {
        for change in changes {
            match change {
                Change::Clients => self.clients.forget_all(),
                Change::Keys => {
                    self.keys.forget_all();
                    self.signers.forget_all();
                }
                Change::Grant(realm, grant) => self.grants.forget(&(*realm, *grant)),
                Change::Grants => self.grants.forget_all(),
                Change::Member(realm, member) => self.members.forget(&(*realm, *member)),
                Change::Revoked(realm, jti) => self.revoked.add(realm, jti),
            }
        }
    }
}

/// Rows of one kind.
pub(crate) struct Shelf<K, V>(Mutex<Rows<K, V>>);

struct Rows<K, V> {
    changes: u64,
    rows: HashMap<K, (Timestamp, V)>,
}

impl<K, V> Default for Shelf<K, V> {
    fn default() -> Self {
        Self(Mutex::new(Rows { changes: 0, rows: HashMap::new() }))
    }
}

/// What an operation found.
pub(crate) enum Found<V> {
    Row(V),
    /// To be read from the database, and kept with [`Shelf::keep`].
    Nothing(Keeping),
}

/// Whether what is read may be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keeping {
    /// If the shelf has changed no more often than this.
    Since(u64),
    /// It may be what another operation wrote that is not committed yet.
    Never,
}

impl<K: Eq + Hash, V: Clone> Shelf<K, V> {
    /// The row, for an operation that only reads.
    pub(crate) fn find(&self, ctx: &Ctx, name: &K) -> Found<V> {
        match ctx.purpose {
            Purpose::Reads => self.find_at(name, ctx.now),
            Purpose::Writes => Found::Nothing(Keeping::Never),
        }
    }

    /// The row, also for an operation that writes, as long as it changed nothing that is held: for what is decided by the
    /// registration of a client or by a key, a second does not matter.
    pub(crate) fn find_settled(&self, ctx: &Ctx, name: &K) -> Found<V> {
        if ctx.has_changes() {
            return Found::Nothing(Keeping::Never);
        }
        match (self.find_at(name, ctx.now), ctx.purpose) {
            (Found::Nothing(_), Purpose::Writes) => Found::Nothing(Keeping::Never),
            (found, Purpose::Reads | Purpose::Writes) => found,
        }
    }

    fn find_at(&self, name: &K, now: Timestamp) -> Found<V> {
        let held = self.lock();
        match held.rows.get(name) {
            Some((since, row)) if is_fresh(*since, now) => Found::Row(row.clone()),
            Some(_) | None => Found::Nothing(Keeping::Since(held.changes)),
        }
    }

    /// Keeps a row that was read after nothing was found.
    pub(crate) fn keep(&self, keeping: Keeping, name: K, row: &V, now: Timestamp) {
        let mut held = self.lock();
        if keeping != Keeping::Since(held.changes) {
            return;
        }
        if held.rows.len() >= ROWS {
            held.rows.retain(|_, (since, _)| is_fresh(*since, now));
        }
        if held.rows.len() < ROWS {
            held.rows.insert(name, (now, row.clone()));
        }
    }

    fn forget(&self, name: &K) {
        let mut held = self.lock();
        held.changes += 1;
        held.rows.remove(name);
    }

    fn forget_all(&self) {
        let mut held = self.lock();
        held.changes += 1;
        held.rows.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Rows<K, V>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shelf<RealmId, Option<Revoked>> {
    fn add(&self, realm: &RealmId, jti: &[u8]) {
        let mut held = self.lock();
        held.changes += 1;
        if let Some((_, Some(revoked))) = held.rows.get(realm) {
            revoked.lock().unwrap_or_else(PoisonError::into_inner).insert(jti.to_vec());
        }
    }
}

/// A clock that was set back makes nothing live longer.
fn is_fresh(since: Timestamp, now: Timestamp) -> bool {
    now >= since && now.since(since) < FRESH
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn keeping<K: Eq + Hash, V: Clone>(shelf: &Shelf<K, V>, name: K) -> Keeping {
        match shelf.find_at(&name, at(-1)) {
            Found::Row(_) => Keeping::Never,
            Found::Nothing(keeping) => keeping,
        }
    }

    fn holds<K: Eq + Hash, V: Clone>(shelf: &Shelf<K, V>, name: K, now: i64) -> bool {
        matches!(shelf.find_at(&name, at(now)), Found::Row(_))
    }

    #[test]
    fn a_row_is_used_for_a_second() {
        let shelf = Shelf::default();
        shelf.keep(keeping(&shelf, 1), 1, &"a", at(5_000));

        assert!(holds(&shelf, 1, 5_000) && holds(&shelf, 1, 5_999));
        assert!(!holds(&shelf, 1, 6_000), "its time is over");
        assert!(!holds(&shelf, 1, 4_999), "the clock was set back");
        assert!(!holds(&shelf, 2, 5_000));
    }

    #[test]
    fn what_changed_is_forgotten_and_what_was_read_before_is_not_kept() {
        let shelf = Shelf::default();
        let before = keeping(&shelf, 1);
        shelf.keep(before, 1, &"a", at(0));
        shelf.keep(before, 2, &"b", at(0));

        shelf.forget(&1);
        assert!(!holds(&shelf, 1, 0) && holds(&shelf, 2, 0));
        shelf.keep(before, 1, &"a", at(0));
        assert!(!holds(&shelf, 1, 0), "it was read before it changed");
        shelf.keep(Keeping::Never, 1, &"a", at(0));
        assert!(!holds(&shelf, 1, 0), "it may not be committed");
        shelf.keep(keeping(&shelf, 1), 1, &"c", at(0));
        assert!(holds(&shelf, 1, 0));
        shelf.forget_all();
        assert!(!holds(&shelf, 1, 0) && !holds(&shelf, 2, 0));
    }

    #[test]
    fn a_token_that_is_taken_back_joins_those_that_are_held() {
        let (shelf, realm) = (Shelf::default(), RealmId::from_uuid(uuid::Uuid::nil()));
        let before = keeping(&shelf, realm);
        shelf.keep(before, realm, &Some(Arc::default()), at(0));
        shelf.add(&realm, b"jti");

        let Found::Row(Some(revoked)) = shelf.find_at(&realm, at(0)) else { panic!("nothing is held") };
        assert!(revoked.lock().unwrap().contains(b"jti".as_slice()));
        assert_ne!(keeping(&shelf, realm), before, "what was read before lacks it");
    }

    #[test]
    fn a_full_shelf_makes_room_for_fresh_rows_alone() {
        let shelf = Shelf::default();
        for name in 0..ROWS {
            shelf.keep(Keeping::Since(0), name, &0, at(0));
        }
        shelf.keep(Keeping::Since(0), ROWS, &0, at(500));
        assert!(!holds(&shelf, ROWS, 500), "all others are fresh");
        shelf.keep(Keeping::Since(0), ROWS, &0, at(1_000));
        assert!(holds(&shelf, ROWS, 1_000) && !holds(&shelf, 0, 1_000));
    }
}
