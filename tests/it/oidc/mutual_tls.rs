//! Clients with certificates (RFC 8705): by a listed proxy's header or by our own listener, and tokens bound to them.

mod everywhere;

use std::net::{Ipv4Addr, SocketAddr};

use harness::{Authority, Certificate, Database, Idp, MemberSeed, Portal, Tokens, on_both, owned};
use idp_core::client::{AuthMethod, ClientKeySet, ClientSettings, GrantType, KeySource, TlsSubject};
use idp_core::config::{MutualTlsConfig, MutualTlsListener, TlsFiles};
use idp_core::realm::RegistrationPolicy;
use rcgen::SanType;
use serde_json::{Value, json};

/// A society that takes certificates, and who vouches for them.
pub(crate) struct Place {
    pub(crate) idp: Idp,
    authority: Authority,
    folder: tempfile::TempDir,
}

/// Believes the proxies of `network`.
pub(crate) async fn place(database: Database, network: &str) -> Place {
    let (folder, authority) = (tempfile::tempdir().unwrap(), Authority::new("Kenpo CA"));
    let server = authority.issues("server", vec![SanType::DnsName("localhost".try_into().unwrap())]);
    let (certificate, key) = server.write(folder.path());
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let mutual_tls = MutualTlsConfig {
        listener: Some(MutualTlsListener { listen, tls: TlsFiles { certificate, key } }),
        proxies: vec![network.parse().unwrap()],
        authorities: Some(authority.write(folder.path())),
        port: Some(8443),
    };
    let idp = Idp::start_configured(
        database,
        |config| config.mutual_tls = mutual_tls,
        |settings| settings.registration = RegistrationPolicy::Open,
    );
    Place { idp: idp.await, authority, folder }
}

fn services(settings: &mut ClientSettings) {
    settings.grant_types.push(GrantType::ClientCredentials);
}

async fn by_subject(idp: &Idp, name: &str, subject: TlsSubject) -> Portal {
    idp.portal_with(name, |settings| {
        services(settings);
        settings.auth_method = AuthMethod::TlsClientAuth;
        settings.authentication.tls_subject = Some(subject);
    })
    .await
}

async fn by_key_set(idp: &Idp, name: &str, certificate: &Certificate) -> Portal {
    let keys = ClientKeySet::read(certificate.jwks()).unwrap();
    idp.portal_with(name, |settings| {
        services(settings);
        settings.auth_method = AuthMethod::SelfSignedTlsClientAuth;
        settings.keys = Some(KeySource::Registered(keys));
    })
    .await
}

/// A token in the client's own name, asked for through a proxy.
async fn asks(portal: &Portal, certificate: &Certificate) -> Tokens {
    let form = owned(&[("grant_type", "client_credentials")]);
    portal.posts_to("/token", form, &[("client-cert", &certificate.header())]).await
}

/// The same at our own listener.
async fn calls(
    place: &Place,
    certificate: Option<&Certificate>,
    client_id: &str,
    forged: Option<&str>,
) -> (u16, Value) {
    let port = place.idp.clients_port();
    let http = reqwest::Client::builder()
        .no_proxy()
        .add_root_certificate(place.authority.trusted())
        .resolve("localhost", SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    let http = match certificate {
        Some(certificate) => http.identity(certificate.identity()),
        None => http,
    };
    let request = http.build().unwrap().post(format!("https://localhost:{port}/token"));
    let request = forged.into_iter().fold(request, |request, header| request.header("client-cert", header));
    let answer = request.form(&[("grant_type", "client_credentials"), ("client_id", client_id)]).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authority_vouches_for_whom_it_names() {
    on_both(async |database| {
        let place = place(database, "127.0.0.1/32").await;
        let certificate = place.authority.issues(
            "portal",
            vec![
                SanType::DnsName("portal.example".try_into().unwrap()),
                SanType::URI("https://portal.example/id".try_into().unwrap()),
                SanType::IpAddress("192.0.2.7".parse().unwrap()),
                SanType::Rfc822Name("ops@portal.example".try_into().unwrap()),
            ],
        );
        for (number, (subject, is_named)) in [
            ("dn:cn=Portal, o=KENPO, c=JP", true),
            ("dns:PORTAL.example", true),
            ("uri:https://portal.example/id", true),
            ("ip:192.0.2.7", true),
            ("email:ops@Portal.Example", true),
            ("dn:CN=portal,O=Kenpo", false),
            ("dn:C=JP,O=Kenpo,CN=portal", false),
            ("dns:example", false),
            ("dns:portal", false),
            ("uri:https://portal.example/", false),
            ("ip:192.0.2.70", false),
            ("ip:::ffff:192.0.2.7", false),
            ("email:OPS@portal.example", false),
        ]
        .into_iter()
        .enumerate()
        {
            let portal = by_subject(&place.idp, &format!("bank-{number}"), subject.parse().unwrap()).await;
            let tokens = asks(&portal, &certificate).await;
            let expected = if is_named { (200, "") } else { (400, "invalid_client") };
            assert_eq!((tokens.status, tokens.error()), expected, "{subject}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_for_which_nobody_listed_vouches_is_nothing() {
    on_both(async |database| {
        let place = place(database, "127.0.0.1/32").await;
        let portal = by_subject(&place.idp, "bank", "dn:CN=portal,O=Kenpo,C=JP".parse().unwrap()).await;
        let impostor = Authority::new("Kenpo CA");

        for forged in [Certificate::self_signed("portal"), impostor.issues("portal", Vec::new())] {
            assert_eq!(asks(&portal, &forged).await.error(), "invalid_client");
        }
        let form = owned(&[("grant_type", "client_credentials")]);
        let good = place.authority.issues("portal", Vec::new()).header();
        for header in ["", "x", "::", &good[1..], &format!("{good}, {good}"), &good.replace(":M", ":N")] {
            let tokens = portal.posts_to("/token", form.clone(), &[("client-cert", header)]).await;
            assert_eq!(tokens.error(), "invalid_client", "{header}");
        }
        let twice = [("client-cert", good.as_str()), ("client-cert", good.as_str())];
        assert_eq!(portal.posts_to("/token", form.clone(), &twice).await.error(), "invalid_client");
        assert_eq!(portal.posts_to("/token", form, &twice[..1]).await.status, 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registered_certificate_needs_nobody_to_vouch_for_it() {
    on_both(async |database| {
        let place = place(database, "127.0.0.1/32").await;
        let (own, other) = (Certificate::self_signed("portal"), Certificate::self_signed("portal"));
        let portal = by_key_set(&place.idp, "bank", &own).await;
        by_key_set(&place.idp, "other", &other).await;

        assert_eq!(asks(&portal, &own).await.status, 200);
        assert_eq!(asks(&portal, &other).await.error(), "invalid_client");
        assert_eq!(portal.posts(owned(&[("grant_type", "client_credentials")])).await.error(), "invalid_client");
        let secret = owned(&[("grant_type", "client_credentials"), ("client_secret", "x")]);
        let both = portal.posts_to("/token", secret, &[("client-cert", &own.header())]).await;
        assert_eq!(both.error(), "invalid_client", "one method, the registered one");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_header_from_elsewhere_is_not_heard() {
    on_both(async |database| {
        let place = place(database, "10.0.0.0/8").await;
        let own = Certificate::self_signed("portal");
        let portal = by_key_set(&place.idp, "bank", &own).await;

        assert_eq!(asks(&portal, &own).await.error(), "invalid_client");
        let form = owned(&[("grant_type", "client_credentials")]);
        let headers = [("client-cert", &*own.header()), ("x-forwarded-for", "10.0.0.1"), ("forwarded", "for=10.0.0.1")];
        assert_eq!(portal.posts_to("/token", form, &headers).await.error(), "invalid_client");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn our_own_listener_asks_for_the_certificate_and_hears_no_header() {
    on_both(async |database| {
        let place = place(database, "127.0.0.1/32").await;
        let (own, other) = (Certificate::self_signed("portal"), Certificate::self_signed("other"));
        by_key_set(&place.idp, "bank", &own).await;
        by_key_set(&place.idp, "other", &other).await;
        by_subject(&place.idp, "vouched", "dns:vouched.example".parse().unwrap()).await;
        let name = SanType::DnsName("vouched.example".try_into().unwrap());
        let vouched = place.authority.issues("vouched", vec![name]);

        assert_eq!(calls(&place, Some(&own), "bank", None).await.0, 200);
        assert_eq!(calls(&place, Some(&vouched), "vouched", None).await.0, 200);
        for (certificate, client_id, forged) in [
            (None, "bank", None),
            (Some(&other), "bank", None),
            (Some(&own), "vouched", None),
            (Some(&other), "bank", Some(own.header())),
            (None, "bank", Some(own.header())),
        ] {
            let (status, document) = calls(&place, certificate, client_id, forged.as_deref()).await;
            assert_eq!((status, &document["error"]), (400, &json!("invalid_client")), "{client_id}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_listener_for_clients_shows_no_pages() {
    on_both(async |database| {
        let place = place(database, "127.0.0.1/32").await;
        let port = place.idp.clients_port();
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .add_root_certificate(place.authority.trusted())
            .resolve("localhost", SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
            .build()
            .unwrap();
        for (path, status) in [("/login", 421), ("/authorize", 421), ("/account", 421), ("/jwks", 200)] {
            let answer = http.get(format!("https://localhost:{port}{path}")).send().await.unwrap();
            assert_eq!(answer.status(), status, "{path}");
            assert!(!answer.headers().contains_key("set-cookie"), "{path}");
        }
    })
    .await;
}

/// Code, redeemed with a certificate.
async fn redeems(place: &Place, portal: &Portal, certificate: Option<&Certificate>, user_id: &str) -> Tokens {
    let member = place.idp.member(MemberSeed::new(user_id)).await;
    let asked = portal.asks_with(&[("scope", "openid offline_access"), ("prompt", "consent")]);
    let arrival = member.walks(place.idp.browser().get(&asked.url).await).await.arrived();
    let form = owned(&[
        ("grant_type", "authorization_code"),
        ("code", arrival.code()),
        ("redirect_uri", &portal.redirect_uri),
        ("code_verifier", &asked.verifier),
    ]);
    with(portal, form, certificate).await
}

async fn with(portal: &Portal, form: Vec<(String, String)>, certificate: Option<&Certificate>) -> Tokens {
    let header = certificate.map(Certificate::header);
    let headers: Vec<(&str, &str)> = header.as_deref().map(|header| ("client-cert", header)).into_iter().collect();
    portal.posts_to("/token", form, &headers).await
}

async fn userinfo(idp: &Idp, token: &str, certificate: Option<&Certificate>) -> u16 {
    let request = idp.http().get(format!("{}/userinfo", idp.origin())).bearer_auth(token);
    let request = certificate.into_iter().fold(request, |request, one| request.header("client-cert", one.header()));
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bound_token_opens_with_its_certificate_alone() {
    on_both(async |database| {
        let place = place(database, "127.0.0.1/32").await;
        let (own, other) = (Certificate::self_signed("portal"), Certificate::self_signed("portal"));
        let portal = place.idp.portal_with("bank", |settings| settings.access_tokens.certificate_bound = true).await;

        let unbound = redeems(&place, &portal, None, "M-1001").await;
        assert_eq!((unbound.status, unbound.error()), (400, "invalid_request"));
        let tokens = redeems(&place, &portal, Some(&own), "M-1002").await;
        assert_eq!((tokens.status, tokens.json["token_type"].as_str()), (200, Some("Bearer")));
        let bound = json!({ "x5t#S256": own.thumbprint() });
        assert_eq!(harness::part(tokens.access_token(), 1)["cnf"], bound);
        assert_eq!(portal.introspects(tokens.access_token()).await["cnf"], bound);

        assert_eq!(userinfo(&place.idp, tokens.access_token(), Some(&own)).await, 200);
        assert_eq!(userinfo(&place.idp, tokens.access_token(), Some(&other)).await, 401);
        assert_eq!(userinfo(&place.idp, tokens.access_token(), None).await, 401);

        let refresh = owned(&[("grant_type", "refresh_token"), ("refresh_token", tokens.refresh_token())]);
        assert_eq!(with(&portal, refresh.clone(), None).await.error(), "invalid_request");
        let renewed = with(&portal, refresh, Some(&other)).await;
        assert_eq!(harness::part(renewed.access_token(), 1)["cnf"]["x5t#S256"], other.thumbprint().as_str());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_clients_refresh_token_is_bound_like_its_access_token() {
    on_both(async |database| {
        let place = place(database, "127.0.0.1/32").await;
        let (own, other) = (Certificate::self_signed("app"), Certificate::self_signed("app"));
        let portal = place.idp.portal_with("app", |settings| {
            settings.auth_method = AuthMethod::None;
            settings.access_tokens.certificate_bound = true;
        });
        let portal = portal.await;
        let tokens = redeems(&place, &portal, Some(&own), "M-1003").await;

        let refresh = owned(&[("grant_type", "refresh_token"), ("refresh_token", tokens.refresh_token())]);
        assert_eq!(with(&portal, refresh.clone(), Some(&other)).await.error(), "invalid_grant");
        assert_eq!(with(&portal, refresh, Some(&own)).await.status, 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn discovery_and_registration_know_what_the_installation_takes() {
    on_both(async |database| {
        let place = place(database, "127.0.0.1/32").await;
        let on = place.idp.browser().get("/.well-known/openid-configuration").await.json();
        let methods = on["token_endpoint_auth_methods_supported"].as_array().unwrap().clone();
        for method in ["tls_client_auth", "self_signed_tls_client_auth"] {
            assert!(methods.contains(&json!(method)), "{method}");
        }
        assert_eq!(on["tls_client_certificate_bound_access_tokens"], true);
        assert_eq!(on["mtls_endpoint_aliases"]["token_endpoint"], "https://localhost:8443/token");
        assert_eq!(on["token_endpoint"], format!("{}/token", place.idp.origin()));

        let metadata = json!({
            "redirect_uris": ["https://portal.example/cb"],
            "token_endpoint_auth_method": "tls_client_auth",
            "tls_client_auth_san_dns": "portal.example",
            "tls_client_certificate_bound_access_tokens": true,
        });
        let registers = async |idp: &Idp, metadata: &Value| {
            let answer = idp.http().post(format!("{}/register", idp.origin())).json(metadata).send().await.unwrap();
            (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
        };
        let (status, registered) = registers(&place.idp, &metadata).await;
        assert_eq!((status, &registered["tls_client_auth_san_dns"]), (201, &json!("portal.example")));
        let mut unreadable = metadata.clone();
        unreadable["tls_client_auth_san_dns"] = Value::Null;
        unreadable["tls_client_auth_subject_dn"] = json!("portal");
        assert_eq!(registers(&place.idp, &unreadable).await.1["error"], "invalid_client_metadata");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_certificates_are_taken_nothing_is_promised() {
    on_both(async |database| {
        let idp = Idp::start_with(database, |settings| settings.registration = RegistrationPolicy::Open).await;
        let off = idp.browser().get("/.well-known/openid-configuration").await.json();
        assert!(off["mtls_endpoint_aliases"].is_null());
        assert_eq!(off["tls_client_certificate_bound_access_tokens"], false);
        let methods = off["token_endpoint_auth_methods_supported"].to_string();
        assert!(!methods.contains("tls_client_auth"), "{methods}");

        for changes in [
            json!({"token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_san_dns": "portal.example"}),
            json!({"tls_client_certificate_bound_access_tokens": true}),
        ] {
            let mut metadata = changes;
            metadata["redirect_uris"] = json!(["https://portal.example/cb"]);
            let answer = idp.http().post(format!("{}/register", idp.origin())).json(&metadata).send().await.unwrap();
            assert_eq!(answer.status(), 400, "{metadata}");
        }
    })
    .await;
}
