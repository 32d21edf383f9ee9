//! Signed requests (OpenID Connect CIBA Core §7.1.1): the parameters as a JWT in `request`, beside which none may stand.
//!
//! | rule | |
//! |---|---|
//! | `alg` | a public-key one, the registered one where there is; PS256, ES256 or EdDSA for `fapi2` |
//! | `iss`, `aud` | the client, this issuer |
//! | `exp`, `nbf` | at most an hour ahead, at most an hour ago (FAPI-CIBA §5.2.2) |
//! | `iat`, `jti` | required; the `jti` counts once |
//! | `request`, `request_uri` inside, or `sub` naming the client | refused |
//! | encrypted around the signature | as at the authorization endpoint |
//! | unsigned | refused where an algorithm is registered, and for `fapi2` |

use std::time::Duration;

use super::CibaRefusal;
use crate::client::{Client, Profile};
use crate::clock::{Timestamp, hours};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::jose::{self, Audience, Claims, Keys, PublicKeys, Rules, SignatureAlgorithm, Times};
use crate::oidc::authorize::request_object::{self, encrypted};
use crate::oidc::params::Params;
use crate::oidc::token::OneTime;

/// How old a request may be, and how far ahead it may expire.
const LONGEST: Duration = hours(1);
/// What may stand only inside.
const INSIDE: [&str; 10] = [
    "scope",
    "authorization_details",
    "client_notification_token",
    "acr_values",
    "login_hint_token",
    "id_token_hint",
    "login_hint",
    "binding_message",
    "user_code",
    "requested_expiry",
];

/// The parameters of a request, out of its JWT where it has one. Its `jti` is used up.
pub(super) async fn open(ctx: &Ctx, client: &Client, params: &Params) -> Result<Result<Params, CibaRefusal>, Fault> {
    let Some(object) = params.find("request") else {
        return Ok(if must_sign(client) {
            Err(CibaRefusal::invalid("the client signs its requests: the parameter request is missing"))
        } else {
            Ok(params.clone())
        });
    };
    if INSIDE.iter().any(|name| params.find(name).is_some()) {
        return Ok(Err(CibaRefusal::invalid("beside a signed request no parameter of it may stand")));
    }
    let opened = match encrypted::open(ctx, object).await? {
        Ok(opened) => opened,
        Err(description) => return Ok(Err(CibaRefusal::invalid(description))),
    };
    if let Err(description) = opened.fits(client) {
        return Ok(Err(CibaRefusal::invalid(description)));
    }
    let (claims, once) = match verified(ctx, client, &opened.signed) {
        Ok(verified) => verified,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if !once.spend(ctx).await? {
        return Ok(Err(CibaRefusal::invalid("the jti of the request object was used before")));
    }
    Ok(Ok(request_object::parameters(&claims)))
}

fn must_sign(client: &Client) -> bool {
    client.settings.requests.backchannel_signing_alg.is_some() || client.settings.profile == Profile::Fapi2
}

fn verified(ctx: &Ctx, client: &Client, object: &str) -> Result<(Claims, OneTime), CibaRefusal> {
    // Registered or fetched; [`crate::oidc::client_keys`] says before the call what must be fetched.
    let keys = client.settings.keys.as_ref().and_then(|source| ctx.client_keys().of(source));
    let document = keys.and_then(|keys| serde_json::to_value(keys.as_ref()).ok());
    let Some(keys) = document.and_then(|document| PublicKeys::read(&document).ok()) else {
        return Err(CibaRefusal::invalid("the client has no keys to check its request object with"));
    };
    let id = client.client_id.as_str();
    let accepted = [ctx.realm().origin.as_str()];
    let rules = Rules {
        typ: &request_object::TYP,
        algorithms: &algorithms(client),
        issuer: Some(id),
        audience: Audience::AnyOf(&accepted),
        times: Times::Expiring { longest: LONGEST },
    };
    let verified = jose::verify(object, &Keys::Public(&keys), &rules, ctx.now);
    let claims = verified.map_err(|error| CibaRefusal::invalid(request_object::described(error)))?.claims;
    check(client, &claims, ctx.now)?;
    let once = || {
        let until = claims.instant("exp").ok().flatten()?;
        claims.text("jti").and_then(|jti| OneTime::new(ctx, &format!("ciba {}", client.id), jti, until))
    };
    let once = once().ok_or(CibaRefusal::invalid("the jti of the request object is missing or unreadable"))?;
    Ok((claims, once))
}

fn algorithms(client: &Client) -> Vec<SignatureAlgorithm> {
    match (client.settings.requests.backchannel_signing_alg, client.settings.profile) {
        (Some(registered), _) => vec![registered],
        (None, Profile::Fapi2) => SignatureAlgorithm::FAPI.to_vec(),
        (None, Profile::Web | Profile::Spa | Profile::Native | Profile::Service | Profile::Legacy) => {
            SignatureAlgorithm::PUBLIC_KEY.to_vec()
        }
    }
}

fn check(client: &Client, claims: &Claims, now: Timestamp) -> Result<(), CibaRefusal> {
    let instant = |name: &str| claims.instant(name).ok().flatten();
    if instant("iat").is_none() || instant("nbf").is_none_or(|nbf| now.since(nbf) > LONGEST) {
        return Err(CibaRefusal::invalid("the iat or nbf of the request object is missing, or more than an hour ago"));
    }
    if claims.get("request").is_some() || claims.get("request_uri").is_some() {
        return Err(CibaRefusal::invalid("a request object must not hold another one"));
    }
    // Such a token may have been signed to prove the client elsewhere (RFC 9101 §10.8).
    if claims.text("sub") == Some(client.client_id.as_str()) {
        let description = "the sub of the request object names the client: it may be a client assertion";
        return Err(CibaRefusal::invalid(description));
    }
    Ok(())
}
