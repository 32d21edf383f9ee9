//! What a member allowed a third-party client, remembered per member and client until it is taken back.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::id::{ClientRowId, MemberId};
use crate::oidc::scope::Scopes;

/// What can be allowed, and what a request asks to be allowed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permissions {
    /// Scopes.
    pub scopes: Scopes,
    /// Single claims beyond the scopes (OpenID Connect Core §5.5).
    pub claims: BTreeSet<String>,
    /// Elements of `authorization_details` (RFC 9396 §2), each as JSON text with its members in order.
    pub details: BTreeSet<String>,
}

impl Permissions {
    /// Whether everything `wanted` is in it.
    pub fn cover(&self, wanted: &Permissions) -> bool {
        wanted.scopes.within(&self.scopes) == wanted.scopes
            && wanted.claims.is_subset(&self.claims)
            && wanted.details.is_subset(&self.details)
    }

    /// With `more` in it, too.
    #[must_use]
    pub fn joined(&self, more: &Permissions) -> Self {
        Self {
            scopes: self.scopes.iter().chain(more.scopes.iter()).collect(),
            claims: self.claims.union(&more.claims).cloned().collect(),
            details: self.details.union(&more.details).cloned().collect(),
        }
    }
}

/// One consent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// Who allowed it.
    pub member: MemberId,
    /// Whom.
    pub client: ClientRowId,
    /// What.
    pub permissions: Permissions,
    /// When first.
    pub granted_at: Timestamp,
    /// When something was added last.
    pub changed_at: Timestamp,
}

/// Whether the member has to be asked in this sitting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentFact {
    /// No: it was given, or nobody asks for it.
    Settled,
    /// Yes.
    Owed,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permissions(scopes: &str, claims: &[&str], details: &[&str]) -> Permissions {
        let set = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Permissions { scopes: Scopes::parse(scopes), claims: set(claims), details: set(details) }
    }

    #[test]
    fn a_consent_covers_what_is_in_it_and_nothing_else() {
        let given = permissions("openid profile", &["email"], &["{}"]);
        assert!(given.cover(&permissions("openid", &[], &[])));
        assert!(given.cover(&given));
        assert!(!given.cover(&permissions("openid email", &[], &[])));
        assert!(!given.cover(&permissions("openid", &["birthdate"], &[])));
        assert!(!given.cover(&permissions("openid", &[], &[r#"{"type":"a"}"#])));
    }

    #[test]
    fn a_later_consent_adds_to_the_earlier_one() {
        let joined = permissions("openid", &["email"], &[]).joined(&permissions("profile", &["name"], &["{}"]));
        assert_eq!(joined, permissions("openid profile", &["email", "name"], &["{}"]));
    }
}
