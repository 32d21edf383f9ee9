//! Password hashes that members bring along from elsewhere: bcrypt, and PBKDF2 (RFC 8018) as Keycloak writes it. They
//! are only ever compared: the first right password replaces them by a hash of our own.
//!
//! | text | is |
//! |---|---|
//! | `$2a$…`, `$2b$…`, `$2y$…` | bcrypt |
//! | `$pbkdf2-sha512$i=210000$SALT$HASH` | PBKDF2-HMAC; also `sha256` and `sha1`; salt and hash in base64 |
//! | `$argon2id$…`, `$argon2i$…`, `$argon2d$…` | Argon2, read by its own file |

use std::num::NonZeroU32;

use aws_lc_rs::pbkdf2::{self, PBKDF2_HMAC_SHA1, PBKDF2_HMAC_SHA256, PBKDF2_HMAC_SHA512};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

use super::{Phc, Verdict};
use crate::credential::password_policy::TypedPassword;
use crate::fault::Fault;

/// A hash that costs more than this would let one file stop every sign-in.
const ITERATIONS_MAX: u32 = 5_000_000;
const BCRYPT_COST_MAX: u32 = 16;

/// Why a hash cannot come along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ForeignHashError {
    /// Not a form that is known.
    #[error("the password hash is of a kind that cannot be compared here")]
    Unknown,
    /// Its parts cannot be read.
    #[error("the password hash is damaged")]
    Damaged,
    /// Comparing would take too long.
    #[error("the password hash costs too much to compare")]
    TooDear,
}

impl Phc {
    /// Reads a hash that was made elsewhere.
    ///
    /// # Errors
    /// Why it cannot be compared here.
    pub fn from_elsewhere(text: &str) -> Result<Self, ForeignHashError> {
        if text.starts_with("$argon2") {
            super::argon2id::check(text)?;
        } else if let Some(bcrypt) = bcrypt_parts(text) {
            let parts = bcrypt.map_err(|_| ForeignHashError::Damaged)?;
            if parts.get_cost() > BCRYPT_COST_MAX {
                return Err(ForeignHashError::TooDear);
            }
        } else {
            Pbkdf2::read(text)?;
        }
        Ok(Self::from_text(text.to_owned()))
    }

    /// A PBKDF2 hash from its parts, salt and hash in base64.
    ///
    /// # Errors
    /// Why it cannot be compared here.
    pub fn from_pbkdf2(algorithm: &str, iterations: u64, salt: &str, hash: &str) -> Result<Self, ForeignHashError> {
        let digest = match algorithm {
            "pbkdf2" => "pbkdf2-sha1",
            other => other,
        };
        Self::from_elsewhere(&format!("${digest}$i={iterations}${salt}${hash}"))
    }
}

/// Compares with a hash made elsewhere; `None` where the hash is one of our own kind.
pub(super) fn verify(password: &TypedPassword, phc: &Phc) -> Option<Result<Verdict, Fault>> {
    let text = phc.as_str();
    let is_right = match bcrypt_parts(text) {
        Some(_) => bcrypt::verify(password.as_bytes(), text).map_err(|error| Fault::Broken(format!("bcrypt: {error}"))),
        None if text.starts_with("$pbkdf2-") => Pbkdf2::read(text)
            .map_err(|_| Fault::unreadable("password hash"))
            .map(|stored| stored.matches(password.as_bytes())),
        None => return None,
    };
    Some(is_right.map(|is_right| if is_right { Verdict::MatchOutdated } else { Verdict::Mismatch }))
}

fn bcrypt_parts(text: &str) -> Option<Result<bcrypt::HashParts, bcrypt::BcryptError>> {
    ["$2a$", "$2b$", "$2x$", "$2y$"].iter().any(|prefix| text.starts_with(prefix)).then(|| text.parse())
}

struct Pbkdf2 {
    algorithm: pbkdf2::Algorithm,
    iterations: NonZeroU32,
    salt: Vec<u8>,
    hash: Vec<u8>,
}

impl Pbkdf2 {
    fn read(text: &str) -> Result<Self, ForeignHashError> {
        let mut parts = text.strip_prefix('$').ok_or(ForeignHashError::Unknown)?.split('$');
        let algorithm = match parts.next() {
            Some("pbkdf2-sha1") => PBKDF2_HMAC_SHA1,
            Some("pbkdf2-sha256") => PBKDF2_HMAC_SHA256,
            Some("pbkdf2-sha512") => PBKDF2_HMAC_SHA512,
            Some(_) | None => return Err(ForeignHashError::Unknown),
        };
        let damaged = ForeignHashError::Damaged;
        let iterations = parts.next().and_then(|part| part.strip_prefix("i=")).ok_or(damaged)?;
        let iterations: NonZeroU32 = iterations.parse().map_err(|_| damaged)?;
        let mut bytes = || {
            let part = parts.next()?;
            STANDARD.decode(part).or_else(|_| STANDARD_NO_PAD.decode(part)).ok()
        };
        let (salt, hash) = (bytes().ok_or(damaged)?, bytes().ok_or(damaged)?);
        if hash.len() < 16 || hash.len() > 128 || salt.len() > 1_024 || parts.next().is_some() {
            return Err(damaged);
        }
        if iterations.get() > ITERATIONS_MAX {
            return Err(ForeignHashError::TooDear);
        }
        Ok(Self { algorithm, iterations, salt, hash })
    }

    /// In constant time.
    fn matches(&self, password: &[u8]) -> bool {
        pbkdf2::verify(self.algorithm, self.iterations, &self.salt, password, &self.hash).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential::password_policy::normalise_password;

    fn verdict(password: &str, phc: &str) -> Verdict {
        let phc = Phc::from_elsewhere(phc).unwrap();
        verify(&normalise_password(password).unwrap(), &phc).unwrap().unwrap()
    }

    #[test]
    fn the_vectors_of_the_standards_match_and_ask_for_a_new_hash() {
        // RFC 6070 (SHA-1, 4096 iterations); the same with SHA-256 from RFC 7914 §11 by its first block.
        let sha1 = Phc::from_pbkdf2("pbkdf2", 4096, "c2FsdA==", "SwB5AbdlSJq+rUnZJvch0GWkKcE=").unwrap();
        assert_eq!(verify(&normalise_password("password").unwrap(), &sha1).unwrap().unwrap(), Verdict::MatchOutdated);
        assert_eq!(verify(&normalise_password("passwort").unwrap(), &sha1).unwrap().unwrap(), Verdict::Mismatch);
        let bcrypt = "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
        assert_eq!(verdict("U*U", bcrypt), Verdict::MatchOutdated);
        assert_eq!(verdict("U*V", bcrypt), Verdict::Mismatch);
    }

    #[test]
    fn what_cannot_be_compared_is_refused_by_name() {
        let refused = |text: &str| Phc::from_elsewhere(text).unwrap_err();
        assert_eq!(refused(""), ForeignHashError::Unknown);
        assert_eq!(refused("{SSHA}xyz"), ForeignHashError::Unknown);
        assert_eq!(refused("$pbkdf2-md5$i=1$c2FsdA$AAAAAAAAAAAAAAAAAAAAAA"), ForeignHashError::Unknown);
        assert_eq!(refused("$pbkdf2-sha256$i=0$c2FsdA$AAAAAAAAAAAAAAAAAAAAAA"), ForeignHashError::Damaged);
        assert_eq!(refused("$pbkdf2-sha256$i=1$c2FsdA$AAAA"), ForeignHashError::Damaged);
        assert_eq!(refused("$pbkdf2-sha256$i=9000000$c2FsdA$AAAAAAAAAAAAAAAAAAAAAA"), ForeignHashError::TooDear);
        assert_eq!(refused("$2b$12$short"), ForeignHashError::Damaged);
        assert_eq!(refused("$argon2id$v=19$m=8,t=1,p=1$x"), ForeignHashError::Damaged);
        assert_eq!(
            refused("$argon2id$v=19$m=4000000,t=1,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA"),
            ForeignHashError::TooDear
        );
    }
}
