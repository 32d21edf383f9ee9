//! Request objects (RFC 9101, OpenID Connect Core §6.1): the parameters of a request as a JWT that its client signed. What
//! stands inside wins; where the client must sign, nothing outside counts.
//!
//! | rule | every client | one that must sign, or of profile `fapi2` |
//! |---|---|---|
//! | `alg` | a public-key one, the registered one where there is | the same; PS256, ES256 or EdDSA for `fapi2` |
//! | `typ` | none, `JWT` or `oauth-authz-req+jwt` | the same |
//! | `iss` | the client, where sent | the client |
//! | `aud` | this issuer, where sent | this issuer |
//! | `exp`, `nbf`, by the clock as it was when a request was pushed | held, where sent | required, at most an hour apart (FAPI 2.0 Message Signing §5.3.1) |
//! | `client_id` inside | the client, where sent | the client |
//! | `request`, `request_uri` inside, or `sub` naming the client | refused | refused |
//! | `jti` | where sent, counts once at `/par`; not at `/authorize`, where a page may be loaded again | the same |
//! | unsigned | `request_not_supported` | `invalid_request_object` |
//! | encrypted around the signature | to a key of this realm ([`encrypted`]) | the same |

pub(in crate::oidc) mod encrypted;

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::{AuthorizationError, Rejection};
use crate::client::{Client, Profile};
use crate::clock::{Timestamp, hours};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::jose::{self, Audience, Claims, JoseError, Keys, PublicKeys, Rules, SignatureAlgorithm, Times};
use crate::oidc::params::Params;
use crate::oidc::token::OneTime;

/// How old a request object may be, and how far ahead it may expire, where its client must sign.
const LONGEST: Duration = hours(1);
/// How long a `jti` is remembered at most.
const REMEMBERED: Duration = hours(24);
/// Kinds that a request object may say it is; it was not always typed.
pub(in crate::oidc) const TYP: [Option<&str>; 3] = [None, Some("jwt"), Some("oauth-authz-req+jwt")];
/// Claims that are about the object, not of the request (§4).
const ENVELOPE: [&str; 7] = ["iss", "aud", "exp", "nbf", "iat", "jti", "sub"];

/// A request whose object, where it has one, holds.
pub(super) struct Opened {
    /// What counts: out of the object, and beside it where that counts.
    pub(super) params: Params,
    /// Whether somebody signed them.
    pub(super) signed: Signed,
    /// What the object uses up where it counts once: at the pushed authorization request endpoint.
    pub(super) once: Option<OneTime>,
}

/// Whether the parameters are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signed {
    /// By the client.
    Yes,
    /// By nobody.
    No,
}

/// Opens the request object of a request, if it has one, by the clock as it was when the client sent it.
pub(super) async fn open(
    ctx: &Ctx,
    client: &Client,
    params: &Params,
    at: Timestamp,
) -> Result<Result<Opened, Rejection>, Fault> {
    let Some(object) = params.find("request") else {
        return Ok(Ok(Opened { params: params.clone(), signed: Signed::No, once: None }));
    };
    Ok(match encrypted::open(ctx, object).await? {
        Ok(opened) => match opened.fits(client) {
            Ok(()) => read(ctx, client, params, (&opened.signed, at)),
            Err(description) => Err(refused(description)),
        },
        Err(description) => Err(refused(description)),
    })
}

fn read(ctx: &Ctx, client: &Client, params: &Params, (object, at): (&str, Timestamp)) -> Result<Opened, Rejection> {
    if params.is_doubled("request") {
        return Err(Rejection::invalid("the parameter request is repeated"));
    }
    if params.find("request_uri").is_some() {
        return Err(Rejection::invalid("the parameters request and request_uri exclude each other"));
    }
    if is_unsigned(object) {
        let description = "the request object is not signed";
        // Of a client that must sign it is a bad one; elsewhere it is a kind that is not taken here.
        return Err(match must_sign(client) {
            true => refused(description),
            false => Rejection::new(AuthorizationError::RequestNotSupported, description),
        });
    }
    let claims = verified(ctx, client, object, at)?;
    let inside = inner(client, &claims)?;
    let outside = params.without(&["request"]);
    let params = if must_sign(client) { inside } else { inside.over(&outside) };
    Ok(Opened { params, signed: Signed::Yes, once: identifier(ctx, client, &claims)? })
}

/// The `jti`, where there is one, kept as long as the object could be sent again. One that lives longer than
/// [`REMEMBERED`], or for ever, is not remembered for ever.
fn identifier(ctx: &Ctx, client: &Client, claims: &Claims) -> Result<Option<OneTime>, Rejection> {
    let Some(jti) = claims.get("jti") else { return Ok(None) };
    let ceiling = ctx.now + REMEMBERED;
    let until = claims.instant("exp").ok().flatten().map_or(ceiling, |exp| exp.min(ceiling));
    let sender = format!("request object {}", client.id);
    let once = jti.as_str().and_then(|jti| OneTime::new(ctx, &sender, jti, until));
    once.map(Some).ok_or(refused("the jti of the request object is unreadable"))
}

fn must_sign(client: &Client) -> bool {
    client.settings.requests.require_signed || client.settings.profile == Profile::Fapi2
}

const fn refused(description: &'static str) -> Rejection {
    Rejection::new(AuthorizationError::InvalidRequestObject, description)
}

/// `none` in any case, or no signature: not ignored, since the client means its content to count.
fn is_unsigned(object: &str) -> bool {
    let header = object.split('.').next().and_then(|head| URL_SAFE_NO_PAD.decode(head).ok());
    let header: Option<Map<String, Value>> = header.and_then(|json| serde_json::from_slice(&json).ok());
    let alg = header.as_ref().and_then(|header| header.get("alg")).and_then(Value::as_str);
    alg.is_some_and(|alg| alg.eq_ignore_ascii_case("none"))
}

fn verified(ctx: &Ctx, client: &Client, object: &str, at: Timestamp) -> Result<Claims, Rejection> {
    let Some(known) = client.settings.keys.as_ref().and_then(|source| ctx.client_keys().of(source)) else {
        return Err(refused("the client has no keys to check its request object with, or they cannot be fetched"));
    };
    let document = serde_json::to_value(known.as_ref()).unwrap_or_default();
    let keys = PublicKeys::read(&document).map_err(|_| refused("the keys of the client are unreadable"))?;
    let algorithms = algorithms(client);
    let issuer = ctx.realm().origin.as_str();
    let claims = jose::unverified(object).map_err(|_| refused("the request object is no signed JWT"))?;
    let strict = must_sign(client);
    let expected = strict || claims.get("aud").is_some();
    let named = strict || claims.get("iss").is_some();
    let accepted = [issuer];
    let rules = Rules {
        typ: &TYP,
        algorithms: &algorithms,
        issuer: named.then_some(client.client_id.as_str()),
        audience: if expected { Audience::AnyOf(&accepted) } else { Audience::Unchecked },
        times: if strict { Times::Expiring { longest: LONGEST } } else { Times::AsSent },
    };
    let verified = jose::verify(object, &Keys::Public(&keys), &rules, at).map_err(|error| refused(described(error)))?;
    if strict && !begins_lately(&verified.claims, at) {
        return Err(refused("the nbf of the request object is missing, or more than an hour ago"));
    }
    Ok(verified.claims)
}

/// FAPI 2.0 Message Signing §5.3.1: `nbf` not longer ago than an hour.
fn begins_lately(claims: &Claims, now: Timestamp) -> bool {
    claims.instant("nbf").ok().flatten().is_some_and(|nbf| now.since(nbf) <= LONGEST)
}

fn algorithms(client: &Client) -> Vec<SignatureAlgorithm> {
    match (client.settings.requests.signing_alg, client.settings.profile) {
        (Some(registered), _) => vec![registered],
        (None, Profile::Fapi2) => SignatureAlgorithm::FAPI.to_vec(),
        (None, Profile::Web | Profile::Spa | Profile::Native | Profile::Service | Profile::Legacy) => {
            SignatureAlgorithm::PUBLIC_KEY.to_vec()
        }
    }
}

/// What its developer is told of a request object that does not hold.
pub(in crate::oidc) const fn described(error: JoseError) -> &'static str {
    match error {
        JoseError::Malformed => "the request object is no signed JWT",
        JoseError::Header => "the header of the request object has a member that is not accepted",
        JoseError::Typ => "the typ of the request object is that of another kind of token",
        JoseError::Algorithm => "the alg of the request object is not accepted for this client",
        JoseError::UnknownKey => "no key of the client fits the request object",
        JoseError::Signature => "the signature of the request object does not fit",
        JoseError::Issuer => "the iss of the request object is not the client",
        JoseError::Audience => "the aud of the request object is not this issuer",
        JoseError::TimeMissing => "a time claim of the request object is missing or is no number",
        JoseError::Expired => "the request object has expired",
        JoseError::Early => "the time of the request object lies ahead",
        JoseError::TooLong => "the request object lives longer than an hour",
    }
}

/// The parameters inside.
fn inner(client: &Client, claims: &Claims) -> Result<Params, Rejection> {
    let own = client.client_id.as_str();
    if claims.get("client_id").is_some_and(|named| named.as_str() != Some(own)) {
        return Err(refused("the client_id of the request object is not the client"));
    }
    if must_sign(client) && claims.get("client_id").is_none() {
        return Err(refused("the request object does not name its client_id"));
    }
    if claims.get("request").is_some() || claims.get("request_uri").is_some() {
        return Err(refused("a request object must not hold another one"));
    }
    // Such a token may have been signed to prove the client elsewhere (RFC 9101 §10.8).
    if claims.text("sub") == Some(own) {
        return Err(refused("the sub of the request object names the client: it may be a client assertion"));
    }
    let named: Params = std::iter::once(("client_id", own)).collect();
    Ok(named.over(&parameters(claims)))
}

/// The claims that are of the request, as parameters.
pub(in crate::oidc) fn parameters(claims: &Claims) -> Params {
    let members = claims.all().iter().filter(|(name, _)| !ENVELOPE.contains(&name.as_str()));
    members.flat_map(|(name, value)| parameter(name, value)).collect()
}

/// A claim as the parameter it stands for: texts as they are, JSON where the parameter is JSON (§4).
fn parameter(name: &str, value: &Value) -> Vec<(String, String)> {
    match value {
        Value::Null => Vec::new(),
        Value::String(text) => vec![(name.to_owned(), text.clone())],
        Value::Array(many) if name == "resource" => many.iter().flat_map(|one| parameter(name, one)).collect(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            vec![(name.to_owned(), value.to_string())]
        }
    }
}
