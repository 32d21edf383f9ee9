//! `tls_client_auth` and `self_signed_tls_client_auth` (RFC 8705 §2): the certificate of the connection is the client's,
//! since an authority says so, or since the client registered it.

use crate::client::Client;
use crate::client_certificate::ClientCertificate;
use crate::ctx::Ctx;

pub(super) fn proves(client: &Client, certificate: Option<&ClientCertificate>) -> bool {
    let subject = client.settings.authentication.tls_subject.as_ref();
    certificate.zip(subject).is_some_and(|(certificate, subject)| certificate.vouches_for(subject))
}

/// Registered or fetched; [`crate::oidc::client_keys`] says before the call what must be fetched.
pub(super) fn self_signed_proves(ctx: &Ctx, client: &Client, certificate: Option<&ClientCertificate>) -> bool {
    let keys = client.settings.keys.as_ref().and_then(|source| ctx.client_keys().of(source));
    certificate.zip(keys).is_some_and(|(certificate, keys)| certificate.is_in(&keys))
}
