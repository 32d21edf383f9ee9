//! `self_signed_tls_client_auth` (RFC 8705 §2.2): the certificate of the connection is one that the client registered.

use crate::client::Client;
use crate::client_certificate::ClientCertificate;
use crate::ctx::Ctx;

/// Registered or fetched; [`crate::oidc::client_keys`] says before the call what must be fetched.
pub(super) fn proves(ctx: &Ctx, client: &Client, certificate: Option<&ClientCertificate>) -> bool {
    let keys = client.settings.keys.as_ref().and_then(|source| ctx.client_keys().of(source));
    certificate.zip(keys).is_some_and(|(certificate, keys)| certificate.is_in(&keys))
}
