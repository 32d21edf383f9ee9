//! Key sets that were fetched from clients, held in memory. Core says which is wanted; whoever can speak HTTP fetches it.
//!
//! A set is fetched again when it is old, and when a `kid` is not in it: a client that rotates its keys is understood
//! within a second, and nobody can make us ask more often than that.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::{ClientKeySet, HttpsUri, KeySource, KeyUse};
use crate::clock::{Timestamp, minutes};

/// How many sets are held.
const HELD: usize = 1_024;
/// How long a set is used without asking again.
const FRESH: Duration = minutes(10);
/// How long one address is left alone after it was asked.
const REST: Duration = Duration::from_secs(1);

/// The sets fetched so far, by address.
#[derive(Default)]
pub struct FetchedKeys(Mutex<HashMap<HttpsUri, Held>>);

struct Held {
    keys: Option<Arc<ClientKeySet>>,
    fetched_at: Timestamp,
    asked_at: Timestamp,
    /// No answer is here yet: whoever needs the set waits for it with the one who asked.
    is_under_way: bool,
}

/// What a key is looked for by.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The `kid` of a header, where it has one.
    pub kid: Option<&'a str>,
    /// What it is for.
    pub usage: KeyUse,
    /// With which algorithm.
    pub alg: &'a str,
}

impl FetchedKeys {
    /// The address to fetch before `wanted` is looked for in `source`; `None` when what is held will do, or when the
    /// address answered a moment ago.
    pub fn missing(&self, source: &KeySource, wanted: &Wanted<'_>, now: Timestamp) -> Option<HttpsUri> {
        self.missing_unless(source, now, |keys| finds(keys, wanted))
    }

    /// The same for what is looked for by other means.
    pub(crate) fn missing_unless(
        &self,
        source: &KeySource,
        now: Timestamp,
        finds: impl Fn(&ClientKeySet) -> bool,
    ) -> Option<HttpsUri> {
        let KeySource::Fetched(uri) = source else { return None };
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(entry) = held.get(uri) else { return Some(uri.clone()) };
        let knows = entry.keys.as_ref().is_some_and(|keys| finds(keys));
        let is_fresh = now.since(entry.fetched_at) < FRESH;
        // Who finds the key in an old set need not wait for the new one.
        let is_resting = (knows || !entry.is_under_way) && now.since(entry.asked_at) < REST;
        (!(is_resting || knows && is_fresh)).then(|| uri.clone())
    }

    /// The key set of `source`, as far as it is known here.
    pub fn of(&self, source: &KeySource) -> Option<Arc<ClientKeySet>> {
        match source {
            KeySource::Registered(keys) => Some(Arc::new(keys.clone())),
            KeySource::Fetched(uri) => {
                let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                held.get(uri).and_then(|entry| entry.keys.clone())
            }
        }
    }

    /// Notes that an address is asked now; false where that was done a moment ago, and it is to be left alone. Of all who
    /// found at once that a set is missing, one is told to ask.
    pub fn asks(&self, uri: &HttpsUri, now: Timestamp) -> bool {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = held.get_mut(uri) {
            if now.since(entry.asked_at) < REST {
                return false;
            }
            (entry.asked_at, entry.is_under_way) = (now, true);
            return true;
        }
        make_room(&mut held);
        held.insert(uri.clone(), Held { keys: None, fetched_at: now, asked_at: now, is_under_way: true });
        true
    }

    /// Remembers what an address answered; `None` keeps what was held, and leaves the address alone for a while.
    pub fn keep(&self, uri: &HttpsUri, answered: Option<ClientKeySet>, now: Timestamp) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !held.contains_key(uri) {
            make_room(&mut held);
        }
        let begun = Held { keys: None, fetched_at: now, asked_at: now, is_under_way: false };
        let entry = held.entry(uri.clone()).or_insert(begun);
        (entry.asked_at, entry.is_under_way) = (now, false);
        if let Some(keys) = answered {
            entry.keys = Some(Arc::new(keys));
            entry.fetched_at = now;
        }
    }
}

/// Fetching again is cheap enough that order of use need not be tracked.
fn make_room(held: &mut HashMap<HttpsUri, Held>) {
    if held.len() >= HELD {
        held.clear();
    }
}

fn finds(keys: &ClientKeySet, wanted: &Wanted<'_>) -> bool {
    keys.candidates(wanted.kid, wanted.usage, wanted.alg).next().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::ClientKey;
    use crate::key::PublicJwk;

    fn set(kid: &str) -> ClientKeySet {
        let public = PublicJwk::Okp { crv: "Ed25519".into(), x: "A".repeat(43) };
        ClientKeySet {
            keys: vec![ClientKey { kid: Some(kid.into()), usage: None, alg: None, x5c: Vec::new(), public }],
        }
    }

    #[test]
    fn a_new_kid_is_asked_for_at_most_once_a_second_and_an_old_set_once_in_ten_minutes() {
        let uri = HttpsUri::parse("https://portal.example/jwks").unwrap();
        let (fetched, source) = (FetchedKeys::default(), KeySource::Fetched(uri.clone()));
        let start = Timestamp::from_millis(0);
        let wants = |kid, now| {
            fetched.missing(&source, &Wanted { kid: Some(kid), usage: KeyUse::Signature, alg: "EdDSA" }, now).is_some()
        };

        assert!(wants("a", start) && fetched.of(&source).is_none());
        fetched.keep(&uri, Some(set("a")), start);
        assert!(!wants("a", start) && !wants("b", start + Duration::from_millis(999)));
        assert!(wants("b", start + REST) && !wants("a", start + minutes(9)) && wants("a", start + FRESH));
        // A client that is out of reach keeps its keys, and is left alone for a second.
        fetched.keep(&uri, None, start + FRESH);
        assert!(!wants("b", start + FRESH) && fetched.of(&source).is_some());
        fetched.keep(&uri, Some(set("b")), start + minutes(11));
        assert!(!wants("b", start + minutes(11)));
    }

    #[test]
    fn of_those_who_miss_a_set_at_once_one_asks() {
        let uri = HttpsUri::parse("https://portal.example/jwks").unwrap();
        let (fetched, start) = (FetchedKeys::default(), Timestamp::from_millis(0));
        let source = KeySource::Fetched(uri.clone());
        let wanted = Wanted { kid: Some("a"), usage: KeyUse::Signature, alg: "EdDSA" };
        assert_eq!([start; 3].map(|now| fetched.asks(&uri, now)), [true, false, false]);
        assert!(fetched.missing(&source, &wanted, start).is_some(), "who comes meanwhile waits for it, too");
        fetched.keep(&uri, None, start);
        assert!(fetched.missing(&source, &wanted, start).is_none(), "nothing came of it");
        // After a second it is asked again.
        assert!(fetched.missing(&source, &wanted, start + REST).is_some());
        assert_eq!([start + REST; 2].map(|now| fetched.asks(&uri, now)), [true, false]);
    }

    #[test]
    fn registered_keys_are_never_asked_for() {
        let source = KeySource::Registered(set("a"));
        let wanted = Wanted { kid: Some("z"), usage: KeyUse::Signature, alg: "EdDSA" };
        let fetched = FetchedKeys::default();
        assert!(fetched.missing(&source, &wanted, Timestamp::from_millis(0)).is_none());
        assert_eq!(fetched.of(&source).as_deref(), Some(&set("a")));
    }
}
