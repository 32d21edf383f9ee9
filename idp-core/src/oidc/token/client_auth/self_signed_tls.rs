//! `self_signed_tls_client_auth` (RFC 8705 §2.2): the certificate of the connection is one that the client registered. Who
//! issued it means nothing; the TLS handshake proved that the client holds its key.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::client::{Client, KeySource};
use crate::oidc::token::ClientCertificate;

pub(super) fn proves(client: &Client, certificate: Option<&ClientCertificate>) -> bool {
    let (Some(certificate), Some(KeySource::Registered(set))) = (certificate, &client.settings.keys) else {
        return false;
    };
    let sent = STANDARD.encode(certificate.der());
    set.keys.iter().any(|key| key.x5c.first().is_some_and(|own| *own == sent))
}
