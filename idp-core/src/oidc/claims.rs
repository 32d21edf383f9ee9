//! What is told about a member (OpenID Connect Core §5.1), scope by scope (§5.4).

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::scope::{Scope, Scopes};
use crate::birth_date::BirthDate;
use crate::member::Member;

/// Every claim userinfo can hold, for discovery.
pub(crate) const NAMES: [&str; 11] = [
    "sub",
    "name",
    "family_name",
    "given_name",
    "preferred_username",
    "birthdate",
    "locale",
    "updated_at",
    "email",
    "email_verified",
    "address",
];

/// The scope that a claim belongs to; `None` for those we do not know.
pub(crate) fn scope_of(claim: &str) -> Option<Scope> {
    // A claim may carry a language tag (OpenID Connect Core §5.2).
    match claim.split('#').next()? {
        "name" | "family_name" | "given_name" | "preferred_username" | "birthdate" | "locale" | "updated_at" => {
            Some(Scope::Profile)
        }
        "email" | "email_verified" => Some(Scope::Email),
        "address" => Some(Scope::Address),
        _ => None,
    }
}

/// The claims about `member` that were asked for one by one; a name brings its readings along.
pub(crate) fn chosen(member: &Member, names: &BTreeSet<String>) -> Map<String, Value> {
    let wanted: Scopes = names.iter().filter_map(|name| scope_of(name)).collect();
    let is_chosen =
        |claim: &str| names.contains(claim) || claim.split('#').next().is_some_and(|base| names.contains(base));
    about(member, &wanted).into_iter().filter(|(claim, _)| is_chosen(claim)).collect()
}

/// The claims about `member` that `scopes` open. What the society does not hold is left out, not sent empty.
pub(crate) fn about(member: &Member, scopes: &Scopes) -> Map<String, Value> {
    let mut claims = Map::new();
    claims.insert("sub".into(), member.subject.clone().into());
    for scope in scopes.iter() {
        match scope {
            Scope::Profile => profile(member, &mut claims),
            Scope::Email => email(member, &mut claims),
            Scope::Address => address(member, &mut claims),
            // The society holds no telephone numbers here.
            Scope::Openid | Scope::Phone | Scope::OfflineAccess => {}
        }
    }
    claims
}

fn profile(member: &Member, claims: &mut Map<String, Value>) {
    let texts = [
        ("name", member.name.full()),
        ("family_name", member.name.family.clone()),
        ("given_name", member.name.given.clone()),
        // The reading in kana, by the language tag of OpenID Connect Core §5.2.
        ("name#ja-Kana-JP", member.name.full_kana()),
        ("family_name#ja-Kana-JP", member.name.family_kana.clone()),
        ("given_name#ja-Kana-JP", member.name.given_kana.clone()),
        ("preferred_username", Some(member.user_id.as_str().to_owned())),
        ("birthdate", member.birth_date.as_ref().map(BirthDate::iso)),
        ("locale", member.language.map(|language| language.tag().to_owned())),
    ];
    for (name, value) in texts {
        if let Some(value) = value {
            claims.insert(name.into(), value.into());
        }
    }
    claims.insert("updated_at".into(), member.updated_at.seconds().into());
}

fn email(member: &Member, claims: &mut Map<String, Value>) {
    if let Some(mail) = &member.mail {
        claims.insert("email".into(), mail.address.as_typed().into());
        claims.insert("email_verified".into(), mail.verified_at.is_some().into());
    }
}

/// Where letters go (OpenID Connect Core §5.1.1), line by line as the society wrote it: which one is the street, it did
/// not say.
fn address(member: &Member, claims: &mut Map<String, Value>) {
    let held = &member.address;
    let mut address = Map::new();
    if let Some(postal_code) = &held.postal_code {
        address.insert("postal_code".into(), postal_code.clone().into());
    }
    if !held.lines.is_empty() {
        address.insert("formatted".into(), held.lines.join("\n").into());
    }
    if !address.is_empty() {
        claims.insert("address".into(), address.into());
    }
}
