//! Redirect URIs are compared byte for byte: of two hundred that look like the registered one, none is redirected to.

use std::collections::BTreeSet;

use harness::{Idp, Portal, on_both};
use idp_core::client::{AuthMethod, ClientSettings, Profile};
use idp_core::redirect_uri::RedirectUri;

const REGISTERED: &str = "https://portal.example/app/callback?tenant=mgc";

/// What attackers and careless libraries make of the registered address.
fn mutated() -> BTreeSet<String> {
    let mut made = BTreeSet::new();
    // A letter more, a letter less, a letter in the other case, percent-encoded, doubled: at every place.
    for (at, sign) in REGISTERED.char_indices() {
        let (before, after) = (&REGISTERED[..at], &REGISTERED[at + 1..]);
        made.insert(format!("{before}{after}"));
        made.insert(format!("{before}%{:02X}{after}", u32::from(sign)));
        made.insert(format!("{before}{sign}{sign}{after}"));
        if sign.is_ascii_alphabetic() {
            made.insert(format!("{before}{}{after}", sign.to_ascii_uppercase()));
        }
    }
    for suffix in [
        "&",
        "&x=1",
        "#",
        "#x",
        "/",
        "%20",
        "%00",
        "%0d%0a",
        ";",
        "..",
        "/../",
        "\\",
        "@evil.example",
        "\t",
        "　",
        "?",
        "&redirect_uri=https://evil.example",
        "%2e",
        ".evil.example",
        ",https://evil.example",
    ] {
        made.insert(format!("{REGISTERED}{suffix}"));
    }
    for other in [
        "https://portal.example/app/callback",
        "https://portal.example/app/callback?tenant=mgc2",
        "https://portal.example/app/callback?tenant=other",
        "https://portal.example/app/callback?x=1&tenant=mgc",
        "https://portal.example/app/x/../callback?tenant=mgc",
        "https://portal.example/app/./callback?tenant=mgc",
        "https://portal.example//app/callback?tenant=mgc",
        "https://portal.example:443/app/callback?tenant=mgc",
        "https://portal.example:8443/app/callback?tenant=mgc",
        "https://portal.example./app/callback?tenant=mgc",
        "https://www.portal.example/app/callback?tenant=mgc",
        "https://portal.example.evil.example/app/callback?tenant=mgc",
        "https://evil.example/https://portal.example/app/callback?tenant=mgc",
        "https://portal.example@evil.example/app/callback?tenant=mgc",
        "https://portal.example:x@evil.example/app/callback?tenant=mgc",
        "https://evil.example#@portal.example/app/callback?tenant=mgc",
        "https://evil.example\\@portal.example/app/callback?tenant=mgc",
        "https://pоrtal.example/app/callback?tenant=mgc",
        "https://xn--prtal-9nd.example/app/callback?tenant=mgc",
        "https:/portal.example/app/callback?tenant=mgc",
        "https:portal.example/app/callback?tenant=mgc",
        "//portal.example/app/callback?tenant=mgc",
        "/app/callback?tenant=mgc",
        "http://portal.example/app/callback?tenant=mgc",
        "ftp://portal.example/app/callback?tenant=mgc",
        "javascript:alert(1)//https://portal.example/app/callback?tenant=mgc",
        "data:text/html,https://portal.example/app/callback?tenant=mgc",
        " https://portal.example/app/callback?tenant=mgc",
        "https://portal.example/app/callback?tenant=mgc ",
        "view-source:https://portal.example/app/callback?tenant=mgc",
    ] {
        made.insert(other.to_owned());
    }
    made.remove(REGISTERED);
    made
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_hundred_mutated_addresses_none_is_redirected_to() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let registered = vec![RedirectUri::parse(REGISTERED).unwrap()];
        let portal = idp.portal_with("portal", |settings| settings.redirect_uris = registered).await;
        let browser = idp.browser();

        let mutated = mutated();
        assert!(mutated.len() >= 200, "{}", mutated.len());
        for uri in &mutated {
            // Silent, so that an accepted address would be answered at once.
            let asked = portal.asks_with(&[("redirect_uri", uri), ("prompt", "none")]);
            let page = browser.get_once(&asked.url).await;
            let shown = (page.status, page.error_code());
            assert_eq!(shown, (400, Some("invalid_redirect_uri".into())), "{uri}");
            assert!(page.location().is_none(), "{uri}");
        }
        let asked = portal.asks_with(&[("redirect_uri", REGISTERED), ("prompt", "none")]);
        let arrival = browser.get_once(&asked.url).await.arrived();
        assert!(arrival.url.as_str().starts_with(&format!("{REGISTERED}&error=login_required&")), "{}", arrival.url);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_port_of_a_loopback_address_may_differ_and_none_that_a_portal_registered() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let registered = ["http://127.0.0.1/cb", "http://[::1]:8000/cb", "https://localhost/cb"];
        let registered = registered.map(|uri| RedirectUri::parse(uri).unwrap()).to_vec();
        let register = |settings: &mut ClientSettings| settings.redirect_uris = registered;
        let web = idp.portal_with("web", register.clone()).await;
        let native = |settings: &mut ClientSettings| {
            register(settings);
            (settings.profile, settings.auth_method) = (Profile::Native, AuthMethod::None);
        };
        let portal = idp.portal_with("native", native).await;
        let browser = idp.browser();

        let ask = async |portal: &Portal, uri: &str| {
            let asked = portal.asks_with(&[("redirect_uri", uri), ("prompt", "none")]);
            browser.get_once(&asked.url).await
        };
        for good in ["http://127.0.0.1/cb", "http://127.0.0.1:1/cb", "http://127.0.0.1:65535/cb", "http://[::1]:9/cb"] {
            assert_eq!(ask(&portal, good).await.arrived().get("error"), "login_required", "{good}");
            let named = ask(&web, good).await;
            if good.starts_with("http://127.0.0.1") {
                assert_eq!(named.arrived().get("error"), "login_required", "{good}: no port was registered");
            } else {
                let why = "a portal that registered a port listens there";
                assert_eq!(named.error_code().as_deref(), Some("invalid_redirect_uri"), "{good}: {why}");
            }
        }
        for bad in [
            "http://127.0.0.1:0/cb",
            "http://127.0.0.1:65536/cb",
            "http://127.0.0.1:080/cb",
            "http://127.0.0.1:+80/cb",
            "http://127.0.0.1:/cb",
            "http://127.0.0.1:80/cb/",
            "http://127.0.0.1:80/cb?x",
            "http://127.0.0.1:80@evil.example/cb",
            "http://127.0.0.2/cb",
            "http://localhost/cb",
            "https://127.0.0.1/cb",
            "https://localhost:8443/cb",
            "http://127.1/cb",
            "http://2130706433/cb",
            "http://[::ffff:127.0.0.1]/cb",
        ] {
            assert_eq!(ask(&portal, bad).await.error_code().as_deref(), Some("invalid_redirect_uri"), "{bad}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_oauth_request_may_leave_out_the_only_address_registered() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(harness::MemberSeed::new("U-1001")).await, idp.portal().await);
        let browser = idp.browser();
        member.signs_in(&browser, &portal).await;
        let plain = idp
            .portal_with("plain", |settings| settings.scopes = idp_core::oidc::scope::Scopes::parse("profile"))
            .await;

        let asked = plain.asks_with(&[("redirect_uri", ""), ("scope", "profile")]);
        let arrival = browser.get(&asked.url).await.arrived();
        assert!(arrival.url.as_str().starts_with(&plain.redirect_uri));
        let tokens = plain.redeems_with(arrival.code(), &asked.verifier, "").await;
        assert_eq!(tokens.status, 200, "{}", tokens.json);
        assert!(tokens.json["id_token"].is_null() && tokens.json["scope"] == "profile", "{}", tokens.json);

        let asked = plain.asks_with(&[("redirect_uri", ""), ("scope", "profile")]);
        let code = browser.get(&asked.url).await.arrived().code().to_owned();
        let wrong = plain.redeems_with(&code, &asked.verifier, "https://evil.example/").await;
        assert_eq!(wrong.error(), "invalid_grant");

        let asked = plain.asks_with(&[("scope", "profile")]);
        let code = browser.get(&asked.url).await.arrived().code().to_owned();
        assert_eq!(plain.redeems_with(&code, &asked.verifier, "").await.error(), "invalid_request");

        for (client, scope) in [(&portal, "openid"), (&plain, "openid")] {
            let page = browser.get(&client.asks_with(&[("redirect_uri", ""), ("scope", scope)]).url).await;
            assert_eq!(page.error_code().as_deref(), Some("invalid_redirect_uri"), "{scope}");
        }
        let two =
            vec![RedirectUri::parse("https://a.example/").unwrap(), RedirectUri::parse("https://b.example/").unwrap()];
        let several = idp
            .portal_with("several", |settings| {
                settings.redirect_uris = two;
                settings.scopes = idp_core::oidc::scope::Scopes::parse("profile");
            })
            .await;
        let page = browser.get(&several.asks_with(&[("redirect_uri", ""), ("scope", "profile")]).url).await;
        assert_eq!(page.error_code().as_deref(), Some("invalid_redirect_uri"));
    })
    .await;
}
