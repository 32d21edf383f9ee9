//! The configuration: one TOML file, `SEKISHO__SECTION__KEY` in the environment, `*_file` for secrets.
//!
//! Unknown keys are fatal, an insecure setting needs its explicit switch, and every problem is told at once.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;

use crate::clock::SystemClock;
use crate::entropy::SystemEntropy;
use crate::hashing::HashingConfig;
use crate::mutual_tls::{Authorities, MutualTls};
use crate::secret::{Plain, Purpose, Vault};
use crate::store::{Ambient, DatabaseUrl};

mod mutual_tls;
mod read;
mod section;

/// Everything that an operator sets for one process.
pub struct Config {
    /// Where the data is.
    pub database: DatabaseUrl,
    /// What the installation key yields.
    pub vault: Arc<Vault>,
    /// How it is reached.
    pub http: HttpConfig,
    /// How clients come with certificates.
    pub mutual_tls: MutualTlsConfig,
    /// Where mail is handed over.
    pub mail: MailConfig,
    /// What is logged.
    pub log: LogConfig,
    /// What a password hash costs.
    pub hashing: HashingConfig,
    /// What one peer may take.
    pub limits: LimitsConfig,
    /// Where we may ask by HTTP.
    pub outgoing: OutgoingConfig,
    /// Where the monitoring asks.
    pub metrics: MetricsConfig,
}

/// Section `[http]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpConfig {
    /// Address and port to listen at.
    pub listen: SocketAddr,
    /// Networks of the proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// The files for https; plain http without.
    pub tls: Option<TlsFiles>,
}

/// A certificate chain and its key, PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The chain, the server's own certificate first.
    pub certificate: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

/// Section `[mutual_tls]` (RFC 8705).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MutualTlsConfig {
    /// Where clients are asked for their certificates.
    pub listener: Option<MutualTlsListener>,
    /// Networks of the proxies whose `Client-Cert` is believed.
    pub proxies: Vec<IpNet>,
    /// Who may vouch for certificates, PEM.
    pub authorities: Option<PathBuf>,
    /// The port under which clients reach the listener, or a proxy that asks for certificates.
    pub port: Option<u16>,
}

/// A listener for clients with certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MutualTlsListener {
    /// Address and port to listen at.
    pub listen: SocketAddr,
    /// The server's own certificate there.
    pub tls: TlsFiles,
}

impl MutualTlsConfig {
    /// What clients can count on.
    pub fn offer(&self) -> MutualTls {
        if self.listener.is_none() && self.proxies.is_empty() {
            return MutualTls::Off;
        }
        let authorities = if self.authorities.is_some() { Authorities::Listed } else { Authorities::None };
        MutualTls::On { authorities, port: self.port }
    }
}

/// Section `[mail]`.
pub struct MailConfig {
    /// The mail server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How to log in there, where it asks for that.
    pub login: Option<MailLogin>,
    /// Whether the connection is encrypted.
    pub tls: MailTls,
    /// A certificate authority of the operator's own, PEM.
    pub ca_certificate: Option<PathBuf>,
}

/// User name and password at the mail server.
pub struct MailLogin {
    /// The user name.
    pub username: String,
    /// The password.
    pub password: Plain<MailPassword>,
}

/// The password at the mail server.
pub struct MailPassword;

impl Purpose for MailPassword {
    const NAME: &'static str = "mail-password";
}

/// Whether mail goes out through TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailTls {
    /// Always: from the first byte at port 465, by STARTTLS (RFC 3207) elsewhere.
    Required,
    /// Where the server offers STARTTLS.
    Opportunistic,
    /// Never; for a server on the same machine.
    Off,
}

/// Section `[log]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogConfig {
    /// How lines look.
    pub format: LogFormat,
    /// What is worth a line.
    pub level: LogLevel,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// What is worth a line in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each name says it")]
pub enum LogLevel {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

/// Section `[limits]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitsConfig {
    /// Open connections of one address; proxies and loopback are not counted.
    pub connections_per_address: usize,
    /// How long the head of a request may take to arrive.
    pub header_read: Duration,
    /// How long an answer may take before the caller is told to come back.
    pub request: Duration,
}

/// Section `[outgoing]`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OutgoingConfig {
    /// Networks that may be asked although they are not public.
    pub allowed_networks: Vec<IpNet>,
    /// A certificate authority of the operator's own, PEM, beside the public ones.
    pub ca_certificate: Option<PathBuf>,
}

/// Section `[metrics]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MetricsConfig {
    /// Address and port to tell the numbers at; nowhere by default.
    pub listen: Option<SocketAddr>,
}

impl LogLevel {
    /// The level's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

/// One thing that is wrong with the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// `section.key`; the file's path where no key is to blame.
    pub key: String,
    /// What is wrong and what to do.
    pub text: String,
}

/// Everything that is wrong with the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the configuration cannot be used:")?;
        for problem in &self.0 {
            write!(formatter, "\n  {}: {}", problem.key, problem.text)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

impl Config {
    /// Reads the file and the environment.
    ///
    /// # Errors
    /// Every problem there is, not only the first.
    pub fn load(file: &Path) -> Result<Self, Problems> {
        read::load(file, None)
    }

    /// Reads another installation key from a file that its owner alone may read.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the file.
    pub fn read_installation_key(file: &Path) -> Result<Vault, String> {
        let text = section::read_secret(file, section::SecretFiles::OwnerOnly)?;
        Vault::open_text(&text).map_err(|error| format!("{}: {error}", file.display()))
    }

    /// What operations are given: the machine's clock and generator, and the vault.
    pub fn ambient(&self) -> Ambient {
        Ambient {
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            vault: Arc::clone(&self.vault),
            client_keys: Arc::default(),
            mutual_tls: self.mutual_tls.offer(),
        }
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Config").field("http", &self.http).field("log", &self.log).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
