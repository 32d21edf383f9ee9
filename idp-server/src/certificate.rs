//! The server's certificate: read at the start, read again when its files change.

use std::sync::Arc;
use std::time::SystemTime;

use anyhow::Context as _;
use axum_server::tls_rustls::RustlsConfig;
use idp_core::config::TlsFiles;

/// Reads certificate and key.
///
/// # Errors
/// Files that cannot be read, or that do not belong together.
pub(crate) async fn load(files: &TlsFiles) -> anyhow::Result<RustlsConfig> {
    let config = RustlsConfig::from_pem_file(&files.certificate, &files.key).await;
    let config = config.with_context(|| {
        format!("{} and {} are no certificate and its key", files.certificate.display(), files.key.display())
    })?;
    speak_http1(&config);
    Ok(config)
}

/// Reads them again; what was read before stays in use when they cannot be read.
pub(crate) async fn reload(config: &RustlsConfig, files: &TlsFiles) -> anyhow::Result<()> {
    let fresh = load(files).await?;
    config.reload_from_config(fresh.get_inner());
    Ok(())
}

/// When the files were last written.
pub(crate) fn written(files: &TlsFiles) -> Option<(SystemTime, SystemTime)> {
    let when = |path| std::fs::metadata(path).and_then(|data| data.modified()).ok();
    Some((when(&files.certificate)?, when(&files.key)?))
}

/// Offers what is spoken (RFC 7301).
fn speak_http1(config: &RustlsConfig) {
    let mut inner = config.get_inner().as_ref().clone();
    inner.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.reload_from_config(Arc::new(inner));
}
