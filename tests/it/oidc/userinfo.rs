//! Userinfo: what the scopes open, to a token that still stands.

use harness::{Idp, MemberSeed, on_both, owned};
use idp_core::client::GrantType;
use idp_core::clock::minutes;
use idp_core::oidc::scope::Scopes;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn each_scope_opens_its_own_claims() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("U-1001")).await, idp.portal().await);
        let browser = idp.browser();
        member.signs_in(&browser, &portal).await;

        let profile = ["birthdate", "family_name", "given_name", "name", "preferred_username", "updated_at"];
        let email = ["email", "email_verified"];
        for (scope, opened) in [
            ("openid", vec![]),
            ("openid profile", profile.to_vec()),
            ("openid email", email.to_vec()),
            ("openid nonsense email", email.to_vec()),
            (
                "openid profile email address phone",
                ["birthdate", "email", "email_verified"].into_iter().chain(profile[1..].iter().copied()).collect(),
            ),
        ] {
            let asked = portal.asks_with(&[("scope", scope)]);
            let arrival = browser.get(&asked.url).await.arrived();
            let tokens = portal.redeems(&asked, arrival.code()).await;
            let (status, claims) = portal.userinfo(tokens.access_token()).await;
            assert_eq!(status, 200);
            let mut names: Vec<&str> = claims.as_object().unwrap().keys().map(String::as_str).collect();
            names.retain(|name| !["sub", "locale"].contains(name));
            names.sort_unstable();
            assert_eq!(names, opened, "{scope}");
            assert_eq!(claims["sub"], tokens.claims()["sub"]);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_letters_go_is_told_by_scope_and_by_claim() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let line = json!({
            "format": "sekisho-member/1", "user_id": "U-1005", "birth_date": "1980-01-01",
            "postal_code": "153-0061", "address": ["東京都目黒区中目黒1-1", "目黒荘 101"],
        });
        let (member, portal) = (idp.member_from_elsewhere(line).await, idp.portal().await);
        let browser = idp.browser();
        member.signs_in(&browser, &portal).await;

        let address = json!({"postal_code": "153-0061", "formatted": "東京都目黒区中目黒1-1\n目黒荘 101"});
        for (scope, claims) in [("openid address", "{}"), ("openid", r#"{"userinfo": {"address": null}}"#)] {
            let asked = portal.asks_with(&[("scope", scope), ("claims", claims)]);
            let arrival = browser.get(&asked.url).await.arrived();
            let tokens = portal.redeems(&asked, arrival.code()).await;
            let told = portal.userinfo(tokens.access_token()).await.1;
            assert_eq!((&told["address"], told.as_object().unwrap().len()), (&address, 2), "{scope}");
            assert!(tokens.claims()["address"].is_null());
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_ends_after_ten_minutes_and_with_the_session() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("U-1002")).await, idp.portal().await);
        let browser = idp.browser();
        let (asked, arrival) = member.signs_in(&browser, &portal).await;
        let tokens = portal.redeems(&asked, arrival.code()).await;
        idp.advance(minutes(10));
        assert_eq!(portal.userinfo(tokens.access_token()).await.0, 401);

        let asked = portal.asks();
        let arrival = browser.get(&asked.url).await.arrived();
        let tokens = portal.redeems(&asked, arrival.code()).await;
        assert_eq!(portal.userinfo(tokens.access_token()).await.0, 200);
        browser.get("/logout").await.submit("logout-confirm").await;
        assert_eq!(portal.userinfo(tokens.access_token()).await.0, 401);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_no_token_of_ours_is_challenged() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("U-1003")).await, idp.portal().await);
        let (asked, arrival) = member.signs_in(&idp.browser(), &portal).await;
        let tokens = portal.redeems(&asked, arrival.code()).await;
        let address = format!("{}/userinfo", idp.origin());

        let unsigned = tokens.access_token().rsplit_once('.').unwrap().0.to_owned() + ".";
        for token in ["x", "a.b.c", tokens.id_token(), &unsigned, &"a".repeat(8_000)] {
            let answer = idp.http().get(&address).bearer_auth(token).send().await.unwrap();
            assert_eq!(answer.status(), 401, "{token}");
            assert!(answer.headers()["www-authenticate"].to_str().unwrap().contains("invalid_token"));
        }
        let bare = idp.http().get(&address).send().await.unwrap();
        assert_eq!(bare.status(), 401);
        let ways: Vec<&str> =
            bare.headers().get_all("www-authenticate").iter().map(|value| value.to_str().unwrap()).collect();
        let dpop = "DPoP algs=\"RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 EdDSA\"";
        assert_eq!(ways, ["Bearer", dpop], "both ways, and no error (RFC 6750 §3.1, RFC 9449 §7.1)");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_was_not_granted_openid_opens_nothing_and_says_so() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let plain = idp.portal_with("plain", |settings| settings.scopes = Scopes::parse("profile")).await;
        let (member, browser) = (idp.member(MemberSeed::new("U-1004")).await, idp.browser());
        member.signs_in(&browser, &idp.portal().await).await;
        let asked = plain.asks_with(&[("scope", "profile")]);
        let tokens = plain.redeems(&asked, browser.get(&asked.url).await.arrived().code()).await;
        let machine =
            idp.portal_with("machine", |settings| settings.grant_types.push(GrantType::ClientCredentials)).await;
        let own = machine.posts(owned(&[("grant_type", "client_credentials")])).await;

        let address = format!("{}/userinfo", idp.origin());
        for token in [tokens.access_token(), own.access_token()] {
            let answer = idp.http().get(&address).bearer_auth(token).send().await.unwrap();
            assert_eq!(answer.status(), 403);
            let challenge = answer.headers()["www-authenticate"].to_str().unwrap().to_owned();
            assert!(challenge.starts_with(r#"Bearer error="insufficient_scope""#), "{challenge}");
        }
        // Never in the query, where it would end in logs.
        let query = format!("{address}?access_token={}", tokens.access_token());
        assert_eq!(idp.http().get(query).send().await.unwrap().status(), 401);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_comes_once_and_in_one_way() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("U-1006")).await, idp.portal().await);
        let (asked, arrival) = member.signs_in(&idp.browser(), &portal).await;
        let tokens = portal.redeems(&asked, arrival.code()).await;
        let (token, bearer) = (tokens.access_token(), format!("Bearer {}", tokens.access_token()));
        let asks = async |headers: &[&str], form: &[&str]| {
            let request = idp.http().post(format!("{}/userinfo", idp.origin()));
            let request = headers.iter().fold(request, |request, value| request.header("authorization", *value));
            let fields: Vec<(&str, &str)> = form.iter().map(|token| ("access_token", *token)).collect();
            let answer = if fields.is_empty() { request } else { request.form(&fields) }.send().await.unwrap();
            let challenge = answer.headers().get("www-authenticate").map(|value| value.to_str().unwrap().to_owned());
            (answer.status().as_u16(), challenge.unwrap_or_default())
        };

        for (headers, form) in [(vec![bearer.as_str()], vec![]), (vec![], vec![token])] {
            assert_eq!(asks(&headers, &form).await, (200, String::new()));
        }
        for (way, headers, form) in [
            ("in header and form", vec![bearer.as_str()], vec![token]),
            ("in header and form, another", vec![bearer.as_str()], vec!["x"]),
            ("twice in the form", vec![], vec![token, token]),
            ("twice in the header", vec![&bearer, &bearer], vec![]),
            ("with a header that is no token's", vec!["Basic eA=="], vec![token]),
            ("with a header without a token", vec!["Bearer "], vec![token]),
        ] {
            let (status, challenge) = asks(&headers, &form).await;
            assert_eq!(status, 400, "{way}: {challenge}");
            assert!(challenge.starts_with(r#"Bearer error="invalid_request""#), "{way}: {challenge}");
        }
        assert_eq!(portal.userinfo(token).await.0, 200, "the token is none the worse for it");
    })
    .await;
}
