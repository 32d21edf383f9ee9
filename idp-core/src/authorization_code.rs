//! An authorization code (RFC 6749 §4.1.2): for one client, once, within a minute.
//!
//! | state | presented | then |
//! |---|---|---|
//! | fresh | by its client, in time | used: tokens |
//! | fresh | too late | expired: refused |
//! | used | again | used: refused, and its grant is revoked |
//! | expired | at any time | expired: refused |

use std::collections::BTreeSet;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::entropy::Entropy;
use crate::grant::Grant;
use crate::id::GrantId;
use crate::oidc::acr::Authentication;
use crate::oidc::authorize::{CodeChallenge, RedirectUriSent};
use crate::secret::{AuthorizationCode, Hashed, Plain, Vault};

/// How long a code can be redeemed (RFC 6749 §4.1.2 recommends ten minutes at most; one is enough for a redirect).
pub const CODE_LIFETIME: Duration = Duration::from_secs(60);

/// Of the grant's id, in base64url.
const GRANT_CHARACTERS: usize = 22;

/// What a code remembers of its request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeDetails {
    /// For the ID token.
    pub nonce: Option<String>,
    /// What the code verifier must hash to.
    pub code_challenge: Option<CodeChallenge>,
    /// For the ID token.
    pub authentication: Authentication,
    /// Whether the token request has to name the redirect URI (RFC 6749 §4.1.3).
    #[serde(default)]
    pub redirect_uri_sent: RedirectUriSent,
    /// The claims that the ID token tells (OpenID Connect Core §5.5).
    #[serde(default)]
    pub id_token_claims: BTreeSet<String>,
    /// The services that the access token is for (RFC 8707).
    #[serde(default)]
    pub resources: Vec<String>,
    /// What was allowed in detail (RFC 9396).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authorization_details: Vec<serde_json::Value>,
    /// The thumbprint of the key that must redeem the code (RFC 9449 §10).
    #[serde(default)]
    pub dpop_jkt: Option<String>,
}

/// A new code. It names its grant, by which its row is found, and is as secret as its random rest.
pub(crate) fn random(grant: GrantId, entropy: &dyn Entropy) -> Plain<AuthorizationCode> {
    let mut text = URL_SAFE_NO_PAD.encode(grant.uuid()).into_bytes();
    text.extend_from_slice(Plain::<AuthorizationCode>::random(entropy).expose());
    Plain::new(text)
}

/// A code as it was presented; nothing is proved yet.
pub(crate) struct PresentedCode {
    /// What it says it stands for.
    pub(crate) grant: GrantId,
    /// Of the whole code.
    pub(crate) hash: Hashed<AuthorizationCode>,
}

impl PresentedCode {
    /// Reads what was sent; `None` where no code of ours looks like that.
    pub(crate) fn read(vault: &Vault, text: &str) -> Option<Self> {
        let (grant, _) = text.split_at_checked(GRANT_CHARACTERS)?;
        let grant = Uuid::from_slice(&URL_SAFE_NO_PAD.decode(grant).ok()?).ok()?;
        Some(Self { grant: GrantId::from_uuid(grant), hash: vault.hash(text.as_bytes()) })
    }
}

/// Where a code stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It can be redeemed.
    Fresh,
    /// It was redeemed.
    Used,
    /// Its minute is over.
    Expired,
}

/// One code, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedCode {
    /// What it stands for, and whose client may redeem it.
    pub grant: Grant,
    /// Where it was sent; must be named again (RFC 6749 §4.1.3).
    pub redirect_uri: String,
    /// What it remembers.
    pub details: CodeDetails,
    /// When its minute ends.
    pub expires_at: Timestamp,
    /// When it was redeemed, if it was.
    pub used_at: Option<Timestamp>,
}

impl IssuedCode {
    /// Where it stands; a used code stays used when its minute is over, so that a late replay is still known as one.
    pub fn standing(&self, now: Timestamp) -> Standing {
        if self.used_at.is_some() {
            Standing::Used
        } else if now < self.expires_at {
            Standing::Fresh
        } else {
            Standing::Expired
        }
    }

    /// Whether the token request names the address that the code was sent to; only a request that named none may be
    /// redeemed without.
    pub fn was_sent_to(&self, named: Option<&str>) -> bool {
        match (named, self.details.redirect_uri_sent) {
            (Some(named), RedirectUriSent::Yes | RedirectUriSent::No) => named == self.redirect_uri,
            (None, RedirectUriSent::No) => true,
            (None, RedirectUriSent::Yes) => false,
        }
    }

    /// Whether the proof key fits: a challenge needs its verifier, and a verifier without a challenge is a sign of a code
    /// that was put into another's request (RFC 9700 §4.8.2).
    pub fn accepts_verifier(&self, verifier: Option<&str>) -> bool {
        match (&self.details.code_challenge, verifier) {
            (None, None) => true,
            (Some(challenge), Some(verifier)) => challenge.is_met_by(verifier),
            (None, Some(_)) | (Some(_), None) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;
    use crate::id::Id;
    use crate::oidc::acr::Acr;
    use crate::oidc::scope::Scopes;

    fn code(used_at: Option<Timestamp>, challenge: Option<&str>) -> IssuedCode {
        let authentication = Authentication {
            member: Id::from_uuid(Uuid::nil()),
            session: Id::from_uuid(Uuid::nil()),
            at: Timestamp::from_millis(0),
            acr: Acr::Aal1,
            amr: vec![],
        };
        let code_challenge = challenge.and_then(CodeChallenge::parse);
        let grant = Grant {
            id: Id::from_uuid(Uuid::nil()),
            client: Id::from_uuid(Uuid::nil()),
            member: authentication.member,
            session: authentication.session,
            scopes: Scopes::default(),
            claims: BTreeSet::new(),
            created_at: authentication.at,
            expires_at: authentication.at,
            revoked_at: None,
        };
        IssuedCode {
            grant,
            redirect_uri: String::new(),
            details: CodeDetails {
                nonce: None,
                code_challenge,
                authentication,
                redirect_uri_sent: RedirectUriSent::Yes,
                id_token_claims: BTreeSet::new(),
                resources: Vec::new(),
                authorization_details: Vec::new(),
                dpop_jkt: None,
            },
            expires_at: Timestamp::from_millis(60_000),
            used_at,
        }
    }

    #[test]
    fn every_cell_of_the_table_of_states() {
        let used = Some(Timestamp::from_millis(1));
        let at = Timestamp::from_millis;
        assert_eq!(code(None, None).standing(at(59_999)), Standing::Fresh);
        assert_eq!(code(None, None).standing(at(60_000)), Standing::Expired);
        assert_eq!(code(used, None).standing(at(2)), Standing::Used);
        assert_eq!(code(used, None).standing(at(60_000)), Standing::Used);
    }

    #[test]
    fn a_code_names_its_grant() {
        let (vault, grant) = (Vault::open(&[7; 32]).unwrap(), GrantId::from_uuid(Uuid::max()));
        let code = random(grant, &SeededEntropy::new(1));
        let read = PresentedCode::read(&vault, code.expose_text()).unwrap();
        assert_eq!((read.grant, read.hash), (grant, vault.hash(code.expose())));
        for wrong in ["", "short", "......................", "ああああああああああああああああああああああ"]
        {
            assert!(PresentedCode::read(&vault, wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn challenge_and_verifier_come_together_or_not_at_all() {
        let challenge = Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert!(code(None, challenge).accepts_verifier(Some(verifier)));
        assert!(!code(None, challenge).accepts_verifier(Some(&verifier.to_uppercase())));
        assert!(!code(None, challenge).accepts_verifier(None));
        assert!(!code(None, None).accepts_verifier(Some(verifier)));
        assert!(code(None, None).accepts_verifier(None));
    }
}
