//! Rows that nearly every request asks for, held in memory. Each is held for [`FRESH`] at most, so that another node's
//! change shows in time; a change of this node is forgotten between its commit and its answer.
//!
//! A row that was read while another operation changed it is never kept: changes are counted, and a shelf keeps only what
//! was read by an operation that began after the last change of it. What an operation sees may be as old as itself.

pub(crate) mod revoked;

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::client::Client;
use crate::clock::Timestamp;
use crate::ctx::{Ctx, Purpose};
use crate::grant::Grant;
use crate::id::{ClientRowId, GrantId, MemberId, RealmId};
use crate::jws::Signer;
use crate::jws::good::GoodSignatures;
use crate::key::{Algorithm, Key};
use crate::member::Member;
use crate::store::held::revoked::RevokedTokens;

/// How long a row is used before the database is asked again.
const FRESH: Duration = Duration::from_secs(1);
/// Rows on one shelf.
const ROWS: usize = 10_000;

/// Names a row: unique within its shelf, and never found from another realm.
type Name<K> = (RealmId, K);

/// The shelves.
#[derive(Default)]
pub(crate) struct Held {
    /// Changes so far, on all shelves.
    changes: AtomicU64,
    /// By name on the wire.
    pub(crate) clients: Shelf<Name<String>, Client>,
    pub(crate) clients_by_id: Shelf<Name<ClientRowId>, Client>,
    /// By `kid`.
    pub(crate) keys: Shelf<Name<String>, Key>,
    /// The active ones.
    pub(crate) signers: Shelf<Name<Algorithm>, Arc<Signer>>,
    pub(crate) grants: Shelf<Name<GrantId>, Grant>,
    pub(crate) members: Shelf<Name<MemberId>, Member>,
    pub(crate) revoked: RevokedTokens,
    /// Of tokens that the realms signed; no rows, and nothing that changes.
    pub(crate) signatures: Arc<GoodSignatures>,
}

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
    /// How many changes there were before an operation that begins now.
    pub(crate) fn changes(&self) -> u64 {
        self.changes.load(Ordering::SeqCst)
    }

    /// Forgets what was changed. To be called after the commit and before its answer.
    pub(crate) fn forget(&self, changes: &[Change]) {
        for change in changes {
            let count = self.changes.fetch_add(1, Ordering::SeqCst) + 1;
            match change {
                Change::Clients => {
                    self.clients.forget_all(count);
                    self.clients_by_id.forget_all(count);
                }
                Change::Keys => {
                    self.keys.forget_all(count);
                    self.signers.forget_all(count);
                }
                Change::Grant(realm, grant) => self.grants.forget(count, &(*realm, *grant)),
                Change::Grants => self.grants.forget_all(count),
                Change::Member(realm, member) => self.members.forget(count, &(*realm, *member)),
                Change::Revoked(realm, jti) => self.revoked.add(count, *realm, jti),
            }
        }
    }
}

/// Rows of one kind.
pub(crate) struct Shelf<K, V>(Mutex<Rows<K, V>>);

struct Rows<K, V> {
    /// The last change, as [`Held`] counts.
    changed: u64,
    rows: HashMap<K, (Timestamp, V)>,
}

impl<K, V> Default for Shelf<K, V> {
    fn default() -> Self {
        Self(Mutex::new(Rows { changed: 0, rows: HashMap::new() }))
    }
}

impl<K: Eq + Hash, V: Clone> Shelf<K, V> {
    /// The row, for an operation that only reads.
    pub(crate) fn find(&self, ctx: &Ctx, name: &K) -> Option<V> {
        match ctx.purpose {
            Purpose::Reads => self.find_at(name, ctx.now),
            Purpose::Writes => None,
        }
    }

    /// The row, also for an operation that writes, as long as it changed nothing that is held: for what is decided by the
    /// registration of a client or by a key, a second does not matter.
    pub(crate) fn find_settled(&self, ctx: &Ctx, name: &K) -> Option<V> {
        if ctx.has_changes() { None } else { self.find_at(name, ctx.now) }
    }

    fn find_at(&self, name: &K, now: Timestamp) -> Option<V> {
        self.lock().rows.get(name).filter(|(since, _)| is_fresh(*since, now)).map(|(_, row)| row.clone())
    }

    /// Keeps a row that was not found and has been read, unless it may be what another operation wrote that is not
    /// committed yet, or what it was before a change.
    pub(crate) fn keep(&self, ctx: &Ctx, name: K, row: &V) {
        match ctx.purpose {
            Purpose::Reads => self.keep_since(ctx.changes_before, name, row, ctx.now),
            Purpose::Writes => {}
        }
    }

    fn keep_since(&self, changes: u64, name: K, row: &V, now: Timestamp) {
        let mut held = self.lock();
        if held.changed > changes {
            return;
        }
        if held.rows.len() >= ROWS {
            held.rows.retain(|_, (since, _)| is_fresh(*since, now));
        }
        if held.rows.len() < ROWS {
            held.rows.insert(name, (now, row.clone()));
        }
    }

    fn forget(&self, count: u64, name: &K) {
        let mut held = self.lock();
        held.changed = held.changed.max(count);
        held.rows.remove(name);
    }

    fn forget_all(&self, count: u64) {
        let mut held = self.lock();
        held.changed = held.changed.max(count);
        held.rows.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Rows<K, V>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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

    fn holds<K: Eq + Hash, V: Clone>(shelf: &Shelf<K, V>, name: K, now: i64) -> bool {
        shelf.find_at(&name, at(now)).is_some()
    }

    #[test]
    fn a_row_is_used_for_a_second() {
        let shelf = Shelf::default();
        shelf.keep_since(0, 1, &"a", at(5_000));

        assert!(holds(&shelf, 1, 5_000) && holds(&shelf, 1, 5_999));
        assert!(!holds(&shelf, 1, 6_000), "its time is over");
        assert!(!holds(&shelf, 1, 4_999), "the clock was set back");
        assert!(!holds(&shelf, 2, 5_000));
    }

    #[test]
    fn what_changed_is_forgotten_and_what_was_read_before_is_not_kept() {
        let shelf = Shelf::default();
        shelf.keep_since(0, 1, &"a", at(0));
        shelf.keep_since(0, 2, &"b", at(0));

        shelf.forget(1, &1);
        assert!(!holds(&shelf, 1, 0) && holds(&shelf, 2, 0));
        shelf.keep_since(0, 1, &"a", at(0));
        assert!(!holds(&shelf, 1, 0), "whoever read it began before it changed");
        shelf.keep_since(1, 1, &"c", at(0));
        assert!(holds(&shelf, 1, 0));
        shelf.forget_all(7);
        assert!(!holds(&shelf, 1, 0) && !holds(&shelf, 2, 0));
    }

    #[test]
    fn changes_are_counted_over_all_shelves() {
        let held = Held::default();
        held.forget(&[Change::Keys, Change::Grants]);
        assert_eq!(held.changes(), 2);
        assert_eq!((held.keys.lock().changed, held.grants.lock().changed), (1, 2));
    }

    #[test]
    fn a_full_shelf_makes_room_for_fresh_rows_alone() {
        let shelf = Shelf::default();
        for name in 0..ROWS {
            shelf.keep_since(0, name, &0, at(0));
        }
        shelf.keep_since(0, ROWS, &0, at(500));
        assert!(!holds(&shelf, ROWS, 500), "all others are fresh");
        shelf.keep_since(0, ROWS, &0, at(1_000));
        assert!(holds(&shelf, ROWS, 1_000) && !holds(&shelf, 0, 1_000));
    }
}
