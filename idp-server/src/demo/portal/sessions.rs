//! Who is signed in at the portal: sessions in memory behind a random cookie.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use openidconnect::CsrfToken;

use super::relying_party::{Pending, SignedIn};

/// How many sessions are kept; the oldest makes room.
const KEPT_SESSIONS: usize = 10_000;

/// How many sign-ins one browser may have under way: tabs, and attempts that were given up.
const KEPT_PENDING: usize = 8;

/// All sessions of the portal.
#[derive(Default)]
pub struct Sessions(Mutex<Table>);

#[derive(Default)]
struct Table {
    by_id: HashMap<String, Session>,
    oldest_first: VecDeque<String>,
}

/// One browser.
#[derive(Default)]
struct Session {
    pending: VecDeque<Pending>,
    signed_in: Option<SignedIn>,
    signing_out: Option<CsrfToken>,
}

impl Sessions {
    /// Who is signed in in this browser.
    pub fn signed_in(&self, id: Option<&str>) -> Option<SignedIn> {
        self.table().by_id.get(id?)?.signed_in.clone()
    }

    /// Remembers a sign-in under way and answers the session's id, a new one where there was none.
    pub fn begin(&self, id: Option<&str>, pending: Pending) -> String {
        let mut table = self.table();
        let id = match id {
            Some(id) if table.by_id.contains_key(id) => id.to_owned(),
            Some(_) | None => table.open(Session::default()),
        };
        if let Some(session) = table.by_id.get_mut(&id) {
            session.pending.push_back(pending);
            if session.pending.len() > KEPT_PENDING {
                session.pending.pop_front();
            }
        }
        id
    }

    /// Takes out the sign-in with this `state`: a response is good once, and only in the browser that asked for it.
    pub fn take_pending(&self, id: Option<&str>, state: &str) -> Option<Pending> {
        let mut table = self.table();
        let pending = &mut table.by_id.get_mut(id?)?.pending;
        let at = pending.iter().position(|pending| pending.state.secret() == state)?;
        pending.remove(at)
    }

    /// Ends the sign-in under a new id, so that an id from before it is worth nothing (session fixation).
    pub fn complete(&self, id: Option<&str>, signed_in: SignedIn) -> String {
        let mut table = self.table();
        let mut session = id.and_then(|id| table.by_id.remove(id)).unwrap_or_default();
        session.signed_in = Some(signed_in);
        table.open(session)
    }

    /// Forgets who was signed in; what is left only knows the `state` of the sign-out under way. Answers its id.
    pub fn sign_out(&self, id: Option<&str>, state: CsrfToken) -> String {
        let mut table = self.table();
        if let Some(id) = id {
            table.by_id.remove(id);
        }
        table.open(Session { signing_out: Some(state), ..Session::default() })
    }

    /// Whether the provider answers the sign-out that this browser asked for; true once.
    pub fn ends_sign_out(&self, id: Option<&str>, state: &str) -> bool {
        let mut table = self.table();
        let asked = id.and_then(|id| table.by_id.get_mut(id)?.signing_out.take());
        asked.is_some_and(|asked| asked.secret() == state)
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        // No operation on the table stops half-way, so a poisoned lock still guards a whole table.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    fn open(&mut self, session: Session) -> String {
        let id = CsrfToken::new_random_len(32).into_secret();
        self.by_id.insert(id.clone(), session);
        self.oldest_first.push_back(id.clone());
        if self.oldest_first.len() > KEPT_SESSIONS
            && let Some(oldest) = self.oldest_first.pop_front()
        {
            self.by_id.remove(&oldest);
        }
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pending(state: &str) -> Pending {
        Pending::for_test(state)
    }

    fn signed_in(subject: &str) -> SignedIn {
        SignedIn::for_test(subject)
    }

    #[test]
    fn a_response_is_good_once_and_only_in_its_own_browser() {
        let sessions = Sessions::default();
        let mine = sessions.begin(None, pending("a"));
        let other = sessions.begin(None, pending("b"));

        assert!(sessions.take_pending(Some(&other), "a").is_none());
        assert!(sessions.take_pending(None, "a").is_none());
        assert!(sessions.take_pending(Some(&mine), "a").is_some());
        assert!(sessions.take_pending(Some(&mine), "a").is_none());
    }

    #[test]
    fn two_tabs_may_sign_in_at_once() {
        let sessions = Sessions::default();
        let id = sessions.begin(None, pending("a"));
        assert_eq!(sessions.begin(Some(&id), pending("b")), id);

        assert!(sessions.take_pending(Some(&id), "a").is_some());
        let id = sessions.complete(Some(&id), signed_in("one"));
        assert!(sessions.take_pending(Some(&id), "b").is_some());
    }

    #[test]
    fn an_id_from_before_the_sign_in_is_worth_nothing() {
        let sessions = Sessions::default();
        let before = sessions.begin(None, pending("a"));

        let after = sessions.complete(Some(&before), signed_in("one"));

        assert_ne!(before, after);
        assert!(sessions.signed_in(Some(&before)).is_none());
        assert_eq!(sessions.signed_in(Some(&after)).unwrap().subject, "one");
    }

    #[test]
    fn an_id_that_was_never_given_out_is_not_taken_over() {
        let sessions = Sessions::default();
        assert_ne!(sessions.begin(Some("chosen-by-another"), pending("a")), "chosen-by-another");
    }

    #[test]
    fn a_sign_out_ends_once_and_with_its_own_state() {
        let sessions = Sessions::default();
        let id = sessions.complete(None, signed_in("one"));
        let id = sessions.sign_out(Some(&id), CsrfToken::new("x".into()));

        assert!(sessions.signed_in(Some(&id)).is_none());
        assert!(sessions.ends_sign_out(Some(&id), "x"));
        assert!(!sessions.ends_sign_out(Some(&id), "x"));
    }

    #[test]
    fn the_oldest_session_makes_room() {
        let sessions = Sessions::default();
        let first = sessions.complete(None, signed_in("first"));
        for _ in 0..KEPT_SESSIONS {
            sessions.complete(None, signed_in("later"));
        }

        assert!(sessions.signed_in(Some(&first)).is_none());
        assert_eq!(sessions.table().by_id.len(), KEPT_SESSIONS);
    }
}
