//! Signing in with a passkey: alone and as the second step. Whatever is signed wrongly opens nothing.

use harness::{Authenticator, Claim, Idp, Member, MemberSeed, Page, Portal, on_both};
use idp_core::clock::{hours, minutes};
use serde_json::{Value, json};

/// A member with a passkey, and the portal.
async fn with_a_passkey(idp: &Idp, user_id: &str) -> (Member, Portal) {
    let member = idp.member(MemberSeed::new(user_id)).await.wanting_a_passkey();
    let portal = idp.portal_with(user_id, |_| {}).await;
    member.signs_in(&idp.browser(), &portal).await;
    (member, portal)
}

async fn sign_in_page(idp: &Idp, portal: &Portal) -> Page {
    idp.browser().get(&portal.asks().url).await
}

/// The sign-in page, and its challenge signed after `lie` changed the claim.
async fn signs(idp: &Idp, page: &Page, member: &Member, lie: impl FnOnce(&mut Claim)) -> Page {
    let challenge = page.challenge("passkey-submit").await;
    let signed = member.with_authenticator(|own| {
        let mut claim = own.claim_to_sign(&challenge, &idp.origin());
        lie(&mut claim);
        own.signed(&claim)
    });
    page.presents("passkey-submit", &challenge, &signed).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sign_in_page_names_nobody_and_asks_for_verification() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let page = idp.browser().get("/login").await;
        assert_eq!(page.attribute_of("username", "autocomplete").as_deref(), Some("username webauthn"));
        let asked = page.challenge("passkey-submit").await["options"]["publicKey"].clone();
        assert_eq!((&asked["rpId"], &asked["userVerification"]), (&json!("localhost"), &json!("required")));
        assert_eq!((&asked["allowCredentials"], &asked["hints"]), (&json!([]), &json!([])));
        assert!(asked["challenge"].as_str().unwrap().len() >= 43, "256 bits");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_without_an_application_signs_in_too() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, _) = with_a_passkey(&idp, "A-1").await;
        let page = member.presents_passkey(&idp.browser().get("/login").await).await;
        assert_eq!(page.name(), "account", "{}", page.summary());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_signed_wrongly_opens_nothing() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = with_a_passkey(&idp, "A-2").await;
        type Lie = fn(&mut Claim);
        let lies: [(&str, &str, Lie); 9] = [
            ("type", "passkey_wrong", |claim| claim.kind = "webauthn.create".into()),
            ("challenge", "passkey_wrong", |claim| claim.challenge = "A".repeat(43)),
            ("origin", "passkey_wrong", |claim| claim.origin = "https://evil.example".into()),
            ("port", "passkey_wrong", |claim| claim.origin = "http://localhost:1".into()),
            ("RP id", "passkey_wrong", |claim| claim.rp_id = "evil.example".into()),
            ("presence", "passkey_wrong", |claim| claim.flags &= !0x01),
            ("verification", "passkey_wrong", |claim| claim.flags &= !0x04),
            ("user handle", "passkey_unknown", |claim| claim.user_handle = Some("A".repeat(22))),
            ("no user handle", "passkey_unknown", |claim| claim.user_handle = None),
        ];
        for (what, code, lie) in lies {
            let page = signs(&idp, &sign_in_page(&idp, &portal).await, &member, lie).await;
            assert_eq!(page.error_code().as_deref(), Some(code), "{what}: {}", page.summary());
            assert_eq!(page.name(), "login");
            assert_eq!(page.browser().get("/account").await.path(), "/login", "{what}");
        }
        let page = sign_in_page(&idp, &portal).await;
        let challenge = page.challenge("passkey-submit").await;
        let mut signed = member.with_authenticator(|own| own.signs(&challenge, &idp.origin()));
        let signature = signed["response"]["signature"].as_str().unwrap().to_owned();
        signed["response"]["signature"] = json!(format!("{}AAAA", &signature[..signature.len() - 4]));
        let forged = page.presents("passkey-submit", &challenge, &signed).await;
        assert_eq!(forged.error_code().as_deref(), Some("passkey_wrong"), "signature");
        for nonsense in [Value::Null, json!({}), json!("x"), json!({ "id": 7 })] {
            let answer = page.presents("passkey-submit", &challenge, &nonsense).await;
            assert_eq!(answer.error_code().as_deref(), Some("passkey_unreadable"), "{nonsense}");
        }
        assert!(signs(&idp, &sign_in_page(&idp, &portal).await, &member, |_| {}).await.arrival().is_some());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_handle_of_another_member_does_not_open_their_account() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = with_a_passkey(&idp, "A-3").await;
        let (victim, _) = with_a_passkey(&idp, "A-4").await;
        let challenge = sign_in_page(&idp, &portal).await.challenge("passkey-submit").await;
        let theirs = victim.with_authenticator(|own| own.claim_to_sign(&challenge, &idp.origin()).user_handle);

        let page = signs(&idp, &sign_in_page(&idp, &portal).await, &member, |claim| claim.user_handle = theirs).await;

        assert_eq!(page.error_code().as_deref(), Some("passkey_unknown"), "{}", page.summary());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_taken_once_within_five_minutes_and_in_its_own_browser() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = with_a_passkey(&idp, "A-5").await;
        let page = sign_in_page(&idp, &portal).await;
        let challenge = page.challenge("passkey-submit").await;
        let signed = member.with_authenticator(|own| own.signs(&challenge, &idp.origin()));

        let other = sign_in_page(&idp, &portal).await.presents("passkey-submit", &challenge, &signed).await;
        assert_eq!(other.error_code().as_deref(), Some("passkey_expired"), "another browser: {}", other.summary());
        assert!(page.presents("passkey-submit", &challenge, &signed).await.arrival().is_some());
        let again = page.browser().get(&portal.asks_with(&[("prompt", "login")]).url).await;
        let again = again.presents("passkey-submit", &challenge, &signed).await;
        assert_eq!(again.error_code().as_deref(), Some("passkey_expired"), "twice: {}", again.summary());

        let page = sign_in_page(&idp, &portal).await;
        let challenge = page.challenge("passkey-submit").await;
        let signed = member.with_authenticator(|own| own.signs(&challenge, &idp.origin()));
        idp.advance(minutes(5));
        let late = page.presents("passkey-submit", &challenge, &signed).await;
        assert_eq!(late.error_code().as_deref(), Some("passkey_expired"), "late: {}", late.summary());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_stood_open_until_its_sign_in_was_over_still_signs_in() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = with_a_passkey(&idp, "A-7").await;
        let page = sign_in_page(&idp, &portal).await;
        idp.advance(hours(25));
        let page = signs(&idp, &page, &member, |_| {}).await;
        assert_eq!(page.name(), "account", "{}", page.summary());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_counter_that_goes_back_is_refused_audited_and_noticed() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = with_a_passkey(&idp, "A-6").await;
        assert!(
            signs(&idp, &sign_in_page(&idp, &portal).await, &member, |claim| claim.counter = 9)
                .await
                .arrival()
                .is_some()
        );

        let page = signs(&idp, &sign_in_page(&idp, &portal).await, &member, |claim| claim.counter = 9).await;

        assert_eq!(page.error_code().as_deref(), Some("passkey_refused"), "{}", page.summary());
        assert_eq!(idp.events_of(&member, "passkey_counter_went_back").await, 1);
        idp.mailbox().mail_to(&member.mail, "ログインを止めました").await;
        assert!(
            signs(&idp, &sign_in_page(&idp, &portal).await, &member, |claim| claim.counter = 10)
                .await
                .arrival()
                .is_some()
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_who_was_switched_off_gets_in_by_no_passkey() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = with_a_passkey(&idp, "A-7").await;
        idp.disables("A-7").await;
        let page = signs(&idp, &sign_in_page(&idp, &portal).await, &member, |_| {}).await;
        assert_eq!(page.error_code().as_deref(), Some("passkey_unknown"), "{}", page.summary());
        assert!(!page.body.contains("data-forgotten"), "it may be good again tomorrow: its keeper must not forget it");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_keeps_a_passkey_that_nobody_knows_may_forget_it() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = with_a_passkey(&idp, "A-8").await;
        let page = sign_in_page(&idp, &portal).await;
        assert!(!page.body.contains("data-forgotten"));
        let page = signs(&idp, &page, &member, |claim| claim.user_handle = Some("A".repeat(22))).await;
        assert_eq!(page.error_code().as_deref(), Some("passkey_unknown"), "{}", page.summary());
        assert!(page.body.contains("data-forgotten=\"localhost\""), "{}", page.body);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_password_the_passkey_is_asked_for_and_nothing_weaker_will_do() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = with_a_passkey(&idp, "A-8").await;
        let page = member.types_password(&sign_in_page(&idp, &portal).await, &member.password).await;
        assert_eq!(page.path(), "/login/passkey", "{}", page.summary());
        assert_eq!(page.follow("other-method").await.path(), "/login/recovery-code", "nothing but a code on paper");
        for path in ["/login/mail-code", "/login/totp", "/account"] {
            let elsewhere = page.browser().get(path).await;
            assert_ne!(elsewhere.path(), path, "{}", elsewhere.summary());
        }
        let asked = page.challenge("passkey-submit").await["options"]["publicKey"]["allowCredentials"].clone();
        let id = member.with_authenticator(|own| own.newest_id());
        assert_eq!(asked, json!([{ "type": "public-key", "id": id, "transports": ["internal"] }]));

        let wrong = signs(&idp, &page, &member, |claim| claim.flags &= !0x04).await;
        assert_eq!(wrong.error_code().as_deref(), Some("passkey_wrong"), "{}", wrong.summary());
        assert_eq!(wrong.path(), "/login/passkey");
        assert!(member.presents_passkey(&wrong).await.arrival().is_some());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_does_not_stand_in_for_a_passkey() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, _) = with_a_passkey(&idp, "A-9").await;
        let letter = idp.reissues_letter_to("A-9").await;
        let page = member.types_password(&idp.browser().get("/login").await, &letter).await;
        assert_eq!(page.path(), "/login/passkey", "{}", page.summary());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_challenge_of_one_purpose_is_not_answered_for_another() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = with_a_passkey(&idp, "A-10").await;
        let first = sign_in_page(&idp, &portal).await;
        let open = first.challenge("passkey-submit").await;
        let second = member.types_password(&first, &member.password).await;
        let signed = member.with_authenticator(|own| own.signs(&open, &idp.origin()));
        let answer = second.presents("passkey-submit", &open, &signed).await;
        assert_eq!(answer.error_code().as_deref(), Some("passkey_expired"), "{}", answer.summary());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_used_from_a_pc_is_followed_by_one_offer_for_the_pc() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("A-11")).await.wanting_a_passkey();
        let portal = idp.portal().await;
        member.with_authenticator(|own| *own = Authenticator::phone());
        let pc = idp.browser();
        member.signs_in(&pc, &portal).await;

        let page = member.presents_passkey(&pc.get(&portal.asks_with(&[("prompt", "login")]).url).await).await;
        assert_eq!((page.path(), page.has("passkey-skip")), ("/enrol/passkey", true), "{}", page.summary());
        let asked = page.challenge("passkey-create").await["options"]["publicKey"].clone();
        assert_eq!(asked["hints"], json!(["client-device"]));
        let id = member.with_authenticator(|own| own.newest_id());
        assert_eq!(
            asked["excludeCredentials"],
            json!([{ "type": "public-key", "id": id, "transports": ["internal", "hybrid"] }])
        );
        let mut own = Authenticator::new();
        let challenge = page.challenge("passkey-create").await;
        let made = own.creates(&challenge, &idp.origin());
        let done = page.presents("passkey-create", &challenge, &made).await;
        assert!(done.arrival().is_some(), "{}", done.summary());

        let again = member.presents_passkey(&pc.get(&portal.asks_with(&[("prompt", "login")]).url).await).await;
        assert!(again.arrival().is_some(), "the offer is made once: {}", again.summary());
        let elsewhere = member.presents_passkey(&sign_in_page(&idp, &portal).await).await;
        assert_eq!(elsewhere.path(), "/enrol/passkey", "on another PC it is made too");
        assert!(elsewhere.submit("passkey-skip").await.arrival().is_some());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ceremony_goes_on_after_a_restart() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = with_a_passkey(&idp, "A-12").await;
        let page = sign_in_page(&idp, &portal).await;
        let challenge = page.challenge("passkey-submit").await;
        let signed = member.with_authenticator(|own| own.signs(&challenge, &idp.origin()));
        idp.restart().await;
        assert!(page.presents("passkey-submit", &challenge, &signed).await.arrival().is_some());
    })
    .await;
}
