//! CIBA under FAPI: clients with certificates and with keys of their own, as the FAPI-CIBA plan sets them up.

use harness::{Certificate, ClientKey, MemberSeed, Portal, Tokens, on_both, owned, with_changes};
use idp_core::client::{AuthMethod, CibaDelivery, ClientSettings, GrantType, KeySource};
use idp_core::jose::SignatureAlgorithm;
use idp_core::key::Algorithm;
use serde_json::{Value, json};

use super::is_refused;
use crate::oidc::mutual_tls::{Place, place};

const GRANT: &str = "urn:openid:params:grant-type:ciba";

/// What both kinds of clients have in common: signed requests by PS256, tokens bound to a certificate.
fn under_fapi(settings: &mut ClientSettings) {
    settings.grant_types.push(GrantType::Ciba);
    settings.ciba = Some(CibaDelivery::Poll);
    settings.requests.backchannel_signing_alg = Some(SignatureAlgorithm::Ps256);
    settings.authentication.signing_alg = Some(SignatureAlgorithm::Ps256);
    settings.id_token_alg = Algorithm::Ps256;
    settings.access_tokens.certificate_bound = true;
}

/// A client that proves itself by its key, or, without one of those methods, by its certificate.
async fn till(place: &Place, client_id: &str, method: AuthMethod, key: &ClientKey, own: &Certificate) -> Portal {
    let mut keys = own.jwks();
    keys["keys"].as_array_mut().unwrap().push(key.jwk.clone());
    let keys = serde_json::from_value(keys).unwrap();
    let mut portal = place
        .idp
        .portal_with(client_id, |settings| {
            under_fapi(settings);
            settings.auth_method = method;
            settings.keys = Some(KeySource::Registered(keys));
        })
        .await;
    portal.key = Some(key.clone());
    portal
}

impl Place {
    fn object(&self, portal: &Portal, jti: &str, changes: &Value, alg: &str) -> String {
        let now = self.idp.seconds();
        let claims = json!({
            "iss": portal.client_id, "aud": self.idp.origin(), "iat": now, "nbf": now, "exp": now + 300, "jti": jti,
            "scope": "openid", "login_hint": "CI-1", "requested_expiry": "300",
        });
        let key = portal.key.as_ref().unwrap();
        key.signs(&json!({"kid": key.kid, "alg": alg}), &with_changes(claims, changes))
    }
}

async fn asks(portal: &Portal, fields: &[(&str, &str)], certificate: Option<&Certificate>) -> Tokens {
    let header = certificate.map(Certificate::header);
    let headers: Vec<(&str, &str)> = header.iter().map(|header| ("client-cert", header.as_str())).collect();
    portal.posts_to("/bc-authorize", owned(fields), &headers).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_is_not_the_one_it_names_is_told_so_by_401() {
    on_both(async |database| {
        let place = place(database, "127.0.0.1/32").await;
        let (key, own, other) =
            (ClientKey::rsa("k"), Certificate::self_signed("till"), Certificate::self_signed("other"));
        let till_mtls = till(&place, "till", AuthMethod::SelfSignedTlsClientAuth, &key, &own).await;
        let object = place.object(&till_mtls, "1", &json!({}), "PS256");
        for (module, certificate) in [
            ("ensure-wrong-client-id-in-backchannel-authorization-request", Some(&other)),
            ("ensure-different-client-id-and-issuer-in-backchannel-authorization-request", None),
        ] {
            let refused = asks(&till_mtls, &[("request", &object)], certificate).await;
            assert_eq!((refused.status, refused.error()), (401, "invalid_client"), "{module}");
            assert!(refused.headers.contains_key("www-authenticate"), "{module}");
        }
        let till_key = till(&place, "keyed", AuthMethod::PrivateKeyJwt, &key, &own).await;
        let object = place.object(&till_key, "1", &json!({}), "PS256");
        let address = format!("{}/bc-authorize", place.idp.origin());
        let form = [("client_id", "keyed"), ("request", &object)];
        let refused = place.idp.http().post(address).form(&form).send().await.unwrap();
        let module = "ensure-without-client-assertion-in-backchannel-authorization-request";
        assert_eq!(refused.status().as_u16(), 401, "{module}");
        assert_eq!(
            asks(&till_mtls, &[("request", "x")], Some(&own)).await.status,
            400,
            "the request is another matter"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_assertion_may_be_for_the_address_where_certificates_are_asked_for() {
    on_both(async |database| {
        let place = place(database, "127.0.0.1/32").await;
        let (key, own) = (ClientKey::rsa("k"), Certificate::self_signed("till"));
        let till = till(&place, "till", AuthMethod::PrivateKeyJwt, &key, &own).await;
        let (member, browser) = (place.idp.member(MemberSeed::new("CI-1")).await, place.idp.browser());
        member.signs_in(&browser, &place.idp.portal().await).await;
        let begun = asks(&till, &[("request", &place.object(&till, "1", &json!({}), "PS256"))], None).await;
        assert_eq!((begun.status, &begun.json["expires_in"]), (200, &300.into()), "{}", begun.json);
        let page = browser.get("/account/requests").await;
        let button = page.body.split('"').find(|part| part.starts_with("request-allow-")).unwrap().to_owned();
        page.submit(&button).await;

        let document = place.idp.browser().get("/.well-known/openid-configuration").await.json();
        let alias = document["mtls_endpoint_aliases"]["token_endpoint"].as_str().unwrap().to_owned();
        let polls = async |audience: &str, alg: &str, certificate: Option<&Certificate>| {
            let mut claims = till.assertion_claims();
            claims["aud"] = audience.into();
            let assertion = key.signs(&json!({"kid": "k", "alg": alg}), &claims);
            let form = [
                ("grant_type", GRANT),
                ("auth_req_id", begun.json["auth_req_id"].as_str().unwrap()),
                ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
                ("client_assertion", &assertion),
            ];
            let request = place.idp.http().post(format!("{}/token", place.idp.origin())).form(&form);
            let request =
                certificate.into_iter().fold(request, |request, own| request.header("client-cert", own.header()));
            let answer = request.send().await.unwrap();
            let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
            Tokens { status, json: answer.json().await.unwrap(), headers }
        };
        let module = "ensure-client-assertion-signature-algorithm-in-token-endpoint-request-is-RS256-fails";
        is_refused(&polls(&alias, "RS256", Some(&own)).await, &["invalid_client"], module);
        let elsewhere = alias.replace("8443", "8444");
        is_refused(
            &polls(&elsewhere, "PS256", Some(&own)).await,
            &["invalid_client"],
            "another port is another server",
        );
        is_refused(&polls(&alias, "PS256", None).await, &["invalid_request"], "ensure-mtls-holder-of-key-required");
        let tokens = polls(&alias, "PS256", Some(&own)).await;
        assert_eq!(tokens.status, 200, "{}", tokens.json);
        assert_eq!(harness::part(tokens.id_token(), 0)["alg"], "PS256");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_request_is_held_to_the_plan_module_by_module() {
    on_both(async |database| {
        let place = place(database, "127.0.0.1/32").await;
        let (key, own) = (ClientKey::rsa("k"), Certificate::self_signed("till"));
        let till = till(&place, "till", AuthMethod::SelfSignedTlsClientAuth, &key, &own).await;
        let (now, mut number) = (place.idp.seconds(), 0);
        let mut next = || {
            number += 1;
            format!("jti-{number}")
        };
        let mut objects = Vec::new();
        for (module, changes) in [
            ("missing-aud", json!({"aud": null})),
            ("bad-aud", json!({"aud": "https://other.example/"})),
            ("missing-iss", json!({"iss": null})),
            ("bad-iss", json!({"iss": "1234567890"})),
            ("missing-exp", json!({"exp": null})),
            ("expired-exp", json!({"exp": now - 300})),
            ("exp-is-70-minutes-in-future", json!({"exp": now + 4_200})),
            ("missing-iat", json!({"iat": null})),
            ("missing-nbf", json!({"nbf": null})),
            ("nbf-is-10-minutes-in-future", json!({"nbf": now + 600, "exp": now + 900})),
            ("nbf-is-70-minutes-in-past", json!({"nbf": now - 4_200})),
            ("missing-jti", json!({"jti": null})),
            ("multiple-hints", json!({"id_token_hint": "x"})),
        ] {
            objects.push((module, place.object(&till, &next(), &changes, "PS256")));
        }
        objects.push(("signature-algorithm-is-RS256", place.object(&till, &next(), &json!({}), "RS256")));
        let good = place.object(&till, &next(), &json!({}), "PS256");
        let body = good.split('.').nth(1).unwrap();
        objects.push(("signature-algorithm-is-none", format!("eyJhbGciOiJub25lIn0.{body}.")));
        objects.push(("signature-algorithm-is-bad", format!("eyJhbGciOiJiYWQifQ.{body}.AAAA")));
        let stranger = ClientKey::rsa("k").signs(&json!({"kid": "k"}), &harness::part(&good, 1));
        objects.push(("signed-by-other-client", stranger));
        for (module, object) in objects {
            is_refused(&asks(&till, &[("request", &object)], Some(&own)).await, &["invalid_request"], module);
        }
        let plain = [("scope", "openid"), ("login_hint", "CI-1")];
        let module = "ensure-backchannel-authorization-request-without-request-fails";
        is_refused(&asks(&till, &plain, Some(&own)).await, &["invalid_request"], module);
        assert_eq!(asks(&till, &[("request", &good)], Some(&own)).await.status, 200);
    })
    .await;
}
