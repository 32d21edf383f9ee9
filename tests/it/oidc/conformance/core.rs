//! OpenID Connect Core: the parameters that the Basic, Implicit, Hybrid and Form Post plans send, with a client that knows no
//! PKCE, in every response type.

use harness::{Arrival, Idp, MemberSeed, Page, every_response_type, on_both, part};
use idp_core::client::ResponseType;
use serde_json::Value;

/// Module, parameters.
const MODULES: [(&str, &[(&str, &str)]); 15] = [
    ("oidcc-server", &[]),
    ("oidcc-ensure-other-scope-order-succeeds", &[("scope", "email openid")]),
    ("oidcc-scope-all", &[("scope", "openid profile email address phone")]),
    ("oidcc-display-page", &[("display", "page")]),
    ("oidcc-display-popup", &[("display", "popup")]),
    ("oidcc-ui-locales", &[("ui_locales", "se")]),
    ("oidcc-claims-locales", &[("claims_locales", "se")]),
    ("oidcc-login-hint", &[("login_hint", "buffy@localhost")]),
    ("oidcc-ensure-request-with-acr-values-succeeds", &[("acr_values", "aal1 aal2 phr")]),
    ("oidcc-ensure-request-with-acr-values-succeeds, unknown", &[("acr_values", "1 2")]),
    ("oidcc-ensure-request-with-unknown-parameter-succeeds", &[("extra", "foobar")]),
    ("oidcc-max-age-10000", &[("max_age", "10000")]),
    ("oidcc-prompt-none-logged-in", &[("prompt", "none")]),
    ("oidcc-claims-essential", &[("claims", r#"{"userinfo":{"name":{"essential":true}}}"#)]),
    ("an unknown scope", &[("scope", "openid unheard-of")]),
];

fn carried(page: &Page, mode: &str) -> Arrival {
    if mode == "form_post" { page.posted().unwrap() } else { page.arrived() }
}

/// What the suite holds against every ID token.
fn is_good(claims: &Value, (idp, nonce, module): (&Idp, &str, &str)) {
    let text = |name: &str| claims[name].as_str().unwrap_or_default().to_owned();
    assert_eq!((text("iss"), text("aud")), (idp.origin(), "legacy".to_owned()), "{module}");
    assert_eq!(text("nonce"), nonce, "{module}");
    assert!(!text("sub").is_empty() && text("sub").len() <= 255, "{module}");
    let [exp, iat, auth_time] = ["exp", "iat", "auth_time"].map(|name| claims[name].as_i64().unwrap());
    assert!(exp > iat && auth_time <= iat, "{module}: {claims}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_parameter_of_the_plans_is_answered_in_every_response_type() {
    on_both(async |database| {
        let idp = Idp::start_with(database, |settings| settings.response_types = ResponseType::ALL.to_vec()).await;
        let portal = idp.portal_with("legacy", every_response_type).await;
        let (member, browser) = (idp.member(MemberSeed::new("CC-1")).await, idp.browser());
        member.signs_in(&browser, &portal).await;
        for (number, (module, params)) in MODULES.iter().enumerate() {
            for (index, kind) in ResponseType::ALL.into_iter().enumerate() {
                // Every pair of module and mode comes up, and not every pair of pairs.
                let mode = if (number + index) % 2 == 0 { "form_post" } else { "" };
                let mut changes = vec![("response_type", kind.name()), ("response_mode", mode)];
                changes.extend([("code_challenge", ""), ("code_challenge_method", "")]);
                changes.extend_from_slice(params);
                let asked = portal.asks_with(&changes);
                let page = browser.get(&asked.url).await;
                let arrival = carried(&page, mode);
                let (origin, module) = (idp.origin(), format!("{module}, {}", kind.name()));
                assert_eq!((arrival.get("state"), arrival.get("iss")), (asked.state.as_str(), &*origin), "{module}");
                assert_eq!(arrival.get("error"), "", "{module}");
                if kind.has_id_token() {
                    is_good(&part(arrival.get("id_token"), 1), (&idp, &asked.nonce, &module));
                }
                if kind.has_token() {
                    assert_eq!(portal.userinfo(arrival.get("access_token")).await.0, 200, "{module}");
                }
                if kind.has_code() {
                    let tokens = portal.redeems_with(arrival.code(), "", &portal.redirect_uri).await;
                    assert_eq!(tokens.status, 200, "{module}: {}", tokens.json);
                    is_good(&tokens.claims(), (&idp, &asked.nonce, &module));
                    let (status, told) = portal.userinfo(tokens.access_token()).await;
                    assert_eq!((status, &told["sub"]), (200, &tokens.claims()["sub"]), "{module}");
                }
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_was_used_is_refused_at_once_and_half_a_minute_later_and_its_token_is_dead() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("CC-2")).await, idp.portal().await);
        let browser = idp.browser();
        for seconds in [0, 30] {
            let (asked, arrival) = match seconds {
                0 => member.signs_in(&browser, &portal).await,
                _ => {
                    let asked = portal.asks();
                    let arrival = browser.get(&asked.url).await.arrived();
                    (asked, arrival)
                }
            };
            let tokens = portal.redeems(&asked, arrival.code()).await;
            assert_eq!(portal.userinfo(tokens.access_token()).await.0, 200);
            idp.advance(std::time::Duration::from_secs(seconds));
            let again = portal.redeems(&asked, arrival.code()).await;
            super::is_refused(&again, &["invalid_grant"], "oidcc-codereuse");
            assert_eq!(portal.userinfo(tokens.access_token()).await.0, 401, "oidcc-codereuse-30seconds");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn userinfo_names_the_exchange_as_its_client_did() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("CC-3")).await, idp.portal().await);
        let (asked, arrival) = member.signs_in(&idp.browser(), &portal).await;
        let tokens = portal.redeems(&asked, arrival.code()).await;
        let asks = async |token: &str, id: Option<&str>| {
            let request = idp.http().get(format!("{}/userinfo", idp.origin())).bearer_auth(token);
            let request = id.into_iter().fold(request, |request, id| request.header("x-fapi-interaction-id", id));
            let answer = request.send().await.unwrap();
            let named = answer.headers()["x-fapi-interaction-id"].to_str().unwrap().to_owned();
            (answer.status().as_u16(), named)
        };
        let own = "c770aef3-6784-41f7-8e0e-ff5f97bddb3a";
        assert_eq!(asks(tokens.access_token(), Some(own)).await, (200, own.to_owned()));
        assert_eq!(asks("x", Some(own)).await, (401, own.to_owned()), "a refusal is found in the logs, too");
        for other in [None, Some("1"), Some("<script>")] {
            let (status, drawn) = asks(tokens.access_token(), other).await;
            assert!(status == 200 && drawn.len() == 36 && Some(&*drawn) != other, "{other:?}: {drawn}");
        }
    })
    .await;
}
