//! Proofs of possession: what a proof must say, that it counts once, and that a bound token is worth nothing without one.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures::future::join_all;
use harness::{Asked, ClientKey, Idp, MemberSeed, Portal, Tokens, hmac, on_both, owned};
use idp_core::client::{GrantType, KeySource, Profile};
use idp_core::realm::DpopNonces;
use serde_json::{Value, json};

const SERVICE: [(&str, &str); 1] = [("grant_type", "client_credentials")];

async fn service(idp: &Idp) -> Portal {
    let adjust = |settings: &mut idp_core::client::ClientSettings| {
        *settings = Profile::Service.defaults();
        settings.grant_types = vec![GrantType::ClientCredentials];
    };
    idp.portal_with("batch", adjust).await
}

fn changed(claims: &Value, name: &str, value: Value) -> Value {
    let mut claims = claims.clone();
    claims[name] = value;
    claims
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_must_be_made_for_this_request_now() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (portal, key, now) = (service(&idp).await, ClientKey::new("d"), idp.seconds());
        let claims = || key.proof_claims(&idp, "POST", "/token");
        let address = format!("{}/token", idp.origin());
        let header = json!({"typ": "dpop+jwt", "jwk": key.jwk});
        let altered = |name: &str, value: Value| changed(&header, name, value);

        for good in [
            key.proof(&idp),
            key.proves(&changed(&claims(), "htu", json!(format!("{address}?a=b#c")))),
            key.proves(&changed(&claims(), "htu", json!(address.replace("http://localhost", "HTTP://LocalHost")))),
            key.proves(&changed(&claims(), "iat", json!(now - 10))),
            key.proves(&changed(&claims(), "iat", json!(now + 10))),
        ] {
            let answer = portal.posts_proving(&SERVICE, &good).await;
            assert_eq!((answer.status, &answer.json["token_type"]), (200, &"DPoP".into()), "{}", answer.json);
        }
        for wrong in [
            key.proves(&changed(&claims(), "htu", json!(format!("{}/userinfo", idp.origin())))),
            key.proves(&changed(&claims(), "htu", json!("https://elsewhere.example/token"))),
            key.proves(&changed(&claims(), "htm", json!("GET"))),
            key.proves(&changed(&claims(), "htm", json!("post"))),
            key.proves(&changed(&claims(), "iat", json!(now - 3600))),
            key.proves(&changed(&claims(), "iat", json!(now + 3600))),
            key.proves(&changed(&claims(), "iat", Value::Null)),
            key.proves(&changed(&claims(), "jti", Value::Null)),
            key.proves(&changed(&claims(), "jti", json!("x".repeat(600)))),
            key.signs(&altered("typ", json!("JWT")), &claims()),
            key.signs(&altered("alg", json!("none")), &claims()),
            key.signs(&altered("crit", json!(["jwk"])), &claims()),
            key.signs(&altered("jwk", ClientKey::new("other").jwk), &claims()),
            key.signs(&altered("jwk", Value::Null), &claims()),
            key.signs(&altered("jwk", json!({"kty": "oct", "k": "AAAA"})), &claims()),
            hmac(b"AAAA", &altered("jwk", json!({"kty": "oct", "k": "QUFBQQ"})), &claims()),
            "x".into(),
        ] {
            let answer = portal.posts_proving(&SERVICE, &wrong).await;
            assert_eq!((answer.status, answer.error()), (400, "invalid_dpop_proof"), "{wrong}");
        }
        let two =
            portal.posts_to("/token", harness::owned(&SERVICE), &[("DPoP", &key.proof(&idp)), ("DPoP", "x")]).await;
        assert_eq!(two.error(), "invalid_dpop_proof");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_uses_of_one_proof_have_one_winner() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (portal, proof) = (service(&idp).await, ClientKey::new("d").proof(&idp));

        let answers = join_all((0..50).map(|_| portal.posts_proving(&SERVICE, &proof))).await;

        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
        assert_eq!(answers.iter().filter(|answer| answer.error() == "invalid_dpop_proof").count(), 49);
    })
    .await;
}

/// Asks userinfo with a scheme and a proof; status and challenge.
async fn userinfo(idp: &Idp, scheme: &str, token: &str, proof: Option<String>) -> (u16, String) {
    let request =
        idp.http().get(format!("{}/userinfo", idp.origin())).header("authorization", format!("{scheme} {token}"));
    let request = proof.into_iter().fold(request, |request, proof| request.header("DPoP", proof));
    let answer = request.send().await.unwrap();
    let challenge = answer.headers().get("www-authenticate").map(|value| value.to_str().unwrap().to_owned());
    (answer.status().as_u16(), challenge.unwrap_or_default())
}

fn hashed(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, token.as_bytes()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bound_token_is_taken_with_its_proof_alone() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("D-1")).await, idp.portal().await);
        let (key, other) = (ClientKey::new("d"), ClientKey::new("e"));
        let (asked, arrival) = member.signs_in(&idp.browser(), &portal).await;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", arrival.code()),
            ("redirect_uri", portal.redirect_uri.as_str()),
            ("code_verifier", asked.verifier.as_str()),
        ];
        let tokens = portal.posts_proving(&form, &key.proof(&idp)).await;
        assert_eq!(tokens.json["token_type"], "DPoP");
        let token = tokens.access_token();
        let known = portal.introspects(token).await;
        assert_eq!(known["token_type"], "DPoP");
        assert!(known["cnf"]["jkt"].is_string());
        let proof = |key: &ClientKey| {
            key.proves(&changed(&key.proof_claims(&idp, "GET", "/userinfo"), "ath", json!(hashed(token))))
        };

        for scheme in ["DPoP", "dpop", "DPOP"] {
            assert_eq!(userinfo(&idp, scheme, token, Some(proof(&key))).await.0, 200, "{scheme}");
        }
        let used = proof(&key);
        assert_eq!(userinfo(&idp, "DPoP", token, Some(used.clone())).await.0, 200);
        let (status, challenge) = userinfo(&idp, "DPoP", token, Some(used)).await;
        assert!(status == 401 && challenge.starts_with("DPoP algs=\"RS256 "), "{challenge}");
        assert!(challenge.contains(", error=\"invalid_dpop_proof\", "), "{challenge}");

        assert_eq!(userinfo(&idp, "Bearer", token, None).await.0, 401);
        assert_eq!(userinfo(&idp, "Bearer", token, Some(proof(&key))).await.0, 401);
        assert_eq!(userinfo(&idp, "DPoP", token, None).await.0, 401);
        assert_eq!(userinfo(&idp, "DPoP", token, Some(proof(&other))).await.0, 401);
        let without_hash = key.proves(&key.proof_claims(&idp, "GET", "/userinfo"));
        assert_eq!(userinfo(&idp, "DPoP", token, Some(without_hash)).await.0, 401);
        let (asked, arrival) = member.signs_in(&idp.browser(), &portal).await;
        let plain = portal.redeems(&asked, arrival.code()).await;
        assert_eq!(userinfo(&idp, "DPoP", plain.access_token(), Some(proof(&key))).await.0, 401);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_registered_for_bound_tokens_gets_no_other() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let portal = idp
            .portal_with("bound", |settings| {
                *settings = Profile::Service.defaults();
                settings.access_tokens.dpop_bound = true;
            })
            .await;
        let answer = portal.posts(harness::owned(&SERVICE)).await;
        assert_eq!((answer.status, answer.error()), (400, "invalid_request"));
        assert_eq!(portal.posts_proving(&SERVICE, &ClientKey::new("d").proof(&idp)).await.status, 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_clients_refresh_token_is_bound_to_its_key() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("D-2")).await;
        let spa = idp.portal_with("spa", |settings| settings.auth_method = idp_core::client::AuthMethod::None).await;
        let (key, other) = (ClientKey::new("d"), ClientKey::new("e"));
        let asked = spa.asks_with(&[("scope", "openid offline_access")]);
        let arrival = member.walks(idp.browser().get(&asked.url).await).await.arrived();
        let form = [
            ("grant_type", "authorization_code"),
            ("code", arrival.code()),
            ("redirect_uri", spa.redirect_uri.as_str()),
            ("code_verifier", asked.verifier.as_str()),
        ];
        let tokens = spa.posts_proving(&form, &key.proof(&idp)).await;
        let refresh = [("grant_type", "refresh_token"), ("refresh_token", tokens.refresh_token())];

        assert_eq!(spa.posts(harness::owned(&refresh)).await.error(), "invalid_grant");
        assert_eq!(spa.posts_proving(&refresh, &other.proof(&idp)).await.error(), "invalid_grant");
        assert_eq!(spa.posts_proving(&refresh, &key.proof(&idp)).await.status, 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_realm_may_want_a_nonce_of_its_own_in_every_proof() {
    on_both(async |database| {
        let idp = Idp::start_with(database, |settings| settings.dpop_nonces = DpopNonces::Required).await;
        let (portal, key) = (service(&idp).await, ClientKey::new("d"));
        let with = |nonce: &str| key.proves(&changed(&key.proof_claims(&idp, "POST", "/token"), "nonce", json!(nonce)));

        let first = portal.posts_proving(&SERVICE, &key.proof(&idp)).await;
        assert_eq!((first.status, first.error()), (400, "use_dpop_nonce"));
        let nonce = first.headers["dpop-nonce"].to_str().unwrap().to_owned();
        assert_eq!(portal.posts_proving(&SERVICE, &with("x")).await.error(), "use_dpop_nonce");
        assert_eq!(portal.posts_proving(&SERVICE, &with(&nonce)).await.status, 200);
        idp.advance(idp_core::clock::minutes(6));
        assert_eq!(portal.posts_proving(&SERVICE, &with(&nonce)).await.error(), "use_dpop_nonce");
    })
    .await;
}

/// Redeems a code with a proof by this key.
async fn redeems(idp: &Idp, portal: &Portal, (asked, code): (&Asked, &str), key: Option<&ClientKey>) -> Tokens {
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", portal.redirect_uri.as_str()),
        ("code_verifier", asked.verifier.as_str()),
    ];
    match key {
        Some(key) => portal.posts_proving(&form, &key.proof(idp)).await,
        None => portal.posts(owned(&form)).await,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_was_asked_for_with_a_key_is_worth_nothing_without_it() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (key, other) = (ClientKey::new("d"), ClientKey::new("e"));
        let signing = ClientKey::new("s");
        let keys = serde_json::from_value(json!({"keys": [signing.jwk]})).unwrap();
        let portal = idp.portal_with("portal", |settings| settings.keys = Some(KeySource::Registered(keys))).await;
        let (member, browser) = (idp.member(MemberSeed::new("D-3")).await, idp.browser());
        member.signs_in(&browser, &portal).await;
        let proof = || key.proves(&key.proof_claims(&idp, "POST", "/par"));
        let pushes =
            async |form: Vec<(String, String)>, proof: &str| portal.posts_to("/par", form, &[("DPoP", proof)]).await;
        let form_of =
            |asked: &Asked| url::Url::parse(&asked.url).unwrap().query_pairs().into_owned().collect::<Vec<_>>();
        let jkt = {
            let jwk: jsonwebtoken::jwk::Jwk = serde_json::from_value(key.jwk.clone()).unwrap();
            idp_core::jose::thumbprint(&jwk).unwrap()
        };

        let named = portal.asks_with(&[("dpop_jkt", &jkt)]);
        let proved = portal.asks();
        let pushed = pushes(form_of(&proved), &proof()).await;
        assert_eq!(pushed.status, 201, "{}", pushed.json);
        let proved_url = portal.pushed_url(pushed.json["request_uri"].as_str().unwrap());
        // The same beside a request object that does not speak of the key.
        let inside = portal.asks();
        let mut claims: serde_json::Map<String, Value> =
            form_of(&inside).into_iter().map(|(name, value)| (name, value.into())).collect();
        claims.insert("aud".into(), idp.origin().into());
        let object = signing.signs(&json!({"kid": "s"}), &claims.clone().into());
        let pushed = pushes(owned(&[("request", &object)]), &proof()).await;
        assert_eq!(pushed.status, 201, "{}", pushed.json);
        let inside_url = portal.pushed_url(pushed.json["request_uri"].as_str().unwrap());
        for (asked, url) in [(&named, &named.url), (&proved, &proved_url), (&inside, &inside_url)] {
            let arrival = browser.get(url).await.arrived();
            let code = arrival.code();
            assert_eq!(redeems(&idp, &portal, (asked, code), None).await.error(), "invalid_grant");
            assert_eq!(redeems(&idp, &portal, (asked, code), Some(&other)).await.error(), "invalid_grant");
            let tokens = redeems(&idp, &portal, (asked, code), Some(&key)).await;
            assert_eq!((tokens.status, &tokens.json["token_type"]), (200, &"DPoP".into()), "{}", tokens.json);
        }

        claims.insert("dpop_jkt".into(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".into());
        let object = signing.signs(&json!({"kid": "s"}), &claims.into());
        let refused = pushes(owned(&[("request", &object)]), &proof()).await;
        assert_eq!((refused.status, refused.error()), (400, "invalid_request"), "two keys: {}", refused.json);
        let mut two = form_of(&portal.asks());
        two.push(("dpop_jkt".into(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".into()));
        assert_eq!(pushes(two, &proof()).await.error(), "invalid_request");
        let mut doubled = form_of(&portal.asks());
        doubled.extend([("dpop_jkt".into(), jkt.clone()), ("dpop_jkt".into(), jkt.clone())]);
        assert_eq!(pushes(doubled, &proof()).await.error(), "invalid_request", "a parameter twice");
        let once = proof();
        assert_eq!(pushes(form_of(&portal.asks()), &once).await.status, 201);
        for bad in [once, key.proof(&idp), "nonsense".into()] {
            let refused = pushes(form_of(&portal.asks()), &bad).await;
            assert_eq!((refused.status, refused.error()), (400, "invalid_dpop_proof"), "{bad}");
        }
    })
    .await;
}
