//! Whether clients may come with a TLS certificate of their own (RFC 8705): what the installation is set up for.

use crate::client::AuthMethod;

/// Whom the certificates of `tls_client_auth` clients may come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authorities {
    /// The operator listed authorities.
    Listed,
    /// Nobody: a certificate is known by itself alone.
    None,
}

/// What the installation is set up for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MutualTls {
    /// Certificates are neither asked for nor read.
    #[default]
    Off,
    /// They are.
    On {
        /// Who may vouch for them.
        authorities: Authorities,
        /// The port at which clients are asked for theirs, where it is not the one that browsers use.
        port: Option<u16>,
    },
}

impl MutualTls {
    /// Whether a client can prove itself so here.
    pub const fn offers(self, method: AuthMethod) -> bool {
        match (method, self) {
            (AuthMethod::TlsClientAuth, Self::On { authorities: Authorities::Listed, .. })
            | (AuthMethod::SelfSignedTlsClientAuth, Self::On { .. }) => true,
            (AuthMethod::TlsClientAuth | AuthMethod::SelfSignedTlsClientAuth, Self::Off | Self::On { .. }) => false,
            (
                AuthMethod::ClientSecretBasic
                | AuthMethod::ClientSecretPost
                | AuthMethod::ClientSecretJwt
                | AuthMethod::PrivateKeyJwt
                | AuthMethod::None,
                Self::Off | Self::On { .. },
            ) => true,
        }
    }

    /// Whether tokens can be bound to certificates.
    pub const fn is_on(self) -> bool {
        match self {
            Self::Off => false,
            Self::On { .. } => true,
        }
    }

    /// Where clients with certificates find the realm of `host`, if not where browsers do (RFC 8705 §5).
    pub fn origin(self, host: &str) -> Option<String> {
        match self {
            Self::Off | Self::On { port: None, .. } => None,
            Self::On { port: Some(port), .. } => Some(format!("https://{}:{port}", without_port(host))),
        }
    }
}

/// The name in a `Host` header.
pub fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        Some(_) | None => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_is_offered_where_it_can_succeed() {
        let with = |authorities| MutualTls::On { authorities, port: None };
        let offered =
            |method| [MutualTls::Off, with(Authorities::None), with(Authorities::Listed)].map(|tls| tls.offers(method));
        assert_eq!(offered(AuthMethod::TlsClientAuth), [false, false, true]);
        assert_eq!(offered(AuthMethod::SelfSignedTlsClientAuth), [false, true, true]);
        assert_eq!(offered(AuthMethod::PrivateKeyJwt), [true; 3]);
    }

    #[test]
    fn the_port_takes_the_place_of_the_realms() {
        let tls = MutualTls::On { authorities: Authorities::None, port: Some(8443) };
        assert_eq!(tls.origin("id.example").as_deref(), Some("https://id.example:8443"));
        assert_eq!(tls.origin("localhost:8080").as_deref(), Some("https://localhost:8443"));
        assert_eq!(tls.origin("[::1]:8080").as_deref(), Some("https://[::1]:8443"));
        assert_eq!(without_port("[::1]"), "[::1]");
        assert_eq!(MutualTls::Off.origin("id.example"), None);
    }
}
