//! The certificate that a client's TLS connection came with (RFC 8705). That the client holds its key was proved in the
//! handshake; what it says of the client counts only where an authority vouches for it.

use std::net::IpAddr;

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::client::{ClientKeySet, DistinguishedName, TlsSubject};

/// Whether an authority that the operator listed vouches for a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voucher {
    /// One does, now.
    Authority,
    /// None: it stands for itself.
    Nobody,
}

/// A certificate, DER.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientCertificate {
    der: Vec<u8>,
    voucher: Voucher,
}

impl ClientCertificate {
    /// From its DER form; `None` where that is no certificate.
    pub fn read(der: &[u8], voucher: Voucher) -> Option<Self> {
        let (rest, _) = X509Certificate::from_der(der).ok()?;
        rest.is_empty().then(|| Self { der: der.to_vec(), voucher })
    }

    /// `x5t#S256`: what tokens are bound to (RFC 8705 §3.1).
    pub fn thumbprint(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, &self.der))
    }

    /// Whether it is the own certificate of a key in the set (RFC 8705 §2.2).
    pub(crate) fn is_in(&self, set: &ClientKeySet) -> bool {
        let own = STANDARD.encode(&self.der);
        set.keys.iter().any(|key| key.x5c.first().is_some_and(|first| *first == own))
    }

    /// Whether an authority vouches that it is `subject`'s (RFC 8705 §2.1).
    pub(crate) fn vouches_for(&self, subject: &TlsSubject) -> bool {
        self.voucher == Voucher::Authority && self.names(subject)
    }

    fn names(&self, subject: &TlsSubject) -> bool {
        let Ok((_, certificate)) = X509Certificate::from_der(&self.der) else { return false };
        if let TlsSubject::Name(text) = subject {
            return DistinguishedName::parse(text).is_some_and(|name| name == subject_of(&certificate));
        }
        let Ok(Some(alternatives)) = certificate.subject_alternative_name() else { return false };
        alternatives.value.general_names.iter().any(|name| is_named(name, subject))
    }
}

fn subject_of(certificate: &X509Certificate<'_>) -> DistinguishedName {
    let levels = certificate.subject().iter_rdn().map(|level| {
        let attribute = |attribute: &x509_parser::x509::AttributeTypeAndValue<'_>| {
            // A value that is no text equals none that can be written.
            let value = attribute.as_str().unwrap_or("\0").to_owned();
            (attribute.attr_type().to_id_string(), value)
        };
        level.iter().map(attribute).collect()
    });
    DistinguishedName::of_certificate(levels.collect())
}

fn is_named(name: &GeneralName<'_>, subject: &TlsSubject) -> bool {
    match (subject, name) {
        (TlsSubject::Dns(wanted), GeneralName::DNSName(found)) => wanted.eq_ignore_ascii_case(found),
        (TlsSubject::Uri(wanted), GeneralName::URI(found)) => wanted == found,
        (TlsSubject::Email(wanted), GeneralName::RFC822Name(found)) => is_same_mailbox(wanted, found),
        (TlsSubject::Ip(wanted), GeneralName::IPAddress(found)) => match wanted {
            IpAddr::V4(wanted) => wanted.octets() == **found,
            IpAddr::V6(wanted) => wanted.octets() == **found,
        },
        (
            TlsSubject::Name(_) | TlsSubject::Dns(_) | TlsSubject::Uri(_) | TlsSubject::Ip(_) | TlsSubject::Email(_),
            _,
        ) => false,
    }
}

/// The host in letters of either case, what stands before it as it is (RFC 5280 §7.5).
fn is_same_mailbox(left: &str, right: &str) -> bool {
    match (left.rsplit_once('@'), right.rsplit_once('@')) {
        (Some((left, left_host)), Some((right, right_host))) => {
            left == right && left_host.eq_ignore_ascii_case(right_host)
        }
        (_, _) => false,
    }
}
