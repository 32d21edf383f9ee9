//! Token exchange: a service passes on for whom it works, and who acts is said unless the policy spares it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::{Idp, MemberSeed, Portal, Tokens, on_both, owned};
use idp_core::client::{ClientSettings, ExchangePolicy, GrantType, HttpsUri};
use serde_json::{Value, json};

const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const API: &str = "https://api.example/";
const RECORDS: &str = "https://records.example/";

fn exchanging(resource: &'static str, policy: ExchangePolicy) -> impl FnOnce(&mut ClientSettings) {
    move |settings| {
        settings.grant_types.extend([GrantType::TokenExchange, GrantType::ClientCredentials]);
        settings.resource = Some(HttpsUri::parse(resource).unwrap());
        settings.exchange = policy;
    }
}

async fn exchange(portal: &Portal, subject: &str, more: &[(&str, &str)]) -> Tokens {
    let mut form = vec![
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("subject_token", subject),
        ("subject_token_type", ACCESS_TOKEN),
    ];
    form.retain(|(name, _)| !more.iter().any(|(changed, _)| changed == name));
    form.extend(more.iter().filter(|(_, value)| !value.is_empty()));
    portal.posts(owned(&form)).await
}

fn claims(token: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

/// A member's token for the API.
async fn for_api(idp: &Idp, user_id: &str, portal: &Portal) -> Tokens {
    let member = idp.member(MemberSeed::new(user_id)).await;
    let (asked, arrival) = member.signs_in(&idp.browser(), portal).await;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", arrival.code()),
        ("redirect_uri", portal.redirect_uri.as_str()),
        ("code_verifier", asked.verifier.as_str()),
        ("resource", API),
    ];
    portal.posts(owned(&form)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn each_service_on_the_way_is_named_inside_out() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let portal = idp.portal().await;
        let api = idp.portal_with("api", exchanging(API, ExchangePolicy::Delegation)).await;
        let records = idp.portal_with("records", exchanging(RECORDS, ExchangePolicy::Delegation)).await;
        let subject = for_api(&idp, "X-1", &portal).await;

        let first = exchange(&api, subject.access_token(), &[("resource", RECORDS), ("scope", "openid")]).await;
        assert_eq!(first.status, 200, "{}", first.json);
        assert_eq!(first.json["issued_token_type"], ACCESS_TOKEN);
        let said = claims(first.access_token());
        assert_eq!((&said["sub"], &said["aud"]), (&subject.claims()["sub"], &RECORDS.into()));
        assert_eq!((&said["act"], &said["scope"]), (&json!({"sub": "api"}), &"openid".into()));

        let second = exchange(&records, first.access_token(), &[("audience", "portal")]).await;
        let said = claims(second.access_token());
        assert_eq!(said["act"], json!({"sub": "records", "act": {"sub": "api"}}));
        assert_eq!(said["aud"], "portal");

        let actor = api.posts(owned(&[("grant_type", "client_credentials")])).await;
        let with_actor = [("actor_token", actor.access_token()), ("actor_token_type", ACCESS_TOKEN)];
        let third = exchange(&api, subject.access_token(), &with_actor).await;
        assert_eq!(claims(third.access_token())["act"], json!({"sub": "api"}));

        // What the new tokens rest on is the first one's grant.
        let member_signs_out = portal.revokes(subject.access_token()).await;
        assert_eq!(member_signs_out.status, 200);
        assert_eq!(exchange(&api, subject.access_token(), &[]).await.error(), "invalid_request");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_for_a_resource_never_becomes_one_for_userinfo() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let portal = idp.portal().await;
        let api = idp.portal_with("api", exchanging(API, ExchangePolicy::Delegation)).await;
        let subject = for_api(&idp, "X-4", &portal).await;
        assert_eq!(api.userinfo(subject.access_token()).await.0, 401);

        let unnamed = exchange(&api, subject.access_token(), &[]).await;
        assert_eq!((unnamed.status, &claims(unnamed.access_token())["aud"]), (200, &API.into()));
        assert_eq!(api.userinfo(unnamed.access_token()).await.0, 401);
        let named = exchange(&api, unnamed.access_token(), &[("audience", "api")]).await;
        let again = exchange(&api, named.access_token(), &[]).await;
        assert_eq!((again.status, &claims(again.access_token())["aud"]), (200, &"api".into()));
        assert_eq!(api.userinfo(again.access_token()).await.0, 401);

        let crowd = vec![("audience", "api"); 9];
        assert_eq!(exchange(&api, subject.access_token(), &crowd).await.error(), "invalid_target");

        // Nobody makes one for userinfo by naming us, either.
        let ours = idp.origin();
        for target in ["resource", "audience"] {
            let answer = exchange(&api, subject.access_token(), &[(target, ours.as_str())]).await;
            assert_eq!((answer.status, answer.error()), (400, "invalid_target"), "{target}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_client_whose_policy_says_so_acts_as_the_member() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let portal = idp.portal().await;
        let api = idp.portal_with("api", exchanging(API, ExchangePolicy::Impersonation)).await;
        let subject = for_api(&idp, "X-2", &portal).await;
        let tokens = exchange(&api, subject.access_token(), &[]).await;
        assert!(claims(tokens.access_token()).get("act").is_none());
        assert!(claims(tokens.access_token())["exp"].as_u64() <= claims(subject.access_token())["exp"].as_u64());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_must_not_be_exchanged_is_refused_by_its_own_error() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let portal = idp.portal().await;
        let api = idp.portal_with("api", exchanging(API, ExchangePolicy::Delegation)).await;
        let stranger = idp.portal_with("stranger", exchanging(RECORDS, ExchangePolicy::Delegation)).await;
        let subject = for_api(&idp, "X-3", &portal).await;
        let token = subject.access_token();

        assert_eq!(exchange(&portal, token, &[]).await.error(), "unauthorized_client");
        assert_eq!(exchange(&stranger, token, &[]).await.error(), "invalid_request");
        for (more, error) in [
            (("subject_token", ""), "invalid_request"),
            (("subject_token", "unknown"), "invalid_request"),
            (("subject_token", subject.id_token()), "invalid_request"),
            (("subject_token_type", "urn:ietf:params:oauth:token-type:id_token"), "invalid_request"),
            (("requested_token_type", "urn:ietf:params:oauth:token-type:refresh_token"), "invalid_request"),
            (("actor_token", "x"), "invalid_request"),
            (("scope", "openid address"), "invalid_scope"),
            (("resource", "https://elsewhere.example/"), "invalid_target"),
            (("audience", "nobody"), "invalid_target"),
        ] {
            let answer = exchange(&api, token, &[more]).await;
            assert_eq!((answer.status, answer.error()), (400, error), "{more:?}");
        }
        let actor = [("actor_token", token), ("actor_token_type", ACCESS_TOKEN)];
        assert_eq!(exchange(&api, token, &actor).await.error(), "invalid_request", "an actor speaks for itself");
    })
    .await;
}
