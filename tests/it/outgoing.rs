//! What the server asks by HTTP on its own: nobody behind its own walls, whoever names the address, however it is written
//! and wherever it leads. A trap on this machine counts who comes; each errand is run against it with the configuration of
//! a new installation, where nobody may come, and with this machine listed, where everybody must.

use std::fs::{self, File};
use std::io::Write as _;
use std::net::Ipv4Addr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::time::Duration;

use futures::FutureExt;
use futures::future::join_all;
use harness::{Authority, Browser, ClientKey, Database, Idp, Member, Portal, Shelf, Trap, on_both, owned};
use idp_core::client::{
    AuthMethod, CibaDelivery, ClientName, ContentEncryption, Encryption, GrantType, HttpsUri, KeyManagement, KeySource,
    WebUri,
};
use idp_core::config::{Config, OutgoingConfig};
use idp_core::oidc::backchannel::{self, Notice};
use idp_core::oidc::ciba::ping;
use idp_core::realm::{RegistrationPolicy, SoftwareIssuer};
use serde_json::{Value, json};

use crate::oidc::ciba;

/// Something we fetch while somebody waits for our answer.
#[derive(Debug, Clone, Copy)]
enum Errand {
    /// `jwks_uri`, for the assertion of a client.
    AssertionKeys,
    /// `jwks_uri`, for the signature of a request object.
    RequestKeys,
    /// `jwks_uri`, to encrypt what a client is told.
    EncryptionKeys,
    /// `request_uri`.
    RequestObject,
    /// `sector_identifier_uri` at registration.
    SectorDocument,
    /// The keys of whoever vouches for software.
    StatementKeys,
}

impl Errand {
    const ALL: [Self; 6] = [
        Self::AssertionKeys,
        Self::RequestKeys,
        Self::EncryptionKeys,
        Self::RequestObject,
        Self::SectorDocument,
        Self::StatementKeys,
    ];

    /// What the caller is told when nothing could be fetched.
    const fn refusal(self) -> &'static str {
        match self {
            Self::AssertionKeys => "invalid_client",
            Self::RequestKeys => "invalid_request_object",
            Self::EncryptionKeys => "503",
            Self::RequestObject => "invalid_request_uri",
            Self::SectorDocument => "invalid_client_metadata",
            Self::StatementKeys => "invalid_software_statement",
        }
    }
}

/// Hosts that lead to this machine or behind the walls around it. The name passes every check at registration: what it
/// leads to shows itself when it is looked up.
const HOSTS: [&str; 11] = [
    "localhost",
    "LOCALHOST",
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "0.0.0.0",
];
/// Hosts at which no trap of ours stands: only whoever is told the reason can tell that nobody went there.
const BEYOND: [&str; 3] = ["127.0.0.2", "169.254.169.254", "10.0.0.1"];

/// What stands in the configuration when the operator wrote nothing about it.
fn of_a_new_installation() -> OutgoingConfig {
    let folder = tempfile::tempdir().unwrap();
    let (config, key) = (folder.path().join("sekisho.toml"), folder.path().join("installation.key"));
    fs::write(
        &config,
        "[database]\nurl = \"sqlite://x.db\"\n\n[secrets]\ninstallation_key_file = \"installation.key\"\n",
    )
    .unwrap();
    let mut file = File::options().write(true).create_new(true).mode(0o400).open(key).unwrap();
    file.write_all(b"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n").unwrap();
    Config::load(&config).unwrap().outgoing
}

fn listing(networks: &[&str]) -> OutgoingConfig {
    let allowed_networks = networks.iter().map(|network| network.parse().unwrap()).collect();
    OutgoingConfig { allowed_networks, ca_certificate: None }
}

struct Place {
    idp: Idp,
    member: Member,
    browser: Browser,
    key: ClientKey,
}

impl Place {
    /// A realm that anybody may register at and that trusts a directory for each address, and a member who is signed in.
    async fn new(database: Database, outgoing: OutgoingConfig, addresses: &[String]) -> Self {
        let issuer = |(number, address)| format!("https://directory-{number}.example {address}").parse().unwrap();
        let issuers: Vec<SoftwareIssuer> = addresses.iter().enumerate().map(issuer).collect();
        let idp = Idp::start_walled(database, outgoing, |settings| {
            settings.registration = RegistrationPolicy::Open;
            settings.software_statement_issuers = issuers;
        })
        .await;
        let (member, browser) = ciba::signed_in(&idp, "W-1").await;
        Self { idp, member, browser, key: ClientKey::new("a") }
    }

    /// Every errand, at its own second: an address is asked for keys once in each.
    fn one_after_another(&self) -> impl Iterator<Item = Errand> {
        Errand::ALL.into_iter().inspect(|_| self.idp.advance(Duration::from_secs(1)))
    }

    async fn signs_in_again(&self) {
        self.member.walks(self.browser.get("/login").await).await;
    }

    /// Lets the server run an errand to one of the addresses; what its caller is told.
    async fn sends(&self, errand: Errand, number: usize, address: &str) -> String {
        let name = format!("{errand:?}-{number}");
        let uri = HttpsUri::parse(address).unwrap();
        match errand {
            Errand::AssertionKeys => {
                let portal = self.idp.portal_with(&name, |settings| {
                    settings.auth_method = AuthMethod::PrivateKeyJwt;
                    settings.grant_types.push(GrantType::ClientCredentials);
                    settings.keys = Some(KeySource::Fetched(uri));
                });
                let mut portal = portal.await;
                portal.key = Some(self.key.clone());
                portal.posts(owned(&[("grant_type", "client_credentials")])).await.error().to_owned()
            }
            Errand::RequestKeys => {
                let portal = self.idp.portal_with(&name, |settings| settings.keys = Some(KeySource::Fetched(uri)));
                let claims = json!({ "iss": name, "client_id": name, "aud": self.idp.origin() });
                let object = self.key.signs(&json!({ "kid": "a", "typ": "oauth-authz-req+jwt" }), &claims);
                self.is_answered(&portal.await, &[("request", &object)]).await
            }
            Errand::EncryptionKeys => {
                let encryption = Encryption { alg: KeyManagement::EcdhEs, enc: ContentEncryption::A256Gcm };
                let portal = self.idp.portal_with(&name, |settings| {
                    settings.keys = Some(KeySource::Fetched(uri));
                    settings.answers.userinfo.encrypted = Some(encryption);
                });
                let (portal, member) = (portal.await, &self.browser);
                let asked = portal.asks();
                let tokens = portal.redeems(&asked, member.get(&asked.url).await.arrived().code()).await;
                portal.userinfo(tokens.access_token()).await.0.to_string()
            }
            Errand::RequestObject => {
                let portal = self.idp.portal_with(&name, |settings| settings.requests.request_uris = vec![uri]);
                self.is_answered(&portal.await, &[("request_uri", address)]).await
            }
            Errand::SectorDocument => {
                self.registers(json!({ "subject_type": "pairwise", "sector_identifier_uri": address })).await
            }
            Errand::StatementKeys => {
                let claims = json!({ "iss": format!("https://directory-{number}.example"), "client_name": "Stated" });
                self.registers(json!({ "software_statement": self.key.signs(&json!({ "kid": "a" }), &claims) })).await
            }
        }
    }

    async fn is_answered(&self, portal: &Portal, changes: &[(&str, &str)]) -> String {
        self.browser.get(&portal.asks_with(changes).url).await.arrived().get("error").to_owned()
    }

    /// Registers a client with this beside its redirect URI; the error it is told, or nothing.
    async fn registers(&self, metadata: Value) -> String {
        let mut metadata = metadata;
        metadata["redirect_uris"] = json!(["https://portal.example/callback"]);
        let request = self.idp.http().post(format!("{}/register", self.idp.origin())).json(&metadata);
        let answer: Value = serde_json::from_str(&request.send().await.unwrap().text().await.unwrap()).unwrap();
        answer["error"].as_str().unwrap_or_default().to_owned()
    }

    /// Signs the member out of a portal for each address; what operators read of the notices, once all were tried.
    async fn signs_out(&self, addresses: &[String]) -> Vec<Notice> {
        let mut names = Vec::new();
        for (number, address) in addresses.iter().enumerate() {
            let (name, uri) = (format!("told-{number}"), WebUri::parse(address).unwrap());
            let portal = self.idp.portal_with(&name, |settings| settings.logout.backchannel_uri = Some(uri)).await;
            self.browser.get(&portal.asks().url).await.arrived();
            names.push(ClientName::parse(&name).unwrap());
        }
        self.browser.get("/logout").await.submit("logout-confirm").await;

        let mut notices = Vec::new();
        for name in names {
            let tried = async {
                loop {
                    let name = name.clone();
                    let read =
                        self.idp.operate(move |ctx| async move { backchannel::of_client(ctx, &name, 1).await }.boxed());
                    let notice = read.await.unwrap().remove(0);
                    if notice.answer.is_some() {
                        return notice;
                    }
                    tokio::task::yield_now().await;
                }
            };
            notices.push(soon(tried).await);
        }
        notices
    }

    /// Lets the member answer a client at each address, and the server stop once it has told them: a server that stops
    /// brings to an end what is on its way.
    async fn answers_and_stops(&self, addresses: &[String]) {
        for (number, address) in addresses.iter().enumerate() {
            let delivery = Some(CibaDelivery::Ping(WebUri::parse(address).unwrap()));
            let till = ciba::asking(&self.idp, &format!("till-{number}"), |settings| settings.ciba = delivery).await;
            let form = [("login_hint", "W-1"), ("client_notification_token", "a-token-of-the-till")];
            let begun = ciba::asks(&till, &form).await;
            assert_eq!(begun.status, 200, "{}", begun.json);
            ciba::answers(&self.browser, "allow").await;
        }
        soon(async {
            while self.idp.operate(|ctx| ping::is_due(ctx).boxed()).await {
                tokio::task::yield_now().await;
            }
        })
        .await;
        self.idp.stop().await;
    }
}

/// A worker that never gets there fails the test instead of holding it up.
async fn soon<T>(settled: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), settled).await.expect("a worker settles what is due")
}

fn addresses(port: u16) -> Vec<String> {
    HOSTS.map(|host| format!("https://{host}:{port}/document")).into()
}

/// The same, and where plain http is let through at registration.
fn addresses_of_posts(port: u16) -> Vec<String> {
    let plain = ["localhost", "127.0.0.1", "127.1", "[::1]"].map(|host| format!("http://{host}:{port}/document"));
    let beyond = BEYOND.map(|host| format!("https://{host}:{port}/document"));
    addresses(port).into_iter().chain(plain).chain(beyond).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_installation_fetches_nothing_from_behind_its_walls() {
    on_both(async |database| {
        let trap = Trap::at(Ipv4Addr::LOCALHOST).await;
        let addresses = addresses(trap.port);
        let place = Place::new(database, of_a_new_installation(), &addresses).await;
        for errand in place.one_after_another() {
            let sent = addresses.iter().enumerate().map(|(number, address)| place.sends(errand, number, address));
            for (told, address) in join_all(sent).await.iter().zip(&addresses) {
                assert_eq!(told, errand.refusal(), "{errand:?} {address}");
            }
            assert_eq!(trap.visits().await, 0, "{errand:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_installation_posts_nothing_behind_its_walls_and_operators_read_why() {
    on_both(async |database| {
        let trap = Trap::at(Ipv4Addr::LOCALHOST).await;
        let addresses = addresses_of_posts(trap.port);
        let place = Place::new(database, of_a_new_installation(), &[]).await;
        let why = Some("the address is not public, and not in outgoing.allowed_networks");
        for (notice, address) in place.signs_out(&addresses).await.iter().zip(&addresses) {
            let told = (notice.state.as_str(), notice.answer.as_deref(), notice.attempts);
            assert_eq!(told, ("failed", why, 1), "{address}");
        }
        assert_eq!(trap.visits().await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_installation_notifies_nobody_behind_its_walls() {
    on_both(async |database| {
        let trap = Trap::at(Ipv4Addr::LOCALHOST).await;
        let place = Place::new(database, of_a_new_installation(), &[]).await;
        place.answers_and_stops(&addresses_of_posts(trap.port)).await;
        assert_eq!(trap.visits().await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_this_machine_listed_every_errand_reaches_it() {
    on_both(async |database| {
        let trap = Trap::at(Ipv4Addr::LOCALHOST).await;
        let addresses = ["localhost", "127.0.0.1"].map(|host| format!("https://{host}:{}/document", trap.port));
        let place = Place::new(database, listing(&["127.0.0.0/8", "::1/128"]), &addresses).await;
        for errand in place.one_after_another() {
            for (number, address) in addresses.iter().enumerate() {
                assert_eq!(place.sends(errand, number, address).await, errand.refusal(), "nobody answers there");
                assert_ne!(trap.visits().await, 0, "{errand:?} {address}");
            }
        }
        for (notice, address) in place.signs_out(&addresses).await.iter().zip(&addresses) {
            assert_eq!(notice.state, "queued", "it is worth another attempt: {address}");
        }
        assert_ne!(trap.visits().await, 0, "logout tokens");
        place.signs_in_again().await;
        place.answers_and_stops(&addresses).await;
        assert_ne!(trap.visits().await, 0, "notifications");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_be_asked_leads_nobody_behind_the_walls() {
    on_both(async |database| {
        let (authority, folder) = (Authority::new("portals"), tempfile::tempdir().unwrap());
        let (shelf, trap) = (Shelf::open(&authority).await, Trap::at(Ipv4Addr::new(127, 0, 0, 2)).await);
        let (listed, trusted) = (listing(&["127.0.0.1/32", "::1/128"]), authority.write(folder.path()));
        let outgoing = OutgoingConfig { ca_certificate: Some(trusted), ..listed };
        let leads = |scheme: &str| {
            shelf.leads(scheme, &format!("{scheme}://127.0.0.2:{}/document", trap.port));
            shelf.address(scheme)
        };
        let addresses = ["https", "http"].map(leads);
        let place = Place::new(database, outgoing, &addresses).await;
        for errand in place.one_after_another() {
            let before = shelf.fetched("https");
            for (number, address) in addresses.iter().enumerate() {
                assert_eq!(place.sends(errand, number, address).await, errand.refusal(), "{errand:?} {address}");
            }
            assert_eq!(shelf.fetched("https"), before + 1, "{errand:?}");
        }

        let before = shelf.fetched("https");
        for notice in place.signs_out(&addresses).await {
            assert_eq!(notice.answer.as_deref(), Some("the answer has status 307"));
        }
        assert_eq!(shelf.fetched("https"), before + 1, "logout tokens");
        place.signs_in_again().await;
        place.answers_and_stops(&addresses).await;
        assert_eq!(shelf.fetched("https"), before + 2, "notifications");
        assert_eq!(trap.visits().await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_https_is_refused_when_it_is_registered() {
    on_both(async |database| {
        let trap = Trap::at(Ipv4Addr::LOCALHOST).await;
        let place = Place::new(database, listing(&["127.0.0.0/8", "::1/128"]), &[]).await;
        for name in ["jwks_uri", "request_uris", "sector_identifier_uri", "backchannel_logout_uri"] {
            for start in
                ["http://10.0.0.1", "http://169.254.169.254", "http://0.0.0.0", "gopher://127.0.0.1", "file://"]
            {
                let address = format!("{start}:{}/document", trap.port);
                let value = if name == "request_uris" { json!([address]) } else { json!(address) };
                assert_eq!(place.registers(json!({ name: value })).await, "invalid_client_metadata", "{name} {start}");
            }
        }
        assert_eq!(trap.visits().await, 0);
    })
    .await;
}
