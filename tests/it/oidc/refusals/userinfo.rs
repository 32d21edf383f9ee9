//! Asking about a member

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::{ClientKey, Idp, MemberSeed, Tokens, on_both, owned, with_changes};
use idp_core::client::GrantType;
use idp_core::realm::DpopNonces;
use serde_json::{Value, json};

use super::Walk;

const TOKEN: (&str, &str) = ("access_token", "x");

/// Asks with an `Authorization` header, a form, and `DPoP` headers.
async fn asks(idp: &Idp, header: &str, fields: &[(&str, &str)], proof: Option<&str>) -> Tokens {
    let request = idp.http().post(format!("{}/userinfo", idp.origin())).header("authorization", header).form(fields);
    let request = proof.into_iter().fold(request, |request, proof| request.header("DPoP", proof));
    let answer = request.send().await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    Tokens { status, headers, json: answer.json().await.unwrap() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_about_a_member_is_refused_in_this_order() {
    on_both(async |database| {
        let idp = Idp::start_with(database, |settings| settings.dpop_nonces = DpopNonces::Required).await;
        let portal =
            idp.portal_with("portal", |settings| settings.grant_types.push(GrantType::ClientCredentials)).await;
        let (member, key) = (idp.member(MemberSeed::new("F-3")).await, ClientKey::new("k"));
        let mut walk = Walk::down("refused at /userinfo");
        walk.meets(&asks(&idp, "Basic x", &[TOKEN, TOKEN], None).await.json);
        walk.meets(&asks(&idp, "DPoP x", &[TOKEN, TOKEN], None).await.json);
        walk.meets(&asks(&idp, "DPoP x", &[TOKEN], None).await.json);
        let invalid = asks(&idp, "DPoP x", &[], None).await;
        walk.meets(&invalid.json);

        let nonce = invalid.headers["dpop-nonce"].to_str().unwrap();
        let proved = |path: &str, more: Value| key.proves(&with_changes(key.proof_claims(&idp, "POST", path), &more));
        let at_token = || proved("/token", json!({"nonce": nonce}));
        let service =
            portal.posts_to("/token", owned(&[("grant_type", "client_credentials")]), &[("DPoP", &at_token())]).await;
        let (asked, arrival) = member.signs_in(&idp.browser(), &portal).await;
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", arrival.code()),
            ("redirect_uri", portal.redirect_uri.as_str()),
            ("code_verifier", asked.verifier.as_str()),
        ];
        let tokens = portal.posts_to("/token", owned(&fields), &[("DPoP", &at_token())]).await;
        let ath = |token: &str| {
            URL_SAFE_NO_PAD.encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, token.as_bytes()))
        };
        let at_userinfo = |token: &str, nonce: Value| proved("/userinfo", json!({"ath": ath(token), "nonce": nonce}));

        let header = format!("DPoP {}", service.access_token());
        walk.meets(&asks(&idp, &header, &[], None).await.json);
        let proof = at_userinfo(service.access_token(), Value::Null);
        walk.meets(&asks(&idp, &header, &[], Some(&proof)).await.json);
        let proof = at_userinfo(service.access_token(), json!(nonce));
        walk.meets(&asks(&idp, &header, &[], Some(&proof)).await.json);
        let header = format!("DPoP {}", tokens.access_token());
        let proof = at_userinfo(tokens.access_token(), json!(nonce));
        assert_eq!(asks(&idp, &header, &[], Some(&proof)).await.status, 200);
        walk.meets(&asks(&idp, &header, &[], Some(&proof)).await.json);
        let proof = at_userinfo(tokens.access_token(), json!(nonce));
        walk.ends(&asks(&idp, &header, &[], Some(&proof)).await);
    })
    .await;
}
