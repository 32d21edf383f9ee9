//! A member as operators see one.

use idp_core::birth_date::BirthDate;
use idp_core::clock::Timestamp;
use idp_core::member::Member;
use serde_json::{Value, json};

use crate::output::shown;

/// The document for machines.
pub(super) fn document(member: &Member) -> Value {
    let mail = member.mail.as_ref();
    json!({
        "id": member.id,
        "sub": member.subject,
        "user_id": member.user_id.as_str(),
        "family_name": member.name.family,
        "given_name": member.name.given,
        "family_kana": member.name.family_kana,
        "given_kana": member.name.given_kana,
        "birth_date": member.birth_date.as_ref().map(BirthDate::iso),
        "symbol": member.household.symbol,
        "number": member.household.number,
        "branch": member.household.branch,
        "postal_code": member.address.postal_code,
        "address": (!member.address.lines.is_empty()).then(|| member.address.lines.join(" ")),
        "mail": mail.map(|mail| mail.address.as_typed()),
        "mail_verified_at": mail.and_then(|mail| mail.verified_at).map(Timestamp::rfc3339),
        "language": member.language,
        "state": member.state,
        "left_at": member.left_at.map(Timestamp::rfc3339),
        "chosen_method": member.chosen_method,
        "created_at": member.created_at.rfc3339(),
        "updated_at": member.updated_at.rfc3339(),
    })
}

/// The lines for people, from the document; what is not known is left out.
pub(super) fn rows(document: &Value) -> Vec<(String, String)> {
    let Some(fields) = document.as_object() else { return Vec::new() };
    let known = fields.iter().filter(|(_, value)| !value.is_null() && !value.is_array() && !value.is_object());
    known.map(|(name, value)| (name.clone(), shown(Some(value)))).collect()
}
