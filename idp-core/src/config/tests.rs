//! Every refusal of the configuration.

use std::collections::HashMap;
use std::os::unix::fs::PermissionsExt;

use super::read::load;
use super::{Config, LogFormat, LogLevel, MailTls, Problem, Problems};
use crate::store::DatabaseUrl;

const KEY: &str = "abababababababababababababababababababababababababababababababab";

/// A folder with a configuration and whatever it names.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.write("key", KEY, 0o400);
        folder
    }

    fn write(&self, name: &str, text: &str, mode: u32) {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    fn load_with(&self, text: &str, environment: &[(&str, &str)]) -> Result<Config, Problems> {
        self.write("sekisho.toml", text, 0o600);
        let environment: HashMap<String, String> =
            environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        load(&self.0.path().join("sekisho.toml"), Some(environment))
    }

    /// Adds to a configuration that is otherwise in order.
    fn with(&self, more: &str) -> Result<Config, Problems> {
        let text =
            format!("[database]\nurl = \"sqlite://data.db\"\n[secrets]\ninstallation_key_file = \"key\"\n{more}");
        self.load_with(&text, &[])
    }

    #[track_caller]
    fn refused(&self, more: &str, key: &str, words: &str) {
        let problems = problems(self.with(more));
        let found = problems.iter().any(|problem| problem.key == key && problem.text.contains(words));
        assert!(found, "{key} / {words} not among {problems:#?}");
        assert_eq!(problems.len(), 1, "{problems:#?}");
    }
}

#[track_caller]
fn problems(outcome: Result<Config, Problems>) -> Vec<Problem> {
    match outcome {
        Ok(config) => panic!("accepted: {config:?}"),
        Err(Problems(problems)) => problems,
    }
}

#[test]
fn little_is_needed_and_the_rest_is_safe() {
    let folder = Folder::new();
    let config = folder.with("").unwrap();
    assert!(matches!(&config.database, DatabaseUrl::Sqlite(path) if *path == folder.0.path().join("data.db")));
    assert_eq!(config.http.listen.to_string(), "127.0.0.1:8080");
    assert!(config.http.trusted_proxies.is_empty() && config.http.tls.is_none());
    assert_eq!((config.mail.host.as_str(), config.mail.port, config.mail.tls), ("localhost", 25, MailTls::Off));
    assert_eq!((config.log.format, config.log.level), (LogFormat::Text, LogLevel::Info));
    assert_eq!((config.hashing.memory_kib, config.hashing.iterations), (19 * 1024, 2));
}

#[test]
fn the_environment_overrides_the_file() {
    let environment = [
        ("SEKISHO__HTTP__LISTEN", "127.0.0.1:9000"),
        ("SEKISHO__HTTP__TRUSTED_PROXIES", "10.0.0.0/8, 192.168.1.0/24"),
        ("SEKISHO__SECRETS__INSTALLATION_KEY", KEY),
        ("SEKISHO__LOG__FORMAT", "json"),
        ("SEKISHO_UNRELATED", "x"),
    ];
    let config = Folder::new()
        .load_with("[database]\nurl = \"postgres://localhost/x\"\n[http]\nlisten = \"127.0.0.1:1\"", &environment)
        .unwrap();
    assert_eq!(config.http.listen.port(), 9000);
    assert_eq!(config.http.trusted_proxies.len(), 2);
    assert_eq!(config.log.format, LogFormat::Json);
    assert!(matches!(config.database, DatabaseUrl::Postgres(_)));
}

#[test]
fn all_problems_are_told_at_once() {
    let text = "[database]\nurl = \"mysql://x\"\n[http]\nlisten = \"here\"\nport = 1\n[log]\nlevel = \"loud\"\n[web]\n";
    let problems = problems(Folder::new().load_with(text, &[]));
    let keys: Vec<&str> = problems.iter().map(|problem| problem.key.as_str()).collect();
    for key in ["database.url", "secrets.installation_key_file", "http.listen", "http.port", "log.level", "web"] {
        assert!(keys.contains(&key), "{key} not in {keys:?}");
    }
    assert_eq!(keys.len(), 6);
    assert!(Problems(problems).to_string().contains("\n  http.port: this key is not known; [http] has listen, "));
}

#[test]
fn a_file_that_is_missing_or_no_toml_is_one_problem() {
    let folder = Folder::new();
    let missing = problems(load(&folder.0.path().join("none.toml"), Some(HashMap::new())));
    assert_eq!(missing.len(), 1);
    assert!(missing[0].key.ends_with("none.toml"));
    assert_eq!(problems(folder.load_with("[database\nurl", &[])).len(), 1);
    assert_eq!(problems(folder.load_with("database = 1\n[secrets]\ninstallation_key_file = \"key\"", &[])).len(), 2);
}

#[test]
fn unknown_sections_and_keys_are_fatal_also_in_the_environment() {
    let folder = Folder::new();
    folder.refused("[htpp]\nlisten = \"127.0.0.1:1\"", "htpp", "not known");
    folder.refused("[http]\nlistn = \"127.0.0.1:1\"", "http.listn", "not known");
    let text = "[database]\nurl = \"sqlite://d\"\n[secrets]\ninstallation_key_file = \"key\"";
    let problems = problems(folder.load_with(text, &[("SEKISHO__MAIL__HOSTS", "x")]));
    assert_eq!(problems[0].key, "mail.hosts");
}

#[test]
fn numbers_are_told_on_this_machine_unless_the_operator_says_otherwise() {
    let folder = Folder::new();
    folder.refused("[metrics]\nlisten = \"0.0.0.0:9464\"", "metrics.listen", "allow_open = true");
    let text = "[database]\nurl = \"sqlite://d\"\n[secrets]\ninstallation_key_file = \"key\"\n[metrics]\nlisten = ";
    let here = folder.load_with(&format!("{text}\"127.0.0.1:9464\""), &[]).unwrap();
    assert_eq!(here.metrics.listen, Some("127.0.0.1:9464".parse().unwrap()));
    let open = folder.load_with(&format!("{text}\"0.0.0.0:9464\"\nallow_open = true"), &[]).unwrap();
    assert!(open.metrics.listen.is_some());
}

#[test]
fn the_installation_key_must_be_a_key() {
    let folder = Folder::new();
    let text = "[database]\nurl = \"sqlite://d\"\n[secrets]\ninstallation_key = \"short\"";
    let found = problems(folder.load_with(text, &[]));
    assert_eq!(found[0].key, "secrets.installation_key");
    assert!(found[0].text.contains("openssl rand -base64 32"));
    let both = format!("{text}\ninstallation_key_file = \"key\"");
    assert!(problems(folder.load_with(&both, &[]))[0].text.contains("keep one of them"));
    folder.write("key", "\n", 0o400);
    folder.refused("", "secrets.installation_key_file", "is empty");
}

#[test]
fn a_secret_file_that_others_may_read_is_refused_until_the_operator_takes_it_on() {
    let folder = Folder::new();
    for mode in [0o440, 0o404, 0o644] {
        folder.write("key", KEY, 0o600);
        folder.write("key", KEY, mode);
        folder.refused("", "secrets.installation_key_file", "chmod 400");
    }
    let text =
        "[database]\nurl = \"sqlite://d\"\n[secrets]\ninstallation_key_file = \"key\"\nallow_readable_files = true";
    assert!(folder.load_with(text, &[]).is_ok());
}

#[test]
fn the_database_url_may_come_from_a_file() {
    let folder = Folder::new();
    folder.write("url", "postgres://u:p@localhost/x\n", 0o400);
    let secrets = "[secrets]\ninstallation_key_file = \"key\"\n";
    let config = folder.load_with(&format!("{secrets}[database]\nurl_file = \"url\""), &[]).unwrap();
    assert!(matches!(config.database, DatabaseUrl::Postgres(url) if url == "postgres://u:p@localhost/x"));
    let gone = problems(folder.load_with(&format!("{secrets}[database]\nurl_file = \"gone\""), &[]));
    assert_eq!((gone.len(), gone[0].key.as_str()), (1, "database.url_file"));
    let none = problems(folder.load_with(secrets, &[]));
    assert_eq!((none.len(), none[0].key.as_str()), (1, "database.url"));
}

#[test]
fn plain_http_beyond_loopback_needs_a_proxy_or_its_switch() {
    let folder = Folder::new();
    folder.refused("[http]\nlisten = \"0.0.0.0:80\"", "http.listen", "allow_plain_http");
    assert!(folder.with("[http]\nlisten = \"0.0.0.0:80\"\ntrusted_proxies = [\"10.0.0.0/8\"]").is_ok());
    assert!(folder.with("[http]\nlisten = \"0.0.0.0:80\"\nallow_plain_http = true").is_ok());
    assert!(folder.with("[http]\nlisten = \"[::1]:80\"").is_ok());
}

#[test]
fn believing_everybody_to_be_a_proxy_needs_its_switch() {
    let folder = Folder::new();
    folder.refused("[http]\ntrusted_proxies = [\"0.0.0.0/0\"]", "http.trusted_proxies", "allow_any_proxy");
    folder.refused(
        "[http]\ntrusted_proxies = [\"10.0.0.0\", \"x\"]".replace("\"10.0.0.0\", ", "").as_str(),
        "http.trusted_proxies",
        "a network",
    );
    folder.refused("[http]\ntrusted_proxies = 1", "http.trusted_proxies", "a list");
    assert!(folder.with("[http]\ntrusted_proxies = [\"::/0\"]\nallow_any_proxy = true").is_ok());
}

#[test]
fn https_needs_both_files_and_a_guarded_key() {
    let folder = Folder::new();
    folder.write("cert.pem", "x", 0o644);
    folder.write("key.pem", "x", 0o600);
    folder.refused("[http]\ntls_certificate = \"cert.pem\"", "http.tls_key", "missing");
    folder.refused("[http]\ntls_key = \"key.pem\"", "http.tls_certificate", "missing");
    folder.refused("[http]\ntls_certificate = \"no.pem\"\ntls_key = \"key.pem\"", "http.tls_certificate", "read");
    folder.refused("[http]\ntls_certificate = \"cert.pem\"\ntls_key = \"no.pem\"", "http.tls_key", "read");
    let both = "[http]\nlisten = \"0.0.0.0:443\"\ntls_certificate = \"cert.pem\"\ntls_key = \"key.pem\"";
    assert!(folder.with(both).unwrap().http.tls.is_some());
    folder.write("key.pem", "x", 0o644);
    folder.refused(both, "http.tls_key", "chmod 400");
}

#[test]
fn mail_leaves_this_machine_encrypted() {
    let folder = Folder::new();
    let remote = folder.with("[mail]\nhost = \"mail.example\"").unwrap();
    assert_eq!((remote.mail.port, remote.mail.tls), (587, MailTls::Required));
    folder.refused("[mail]\nhost = \"mail.example\"\ntls = \"off\"", "mail.tls", "this machine alone");
    folder.refused("[mail]\ntls = \"sometimes\"", "mail.tls", "`required`, `opportunistic`, `off`");
    assert!(folder.with("[mail]\nhost = \"mail.example\"\ntls = \"opportunistic\"").is_ok());
    assert!(folder.with("[mail]\nhost = \"127.0.0.1\"\ntls = \"off\"\nport = 2525").is_ok());
    folder.refused("[mail]\nport = 0", "mail.port", "1 to 65535");
    folder.refused("[mail]\nca_certificate = \"no.pem\"", "mail.ca_certificate", "cannot be read");
}

#[test]
fn a_mail_login_is_whole_and_not_sent_in_the_clear() {
    let folder = Folder::new();
    folder.write("password", "hunter2", 0o400);
    folder.refused("[mail]\nusername = \"u\"", "mail.password_file", "missing");
    folder.refused("[mail]\npassword = \"p\"", "mail.username", "missing");
    let login = "[mail]\nhost = \"mail.example\"\nusername = \"u\"\npassword_file = \"password\"\n";
    assert_eq!(folder.with(login).unwrap().mail.login.unwrap().password.expose(), b"hunter2");
    folder.refused(&format!("{login}tls = \"opportunistic\""), "mail.tls", "allow_plain_login");
    assert!(folder.with(&format!("{login}tls = \"opportunistic\"\nallow_plain_login = true")).is_ok());
}

#[test]
fn numbers_stay_within_their_limits() {
    let folder = Folder::new();
    folder.refused("[hashing]\nmemory_kib = 1024", "hashing.memory_kib", "19456 to");
    folder.refused("[hashing]\niterations = 1", "hashing.iterations", "2 to");
    assert!(folder.with("[hashing]\nmemory_kib = 64\niterations = 1\nallow_weak = true").is_ok());
    folder.refused("[limits]\nheader_read_seconds = 60", "limits.header_read_seconds", "1 to 10");
    folder.refused("[limits]\nrequest_seconds = \"soon\"", "limits.request_seconds", "a whole number");
    folder.refused("[http]\nallow_plain_http = \"perhaps\"", "http.allow_plain_http", "true or false");
    folder.refused("[http]\nlisten = [1]", "http.listen", "one value");
}

#[test]
fn a_secret_never_shows_in_debug() {
    let config = Folder::new().with("[mail]\nusername = \"u\"\npassword = \"hunter2\"").unwrap();
    let shown = format!("{config:?}");
    assert!(!shown.contains("hunter2") && !shown.contains("abab"), "{shown}");
}
