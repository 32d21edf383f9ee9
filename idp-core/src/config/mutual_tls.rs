//! Section `[mutual_tls]`: where clients may come with a certificate of their own.

use std::net::SocketAddr;
use std::path::Path;

use ipnet::IpNet;

use super::read::check_tls_files;
use super::section::{SecretFiles, Section};
use super::{HttpConfig, MutualTlsConfig, MutualTlsListener, TlsFiles};

pub(super) fn read(
    mut section: Section<'_>,
    (folder, files): (&Path, SecretFiles),
    http: &HttpConfig,
) -> MutualTlsConfig {
    let listen: Option<SocketAddr> = section.parsed("listen", "an address and port such as 0.0.0.0:8443");
    let proxies: Vec<IpNet> = section.list("proxies", "a network such as 10.1.0.0/16");
    let authorities = section.path("client_authorities", folder);
    let port = section.parsed::<u16>("public_port", "a port such as 8443");
    let own = (section.path("tls_certificate", folder), section.path("tls_key", folder));

    if proxies.iter().any(|network| network.prefix_len() == 0) {
        section.blame("proxies", "everybody would be believed to have a certificate: list the proxy's own network");
    }
    if let Some(Err(error)) = authorities.as_ref().map(std::fs::metadata) {
        section.blame("client_authorities", format!("the file cannot be read: {error}"));
    }
    let tls = match own {
        (Some(certificate), Some(key)) => {
            let tls = TlsFiles { certificate, key };
            check_tls_files(&section, &tls, files);
            Some(tls)
        }
        (None, None) => http.tls.clone(),
        (Some(_), None) => blamed(&section, "tls_key"),
        (None, Some(_)) => blamed(&section, "tls_certificate"),
    };
    if listen.is_some() && tls.is_none() {
        section.blame("listen", "https needs a certificate: set tls_certificate and tls_key here or under [http]");
    }
    let listener = listen.zip(tls).map(|(listen, tls)| MutualTlsListener { listen, tls });
    let port = port.or(listener.as_ref().map(|listener| listener.listen.port()));
    section.finish(&["listen", "proxies", "client_authorities", "public_port", "tls_certificate", "tls_key"]);
    MutualTlsConfig { listener, proxies, authorities, port }
}

fn blamed(section: &Section<'_>, key: &str) -> Option<TlsFiles> {
    section.blame(key, "missing: a certificate and its key belong together");
    None
}
