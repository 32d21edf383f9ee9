//! Identifiers: UUIDv7 newtypes, shown with a prefix that says what they name (`mem_…`, `int_…`).

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// What an [`Id`] can name.
pub trait Named {
    /// The letters before the underscore.
    const PREFIX: &'static str;
}

/// The identifier of one `K`.
pub struct Id<K>(Uuid, PhantomData<fn() -> K>);

impl<K> Id<K> {
    /// From the stored form.
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid, PhantomData)
    }

    /// The stored form.
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for Id<K> {}

impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<K> Eq for Id<K> {}

impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}

impl<K> Hash for Id<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<K: Named> fmt::Display for Id<K> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}_{}", K::PREFIX, self.0.simple())
    }
}

impl<K: Named> fmt::Debug for Id<K> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// The text is no identifier of the kind asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not an identifier that starts with {0}_")]
pub struct NotAnId(pub &'static str);

impl<K: Named> FromStr for Id<K> {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let refused = NotAnId(K::PREFIX);
        let hex = text.strip_prefix(K::PREFIX).and_then(|rest| rest.strip_prefix('_')).ok_or(refused)?;
        if hex.len() != 32 {
            return Err(refused);
        }
        Uuid::try_parse(hex).map(Self::from_uuid).map_err(|_| refused)
    }
}

impl<K: Named> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, K: Named> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Names a realm.
pub struct RealmKind;
/// Names a member.
pub struct MemberKind;
/// Names a client's row; the protocol's `client_id` is text of its own.
pub struct ClientKind;
/// Names a letter.
pub struct LetterKind;
/// Names a batch of letters.
pub struct LetterBatchKind;
/// Names a credential of any kind.
pub struct CredentialKind;
/// Names a ceremony.
pub struct CeremonyKind;
/// Names a hand-over.
pub struct HandoverKind;
/// Names a request that a member answers on a device of their own.
pub struct CibaRequestKind;
/// Names an interaction.
pub struct InteractionKind;
/// Names a session.
pub struct SessionKind;
/// Names a grant.
pub struct GrantKind;
/// Names a token's row.
pub struct TokenKind;
/// Names a mail in the outbox.
pub struct MailKind;
/// A notice that a session ended.
pub struct LogoutNoticeKind;
/// What lets a developer register a client.
pub struct RegistrationTokenKind;

/// Names a browser that is remembered.
pub struct RememberedBrowserKind;

impl Named for RememberedBrowserKind {
    const PREFIX: &'static str = "rem";
}
impl Named for RealmKind {
    const PREFIX: &'static str = "rlm";
}
impl Named for MemberKind {
    const PREFIX: &'static str = "mem";
}
impl Named for ClientKind {
    const PREFIX: &'static str = "cli";
}
impl Named for LetterKind {
    const PREFIX: &'static str = "let";
}
impl Named for LetterBatchKind {
    const PREFIX: &'static str = "bat";
}
impl Named for CredentialKind {
    const PREFIX: &'static str = "crd";
}
impl Named for CeremonyKind {
    const PREFIX: &'static str = "cer";
}
impl Named for HandoverKind {
    const PREFIX: &'static str = "hov";
}
impl Named for CibaRequestKind {
    const PREFIX: &'static str = "cib";
}
impl Named for InteractionKind {
    const PREFIX: &'static str = "int";
}
impl Named for SessionKind {
    const PREFIX: &'static str = "ses";
}
impl Named for GrantKind {
    const PREFIX: &'static str = "gra";
}
impl Named for TokenKind {
    const PREFIX: &'static str = "tok";
}
impl Named for RegistrationTokenKind {
    const PREFIX: &'static str = "reg";
}
impl Named for LogoutNoticeKind {
    const PREFIX: &'static str = "out";
}
impl Named for MailKind {
    const PREFIX: &'static str = "mai";
}

/// A realm's identifier.
pub type RealmId = Id<RealmKind>;
/// A member's identifier.
pub type MemberId = Id<MemberKind>;
/// A client's row.
pub type ClientRowId = Id<ClientKind>;
/// A letter's identifier.
pub type LetterId = Id<LetterKind>;
/// A batch of letters.
pub type LetterBatchId = Id<LetterBatchKind>;
/// A credential's identifier.
pub type CredentialId = Id<CredentialKind>;
/// A ceremony's identifier.
pub type CeremonyId = Id<CeremonyKind>;
/// A hand-over's identifier.
pub type HandoverId = Id<HandoverKind>;
/// A request that a member answers on a device of their own.
pub type CibaRequestId = Id<CibaRequestKind>;
/// An interaction's identifier.
pub type InteractionId = Id<InteractionKind>;
/// A session's identifier, the `sid` claim of its ID tokens.
pub type SessionId = Id<SessionKind>;
/// A grant's identifier.
pub type GrantId = Id<GrantKind>;
/// A token row's identifier.
pub type TokenId = Id<TokenKind>;
/// A queued mail's identifier.
pub type MailId = Id<MailKind>;
/// A notice that a session ended.
pub type LogoutNoticeId = Id<LogoutNoticeKind>;

/// A remembered browser's identifier.
pub type RememberedBrowserId = Id<RememberedBrowserKind>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_comes_back_from_its_text_and_only_under_its_own_prefix() {
        let id = MemberId::from_uuid(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001));
        assert_eq!(id.to_string(), "mem_01900000000070008000000000000001");
        assert_eq!(id.to_string().parse(), Ok(id));
        assert!(id.to_string().parse::<SessionId>().is_err());
        assert!("mem_{01900000-0000-7000-8000-000000000001}".parse::<MemberId>().is_err());
    }
}
