//! Setting a passkey up: a challenge of ours, answered once, in this browser, by a verified person.

use harness::{Algorithm, Authenticator, Claim, Idp, Member, MemberSeed, Page, Portal, on_both};
use idp_core::clock::minutes;
use serde_json::Value;

async fn at_the_set_up(idp: &Idp, user_id: &str) -> (Member, Portal, Page) {
    let member = idp.member(MemberSeed::new(user_id)).await.wanting_a_passkey();
    let portal = idp.portal_with(user_id, |_| {}).await;
    let page = member.walks_to(idp.browser().get(&portal.asks().url).await, "/enrol/passkey").await;
    (member, portal, page)
}

async fn presents(page: &Page, challenge: &Value, answer: &Value) -> Option<String> {
    page.presents("passkey-create", challenge, answer).await.error_code()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_sets_a_passkey_up_and_signs_in_with_it_alone() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("P-1")).await.wanting_a_passkey(), idp.portal().await);

        let (asked, arrival) = member.signs_in(&idp.browser(), &portal).await;

        let claims = portal.redeems(&asked, arrival.code()).await.claims();
        assert_eq!(
            (&claims["acr"], &claims["amr"]),
            (&"phr".into(), &serde_json::json!(["pwd", "hwk", "user", "mfa"]))
        );
        idp.mailbox().mail_to(&member.mail, "ログイン方法が設定されました").await;

        let asked = portal.asks();
        let page = member.presents_passkey(&idp.browser().get(&asked.url).await).await;
        let claims = portal.redeems(&asked, page.arrived().code()).await.claims();
        assert_eq!((&claims["acr"], &claims["amr"]), (&"phr".into(), &serde_json::json!(["hwk", "user", "mfa"])));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_key_that_is_asked_for_is_taken_and_signs_in() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let portal = idp.portal().await;
        for algorithm in Algorithm::ALL {
            let member = idp.member(MemberSeed::new(&format!("P-1{algorithm:?}"))).await.wanting_a_passkey();
            member.with_authenticator(|own| own.algorithm = algorithm);
            member.signs_in(&idp.browser(), &portal).await;

            let page = member.presents_passkey(&idp.browser().get(&portal.asks().url).await).await;
            assert!(page.arrival().is_some(), "{algorithm:?}: {}", page.summary());

            let page = idp.browser().get(&portal.asks().url).await;
            let challenge = page.challenge("passkey-submit").await;
            let mut forged = member.with_authenticator(|own| own.signs(&challenge, &idp.origin()));
            let signature = forged["response"]["signature"].as_str().unwrap();
            let middle = signature.len() / 2;
            let other = if signature[middle..].starts_with('A') { 'B' } else { 'A' };
            forged["response"]["signature"] =
                format!("{}{other}{}", &signature[..middle], &signature[middle + 1..]).into();
            let page = page.presents("passkey-submit", &challenge, &forged).await;
            assert_eq!(page.error_code().as_deref(), Some("passkey_wrong"), "{algorithm:?}: {}", page.summary());
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_browser_is_asked_for_a_discoverable_verified_key_and_to_leave_out_what_is_known() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (_, _, page) = at_the_set_up(&idp, "P-2").await;
        let challenge = page.challenge("passkey-create").await;
        let asked = &challenge["options"]["publicKey"];
        assert_eq!(asked["rp"], serde_json::json!({ "id": "localhost", "name": "めぐろ健康保険組合" }));
        assert_eq!((&asked["user"]["name"], &asked["user"]["displayName"]), (&"P-2".into(), &"目黒 花子".into()));
        assert_eq!(asked["authenticatorSelection"]["residentKey"], "required");
        assert_eq!(asked["authenticatorSelection"]["userVerification"], "required");
        assert_eq!(asked["excludeCredentials"], serde_json::json!([]));
        assert_eq!(asked["hints"], serde_json::json!(["client-device", "hybrid"]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_taken_once() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (_, _, page) = at_the_set_up(&idp, "P-3").await;
        let challenge = page.challenge("passkey-create").await;
        let mut own = Authenticator::new();
        let mut claim = own.claim_to_create(&challenge, &idp.origin());
        claim.origin = "https://evil.example".into();
        assert_eq!(presents(&page, &challenge, &own.attests(&claim)).await.as_deref(), Some("passkey_wrong"));
        claim.origin = idp.origin();
        let again = presents(&page, &challenge, &own.attests(&claim)).await;
        assert_eq!(again.as_deref(), Some("passkey_expired"), "a challenge that was answered is gone");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_comes_within_five_minutes() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (_, _, page) = at_the_set_up(&idp, "P-4").await;
        let challenge = page.challenge("passkey-create").await;
        let answer = Authenticator::new().creates(&challenge, &idp.origin());
        idp.advance(minutes(5));
        assert_eq!(presents(&page, &challenge, &answer).await.as_deref(), Some("passkey_expired"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_counts_in_the_browser_and_for_the_member_that_asked() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (_, _, page) = at_the_set_up(&idp, "P-5").await;
        let (_, _, other) = at_the_set_up(&idp, "P-6").await;
        let challenge = page.challenge("passkey-create").await;
        let answer = Authenticator::new().creates(&challenge, &idp.origin());
        assert_eq!(presents(&other, &challenge, &answer).await.as_deref(), Some("passkey_expired"));
        assert_eq!(presents(&page, &challenge, &answer).await, None, "where it was asked for it is good");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_pair_of_somebody_else_is_registered_already() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (_, _, page) = at_the_set_up(&idp, "P-7").await;
        let (_, _, other) = at_the_set_up(&idp, "P-8").await;
        let (mine, theirs) = (page.challenge("passkey-create").await, other.challenge("passkey-create").await);
        let mut own = Authenticator::new();
        let mut claim = own.claim_to_create(&mine, &idp.origin());
        assert_eq!(presents(&page, &mine, &own.attests(&claim)).await, None);
        claim.challenge = theirs["options"]["publicKey"]["challenge"].as_str().unwrap().into();
        let answer = presents(&other, &theirs, &own.attests(&claim)).await;
        assert_eq!(answer.as_deref(), Some("passkey_registered"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_an_authenticator_says_wrongly_is_refused() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (_, _, page) = at_the_set_up(&idp, "P-9").await;
        type Lie = fn(&mut Claim);
        let lies: [(&str, Lie); 8] = [
            ("type", |claim| claim.kind = "webauthn.get".into()),
            ("challenge", |claim| claim.challenge = "A".repeat(43)),
            ("origin", |claim| claim.origin = "http://localhost:1".into()),
            ("sub-domain", |claim| claim.origin = claim.origin.replace("localhost", "a.localhost")),
            ("RP id", |claim| claim.rp_id = "evil.example".into()),
            ("presence", |claim| claim.flags &= !0x01),
            ("verification", |claim| claim.flags &= !0x04),
            ("key pair", |claim| claim.flags &= !0x40),
        ];
        for (what, lie) in lies {
            let challenge = page.challenge("passkey-create").await;
            let mut own = Authenticator::new();
            let mut claim = own.claim_to_create(&challenge, &idp.origin());
            lie(&mut claim);
            let code = presents(&page, &challenge, &own.attests(&claim)).await;
            assert_eq!(code.as_deref(), Some("passkey_wrong"), "{what}");
        }
        let challenge = page.challenge("passkey-create").await;
        for nonsense in [Value::Null, serde_json::json!({}), serde_json::json!({ "id": "x" })] {
            assert_eq!(presents(&page, &challenge, &nonsense).await.as_deref(), Some("passkey_unreadable"));
        }
        let nameless = serde_json::json!({ "ceremony": "cer_0" });
        let answer = Authenticator::new().creates(&challenge, &idp.origin());
        assert_eq!(presents(&page, &nameless, &answer).await.as_deref(), Some("passkey_expired"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_set_up_needs_a_fresh_proof_to_the_mail_address() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, _, _) = at_the_set_up(&idp, "P-10").await;
        let page = idp.browser().get("/login").await;
        let page = member.types_password(&page, &member.password).await;
        assert_eq!(page.path(), "/login/mail-code", "another browser proves the address first: {}", page.summary());
        let begun = page.browser().get("/enrol/passkey").await;
        assert_eq!(begun.path(), "/login/mail-code", "{}", begun.summary());
        assert_eq!(member.answers(&page).await.path(), "/enrol/passkey");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_cannot_chooses_another_way() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (_, _, page) = at_the_set_up(&idp, "P-11").await;
        let page = page.submit("other-method").await;
        assert_eq!(page.path(), "/onboarding/method", "{}", page.summary());
        let page = page.fill("method", "totp").submit("method-submit").await;
        assert_eq!(page.path(), "/enrol/totp", "{}", page.summary());
    })
    .await;
}
