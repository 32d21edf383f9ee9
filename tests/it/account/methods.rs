//! The ways to sign in: named, added, removed, and never the last one.

use futures::future::join_all;
use harness::{Idp, on_both};
use idp_core::clock::minutes;

use super::{id_of, ids_of, signed_in, signed_in_with_an_app};

#[tokio::test(flavor = "multi_thread")]
async fn the_last_way_in_cannot_be_removed() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, _, browser) = signed_in(&idp, "AC-3001").await;
        let page = browser.get("/account/methods").await;

        let page = page.submit(&id_of(&page, "method-remove-")).await;

        assert_eq!(page.error_code().as_deref(), Some("last_way_in"), "{}", page.summary());
        assert_eq!(ids_of(&page, "method-remove-").len(), 1);
        assert_eq!(idp.events_of(&member, "method_removed").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_is_added_named_and_used_and_then_mailed_codes_can_go() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal, browser) = signed_in(&idp, "AC-3002").await;

        let page = browser.get("/account/methods").await.submit("method-add-totp").await;
        assert_eq!(page.path(), "/enrol/totp", "{}", page.summary());
        let codes = member.answers(&page).await;
        assert_eq!(codes.path(), "/enrol/recovery-codes", "{}", codes.summary());
        let page = member.answers(&codes).await;
        assert_eq!(page.path(), "/account/methods", "{}", page.summary());
        idp.mailbox().mail_to(&member.mail, "設定").await;

        let rename = id_of(&page, "method-rename-");
        let page = page.fill("device-name", "  わたしの<電話> ").submit(&rename).await;
        assert!(page.body.contains("わたしの&#60;電話&#62;"), "{}", page.body);
        let refused = page.fill("device-name", &"あ".repeat(61)).submit(&rename).await;
        assert_eq!(refused.error_code().as_deref(), Some("device_name_unreadable"));

        let removable = ids_of(&page, "method-remove-");
        assert_eq!(removable.len(), 2);
        let page = page.submit(&removable[1]).await;
        assert_eq!(ids_of(&page, "method-remove-").len(), 1, "{}", page.summary());
        idp.mailbox().mail_to(&member.mail, "削除").await;
        let last = page.submit(&removable[0]).await;
        assert_eq!(last.error_code().as_deref(), Some("last_way_in"));

        let page = member.types_password(&idp.browser().get(&portal.asks().url).await, &member.password).await;
        assert_eq!(page.path(), "/login/totp", "{}", page.summary());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_is_added_after_the_app_was_shown_and_signs_in_alone() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal, browser) = signed_in_with_an_app(&idp, "AC-3010").await;
        idp.advance(minutes(6));
        let page = browser.get("/account/methods").await.submit("method-add-passkey").await;
        assert_eq!(page.path(), "/login/totp", "the app is asked for first: {}", page.summary());
        let page = page.fill("totp-code", &member.app_code()).submit("totp-submit").await;
        assert_eq!(page.path(), "/enrol/passkey", "{}", page.summary());
        let skipped = page.submit("other-method").await;
        assert_eq!(skipped.path(), "/account/methods", "{}", skipped.summary());
        assert_eq!(ids_of(&skipped, "method-remove-").len(), 1);

        // What was proved for it went with it.
        let page = member.walks_to(skipped.submit("method-add-passkey").await, "/enrol/passkey").await;
        let page = member.makes_passkey(&page).await;
        let page = member.walks_to(page, "/account/methods").await;
        assert_eq!(ids_of(&page, "method-remove-").len(), 2);
        idp.mailbox().mail_to(&member.mail, "ログイン方法が設定されました").await;

        let asked = portal.asks();
        let page = member.presents_passkey(&idp.browser().get(&asked.url).await).await;
        let claims = portal.redeems(&asked, page.arrived().code()).await.claims();
        assert_eq!((&claims["acr"], &claims["amr"]), (&"phr".into(), &serde_json::json!(["hwk", "user", "mfa"])));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keepers_of_passkeys_are_told_of_the_members_own_and_of_no_others() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let portal = idp.portal().await;
        let mut told = Vec::new();
        for id in ["AC-3007", "AC-3008"] {
            let (member, browser) = (idp.member(harness::MemberSeed::new(id)).await.wanting_a_passkey(), idp.browser());
            member.signs_in(&browser, &portal).await;
            let page = browser.get("/account/methods").await;
            let known = page.attribute_of("passkeys-known", "data-passkeys").expect("nothing is told");
            let known: serde_json::Value = serde_json::from_str(&known).unwrap();
            let own = member.with_authenticator(|own| own.newest_id());
            assert_eq!(known["allAcceptedCredentialIds"], serde_json::json!([own]));
            assert_eq!((&known["rpId"], &known["name"]), (&"localhost".into(), &id.into()));
            assert!(!browser.get("/account").await.body.contains(&own), "another page tells of it");
            told.push(known["userId"].clone());
        }
        assert_ne!(told[0], told[1]);
        let (member, browser) = (idp.member(harness::MemberSeed::new("AC-3009")).await, idp.browser());
        member.signs_in(&browser, &portal).await;
        assert!(!browser.get("/account/methods").await.has("passkeys-known"), "whoever never had one is told nothing");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn removing_an_app_asks_for_it_and_for_a_longer_password_next_time() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal, browser) = signed_in_with_an_app(&idp, "AC-3003").await;
        let page = browser.get("/account/methods").await.submit("method-add-mail").await;
        let page = member.answers(&page).await;
        assert_eq!(page.path(), "/account/methods", "{}", page.summary());
        let app = ids_of(&page, "method-remove-")[0].clone();
        idp.advance(minutes(12));

        let page = page.submit(&app).await;
        assert_eq!(page.path(), "/login/totp", "{}", page.summary());
        let page = page.fill("totp-code", &member.app_code()).submit("totp-submit").await;
        assert_eq!(page.path(), "/account/methods");
        let page = page.submit(&app).await;
        assert_eq!(ids_of(&page, "method-remove-").len(), 1, "{}", page.summary());

        let page = member.types_password(&idp.browser().get(&portal.asks().url).await, &member.password).await;
        assert_eq!(page.path(), "/login/mail-code");
        assert_eq!(member.answers(&page).await.path(), "/onboarding/password");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_removals_at_once_one_way_in_is_left() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, _, browser) = signed_in(&idp, "AC-3004").await;
        let page = browser.get("/account/methods").await.submit("method-add-totp").await;
        let page = member.answers(&member.answers(&page).await).await;
        let both = ids_of(&page, "method-remove-");
        assert_eq!(both.len(), 2);

        let answers = join_all((0..20).map(|number| page.submit(&both[number % 2]))).await;

        assert!(answers.iter().all(|page| page.status == 200));
        assert_eq!(idp.events_of(&member, "method_removed").await, 1);
        assert_eq!(ids_of(&browser.get("/account/methods").await, "method-remove-").len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_touches_the_method_of_another_member() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (_, _, first) = signed_in_with_an_app(&idp, "AC-3005").await;
        let foreign = id_of(&first.get("/account/methods").await, "method-remove-");
        let foreign = foreign.trim_start_matches("method-remove-").to_owned();
        let other = idp.member(harness::MemberSeed::new("AC-3006")).await;
        let second = idp.browser();
        other.walks(second.get("/login").await).await;

        let page = second.get("/account/methods").await;
        for action in
            [format!("remove-{foreign}"), format!("rename-{foreign}"), "remove-x".into(), "add-nothing".into()]
        {
            let mut fields = page.fields("method-add-totp");
            fields.retain(|(name, _)| name != "action");
            fields.extend([("action".into(), action.clone()), ("device-name".into(), "mine".into())]);
            let answer = second.post("/account/methods", &fields).await;
            assert_eq!((answer.status, answer.path()), (200, "/account/methods"), "{action}");
        }

        let page = first.get("/account/methods").await;
        assert!(page.has(&format!("method-remove-{foreign}")) && !page.body.contains("mine"));
    })
    .await;
}
