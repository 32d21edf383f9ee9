//! What one use asks of its tokens: kind, algorithms, sender, addressee, time.

use std::time::Duration;

use super::{Claims, JoseError, SignatureAlgorithm};
use crate::clock::Timestamp;

/// How far ahead a sender's clock may be. FAPI 2.0 Security Profile §5.3.2.1: ten seconds must pass, a minute must not.
pub const AHEAD: Duration = Duration::from_secs(30);

/// Whom a token must be for.
#[derive(Debug, Clone, Copy)]
pub enum Audience<'a> {
    /// One of these must be named, alone or in a list.
    AnyOf(&'a [&'a str]),
    /// This must be the whole value, as a string: a list could name others who would replay it.
    Exactly(&'a str),
    /// The use has no audience.
    Unchecked,
}

/// When a token counts.
#[derive(Debug, Clone, Copy)]
pub enum Times {
    /// `exp` is required and lies at most so far ahead; `nbf` and `iat` are held where they are sent.
    Expiring {
        /// How far `exp` may lie ahead: what is used once must be remembered until then.
        longest: Duration,
    },
    /// `iat` is required and lies at most so far back; `exp` and `nbf` are held where they are sent.
    Recent {
        /// How old it may be.
        oldest: Duration,
    },
    /// No time claim is required; those that are sent are held.
    AsSent,
}

/// The rules of one use.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// The kinds accepted, in lower case; `None` stands for a header without `typ`.
    pub typ: &'a [Option<&'a str>],
    /// The algorithms accepted.
    pub algorithms: &'a [SignatureAlgorithm],
    /// Who must have made it.
    pub issuer: Option<&'a str>,
    /// Whom it must be for.
    pub audience: Audience<'a>,
    /// When it counts.
    pub times: Times,
}

impl Rules<'_> {
    pub(super) fn check(&self, claims: &Claims, now: Timestamp) -> Result<(), JoseError> {
        if self.issuer.is_some() && claims.text("iss") != self.issuer {
            return Err(JoseError::Issuer);
        }
        let for_us = match self.audience {
            Audience::AnyOf(accepted) => claims.audiences().iter().any(|named| accepted.contains(named)),
            Audience::Exactly(accepted) => claims.text("aud") == Some(accepted),
            Audience::Unchecked => true,
        };
        if !for_us {
            return Err(JoseError::Audience);
        }
        self.times.check(claims, now)
    }
}

impl Times {
    fn check(self, claims: &Claims, now: Timestamp) -> Result<(), JoseError> {
        let (exp, nbf, iat) = (claims.instant("exp")?, claims.instant("nbf")?, claims.instant("iat")?);
        if exp.is_some_and(|exp| now >= exp) {
            return Err(JoseError::Expired);
        }
        if [nbf, iat].into_iter().flatten().any(|begins| begins > now + AHEAD) {
            return Err(JoseError::Early);
        }
        match self {
            Self::Expiring { longest } => {
                let exp = exp.ok_or(JoseError::TimeMissing)?;
                if exp > now + longest { Err(JoseError::TooLong) } else { Ok(()) }
            }
            Self::Recent { oldest } => {
                let iat = iat.ok_or(JoseError::TimeMissing)?;
                if now.since(iat) > oldest { Err(JoseError::TooLong) } else { Ok(()) }
            }
            Self::AsSent => Ok(()),
        }
    }
}
