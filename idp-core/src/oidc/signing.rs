//! Reading back what the realm itself signed.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::jws::good::Fingerprint;
use crate::jws::{self, Typ};
use crate::key::KeyAlgorithm;
use crate::store;

/// The claims of an ID token that hints are judged by.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct HintClaims {
    pub(crate) iss: String,
    pub(crate) sub: String,
    pub(crate) aud: String,
    pub(crate) sid: Option<String>,
    /// Signed userinfo has none, so that nobody sends it as a hint.
    exp: i64,
}

/// The claims of a token that a key of this realm signed as a `typ`; `None` for every other text. Its time is the caller's
/// to judge.
pub(crate) async fn verified<C: DeserializeOwned>(ctx: &Ctx, token: &str, typ: Typ) -> Result<Option<C>, Fault> {
    let Some(header) = jws::header(token, typ) else { return Ok(None) };
    let Some(key) = store::signing_key::by_kid(ctx, &header.kid).await? else { return Ok(None) };
    if key.algorithm != KeyAlgorithm::Signing(header.algorithm) || !key.state.is_held() {
        return Ok(None);
    }
    let fingerprint = Fingerprint::of(token);
    if ctx.held.signatures.know(fingerprint) {
        return Ok(jws::claims(token));
    }
    let claims = jws::verified(token, header.algorithm, &key.public);
    if claims.is_some() {
        ctx.held.signatures.remember(fingerprint);
    }
    Ok(claims)
}

/// An ID token of this realm, expired or not: a hint is no credential.
pub(crate) async fn id_token_of_ours(ctx: &Ctx, token: &str) -> Result<Option<HintClaims>, Fault> {
    let claims: Option<HintClaims> = verified(ctx, token, Typ::IdToken).await?;
    Ok(claims.filter(|claims| claims.iss == ctx.realm().origin.as_str()))
}
