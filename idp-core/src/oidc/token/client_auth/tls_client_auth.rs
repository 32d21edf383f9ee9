//! `tls_client_auth` (RFC 8705 §2.1): the certificate of the connection is the client's, since an authority says so.

use crate::client::Client;
use crate::client_certificate::ClientCertificate;

pub(super) fn proves(client: &Client, certificate: Option<&ClientCertificate>) -> bool {
    let subject = client.settings.authentication.tls_subject.as_ref();
    certificate.zip(subject).is_some_and(|(certificate, subject)| certificate.vouches_for(subject))
}
