//! Which key set must be fetched before what a client signed can be checked.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::client::{AuthMethod, Client, HttpsUri, KeySource, KeyUse, Wanted};
use crate::client_certificate::ClientCertificate;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::jose;
use crate::oidc::authorize::request_object::encrypted;
use crate::store;

/// The address of the key set that a client assertion needs and that is not held, or not new enough. The assertion is not
/// trusted for that: it names a client, whose registered address is answered.
pub async fn missing(ctx: &Ctx, assertion: &str) -> Result<Option<HttpsUri>, Fault> {
    let Ok(claims) = jose::unverified(assertion) else { return Ok(None) };
    let Some(client_id) = claims.text("sub") else { return Ok(None) };
    let Some(client) = store::client::by_client_id(ctx, client_id).await? else { return Ok(None) };
    if client.settings.auth_method != AuthMethod::PrivateKeyJwt {
        return Ok(None);
    }
    Ok(missing_for(ctx, &client, assertion))
}

/// The same for a request object that a client sends itself: it names the client as its issuer, or as `client_id`.
pub async fn missing_for_request(ctx: &Ctx, object: &str) -> Result<Option<HttpsUri>, Fault> {
    let Ok(opened) = encrypted::open(ctx, object).await? else { return Ok(None) };
    let Ok(claims) = jose::unverified(&opened.signed) else { return Ok(None) };
    let Some(client_id) = claims.text("iss").or_else(|| claims.text("client_id")) else { return Ok(None) };
    let client = store::client::by_client_id(ctx, client_id).await?;
    Ok(client.and_then(|client| missing_for(ctx, &client, &opened.signed)))
}

/// The same for a request object of `client`, encrypted or not.
pub(crate) async fn missing_for_object(ctx: &Ctx, client: &Client, object: &str) -> Result<Option<HttpsUri>, Fault> {
    if !matches!(client.settings.keys, Some(KeySource::Fetched(_))) {
        return Ok(None);
    }
    let opened = encrypted::open(ctx, object).await?.ok();
    Ok(opened.and_then(|opened| missing_for(ctx, client, &opened.signed)))
}

/// The same for anything that `client` signed.
fn missing_for(ctx: &Ctx, client: &Client, signed: &str) -> Option<HttpsUri> {
    let (source, (kid, alg)) = client.settings.keys.as_ref().zip(named(signed))?;
    let wanted = Wanted { kid: kid.as_deref(), usage: KeyUse::Signature, alg: &alg };
    ctx.client_keys().missing(source, &wanted, ctx.now)
}

/// The address of the key set in which the certificate of the connection must be looked for, and that is not held, or not
/// new enough.
pub async fn missing_for_certificate(
    ctx: &Ctx,
    client_id: &str,
    certificate: &ClientCertificate,
) -> Result<Option<HttpsUri>, Fault> {
    let client = store::client::by_client_id(ctx, client_id).await?;
    let client = client.filter(|client| client.settings.auth_method == AuthMethod::SelfSignedTlsClientAuth);
    let Some(source) = client.and_then(|client| client.settings.keys) else { return Ok(None) };
    Ok(ctx.client_keys().missing_unless(&source, ctx.now, |keys| certificate.is_in(keys)))
}

/// `kid` and `alg` of the header.
fn named(assertion: &str) -> Option<(Option<String>, String)> {
    let header = URL_SAFE_NO_PAD.decode(assertion.split('.').next()?).ok()?;
    let header: Value = serde_json::from_slice(&header).ok()?;
    let text = |name: &str| header.get(name).and_then(Value::as_str).map(str::to_owned);
    Some((text("kid"), text("alg")?))
}
