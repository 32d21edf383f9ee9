//! Cookies and tokens that were tampered with, stolen or left out.

use harness::{Idp, MemberSeed, on_both};
use idp_core::clock::{hours, minutes};

#[tokio::test(flavor = "multi_thread")]
async fn a_tampered_session_cookie_is_no_session() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("L-4001")).await, idp.portal().await);
        let browser = idp.browser();
        member.signs_in(&browser, &portal).await;
        assert_eq!(browser.get("/account").await.name(), "account");
        let right = browser.cookie("session").unwrap();

        let flipped = format!("{}{}", &right[..42], if right.ends_with('A') { 'E' } else { 'A' });
        for value in [flipped.as_str(), "", "x", &"a".repeat(43), &"a".repeat(5_000), "%00", "\"quoted\""] {
            browser.tamper("session", value);
            let page = browser.get("/account").await;
            assert!(page.name() != "account" && page.status < 500, "{value}: {}", page.summary());
            browser.tamper("session", &right);
        }
        assert_eq!(browser.get("/account").await.name(), "account");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_cookie_works_in_its_own_browser_alone() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("L-4002")).await, idp.portal().await);
        let browser = idp.browser();
        member.signs_in(&browser, &portal).await;

        let thief = browser.stolen();
        thief.tamper("browser", &"b".repeat(43));

        assert_ne!(thief.get("/account").await.name(), "account");
        let silent = thief.get(&portal.asks_with(&[("prompt", "none")]).url).await;
        assert_eq!(silent.arrived().get("error"), "login_required");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_when_it_idles_and_at_the_latest_after_twelve_hours() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("L-4003")).await, idp.portal().await);
        let silently = |browser: harness::Browser| {
            let asked = portal.asks_with(&[("prompt", "none")]);
            async move { browser.get(&asked.url).await.arrived() }
        };
        let browser = idp.browser();
        member.signs_in(&browser, &portal).await;
        idp.advance(minutes(29));
        assert!(!silently(browser.clone()).await.code().is_empty());
        idp.advance(minutes(30));
        assert_eq!(silently(browser.clone()).await.get("error"), "login_required");

        member.signs_in(&browser, &portal).await;
        for _ in 0..29 {
            idp.advance(minutes(24));
            assert!(!silently(browser.clone()).await.code().is_empty());
        }
        idp.advance(hours(1) - minutes(35));
        assert_eq!(silently(browser.clone()).await.get("error"), "login_required");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_without_its_token_or_with_another_browsers_changes_nothing() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("L-4004")).await;
        let browser = idp.browser();
        let page = member.walks_to(browser.get("/login").await, "/onboarding/terms").await;
        let foreign = idp.browser().get("/login").await.hidden();
        let foreign = foreign.iter().find(|(name, _)| name == "csrf").unwrap().1.clone();

        let fields = page.fields("terms-accept");
        let without: Vec<_> = fields.iter().filter(|(name, _)| name != "csrf").cloned().collect();
        let replaced = |value: &str| {
            let mut changed = without.clone();
            changed.push(("csrf".into(), value.to_owned()));
            changed
        };
        for form in [without.clone(), replaced(""), replaced(&foreign), replaced("%"), replaced(&"x".repeat(9_999))] {
            let answer = browser.post(page.url.as_str(), &form).await;
            assert_eq!(answer.error_code().as_deref(), Some("stale_form"), "{}", answer.summary());
            assert!((400..500).contains(&answer.status));
        }
        let other = browser.stolen();
        other.tamper("browser", &"c".repeat(43));
        let answer = other.post(page.url.as_str(), &fields).await;
        assert!(answer.error_code().is_some(), "{}", answer.summary());
        let none = browser.stolen();
        none.forget();
        let answer = none.post(page.url.as_str(), &fields).await;
        assert_eq!(answer.error_code().as_deref(), Some("cookies_off"), "{}", answer.summary());

        assert_eq!(idp.record_of("L-4004").await.terms_accepted, 0);
        assert_eq!(page.submit("terms-accept").await.path(), "/onboarding/mail");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_posted_from_another_site_changes_nothing() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("L-4005")).await;
        let browser = idp.browser();
        let page = member.walks_to(browser.get("/login").await, "/onboarding/terms").await;
        let fields = page.fields("terms-accept");

        for (name, value) in [
            ("origin", "https://evil.example"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "http://localhost:1"),
        ] {
            let request = browser.request(reqwest::Method::POST, page.url.as_str()).header(name, value).form(&fields);
            let answer = browser.send(request).await;
            assert_eq!((answer.status, answer.error_code().as_deref()), (403, Some("cross_site")), "{name}: {value}");
        }

        assert_eq!(idp.record_of("L-4005").await.terms_accepted, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_gives_the_browser_a_new_session_id_each_time() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("L-4006")).await, idp.portal().await);
        let browser = idp.browser();
        member.signs_in(&browser, &portal).await;
        let first = browser.cookie("session").unwrap();
        idp.advance(minutes(1));
        let page = browser.get(&portal.asks_with(&[("prompt", "login")]).url).await;
        member.walks(page).await.arrived();

        let second = browser.cookie("session").unwrap();

        assert_ne!(first, second);
        let late = browser.stolen();
        late.tamper("session", &first);
        assert_ne!(late.get("/account").await.name(), "account");
    })
    .await;
}
