//! `client_secret_jwt` (OpenID Connect Core §9): an assertion with a MAC that the client's secret keys.

use super::assertion;
use crate::client::Client;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::jose::{Keys, SignatureAlgorithm};
use crate::oidc::token::{ClientCall, OneTime};

pub(super) fn proves(ctx: &Ctx, client: &Client, call: &ClientCall, assertion: &str) -> Result<Option<OneTime>, Fault> {
    let Some(sealed) = &client.sealed_secret else { return Ok(None) };
    let secret = ctx.vault.unseal(client.id.uuid().as_bytes(), sealed)?;
    let keys = (&Keys::Secret(secret.expose()), SignatureAlgorithm::SECRET.as_slice());
    Ok(assertion::holds(ctx, client, call, assertion, keys))
}
