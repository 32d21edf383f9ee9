//! A user id that is given to somebody new: whoever has it now inherits nothing of whoever had it before

use harness::{Browser, Idp, Member, MemberSeed, Page, Portal, on_both};
use idp_core::client::Party;
use serde_json::Value;

use super::desk::Desk;

const HEADINGS: &str = "user_id,name,birth_date";

/// How the user id becomes free.
#[derive(Debug, Clone, Copy)]
enum Way {
    /// The member is missing in a whole file, and there again in a later one.
    ByAbsence,
    /// The file has somebody else under the same user id.
    Replaced,
    /// The member asked to be deleted.
    Deleted,
}

impl Way {
    fn is_gone(self, desk: &Desk) {
        let (others, heir) = ("K-9,佐藤 次郎,1975-05-05\n", "K-1,山田 太郎,1990-02-02\n");
        desk.has_file("without.csv", format!("{HEADINGS}\n{others}"));
        desk.has_file("with.csv", format!("{HEADINGS}\n{others}{heir}"));
        let import = match self {
            Self::ByAbsence => {
                desk.run("member import --absent-left without.csv").succeeds();
                assert_eq!(desk.json("member show K-1")["state"], "disabled");
                "member import with.csv"
            }
            Self::Replaced => {
                assert!(desk.run("member import with.csv").stdout.contains("name and birth date both differ"));
                "member import --recycled replace with.csv"
            }
            Self::Deleted => {
                desk.run("member delete K-1 --yes").succeeds();
                "member import with.csv"
            }
        };
        desk.run(import).succeeds();
    }
}

/// Everything that somebody leaves behind who used their account well.
struct Before {
    member: Member,
    sub: Value,
    browser: Browser,
    /// A sign-in of theirs, half done.
    half_way: Page,
    /// Allowed to ask for more than the portal.
    meals: Portal,
    access_token: String,
    refresh_token: String,
}

impl Before {
    async fn of(idp: &Idp, desk: &Desk) -> Self {
        let seed = MemberSeed::new("K-1").with_mail_on_file();
        let member = idp.member(seed).await.wanting_a_passkey();
        let meals = idp.portal_with("meals", |settings| settings.party = Party::Third).await;
        let browser = idp.browser();
        let asked = meals.asks_with(&[("scope", "openid profile offline_access")]);
        let arrival = member.walks(browser.get(&asked.url).await).await.arrived();
        let tokens = meals.redeems(&asked, arrival.code()).await;
        let half_way = member.types_password(&idp.browser().get("/login").await, &member.present_password()).await;
        assert_eq!(half_way.path(), "/login/passkey", "{}", half_way.summary());
        let sub = desk.json("member show K-1")["sub"].clone();
        assert_eq!(tokens.claims()["sub"], sub);
        Self {
            member,
            sub,
            browser,
            half_way,
            meals,
            access_token: tokens.access_token().to_owned(),
            refresh_token: tokens.refresh_token().to_owned(),
        }
    }

    /// Nothing of theirs opens anything.
    async fn is_over(&self, idp: &Idp) {
        assert_eq!(self.browser.get("/account").await.path(), "/login");
        assert_eq!(self.meals.userinfo(&self.access_token).await.0, 401);
        assert_eq!(self.meals.refreshes(&self.refresh_token).await.error(), "invalid_grant");
        for browser in [&self.browser, &idp.browser()] {
            let page = browser.get("/login").await;
            let page = self.member.types_password(&page, &self.member.present_password()).await;
            assert_eq!(page.error_code().as_deref(), Some("wrong_credentials"), "{}", page.summary());
            let page = self.member.presents_passkey(&browser.get("/login").await).await;
            assert_eq!(page.error_code().as_deref(), Some("passkey_unknown"), "{}", page.summary());
        }
        let page = self.half_way.reload().await;
        assert_eq!((page.status, page.path()), (200, "/login"), "{}", page.summary());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_gets_the_user_id_gets_a_new_sub_and_no_factor_session_or_consent() {
    for way in [Way::ByAbsence, Way::Replaced, Way::Deleted] {
        on_both(async |database| {
            let idp = Idp::start(database).await;
            let desk = Desk::of(&idp);
            let before = Before::of(&idp, &desk).await;
            way.is_gone(&desk);
            before.is_over(&idp).await;

            let record = desk.json("member show K-1");
            assert_ne!(record["sub"], before.sub, "{way:?}");
            assert_eq!(
                (&record["methods"], &record["sessions"]),
                (&Value::Array(vec![]), &Value::Array(vec![])),
                "{way:?}"
            );
            let mut heir = idp.member(MemberSeed::new("K-1-heir").born("1990-02-02")).await;
            heir.user_id = "K-1".into();
            heir.receives(idp.reissues_letter_to("K-1").await);

            let page = heir.types_password(&idp.browser().get("/login").await, &heir.present_password()).await;
            assert_eq!(page.path(), "/onboarding/birth-date", "{way:?}: {}", page.summary());
            let page = page.fill("birth-date", "1980-01-01").submit("birth-date-submit").await;
            assert!(page.error_code().is_some(), "{way:?}: the birth date of whoever was here before");
            let asked = before.meals.asks_with(&[("scope", "openid profile offline_access")]);
            let browser = idp.browser();
            let page = heir.walks_to(browser.get(&asked.url).await, "/consent").await;
            let arrival = page.submit("consent-allow").await.arrived();
            let tokens = before.meals.redeems(&asked, arrival.code()).await;
            assert_eq!(tokens.claims()["sub"], desk.json("member show K-1")["sub"], "{way:?}");
            before.is_over(&idp).await;

            // The old sub is nobody's for ever, also when somebody is moved in with it.
            let line = serde_json::json!({ "format": "sekisho-member/1", "user_id": "K-2", "sub": before.sub });
            desk.has_file("moved.jsonl", line.to_string());
            let refused = desk.run("member move-in moved.jsonl");
            assert!(
                refused.code == 1 && refused.stdout.contains("another member has this sub"),
                "{way:?}: {}",
                refused.stdout
            );
            assert!(desk.run("audit verify").succeeds().contains("good"));
        })
        .await;
    }
}
