//! Reading the configuration section by section; what is wrong is noted, and reading goes on.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use serde_json::{Map, Value};

use super::mutual_tls;
use super::section::{Found, Notes, SecretFiles, Section, open_to_others, others_may_read};
use super::{
    Config, HttpConfig, LimitsConfig, LogConfig, LogFormat, LogLevel, MailConfig, MailLogin, MailTls, MetricsConfig,
    OutgoingConfig, Problem, Problems, TlsFiles,
};
use crate::hashing::HashingConfig;
use crate::secret::{Plain, Vault};
use crate::store::DatabaseUrl;

const SECTIONS: [&str; 10] =
    ["database", "secrets", "http", "mutual_tls", "mail", "log", "hashing", "limits", "outgoing", "metrics"];

/// `environment` stands for the process's own in tests.
pub(super) fn load(file: &Path, environment: Option<HashMap<String, String>>) -> Result<Config, Problems> {
    let mut document = document(file, environment)?;
    let folder = file.parent().map_or_else(PathBuf::new, Path::to_path_buf);
    let notes = Notes::default();

    let mut secrets = Section::take(&mut document, "secrets", &notes);
    let files = if secrets.is_on("allow_readable_files") { SecretFiles::Readable } else { SecretFiles::OwnerOnly };
    let vault = read_vault(secrets, &folder, files);
    let database = read_database(Section::take(&mut document, "database", &notes), &folder, files);
    let http = read_http(Section::take(&mut document, "http", &notes), &folder, files);
    let mutual_tls = mutual_tls::read(Section::take(&mut document, "mutual_tls", &notes), (&folder, files), &http);
    let mail = read_mail(Section::take(&mut document, "mail", &notes), &folder, files);
    let log = read_log(Section::take(&mut document, "log", &notes));
    let hashing = read_hashing(Section::take(&mut document, "hashing", &notes));
    let limits = read_limits(Section::take(&mut document, "limits", &notes));
    let outgoing = read_outgoing(Section::take(&mut document, "outgoing", &notes), &folder);
    let metrics = read_metrics(Section::take(&mut document, "metrics", &notes));
    for name in document.keys() {
        notes.add(name, format!("this section is not known; there are {}", SECTIONS.join(", ")));
    }

    let problems = notes.into_problems();
    match (database, vault, problems.is_empty()) {
        (Some(database), Some(vault), true) => {
            Ok(Config { database, vault, http, mutual_tls, mail, log, hashing, limits, outgoing, metrics })
        }
        (_, _, _) => Err(Problems(problems)),
    }
}

fn document(file: &Path, environment: Option<HashMap<String, String>>) -> Result<Map<String, Value>, Problems> {
    let refused = |error: config::ConfigError| {
        Problems(vec![Problem { key: file.display().to_string(), text: error.to_string() }])
    };
    let variables =
        config::Environment::with_prefix("SEKISHO").prefix_separator("__").separator("__").source(environment);
    let file = config::File::from(file).format(config::FileFormat::Toml);

    let built = config::Config::builder().add_source(file).add_source(variables).build().map_err(refused)?;
    built.try_deserialize().map_err(refused)
}

fn read_vault(mut section: Section<'_>, folder: &Path, files: SecretFiles) -> Option<Arc<Vault>> {
    let vault = match section.secret("installation_key", folder, files) {
        Found::Secret(text) => match Vault::open_text(&text) {
            Ok(vault) => Some(Arc::new(vault)),
            Err(error) => {
                section.blame("installation_key", format!("{error}; `openssl rand -base64 32` makes one"));
                None
            }
        },
        Found::Unusable => None,
        Found::Nothing => {
            let remedy = "missing: make a key with `openssl rand -base64 32`, keep it in a file of mode 0400 and name \
                          that file here";
            section.blame("installation_key_file", remedy);
            None
        }
    };
    section.finish(&["installation_key", "installation_key_file", "allow_readable_files"]);
    vault
}

fn read_database(mut section: Section<'_>, folder: &Path, files: SecretFiles) -> Option<DatabaseUrl> {
    let url = match section.secret("url", folder, files) {
        Found::Secret(text) => match DatabaseUrl::from_str(text.trim()) {
            Ok(DatabaseUrl::Sqlite(path)) => Some(DatabaseUrl::Sqlite(folder.join(path))),
            Ok(url @ DatabaseUrl::Postgres(_)) => Some(url),
            Err(error) => {
                section.blame("url", error.to_string());
                None
            }
        },
        Found::Unusable => None,
        Found::Nothing => {
            section.blame("url", "missing: say where the data is, such as sqlite:///var/lib/sekisho/sekisho.db");
            None
        }
    };
    section.finish(&["url", "url_file"]);
    url
}

fn read_http(mut section: Section<'_>, folder: &Path, files: SecretFiles) -> HttpConfig {
    let listen = section.parsed("listen", "an address and port such as 127.0.0.1:8080");
    let listen = listen.unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)));
    let trusted_proxies: Vec<IpNet> = section.list("trusted_proxies", "a network such as 10.1.0.0/16");
    let certificate = section.path("tls_certificate", folder);
    let key = section.path("tls_key", folder);
    let plain_allowed = section.is_on("allow_plain_http");
    let anyone_allowed = section.is_on("allow_any_proxy");

    let (has_certificate, has_key) = (certificate.is_some(), key.is_some());
    let tls = certificate.zip(key).map(|(certificate, key)| TlsFiles { certificate, key });
    match (has_certificate, has_key) {
        (true, false) => section.blame("tls_key", "missing: https needs the certificate and its key"),
        (false, true) => section.blame("tls_certificate", "missing: https needs the key and its certificate"),
        (true, true) | (false, false) => {}
    }
    if let Some(tls) = &tls {
        check_tls_files(&section, tls, files);
    } else if !listen.ip().is_loopback() && trusted_proxies.is_empty() && !plain_allowed && !has_certificate && !has_key
    {
        let remedy = "plain http would be open to the network here: set tls_certificate and tls_key, or list the \
                      proxy's network in trusted_proxies, or set allow_plain_http = true";
        section.blame("listen", remedy);
    }
    if !anyone_allowed && trusted_proxies.iter().any(|network| network.prefix_len() == 0) {
        let remedy = "everybody would be believed to be a proxy and could forge addresses: list the proxy's own \
                      network, or set allow_any_proxy = true";
        section.blame("trusted_proxies", remedy);
    }
    let known = ["listen", "trusted_proxies", "tls_certificate", "tls_key", "allow_plain_http", "allow_any_proxy"];
    section.finish(&known);
    HttpConfig { listen, trusted_proxies, tls }
}

pub(super) fn check_tls_files(section: &Section<'_>, tls: &TlsFiles, files: SecretFiles) {
    if let Err(error) = std::fs::metadata(&tls.certificate) {
        section.blame("tls_certificate", format!("{} cannot be read: {error}", tls.certificate.display()));
    }
    match others_may_read(&tls.key) {
        Err(error) => section.blame("tls_key", format!("{} cannot be read: {error}", tls.key.display())),
        Ok(true) if files == SecretFiles::OwnerOnly => section.blame("tls_key", open_to_others(&tls.key)),
        Ok(true | false) => {}
    }
}

fn read_mail(mut section: Section<'_>, folder: &Path, files: SecretFiles) -> MailConfig {
    let host = section.text("host").unwrap_or_else(|| "localhost".to_owned());
    let local = is_loopback(&host);
    let tls = section.choice(
        "tls",
        &[("required", MailTls::Required), ("opportunistic", MailTls::Opportunistic), ("off", MailTls::Off)],
    );
    // The usual relay on the same machine speaks no TLS; everywhere else nothing less is assumed.
    let tls = tls.unwrap_or(if local { MailTls::Off } else { MailTls::Required });
    let port = section.number("port", if local { 25 } else { 587 }, 1..=65_535);
    let username = section.text("username");
    let password = section.secret("password", folder, files);
    let plain_login_allowed = section.is_on("allow_plain_login");
    let ca_certificate = section.path("ca_certificate", folder);

    if tls == MailTls::Off && !local {
        section.blame("tls", "`off` is for a server on this machine alone: use `required` or `opportunistic`");
    }
    if tls == MailTls::Opportunistic && username.is_some() && !local && !plain_login_allowed {
        let remedy = "the password could be sent in the clear: use `required`, or set allow_plain_login = true";
        section.blame("tls", remedy);
    }
    if let Some(Err(error)) = ca_certificate.as_ref().map(std::fs::metadata) {
        section.blame("ca_certificate", format!("the file cannot be read: {error}"));
    }
    let login = match (username, password) {
        (Some(username), Found::Secret(password)) => {
            Some(MailLogin { username, password: Plain::new(password.into_bytes()) })
        }
        (Some(_), Found::Nothing) => {
            section.blame("password_file", "missing: a username needs its password");
            None
        }
        (None, Found::Secret(_)) => {
            section.blame("username", "missing: a password needs its username");
            None
        }
        (Some(_) | None, Found::Unusable) | (None, Found::Nothing) => None,
    };
    let known = ["host", "port", "tls", "username", "password", "password_file", "ca_certificate", "allow_plain_login"];
    section.finish(&known);
    MailConfig { host, port: u16::try_from(port).unwrap_or(25), login, tls, ca_certificate }
}

/// Whether the name stands for this machine.
fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn read_log(mut section: Section<'_>) -> LogConfig {
    let format = section.choice("format", &[("text", LogFormat::Text), ("json", LogFormat::Json)]);
    let levels = [LogLevel::Error, LogLevel::Warn, LogLevel::Info, LogLevel::Debug, LogLevel::Trace];
    let level = section.choice("level", &levels.map(|level| (level.name(), level)));
    section.finish(&["format", "level"]);
    LogConfig { format: format.unwrap_or(LogFormat::Text), level: level.unwrap_or(LogLevel::Info) }
}

fn read_hashing(mut section: Section<'_>) -> HashingConfig {
    let usual = HashingConfig::default();
    let weak_allowed = section.is_on("allow_weak");
    // OWASP's floor for Argon2id; less is for machines that test.
    let (memory, iterations) = if weak_allowed { (8, 1) } else { (u64::from(usual.memory_kib), 2) };
    let read = HashingConfig {
        memory_kib: narrow(section.number("memory_kib", usual.memory_kib.into(), memory..=4_194_304)),
        iterations: narrow(section.number("iterations", usual.iterations.into(), iterations..=100)),
        threads: usize_of(section.number("threads", usual.threads as u64, 1..=1024)),
        queue: usize_of(section.number("queue", usual.queue as u64, 1..=100_000)),
    };
    section.finish(&["memory_kib", "iterations", "threads", "queue", "allow_weak"]);
    read
}

fn read_limits(mut section: Section<'_>) -> LimitsConfig {
    let read = LimitsConfig {
        connections_per_address: usize_of(section.number("connections_per_address", 64, 1..=100_000)),
        header_read: Duration::from_secs(section.number("header_read_seconds", 10, 1..=10)),
        request: Duration::from_secs(section.number("request_seconds", 30, 1..=300)),
    };
    section.finish(&["connections_per_address", "header_read_seconds", "request_seconds"]);
    read
}

fn read_outgoing(mut section: Section<'_>, folder: &Path) -> OutgoingConfig {
    let allowed_networks = section.list("allowed_networks", "a network such as 10.0.0.0/8");
    let ca_certificate = section.path("ca_certificate", folder);
    if let Some(Err(error)) = ca_certificate.as_ref().map(std::fs::metadata) {
        section.blame("ca_certificate", format!("the file cannot be read: {error}"));
    }
    section.finish(&["allowed_networks", "ca_certificate"]);
    OutgoingConfig { allowed_networks, ca_certificate }
}

fn read_metrics(mut section: Section<'_>) -> MetricsConfig {
    let listen: Option<SocketAddr> = section.parsed("listen", "an address and port such as 127.0.0.1:9464");
    let open_allowed = section.is_on("allow_open");
    if listen.is_some_and(|listen| !listen.ip().is_loopback()) && !open_allowed {
        let remedy = "everybody in the network could read the numbers: listen at loopback, or set allow_open = true \
                      where a firewall stands before it";
        section.blame("listen", remedy);
    }
    section.finish(&["listen", "allow_open"]);
    MetricsConfig { listen }
}

/// The limits of the keys keep these in range.
fn narrow(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn usize_of(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
