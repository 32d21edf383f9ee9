//! Proofs of possession (RFC 9449): a JWT that the client signs for each request with a key of its own.

mod nonce;
mod target;

use std::time::Duration;

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
pub use nonce::fresh as fresh_nonce;
pub use target::Target;

use super::token::OneTime;
use crate::client::Profile;
use crate::clock::minutes;
use crate::ctx::Ctx;
use crate::jose::{self, Audience, JoseError, Keys, Rules, SignatureAlgorithm, Times};
use crate::realm::DpopNonces;

/// The algorithms accepted, as discovery lists them.
pub const ALGORITHMS: [SignatureAlgorithm; 9] = SignatureAlgorithm::PUBLIC_KEY;

/// How old a proof may be: clocks differ by seconds, proofs are made for one request.
const OLDEST: Duration = minutes(2);

/// A proof that holds.
pub(crate) struct DpopProof {
    /// The thumbprint of its key (RFC 7638).
    pub(crate) jkt: String,
    /// Its `jti`.
    pub(crate) once: OneTime,
}

/// Why a proof is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DpopRefusal {
    /// It does not hold; the text says why.
    Proof(&'static str),
    /// It must carry a nonce of ours.
    Nonce,
}

/// What a client of `profile` may sign its proofs with.
fn algorithms(profile: Profile) -> &'static [SignatureAlgorithm] {
    match profile {
        Profile::Fapi2 => &SignatureAlgorithm::FAPI,
        Profile::Web | Profile::Spa | Profile::Native | Profile::Service | Profile::Legacy => &ALGORITHMS,
    }
}

/// Checks a proof for a request to `target` by a client of `profile`. Whether its `jti` was used before is for
/// [`OneTime::spend`] to say.
pub(crate) fn check(ctx: &Ctx, profile: Profile, proof: &str, target: &Target<'_>) -> Result<DpopProof, DpopRefusal> {
    let refused = |description| Err(DpopRefusal::Proof(description));
    let rules = Rules {
        typ: &[Some("dpop+jwt")],
        algorithms: algorithms(profile),
        issuer: None,
        audience: Audience::Unchecked,
        times: Times::Recent { oldest: OLDEST },
    };
    let verified =
        jose::verify(proof, &Keys::Embedded, &rules, ctx.now).map_err(|why| DpopRefusal::Proof(said(why)))?;
    let claims = &verified.claims;
    if claims.text("htm") != Some(target.method) {
        return refused("the DPoP proof is for another method");
    }
    if !claims.text("htu").is_some_and(|htu| ctx.origins().any(|origin| target.is(&origin, htu))) {
        return refused("the DPoP proof is for another address");
    }
    if let Some(token) = target.access_token
        && claims.text("ath") != Some(&URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, token.as_bytes())))
    {
        return refused("the DPoP proof is for another access token");
    }
    if ctx.realm().settings.dpop_nonces == DpopNonces::Required
        && !claims.text("nonce").is_some_and(|sent| nonce::is_good(ctx, sent))
    {
        return Err(DpopRefusal::Nonce);
    }
    let Some(jkt) = verified.header.jwk.as_ref().and_then(jose::thumbprint) else {
        return refused("the key of the DPoP proof is not usable");
    };
    // Kept past the last instant at which the proof could pass, whatever the sender's clock.
    let until = ctx.now + OLDEST + jose::AHEAD * 2;
    match claims.text("jti").and_then(|jti| OneTime::new(ctx, &format!("dpop {jkt}"), jti, until)) {
        Some(once) => Ok(DpopProof { jkt, once }),
        None => refused("the DPoP proof has no usable jti"),
    }
}

const fn said(why: JoseError) -> &'static str {
    match why {
        JoseError::Malformed => "the DPoP proof is no signed JWT",
        JoseError::Header => "the header of the DPoP proof is not acceptable",
        JoseError::Typ => "the typ of the DPoP proof is not dpop+jwt",
        JoseError::Algorithm | JoseError::UnknownKey => "the alg of the DPoP proof is not accepted",
        JoseError::Signature => "the signature of the DPoP proof does not fit its key",
        JoseError::Issuer | JoseError::Audience => "the claims of the DPoP proof are not acceptable",
        JoseError::TimeMissing => "the DPoP proof has no iat",
        JoseError::Expired | JoseError::TooLong => "the DPoP proof is too old",
        JoseError::Early => "the iat of the DPoP proof lies ahead",
    }
}
