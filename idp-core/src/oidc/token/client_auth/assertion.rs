//! What both kinds of client assertions have in common (RFC 7523 §3).

use super::refused;
use super::sent::{Proof, Sent};
use crate::client::{AssertionAudience, Client};
use crate::clock::hours;
use crate::ctx::Ctx;
use crate::jose::{self, Audience, Keys, Rules, SignatureAlgorithm, Times};
use crate::oidc::paths;
use crate::oidc::token::{Challenge, ClientCall, OneTime, TokenRefusal};

/// The only kind of assertion there is (RFC 7523 §2.2).
pub(super) const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// How far ahead `exp` may lie: assertions are made for one request, and remembered until then.
const LONGEST: std::time::Duration = hours(1);

/// An assertion names its client itself; a `client_id` beside it must be the same (RFC 7521 §4.2).
pub(super) fn read(id: Option<&str>, assertion: &str, kind: Option<&str>) -> Result<Sent, TokenRefusal> {
    if kind != Some(ASSERTION_TYPE) {
        return Err(refused(Challenge::None, "the client_assertion_type is not the one of JWTs"));
    }
    let claims = jose::unverified(assertion).ok();
    let Some(named) = claims.as_ref().and_then(|claims| claims.text("sub")) else {
        return Err(refused(Challenge::None, "the client assertion is no JWT that names a client"));
    };
    if id.is_some_and(|id| id != named) {
        return Err(refused(Challenge::None, "the client_id differs from the one in the assertion"));
    }
    Ok(Sent { client_id: named.to_owned(), proof: Proof::Assertion(assertion.to_owned()) })
}

/// What the client's assertion uses up, if it holds.
pub(super) fn holds(
    ctx: &Ctx,
    client: &Client,
    call: &ClientCall,
    assertion: &str,
    (keys, algorithms): (&Keys<'_>, &[SignatureAlgorithm]),
) -> Option<OneTime> {
    let id = client.client_id.as_str();
    let issuer = ctx.realm().origin.as_str();
    let endpoints =
        ctx.origins().flat_map(|origin| [paths::TOKEN, call.endpoint].map(|path| format!("{origin}{path}")));
    let endpoints: Vec<String> = endpoints.collect();
    let accepted: Vec<&str> = std::iter::once(issuer).chain(endpoints.iter().map(String::as_str)).collect();
    let audience = match client.settings.profile.assertion_audience() {
        AssertionAudience::IssuerAlone => Audience::Exactly(issuer),
        AssertionAudience::IssuerOrEndpoint => Audience::AnyOf(&accepted),
    };
    let rules = Rules {
        typ: &[None, Some("jwt"), Some("client-authentication+jwt")],
        algorithms,
        issuer: Some(id),
        audience,
        times: Times::Expiring { longest: LONGEST },
    };
    let claims = match jose::verify(assertion, keys, &rules, ctx.now) {
        Ok(verified) => verified.claims,
        Err(why) => {
            tracing::info!(client_id = id, %why, "client assertion refused");
            return None;
        }
    };
    if claims.text("sub") != Some(id) {
        return None;
    }
    let until = claims.instant("exp").ok()??;
    claims.text("jti").and_then(|jti| OneTime::new(ctx, &format!("client {}", client.id), jti, until))
}
