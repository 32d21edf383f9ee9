//! The consent page: third parties ask once for everything new, and the member may take it back.

use futures::FutureExt;
use harness::{Idp, Member, MemberSeed, Portal, on_both};
use idp_core::account::applications::{self, Revoked};
use idp_core::client::{HttpsUri, Party};

async fn third_party(idp: &Idp) -> Portal {
    idp.portal_with("meals", |settings| {
        settings.party = Party::Third;
        settings.logo_uri = HttpsUri::parse("https://cdn.meals.example/logo.png").ok();
        settings.policy_uri = HttpsUri::parse("https://meals.example/privacy").ok();
        settings.tos_uri = HttpsUri::parse("https://meals.example/terms").ok();
    })
    .await
}

async fn signed_in(idp: &Idp, user_id: &str) -> (Member, harness::Browser) {
    let (member, portal, browser) = (idp.member(MemberSeed::new(user_id)).await, idp.portal().await, idp.browser());
    member.signs_in(&browser, &portal).await;
    (member, browser)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_third_party_is_allowed_once_and_asks_again_only_for_what_is_new() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let ((member, browser), meals) = (signed_in(&idp, "C-1001").await, third_party(&idp).await);

        let narrow = [("scope", "openid profile")];
        let page = browser.get(&meals.asks_with(&narrow).url).await;
        assert_eq!((page.path(), page.name()), ("/consent", "consent".into()), "{}", page.summary());
        assert!(page.text_of("consent-wanted").unwrap().contains("お名前"));
        assert!(!page.text_of("consent-wanted").unwrap().contains("メールアドレス"));
        assert!(!page.has("consent-known"));
        assert!(!page.submit("consent-allow").await.arrived().code().is_empty());

        let asked = meals.asks_with(&narrow);
        let arrival = browser.get(&asked.url).await.arrived();
        assert_eq!(meals.redeems(&asked, arrival.code()).await.status, 200);

        let wider = browser.get(&meals.asks().url).await;
        assert!(wider.text_of("consent-wanted").unwrap().contains("メールアドレス"));
        assert!(wider.text_of("consent-known").unwrap().contains("お名前"));
        wider.submit("consent-allow").await.arrived();
        for scopes in ["openid", "openid profile", "openid profile email"] {
            assert!(!browser.get(&meals.asks_with(&[("scope", scopes)]).url).await.arrived().code().is_empty());
        }
        assert_eq!(idp.events_of(&member, "consent_given").await, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consent_is_the_members_own_and_the_clients_own() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let ((_, browser), meals) = (signed_in(&idp, "C-1002").await, third_party(&idp).await);
        browser.get(&meals.asks().url).await.submit("consent-allow").await.arrived();

        let gym = idp.portal_with("gym", |settings| settings.party = Party::Third).await;
        assert_eq!(browser.get(&gym.asks().url).await.path(), "/consent");
        let (other, elsewhere) = (idp.member(MemberSeed::new("C-1003")).await, idp.browser());
        let page = other.walks_to(elsewhere.get(&meals.asks().url).await, "/consent").await;
        assert!(!page.has("consent-known"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn declining_is_access_denied_and_is_not_remembered() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let ((member, browser), meals) = (signed_in(&idp, "C-1004").await, third_party(&idp).await);
        let asked = meals.asks();

        let page = browser.get(&asked.url).await;
        let arrival = page.submit("consent-deny").await.arrived();
        assert_eq!((arrival.get("error"), arrival.get("state")), ("access_denied", asked.state.as_str()));
        assert!(arrival.get("code").is_empty());

        let late = page.submit("consent-allow").await;
        assert!(late.arrival().is_none_or(|arrival| arrival.get("code").is_empty()), "{}", late.summary());
        assert_eq!(browser.get(&meals.asks().url).await.path(), "/consent");
        assert_eq!(idp.events_of(&member, "consent_denied").await, 1);
        assert_eq!(idp.events_of(&member, "consent_given").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_is_consent_required_until_the_consent_was_given() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let ((_, browser), meals) = (signed_in(&idp, "C-1005").await, third_party(&idp).await);
        let silent = [("prompt", "none")];

        assert_eq!(browser.get(&meals.asks_with(&silent).url).await.arrived().get("error"), "consent_required");
        browser.get(&meals.asks().url).await.submit("consent-allow").await.arrived();
        assert!(!browser.get(&meals.asks_with(&silent).url).await.arrived().code().is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn prompt_consent_asks_every_time_and_a_first_party_asks_only_then() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let ((_, browser), meals) = (signed_in(&idp, "C-1006").await, third_party(&idp).await);
        let own = idp.portal_with("own", |_| {}).await;

        for portal in [&meals, &meals, &own, &own] {
            let page = browser.get(&portal.asks_with(&[("prompt", "consent")]).url).await;
            assert_eq!(page.path(), "/consent", "{}", page.summary());
            page.submit("consent-allow").await.arrived();
        }
        assert!(!browser.get(&own.asks().url).await.arrived().code().is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn consent_comes_after_every_owed_step_and_never_instead_of_one() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, meals) = (idp.member(MemberSeed::new("C-1007")).await, third_party(&idp).await);
        let browser = idp.browser();

        let start = browser.get(&meals.asks().url).await;
        assert_eq!(browser.get("/consent").await.path(), "/login");
        let terms = member.walks_to(start, "/onboarding/terms").await;
        assert_eq!(browser.get("/consent").await.path(), "/onboarding/terms");
        let mut fields = terms.hidden();
        fields.push(("action".into(), "allow".into()));
        assert_eq!(browser.post("/consent", &fields).await.path(), "/onboarding/terms");
        assert_eq!(idp.events_of(&member, "consent_given").await, 0);

        let consent = member.walks_to(terms, "/consent").await;
        assert!(!consent.submit("consent-allow").await.arrived().code().is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_shows_who_asks_in_both_languages_and_loads_nothing_but_the_logo() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let ((_, browser), meals) = (signed_in(&idp, "C-1008").await, third_party(&idp).await);

        let asked = meals.asks_with(&[("scope", "openid offline_access"), ("prompt", "consent")]);
        for (language, words) in [("ja", "ログインしていないあいだも"), ("en", "while you are not signed in")]
        {
            let page = browser.clone().speaking(language).get(&asked.url).await;
            assert!(page.text_of("consent-wanted").unwrap().contains(words), "{}", page.body);
            assert!(page.body.contains("健保ポータル"));
            assert_eq!(page.attribute_of("client-policy", "href").as_deref(), Some("https://meals.example/privacy"));
            assert_eq!(page.attribute_of("client-terms", "href").as_deref(), Some("https://meals.example/terms"));
            assert_eq!(page.attribute_of("client-logo", "src").unwrap(), "https://cdn.meals.example/logo.png");
            let policy = page.header("content-security-policy");
            assert!(policy.contains("img-src https://cdn.meals.example 'self' data:;"), "{policy}");
            assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        }
        let page = idp.browser().get(&meals.asks().url).await;
        assert_eq!(page.path(), "/login");
        assert_eq!(page.attribute_of("client-policy", "href").as_deref(), Some("https://meals.example/privacy"));
        assert!(page.has("client-terms") && page.has("client-logo"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_allowed_can_be_taken_back_with_everything_it_gave() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let ((member, browser), meals) = (signed_in(&idp, "C-1009").await, third_party(&idp).await);
        let asked = meals.asks();
        let arrival = browser.get(&asked.url).await.submit("consent-allow").await.arrived();
        let tokens = meals.redeems(&asked, arrival.code()).await;
        assert_eq!(meals.userinfo(tokens.access_token()).await.0, 200);

        let id = idp.record_of(&member.user_id).await.member.id;
        let listed = idp.operate(move |ctx| async move { applications::of_member(ctx, id).await }.boxed()).await;
        let listed: Vec<_> = listed.iter().filter(|held| held.client.client_id.as_str() == "meals").collect();
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0].scopes.to_string(), "openid profile email");
        let client = listed[0].client.id;
        for expected in [Revoked::Done, Revoked::Unknown] {
            let revoked = idp.operate(move |ctx| async move { applications::revoke_of(ctx, id, client).await }.boxed());
            assert_eq!(revoked.await, expected);
        }

        assert_eq!(meals.userinfo(tokens.access_token()).await.0, 401);
        assert_eq!(browser.get(&meals.asks().url).await.path(), "/consent");
        assert_eq!(idp.events_of(&member, "consent_revoked").await, 1);
    })
    .await;
}
