//! Another password: by the rules, told by mail, and what ends with it.

use harness::{Idp, MemberSeed, on_both};

use super::signed_in;

const NEW: &str = "kawa-no-nagare-to-hashi-74";

#[tokio::test(flavor = "multi_thread")]
async fn the_new_password_signs_in_and_others_are_signed_out_as_offered() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        for (name, others_stay) in [("AC-4001", true), ("AC-4002", false)] {
            let (member, browser, there) = (idp.member(MemberSeed::new(name)).await, idp.browser(), idp.browser());
            for browser in [&browser, &there] {
                member.walks(browser.get("/login").await).await;
            }

            let page = browser.get("/account/password").await;
            let mut fields = page.fields("password-submit");
            let replaced = ["sign-out-others", "new-password", "new-password-confirm"];
            fields.retain(|(field, _)| !replaced.contains(&field.as_str()));
            fields.extend([("new-password".into(), NEW.into()), ("new-password-confirm".into(), NEW.into())]);
            if !others_stay {
                fields.push(("sign-out-others".into(), "yes".into()));
            }
            let page = browser.post("/account/password", &fields).await;

            assert_eq!(page.path(), "/account", "{}", page.summary());
            idp.mailbox().mail_to(&member.mail, "パスワード").await;
            assert_eq!(there.get("/account/history").await.path() == "/account/history", others_stay);
            let old = member.types_password(&idp.browser().get("/login").await, &member.password).await;
            assert_eq!(old.error_code().as_deref(), Some("wrong_credentials"));
            let new = member.types_password(&idp.browser().get("/login").await, NEW).await;
            assert_eq!(new.path(), "/login/mail-code", "{}", new.summary());
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_policy_refuses_changes_nothing() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, _, browser) = signed_in(&idp, "AC-4003").await;
        let own = member.password.clone();
        for (password, again, code) in [
            ("short", "short", "password_too_short"),
            (NEW, "something else entirely", "password_confirmation_differs"),
            (own.as_str(), own.as_str(), "password_same"),
            ("AC-4003-AC-4003-x", "AC-4003-AC-4003-x", "password_user_id"),
        ] {
            let page = browser.get("/account/password").await;
            let page = page.fill("new-password", password).fill("new-password-confirm", again);
            let page = page.submit("password-submit").await;
            assert_eq!(page.error_code().as_deref(), Some(code), "{}", page.summary());
            assert!(!page.body.contains(password) || password == "short", "what was typed is not shown again");
        }
        let page = member.types_password(&idp.browser().get("/login").await, &own).await;
        assert_eq!(page.path(), "/login/mail-code");
    })
    .await;
}
