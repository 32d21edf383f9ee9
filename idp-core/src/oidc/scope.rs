//! Scope values (RFC 6749 §3.3; OpenID Connect Core §5.4).

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A scope value we know. Others are ignored, as OpenID Connect Core §3.1.2.1 asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Makes the request one of OpenID Connect.
    Openid,
    /// Names, birth date, language.
    Profile,
    /// The mail address.
    Email,
    /// The postal address.
    Address,
    /// The telephone number.
    Phone,
    /// What was allowed also counts while the member is not signed in (OpenID Connect Core §11).
    OfflineAccess,
}

impl Scope {
    /// Every scope, in the order discovery lists them.
    pub const ALL: [Self; 6] =
        [Self::Openid, Self::Profile, Self::Email, Self::Address, Self::Phone, Self::OfflineAccess];

    /// The value on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Openid => "openid",
            Self::Profile => "profile",
            Self::Email => "email",
            Self::Address => "address",
            Self::Phone => "phone",
            Self::OfflineAccess => "offline_access",
        }
    }

    /// Reads the value on the wire; values are case-sensitive.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

/// A set of scopes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Scopes(BTreeSet<Scope>);

impl Scopes {
    /// Reads a space-separated list and drops what we do not know.
    pub fn parse(text: &str) -> Self {
        text.split(' ').filter_map(Scope::from_name).collect()
    }

    /// Every scope we know.
    pub fn all() -> Self {
        Scope::ALL.into_iter().collect()
    }

    /// Whether `scope` is in it.
    pub fn contains(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }

    /// What is in both.
    #[must_use]
    pub fn within(&self, allowed: &Scopes) -> Self {
        self.iter().filter(|scope| allowed.contains(*scope)).collect()
    }

    /// The scopes, in a fixed order.
    pub fn iter(&self) -> impl Iterator<Item = Scope> + '_ {
        self.0.iter().copied()
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().collect())
    }
}

/// Space-separated, as on the wire.
impl fmt::Display for Scopes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.iter().map(Scope::name).collect();
        formatter.write_str(&names.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_doubled_and_empty_values_are_dropped() {
        assert_eq!(Scopes::parse("email  openid nonsense openid OPENID").to_string(), "openid email");
        assert_eq!(Scopes::parse("").to_string(), "");
    }

    #[test]
    fn a_client_gets_no_more_than_it_may_ask_for() {
        let allowed = Scopes::parse("openid profile");
        assert_eq!(Scopes::parse("openid email profile").within(&allowed).to_string(), "openid profile");
    }
}
