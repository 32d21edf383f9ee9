//! Software statements (RFC 7591 §2.3): metadata that somebody whom the realm trusts signed. They win over what the client
//! says beside them.
//!
//! | rule | |
//! |---|---|
//! | `iss` | one of the realm's `software_statement_issuers` |
//! | `alg` | a public-key one, by a key at the issuer's address |
//! | `aud` | this issuer, where sent |
//! | `exp`, `nbf`, `iat` | held, where sent: a statement lives as long as its software |

use serde_json::{Map, Value};

use super::Refusal;
use crate::client::{HttpsUri, KeySource, KeyUse, Wanted};
use crate::ctx::Ctx;
use crate::jose::{self, Audience, JoseError, Keys, PublicKeys, Rules, SignatureAlgorithm, Times};
use crate::realm::SoftwareIssuer;

/// The member that holds one.
pub(super) const MEMBER: &str = "software_statement";
/// Kinds that a statement may say it is; the standard names none.
const TYP: [Option<&str>; 3] = [None, Some("jwt"), Some("software-statement+jwt")];
/// Claims that are about the statement, not of the client.
const ENVELOPE: [&str; 8] = ["iss", "aud", "exp", "nbf", "iat", "jti", "sub", MEMBER];

/// The address of the issuer's keys, where they must be fetched before the statement among `sent` can be judged.
pub fn missing(ctx: &Ctx, sent: &Value) -> Option<HttpsUri> {
    let statement = sent.get(MEMBER)?.as_str()?;
    let header = jose::unverified_header(statement).ok()?;
    let source = KeySource::Fetched(issuer(ctx, statement)?.keys.clone());
    let wanted = Wanted { kid: header.kid.as_deref(), usage: KeyUse::Signature, alg: header.algorithm.name() };
    ctx.client_keys().missing(&source, &wanted, ctx.now)
}

/// Whoever is named as its issuer, where the realm knows them.
fn issuer<'a>(ctx: &'a Ctx, statement: &str) -> Option<&'a SoftwareIssuer> {
    let claims = jose::unverified(statement).ok()?;
    let named = claims.text("iss")?;
    ctx.realm().settings.software_statement_issuers.iter().find(|known| known.issuer == named)
}

/// The metadata that count: those of the statement, and those beside it that it does not name.
pub(super) fn merged(ctx: &Ctx, sent: &Map<String, Value>) -> Result<Map<String, Value>, Refusal> {
    let Some(statement) = sent.get(MEMBER).filter(|statement| !statement.is_null()) else { return Ok(sent.clone()) };
    let Some(statement) = statement.as_str() else { return Err(Refusal::InvalidStatement("it is no text")) };
    if jose::unverified(statement).is_err() {
        return Err(Refusal::InvalidStatement("it is no signed JWT"));
    }
    let Some(issuer) = issuer(ctx, statement) else { return Err(Refusal::UnapprovedStatement) };
    let known = ctx.client_keys().of(&KeySource::Fetched(issuer.keys.clone()));
    let document = known.and_then(|keys| serde_json::to_value(keys.as_ref()).ok());
    let Some(keys) = document.and_then(|document| PublicKeys::read(&document).ok()) else {
        return Err(Refusal::InvalidStatement("the keys of its issuer cannot be fetched"));
    };
    let accepted = [ctx.realm().origin.as_str()];
    let names_us = jose::unverified(statement).is_ok_and(|claims| claims.get("aud").is_some());
    let rules = Rules {
        typ: &TYP,
        algorithms: &SignatureAlgorithm::PUBLIC_KEY,
        issuer: Some(&issuer.issuer),
        audience: if names_us { Audience::AnyOf(&accepted) } else { Audience::Unchecked },
        times: Times::AsSent,
    };
    let verified = jose::verify(statement, &Keys::Public(&keys), &rules, ctx.now);
    let claims = verified.map_err(|error| Refusal::InvalidStatement(described(error)))?.claims;
    let stated = claims.all().iter().filter(|(name, _)| !ENVELOPE.contains(&name.as_str()));
    let mut merged = sent.clone();
    merged.extend(stated.map(|(name, value)| (name.clone(), value.clone())));
    Ok(merged)
}

/// What its developer is told.
const fn described(error: JoseError) -> &'static str {
    match error {
        JoseError::Malformed => "it is no signed JWT",
        JoseError::Header => "its header has a member that is not accepted",
        JoseError::Typ => "its typ is that of another kind of token",
        JoseError::Algorithm => "its alg is not accepted",
        JoseError::UnknownKey => "no key of its issuer fits it",
        JoseError::Signature => "its signature does not fit",
        JoseError::Issuer => "its iss is another one",
        JoseError::Audience => "its aud is not this issuer",
        JoseError::TimeMissing => "a time claim of it is no number",
        JoseError::Expired => "it has expired",
        JoseError::Early => "its time lies ahead",
        JoseError::TooLong => "it lives too long",
    }
}
