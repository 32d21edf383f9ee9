//! Letters as operators see them.

use idp_core::admin::letter::IssuedLetter;
use idp_core::clock::Timestamp;
use idp_core::letter::{Letter, LetterState, Openness};
use serde_json::{Value, json};

use crate::output::fields;

/// A letter for machines, without its secret.
pub(crate) fn letter_document(letter: &Letter, user_id: &str, now: Timestamp) -> Value {
    let state = match letter.openness(now) {
        Openness::Expired => "expired",
        Openness::Open | Openness::Ended => letter.state.name(),
    };
    let (at, reason) = match letter.state {
        LetterState::Issued => (None, None),
        LetterState::Printed { at } | LetterState::Used { at } | LetterState::Done { at } => (Some(at), None),
        LetterState::Void { at, reason } => (Some(at), Some(reason)),
    };
    json!({
        "id": letter.id,
        "user_id": user_id,
        "state": state,
        "since": at.map(Timestamp::rfc3339),
        "reason": reason,
        "batch": letter.batch,
        "birth_date_guesses": letter.birth_date_guesses,
        "issued_at": letter.issued_at.rfc3339(),
        "expires_at": letter.expires_at.rfc3339(),
    })
}

/// A letter just made, with its secret.
pub(super) fn issued_document(letter: &IssuedLetter) -> Value {
    json!({
        "id": letter.letter,
        "user_id": letter.user_id.as_str(),
        "name": letter.name.full(),
        "initial_password": letter.secret.grouped().as_str(),
        "expires_at": letter.expires_at.rfc3339(),
    })
}

/// The same for people.
pub(super) fn issued_text(letter: &IssuedLetter) -> String {
    fields(&[
        ("user id", letter.user_id.as_str().to_owned()),
        ("name", letter.name.full().unwrap_or_default()),
        ("initial password", letter.secret.grouped().to_string()),
        ("good until", letter.expires_at.for_people()),
    ])
}
