//! Tokens that were taken back one by one, held in memory. What is taken back while they are read joins them: where that
//! happens all the time, nothing would ever be kept otherwise.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::is_fresh;
use crate::clock::Timestamp;
use crate::id::RealmId;

/// More than these are asked for one by one: whoever reads so many holds a thread up for milliseconds.
pub(crate) const FEW: usize = 10_000;

/// What was read of a realm: the hashes of all `jti`, or that they are too many.
pub(crate) type Read = Option<HashSet<Vec<u8>>>;

/// What is known of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    /// It was taken back.
    Revoked,
    /// It was not.
    Good,
    /// Too many were taken back to hold them.
    TooMany,
    /// Nothing: they are to be read.
    Nothing,
}

/// Those of every realm.
#[derive(Default)]
pub(crate) struct RevokedTokens(Mutex<HashMap<RealmId, OfRealm>>);

#[derive(Default)]
struct OfRealm {
    /// What was read, and when.
    read: Option<(Timestamp, Read)>,
    /// Changes before the operation that read it, as [`super::Held`] counts.
    before: u64,
    /// What was taken back since then, and by which change.
    since: Vec<(u64, Vec<u8>)>,
}

impl RevokedTokens {
    pub(crate) fn look(&self, realm: RealmId, jti: &[u8], now: Timestamp) -> Known {
        let held = self.lock();
        match held.get(&realm).and_then(|held| held.read.as_ref()).filter(|(at, _)| is_fresh(*at, now)) {
            None => Known::Nothing,
            Some((_, None)) => Known::TooMany,
            Some((_, Some(hashes))) if hashes.contains(jti) => Known::Revoked,
            Some((_, Some(_))) => Known::Good,
        }
    }

    /// Keeps what an operation read that began after so many changes, unless a later one was faster.
    pub(crate) fn keep(&self, (realm, before): (RealmId, u64), read: Read, now: Timestamp) {
        let mut held = self.lock();
        let held = held.entry(realm).or_default();
        if before < held.before {
            return;
        }
        held.since.retain(|(count, _)| *count > before);
        let joined = held.since.iter().map(|(_, jti)| jti.clone());
        let read = read.map(|hashes| hashes.into_iter().chain(joined).collect());
        held.read = Some((now, read));
        held.before = before;
    }

    /// Adds a token that was taken back by the change of this number.
    pub(super) fn add(&self, count: u64, realm: RealmId, jti: &[u8]) {
        let mut held = self.lock();
        let held = held.entry(realm).or_default();
        if let Some((_, Some(hashes))) = &mut held.read {
            hashes.insert(jti.to_vec());
        }
        held.since.push((count, jti.to_vec()));
        if held.since.len() > FEW {
            // Nobody reads here. Whoever reads now and began before is too late.
            let before = held.since.iter().map(|(count, _)| *count).fold(held.before, u64::max);
            *held = OfRealm { before, ..OfRealm::default() };
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<RealmId, OfRealm>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(0);

    fn realm() -> RealmId {
        RealmId::from_uuid(uuid::Uuid::nil())
    }

    fn read(hashes: &[&[u8]]) -> Read {
        Some(hashes.iter().map(|hash| hash.to_vec()).collect())
    }

    #[test]
    fn what_was_read_is_known_for_a_second() {
        let tokens = RevokedTokens::default();
        assert_eq!(tokens.look(realm(), b"a", NOW), Known::Nothing);
        tokens.keep((realm(), 0), read(&[b"a"]), NOW);
        assert_eq!(tokens.look(realm(), b"a", NOW), Known::Revoked);
        assert_eq!(tokens.look(realm(), b"b", NOW), Known::Good);
        assert_eq!(tokens.look(realm(), b"a", Timestamp::from_millis(1_000)), Known::Nothing);
        tokens.keep((realm(), 0), None, NOW);
        assert_eq!(tokens.look(realm(), b"a", NOW), Known::TooMany);
    }

    #[test]
    fn what_is_taken_back_meanwhile_joins() {
        let tokens = RevokedTokens::default();
        tokens.keep((realm(), 0), read(&[]), NOW);
        tokens.add(1, realm(), b"a");
        assert_eq!(tokens.look(realm(), b"a", NOW), Known::Revoked, "it is held");

        tokens.keep((realm(), 0), read(&[]), NOW);
        assert_eq!(tokens.look(realm(), b"a", NOW), Known::Revoked, "it was read before");
        tokens.keep((realm(), 1), read(&[b"b"]), NOW);
        assert_eq!(tokens.look(realm(), b"a", NOW), Known::Good, "what was read later would hold it");
        tokens.keep((realm(), 0), read(&[]), NOW);
        assert_eq!(tokens.look(realm(), b"b", NOW), Known::Revoked, "what was read earlier comes too late");
    }

    #[test]
    fn what_nobody_reads_does_not_pile_up() {
        let tokens = RevokedTokens::default();
        for count in 1..=FEW as u64 + 1 {
            tokens.add(count, realm(), b"a");
        }
        tokens.keep((realm(), 5), read(&[]), NOW);
        assert_eq!(tokens.look(realm(), b"a", NOW), Known::Nothing, "it began before");
        assert_eq!(tokens.lock()[&realm()].since.len(), 0);
    }
}
