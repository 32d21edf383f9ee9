//! Clients with TLS certificates (RFC 8705): whence a request's certificate is known, and whether an authority vouches
//! for it.
//!
//! | the request came | its certificate is |
//! |---|---|
//! | by our own listener for clients | the one of the handshake |
//! | from a listed proxy | what the proxy says in `Client-Cert` and `Client-Cert-Chain` (RFC 9440) |
//! | from anywhere else | none, whatever its headers say |

pub(crate) mod door;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use idp_core::client_certificate::{ClientCertificate, Voucher};
use idp_core::clock::Timestamp;
use idp_core::config::MutualTlsConfig;
use ipnet::IpNet;
use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;

use self::door::Shown;

const CLIENT_CERT: HeaderName = HeaderName::from_static("client-cert");
const CLIENT_CERT_CHAIN: HeaderName = HeaderName::from_static("client-cert-chain");
/// More intermediates than that are no chain.
const CHAIN_MAX: usize = 8;

/// Knows the certificate of a request.
#[derive(Clone)]
pub(crate) struct ClientCertificates {
    proxies: Vec<IpNet>,
    authorities: Option<Arc<dyn ClientCertVerifier>>,
}

impl ClientCertificates {
    /// Reads the authorities.
    ///
    /// # Errors
    /// A file that cannot be read, or holds no certificate of an authority.
    pub(crate) fn open(config: &MutualTlsConfig) -> anyhow::Result<Self> {
        let Some(file) = &config.authorities else {
            return Ok(Self { proxies: config.proxies.clone(), authorities: None });
        };
        let unusable = || format!("mutual_tls.client_authorities: {} holds no certificate authority", file.display());
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_file_iter(file).with_context(unusable)? {
            roots.add(certificate.with_context(unusable)?).with_context(unusable)?;
        }
        let verifier = WebPkiClientVerifier::builder(Arc::new(roots)).build().with_context(unusable)?;
        Ok(Self { proxies: config.proxies.clone(), authorities: Some(verifier) })
    }

    /// The certificate of the request. Its headers are taken away: no handler may believe them.
    pub(crate) fn take(&self, parts: &mut Parts, now: Timestamp) -> Option<ClientCertificate> {
        let said = said(&parts.headers);
        parts.headers.remove(CLIENT_CERT);
        parts.headers.remove(CLIENT_CERT_CHAIN);
        if let Some(shown) = parts.extensions.get::<Shown>() {
            return self.vouched(shown.certificates(), now);
        }
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip().to_canonical());
        let is_proxy = peer.is_some_and(|peer| self.is_proxy(peer));
        match (said, is_proxy) {
            (Said::Nothing, _) => None,
            (Said::Certificates(certificates), true) => self.vouched(&certificates, now),
            (Said::Unreadable, true) => {
                tracing::warn!("a proxy sends a Client-Cert header that cannot be read (RFC 9440)");
                None
            }
            (Said::Certificates(_) | Said::Unreadable, false) => {
                tracing::info!("a Client-Cert header from outside the listed proxies is not heard");
                None
            }
        }
    }

    fn is_proxy(&self, peer: IpAddr) -> bool {
        self.proxies.iter().any(|network| network.contains(&peer))
    }

    fn vouched(&self, certificates: &[CertificateDer<'static>], now: Timestamp) -> Option<ClientCertificate> {
        let (own, chain) = certificates.split_first()?;
        let seconds = Duration::from_secs(u64::try_from(now.seconds()).unwrap_or_default());
        let now = UnixTime::since_unix_epoch(seconds);
        let verified = self.authorities.as_ref().map(|verifier| verifier.verify_client_cert(own, chain, now));
        let voucher = match verified {
            Some(Ok(_)) => Voucher::Authority,
            Some(Err(error)) => {
                tracing::debug!(%error, "no authority vouches for a client's certificate");
                Voucher::Nobody
            }
            None => Voucher::Nobody,
        };
        ClientCertificate::read(own, voucher)
    }
}

/// What the headers say, whoever wrote them.
#[derive(Debug, PartialEq, Eq)]
enum Said {
    Nothing,
    Certificates(Vec<CertificateDer<'static>>),
    Unreadable,
}

/// One byte sequence, and a list of them (RFC 9440 §2, RFC 8941 §3.3.5).
fn said(headers: &HeaderMap) -> Said {
    let mut own = headers.get_all(CLIENT_CERT).iter();
    let (Some(first), more) = (own.next(), own.next()) else { return Said::Nothing };
    let own = first.to_str().ok().filter(|_| more.is_none()).and_then(byte_sequence);
    let chain = headers.get_all(CLIENT_CERT_CHAIN).iter();
    let chain: Option<Vec<_>> = chain
        .map(|value| value.to_str().ok())
        .flat_map(|value| value.map_or_else(|| vec![None], |text| text.split(',').map(byte_sequence).collect()))
        .collect();
    match (own, chain) {
        (Some(own), Some(chain)) if chain.len() <= CHAIN_MAX => {
            Said::Certificates(std::iter::once(own).chain(chain).collect())
        }
        (_, _) => Said::Unreadable,
    }
}

fn byte_sequence(text: &str) -> Option<CertificateDer<'static>> {
    let inner = text.trim().strip_prefix(':')?.strip_suffix(':')?;
    STANDARD.decode(inner).ok().filter(|der| !der.is_empty()).map(CertificateDer::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(own: &[&str], chain: &[&str]) -> Option<usize> {
        let mut headers = HeaderMap::new();
        for value in own {
            headers.append(CLIENT_CERT, value.parse().unwrap());
        }
        for value in chain {
            headers.append(CLIENT_CERT_CHAIN, value.parse().unwrap());
        }
        match said(&headers) {
            Said::Nothing => Some(0),
            Said::Certificates(certificates) => Some(certificates.len()),
            Said::Unreadable => None,
        }
    }

    #[test]
    fn a_header_is_one_byte_sequence_and_a_chain_a_list() {
        assert_eq!(read(&[], &[":AQAB:"]), Some(0));
        assert_eq!(read(&[":AQAB:"], &[]), Some(1));
        assert_eq!(read(&[" :AQAB: "], &[":AQAB:, :AQAB:", ":AQAB:"]), Some(4));
        for wrong in [":AQAB", "AQAB", "::", ":!:", ":AQAB:;a=1", "-----BEGIN CERTIFICATE-----"] {
            assert_eq!(read(&[wrong], &[]), None, "{wrong}");
        }
        assert_eq!(read(&[":AQAB:", ":AQAB:"], &[]), None, "two are one too many");
        assert_eq!(read(&[":AQAB:"], &["x"]), None);
        assert_eq!(read(&[":AQAB:"], &[":AQAB:"; 9]), None);
    }
}
