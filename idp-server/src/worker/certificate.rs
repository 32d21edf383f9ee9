//! Takes a renewed certificate into use without a restart.

use std::time::Duration;

use axum_server::tls_rustls::RustlsConfig;
use idp_core::config::TlsFiles;
use tokio_util::sync::CancellationToken;

use super::{Pause, pause};
use crate::certificate::{self, Visitors};

/// A certificate in use.
pub(crate) struct Served {
    pub(crate) tls: RustlsConfig,
    pub(crate) files: TlsFiles,
    pub(crate) visitors: Visitors,
}

const PERIOD: Duration = Duration::from_secs(10);

pub(super) async fn work(served: Served, stopping: CancellationToken) {
    let Served { tls, files, visitors } = served;
    let mut known = certificate::written(&files);
    while pause(PERIOD, &stopping).await == Pause::Over {
        let written = certificate::written(&files);
        if written.is_none() || written == known {
            continue;
        }
        // A pair that is half written is tried again at the next look.
        match certificate::reload(&tls, &files, visitors).await {
            Ok(()) => {
                known = written;
                tracing::info!("the certificate was read again");
            }
            Err(error) => tracing::error!(error = format!("{error:#}"), "the new certificate cannot be used"),
        }
    }
}
