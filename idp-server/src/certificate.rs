//! The server's certificate: read at the start, read again when its files change.

use std::sync::Arc;
use std::time::SystemTime;

use anyhow::Context as _;
use axum_server::tls_rustls::RustlsConfig;
use idp_core::config::TlsFiles;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{CipherSuite, ServerConfig};

use crate::mutual_tls::door::AnyCertificate;

/// Whether whoever connects is asked for a certificate, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Visitors {
    /// Browsers, which are not.
    Browsers,
    /// Clients, which are (RFC 8705).
    Clients,
}

/// Reads certificate and key.
///
/// # Errors
/// Files that cannot be read, or that do not belong together.
pub(crate) async fn load(files: &TlsFiles, visitors: Visitors) -> anyhow::Result<RustlsConfig> {
    let read = read(files, visitors).await.with_context(|| {
        format!("{} and {} are no certificate and its key", files.certificate.display(), files.key.display())
    })?;
    Ok(RustlsConfig::from_config(Arc::new(read)))
}

/// Reads them again; what was read before stays in use when they cannot be read.
pub(crate) async fn reload(config: &RustlsConfig, files: &TlsFiles, visitors: Visitors) -> anyhow::Result<()> {
    let fresh = load(files, visitors).await?;
    config.reload_from_config(fresh.get_inner());
    Ok(())
}

/// When the files were last written.
pub(crate) fn written(files: &TlsFiles) -> Option<(SystemTime, SystemTime)> {
    let when = |path| std::fs::metadata(path).and_then(|data| data.modified()).ok();
    Some((when(&files.certificate)?, when(&files.key)?))
}

/// The same with the cipher suites that BCP 195 recommends (RFC 9325 §4.2), which FAPI 2.0 Security Profile §5.2.2 asks for.
fn recommended(provider: &CryptoProvider) -> CryptoProvider {
    let mut recommended = provider.clone();
    recommended.cipher_suites.retain(|suite| {
        !matches!(
            suite.suite(),
            CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256
                | CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256
        )
    });
    recommended
}

async fn read(files: &TlsFiles, visitors: Visitors) -> anyhow::Result<ServerConfig> {
    let chain = tokio::fs::read(&files.certificate).await?;
    let chain = CertificateDer::pem_slice_iter(&chain).collect::<Result<Vec<_>, _>>()?;
    let key = PrivateKeyDer::from_pem_slice(&tokio::fs::read(&files.key).await?)?;
    let provider = CryptoProvider::get_default().context("no cryptography was chosen")?;
    let builder = ServerConfig::builder_with_provider(Arc::new(recommended(provider)));
    let builder = builder.with_safe_default_protocol_versions()?;
    let builder = match visitors {
        Visitors::Browsers => builder.with_no_client_auth(),
        Visitors::Clients => builder.with_client_cert_verifier(Arc::new(AnyCertificate(Arc::clone(provider)))),
    };
    let mut config = builder.with_single_cert(chain, key)?;
    // What is spoken is offered (RFC 7301).
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_offered_is_what_bcp_195_recommends() {
        let offered = recommended(&rustls::crypto::aws_lc_rs::default_provider());
        let named: Vec<_> = offered.cipher_suites.iter().filter_map(|suite| suite.suite().as_str()).collect();
        let older: Vec<_> = named.iter().filter(|name| !name.starts_with("TLS13_")).collect();
        assert_eq!(named.len(), offered.cipher_suites.len());
        assert_eq!(older.len(), 4, "{older:?}");
        assert!(older.iter().all(|name| name.starts_with("TLS_ECDHE_") && name.contains("_GCM_")), "{older:?}");
    }
}
