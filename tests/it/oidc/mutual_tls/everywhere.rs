//! Certificates beyond the token endpoint: CIBA, key sets that stand at the client's own address, and a listener whose own
//! certificate is renewed while it is used.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use harness::{Authority, Certificate, Idp, MemberSeed, Portal, Shelf, Tokens, on_both, owned, part};
use idp_core::client::{AuthMethod, CibaDelivery, GrantType, HttpsUri, KeySource};
use idp_core::config::MutualTlsConfig;
use rcgen::SanType;
use serde_json::json;

use super::{asks, by_key_set, place, services};

const CIBA: &str = "urn:openid:params:grant-type:ciba";

async fn posts(portal: &Portal, path: &str, fields: &[(&str, &str)], certificate: &Certificate) -> Tokens {
    portal.posts_to(path, owned(fields), &[("client-cert", &certificate.header())]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_with_a_certificate_asks_for_a_member_elsewhere_and_its_tokens_are_bound() {
    on_both(async |database| {
        let place = place(database, "127.0.0.1/32").await;
        let (own, other) = (Certificate::self_signed("counter"), Certificate::self_signed("counter"));
        let keys = idp_core::client::ClientKeySet::read(own.jwks()).unwrap();
        let counter = place.idp.portal_with("counter", |settings| {
            settings.auth_method = AuthMethod::SelfSignedTlsClientAuth;
            settings.keys = Some(KeySource::Registered(keys));
            settings.grant_types.push(GrantType::Ciba);
            settings.ciba = Some(CibaDelivery::Poll);
            settings.access_tokens.certificate_bound = true;
        });
        let counter = counter.await;
        let (member, browser) = (place.idp.member(MemberSeed::new("MC-1")).await, place.idp.browser());
        member.signs_in(&browser, &place.idp.portal().await).await;
        let asked = [("scope", "openid"), ("login_hint", "MC-1")];
        assert_eq!(posts(&counter, "/bc-authorize", &asked, &other).await.error(), "invalid_client");
        assert_eq!(counter.posts_to("/bc-authorize", owned(&asked), &[]).await.error(), "invalid_client");

        let begun = posts(&counter, "/bc-authorize", &asked, &own).await;
        assert_eq!(begun.status, 200, "{}", begun.json);
        let page = browser.get("/account/requests").await;
        let button = page.body.split('"').find(|part| part.starts_with("request-allow-")).unwrap().to_owned();
        page.submit(&button).await;
        let polled = [("grant_type", CIBA), ("auth_req_id", begun.json["auth_req_id"].as_str().unwrap())];
        assert_eq!(posts(&counter, "/token", &polled, &other).await.error(), "invalid_client");
        place.idp.advance(Duration::from_secs(5));
        let tokens = posts(&counter, "/token", &polled, &own).await;
        assert_eq!(tokens.status, 200, "{}", tokens.json);
        assert_eq!(part(tokens.access_token(), 1)["cnf"]["x5t#S256"], own.thumbprint().as_str());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_looked_for_at_the_clients_own_address_and_again_when_it_is_new() {
    on_both(async |database| {
        let (authority, folder) = (Authority::new("portals"), tempfile::tempdir().unwrap());
        let trusted = authority.write(folder.path());
        let proxies = vec!["127.0.0.1/32".parse().unwrap()];
        let configure = |config: &mut idp_core::config::Config| {
            config.outgoing.ca_certificate = Some(trusted);
            config.mutual_tls = MutualTlsConfig { proxies, ..MutualTlsConfig::default() };
        };
        let idp = Idp::start_configured(database, configure, |_| {}).await;
        let (shelf, first) = (Shelf::open(&authority).await, Certificate::self_signed("bank"));
        shelf.holds("keys", &first.jwks().to_string());
        let keys = HttpsUri::parse(&shelf.address("keys")).unwrap();
        let bank = idp.portal_with("bank", |settings| {
            services(settings);
            settings.auth_method = AuthMethod::SelfSignedTlsClientAuth;
            settings.keys = Some(KeySource::Fetched(keys));
        });
        let bank = bank.await;
        assert_eq!(asks(&bank, &first).await.status, 200);
        assert_eq!(asks(&bank, &first).await.status, 200);
        assert_eq!(shelf.fetched("keys"), 1, "what is held is used");

        let second = Certificate::self_signed("bank");
        assert_eq!(asks(&bank, &second).await.error(), "invalid_client", "it is not there yet");
        shelf.holds("keys", &second.jwks().to_string());
        idp.advance(Duration::from_secs(1));
        assert_eq!(asks(&bank, &second).await.status, 200, "a renewed certificate is understood within a second");
        assert_eq!(asks(&bank, &first).await.error(), "invalid_client", "the old one went with the old set");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_listener_shows_a_renewed_certificate_without_a_restart() {
    on_both(async |database| {
        let place = place(database, "192.0.2.0/24").await;
        let own = Certificate::self_signed("bank");
        by_key_set(&place.idp, "bank", &own).await;
        let port = place.idp.clients_port();
        let asks = async |authority: &Authority| {
            let http = reqwest::Client::builder()
                .no_proxy()
                .tls_certs_only([authority.trusted()])
                .resolve("localhost", SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
                .identity(own.identity())
                .build()
                .unwrap();
            let form = [("grant_type", "client_credentials"), ("client_id", "bank")];
            let answer = http.post(format!("https://localhost:{port}/token")).form(&form).send().await.ok()?;
            Some(answer.status().as_u16())
        };
        let newer = Authority::new("Newer CA");
        assert_eq!(asks(&place.authority).await, Some(200));
        assert_eq!(asks(&newer).await, None);

        let names = vec![SanType::DnsName("localhost".try_into().unwrap())];
        let renewed = newer.issues("server", names);
        renewed.write(place.folder.path());

        let since = Instant::now();
        while asks(&newer).await != Some(200) {
            assert!(since.elapsed() < Duration::from_secs(20), "the old certificate is still shown");
        }
        assert_eq!(asks(&place.authority).await, None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pushed_request_needs_the_certificate_too() {
    on_both(async |database| {
        let place = place(database, "127.0.0.1/32").await;
        let (own, other) = (Certificate::self_signed("bank"), Certificate::self_signed("bank"));
        let bank = by_key_set(&place.idp, "bank", &own).await;
        let form = [
            ("response_type", "code"),
            ("redirect_uri", bank.redirect_uri.as_str()),
            ("scope", "openid"),
            ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
            ("code_challenge_method", "S256"),
        ];
        for (path, fields) in
            [("/par", &form[..]), ("/introspect", &[("token", "x")][..]), ("/revoke", &[("token", "x")][..])]
        {
            assert_eq!(posts(&bank, path, fields, &other).await.error(), "invalid_client", "{path}");
            let answer = posts(&bank, path, fields, &own).await;
            assert!(answer.status < 300, "{path}: {}", answer.json);
        }
        assert_eq!(posts(&bank, "/introspect", &[("token", "x")], &own).await.json, json!({"active": false}));
    })
    .await;
}
