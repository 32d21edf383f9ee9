//! JSON Web Tokens that others sign and send us (RFC 7519; read by the rules of RFC 8725): client assertions, request
//! objects, software statements, DPoP proofs.
//!
//! | what is sent | is refused since |
//! |---|---|
//! | `alg` not among those of this use, `none`, HMAC where public keys are used | [`Rules::algorithms`], [`Keys`] |
//! | a key that the token brings itself: `jwk`, `jku`, `x5u` | only [`Keys::Embedded`] reads `jwk` |
//! | `crit` | nothing that must be understood is |
//! | another kind of token | [`Rules::typ`] |
//! | one for somebody else, from somebody else | [`Rules::audience`], [`Rules::issuer`] |
//! | too early, too late, too long-lived | [`Times`] |

mod algorithm;
mod claims;
mod header;
mod keys;
mod rules;

#[cfg(test)]
mod tests;

pub use algorithm::SignatureAlgorithm;
pub use claims::Claims;
pub use header::Header;
pub use keys::{Keys, PublicKeys, PublicKeysError, thumbprint};
pub use rules::{AHEAD, Audience, Rules, Times};

use crate::clock::Timestamp;

/// Longer ones are not looked at.
const LENGTH_MAX: usize = 32 * 1024;

/// Why a token is refused. For the log and the developer; a caller tells its client what its own standard says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JoseError {
    /// Not three parts of base64url with JSON objects in the first two, or too long.
    #[error("it is no signed JWT in compact form")]
    Malformed,
    /// `crit`, `jku`, `x5u`, or a `jwk` where none belongs.
    #[error("its header has a member that is not accepted")]
    Header,
    /// The `typ` is that of another kind of token.
    #[error("its typ is that of another kind of token")]
    Typ,
    /// The `alg` is not accepted here.
    #[error("its alg is not accepted here")]
    Algorithm,
    /// No key of the set has this `kid` and fits the `alg`. New keys may be worth fetching.
    #[error("no known key fits its kid and alg")]
    UnknownKey,
    /// The signature does not fit.
    #[error("its signature does not fit")]
    Signature,
    /// `iss` is not the one expected.
    #[error("its iss is not the one expected")]
    Issuer,
    /// `aud` is not for us, or not in the form this client must use.
    #[error("its aud is not the one expected")]
    Audience,
    /// A time claim is missing, or no number.
    #[error("a time claim is missing or is no number")]
    TimeMissing,
    /// `exp` has passed.
    #[error("it has expired")]
    Expired,
    /// `nbf` or `iat` lies ahead.
    #[error("its time lies ahead")]
    Early,
    /// It lives longer, or is older, than accepted here.
    #[error("it lives longer than accepted here")]
    TooLong,
}

/// A token whose signature and claims passed every rule.
#[derive(Debug, Clone)]
pub struct Verified {
    /// What its header says.
    pub header: Header,
    /// What it claims.
    pub claims: Claims,
}

/// Reads `token` with `keys` by `rules`, at the instant `now`.
pub fn verify(token: &str, keys: &Keys<'_>, rules: &Rules<'_>, now: Timestamp) -> Result<Verified, JoseError> {
    if token.len() > LENGTH_MAX {
        return Err(JoseError::Malformed);
    }
    let (message, signature) = token.rsplit_once('.').ok_or(JoseError::Malformed)?;
    let (head, body) = message.split_once('.').filter(|(_, body)| !body.contains('.')).ok_or(JoseError::Malformed)?;
    let header = Header::read(head)?;
    header.check(keys, rules)?;

    keys.check_signature(&header, message, signature)?;
    let claims = Claims::read(body)?;
    rules.check(&claims, now)?;

    Ok(Verified { header, claims })
}

/// The header of a token that nobody has checked: to find out which key may be missing, and for nothing else.
pub fn unverified_header(token: &str) -> Result<Header, JoseError> {
    let head = token.split('.').next().unwrap_or_default();
    if token.len() > LENGTH_MAX { Err(JoseError::Malformed) } else { Header::read(head) }
}

/// The claims of a token that nobody has checked: to find out whose keys to check it with, and for nothing else.
pub fn unverified(token: &str) -> Result<Claims, JoseError> {
    let mut parts = token.split('.');
    let (Some(_), Some(body), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Err(JoseError::Malformed);
    };
    if token.len() > LENGTH_MAX { Err(JoseError::Malformed) } else { Claims::read(body) }
}
