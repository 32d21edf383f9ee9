//! A refresh token (RFC 6749 §1.5): rotates in a family, which is its grant (RFC 9700 §4.14.2).
//!
//! | state | presented | then |
//! |---|---|---|
//! | fresh | by its client | used: a successor, or itself where rotation is off |
//! | used, its successor not yet | within [`GRACE`] | used: the same successor, since the first answer may be lost |
//! | used, its successor not yet | later | the grant is revoked, and with it the family |
//! | used, its successor too | at any time | the grant is revoked, and with it the family |
//! | not issued as far as the family knows | at any time | refused |
//!
//! A token rests nowhere. It names its family and its generation, and proves by a MAC over both, under a key of the
//! installation and the salt of the family, that it was issued: whoever reads the database cannot make one, and every token
//! of the family is known again without a row of its own.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::clock::{Timestamp, days};
use crate::fault::Fault;
use crate::id::{GrantId, Id};
use crate::oidc::acr::Authentication;
use crate::oidc::scope::Scopes;
use crate::secret::{Plain, RefreshSecret, Vault};

/// How long a grant with refresh tokens lives, whatever is refreshed.
pub const REFRESH_LIFETIME: Duration = days(30);
/// How long a used token still answers with its successor.
pub const GRACE: Duration = Duration::from_secs(10);

/// What a refresh token remembers. A node of an earlier version refuses what it does not know, since that may narrow what the
/// token gives; what says nothing is not written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefreshDetails {
    /// What it can give at most.
    pub scopes: Scopes,
    /// Which resources its access tokens are for; our own endpoints when empty.
    pub resources: Vec<String>,
    /// What was allowed in detail (RFC 9396).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authorization_details: Vec<serde_json::Value>,
    /// For ID tokens.
    pub authentication: Authentication,
    /// The thumbprint of the key that a public client must prove (RFC 9449 §5).
    pub jkt: Option<String>,
    /// The thumbprint of the certificate that a public client must bring (RFC 8705 §4).
    #[serde(default)]
    pub x5t: Option<String>,
}

/// Where a token stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It was not used.
    Fresh,
    /// It was used just now, and its successor was not.
    JustUsed,
    /// It was used before.
    Used,
    /// The family knows nothing of it: a failover lost the rotation that gave it.
    Unknown,
}

/// How often a family was rotated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Generation(u32);

impl Generation {
    /// The token that the family begins with.
    pub const FIRST: Self = Self(0);

    /// Of the successor.
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The stored form.
    pub fn number(self) -> i64 {
        self.0.into()
    }

    /// From the stored form.
    pub fn from_number(number: i64) -> Result<Self, Fault> {
        u32::try_from(number).map(Self).map_err(|_| Fault::unreadable("refresh family"))
    }
}

/// The refresh tokens of one grant.
#[derive(Debug, Clone)]
pub struct Family {
    /// The grant, which they end with.
    pub grant: GrantId,
    /// What every token remembers.
    pub details: RefreshDetails,
    /// Random bytes that its tokens are made with. No secret, as it makes none without the installation's key.
    pub salt: Vec<u8>,
    /// Of the fresh token.
    pub generation: Generation,
    /// When that one was issued.
    pub issued_at: Timestamp,
}

impl Family {
    /// The token of a generation.
    pub fn token(&self, vault: &Vault, generation: Generation) -> Plain<RefreshSecret> {
        let place = place(self.grant, generation);
        let mut bytes = Zeroizing::new([0_u8; TOKEN_BYTES]);
        bytes[..PLACE_BYTES].copy_from_slice(&place);
        bytes[PLACE_BYTES..].copy_from_slice(&*self.proof(vault, &place));
        Plain::new(URL_SAFE_NO_PAD.encode(*bytes).into_bytes())
    }

    /// Whether the token is one of its own.
    pub fn issued(&self, vault: &Vault, presented: &Presented) -> bool {
        let proof = self.proof(vault, &place(self.grant, presented.generation));
        presented.grant == self.grant && bool::from(proof.as_slice().ct_eq(presented.proof.as_slice()))
    }

    /// Where the token of a generation stands.
    pub fn standing(&self, generation: Generation, now: Timestamp) -> Standing {
        match generation {
            same if same == self.generation => Standing::Fresh,
            later if later > self.generation => Standing::Unknown,
            before if before.next() == self.generation && now.since(self.issued_at) <= GRACE => Standing::JustUsed,
            _ => Standing::Used,
        }
    }

    fn proof(&self, vault: &Vault, place: &[u8]) -> Zeroizing<[u8; PROOF_BYTES]> {
        vault.derive::<RefreshSecret>(&self.salt, place)
    }
}

/// Bytes of the grant's id and the generation.
const PLACE_BYTES: usize = 20;
const PROOF_BYTES: usize = 32;
const TOKEN_BYTES: usize = PLACE_BYTES + PROOF_BYTES;

fn place(grant: GrantId, generation: Generation) -> [u8; PLACE_BYTES] {
    let mut place = [0; PLACE_BYTES];
    place[..16].copy_from_slice(grant.uuid().as_bytes());
    place[16..].copy_from_slice(&generation.0.to_be_bytes());
    place
}

/// A refresh token as it was presented; nothing is proved yet.
pub struct Presented {
    /// The family it says it is of.
    pub grant: GrantId,
    /// Which one it says it is.
    pub generation: Generation,
    proof: Zeroizing<[u8; PROOF_BYTES]>,
}

impl Presented {
    /// Reads what was sent; `None` where no token of ours looks like that.
    pub fn read(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(text).ok()?);
        let bytes: &[u8; TOKEN_BYTES] = bytes.as_slice().try_into().ok()?;
        let (grant, rest) = bytes.split_first_chunk::<16>()?;
        let (generation, proof) = rest.split_first_chunk::<4>()?;
        Some(Self {
            grant: Id::from_uuid(Uuid::from_bytes(*grant)),
            generation: Generation(u32::from_be_bytes(*generation)),
            proof: Zeroizing::new(proof.try_into().ok()?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oidc::acr::Acr;

    const NOBODY: Uuid = Uuid::nil();

    fn family(generation: u32, issued_at: i64) -> Family {
        let authentication = Authentication {
            member: Id::from_uuid(NOBODY),
            session: Id::from_uuid(NOBODY),
            at: Timestamp::from_millis(0),
            acr: Acr::Aal1,
            amr: vec![],
        };
        Family {
            grant: Id::from_uuid(NOBODY),
            details: RefreshDetails {
                scopes: Scopes::default(),
                resources: vec![],
                authorization_details: vec![],
                authentication,
                jkt: None,
                x5t: None,
            },
            salt: vec![1; 32],
            generation: Generation(generation),
            issued_at: Timestamp::from_millis(issued_at),
        }
    }

    #[test]
    fn every_cell_of_the_table_of_states() {
        let family = family(2, 1_000);
        let standing = |generation, at| family.standing(Generation(generation), Timestamp::from_millis(at));
        assert_eq!(standing(2, 90_000), Standing::Fresh);
        assert_eq!(standing(1, 11_000), Standing::JustUsed);
        assert_eq!(standing(1, 11_001), Standing::Used);
        assert_eq!(standing(0, 1_000), Standing::Used);
        assert_eq!(standing(3, 1_000), Standing::Unknown);
    }

    #[test]
    fn only_what_was_issued_is_known_again() {
        let (vault, family) = (Vault::open(&[7; 32]).unwrap(), family(0, 0));
        let token = family.token(&vault, Generation(5));
        let read = Presented::read(token.expose_text()).unwrap();
        assert_eq!((read.grant, read.generation), (family.grant, Generation(5)));
        assert!(family.issued(&vault, &read));

        let moved = Presented { generation: Generation(6), ..Presented::read(token.expose_text()).unwrap() };
        assert!(!family.issued(&vault, &moved), "another generation");
        let salted = Family { salt: vec![2; 32], ..family.clone() };
        assert!(!salted.issued(&vault, &read), "another salt");
        let other = Family { grant: Id::from_uuid(Uuid::max()), ..family.clone() };
        assert!(!other.issued(&vault, &read), "another family");
        assert!(!family.issued(&Vault::open(&[8; 32]).unwrap(), &read), "another installation");
    }

    #[test]
    fn a_token_has_one_spelling() {
        let token = family(0, 0).token(&Vault::open(&[7; 32]).unwrap(), Generation::FIRST);
        let text = token.expose_text();
        assert_eq!(text.len(), 70);
        for wrong in [&text[1..], &format!("{text}A"), &format!("{text}="), &text.replace('A', "+"), ""] {
            assert!(Presented::read(wrong).is_none(), "{wrong}");
        }
        // 52 bytes leave four bits of the last character unused: they have to be zero.
        let last = text.chars().last().unwrap();
        let next = char::from_u32(u32::from(last) + 1).unwrap();
        assert!(Presented::read(&format!("{}{next}", &text[..69])).is_none());
    }
}
