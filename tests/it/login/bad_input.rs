//! What a person, a browser or an attacker can send wrong: a page that says so, nothing changed, never a fault.

use harness::{Browser, Idp, MemberSeed, Page, on_both};
use reqwest::Method;

const FORM: &str = "application/x-www-form-urlencoded";

async fn posts(browser: &Browser, path: &str, content_type: &str, body: Vec<u8>) -> Page {
    browser.send(browser.request(Method::POST, path).header("content-type", content_type).body(body)).await
}

fn is_refused(page: &Page, what: &str) {
    assert!((400..500).contains(&page.status), "{what}: {}", page.summary());
    assert_eq!(page.name(), "error", "{what}: {}", page.summary());
    assert!(page.error_code().is_some_and(|code| !code.is_empty() && code != "fault"), "{what}: {}", page.summary());
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_are_no_form_are_refused_with_a_page() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("L-5001")).await;
        let browser = idp.browser();
        let page = member.walks_to(browser.get("/login").await, "/onboarding/birth-date").await;
        let hidden: String = page.hidden().iter().map(|(name, value)| format!("{name}={value}&")).collect();
        let path = page.url.as_str();
        let with = |rest: &[u8]| [hidden.as_bytes(), rest].concat();

        let bad: [(&str, &str, Vec<u8>); 9] = [
            ("invalid UTF-8", FORM, with(b"birth-date=%ff%fe")),
            ("raw invalid UTF-8", FORM, with(b"birth-date=\xc3\x28")),
            ("NUL", FORM, with(b"birth-date=1980%0001-01")),
            ("a field twice", FORM, with(b"birth-date=1980-01-01&birth-date=1980-01-02")),
            ("1 MB", FORM, with(&[b"birth-date=".as_slice(), &vec![b'1'; 1 << 20]].concat())),
            ("JSON", "application/json", b"{\"birth-date\":\"1980-01-01\"}".to_vec()),
            ("multipart", "multipart/form-data; boundary=x", b"--x\r\nbroken".to_vec()),
            ("no type", "", with(b"birth-date=1980-01-01")),
            ("nothing", FORM, Vec::new()),
        ];
        for (what, content_type, body) in bad {
            is_refused(&posts(&browser, path, content_type, body).await, what);
        }

        assert!(idp.record_of("L-5001").await.member.birth_date_confirmed_at.is_none());
        assert_eq!(member.answers(&page).await.path(), "/onboarding/terms");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interaction_that_is_none_leads_to_no_fault() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let browser = idp.browser();
        let long = format!("/login?interaction={}", "a".repeat(6_000));
        let addresses = [
            "/login?interaction=",
            "/login?interaction=garbage",
            "/login?interaction=int_00000000000000000000000000",
            "/onboarding/terms?interaction=00000000-0000-0000-0000-000000000000",
            "/onboarding/terms?interaction=%ff",
            "/login?interaction=%00",
            "/login?interaction=a&interaction=b",
            "/login?ui_locales=xx&ui_locales=ja",
            "/mail/verify",
            "/mail/verify?t=",
            "/mail/verify?t=%ff",
            "/mail/verify?t=../../etc/passwd",
            "/signed-out?method=%00",
            "/end_session?id_token_hint=a.b.c",
            "/authorize",
            "/authorize?client_id=%ff",
            "/%ff",
            "/%00",
            long.as_str(),
        ];

        for address in addresses {
            let page = browser.get(address).await;
            assert!(page.status < 500, "{address}: {}", page.summary());
            assert!(page.status == 200 || page.error_code().is_some(), "{address}: {}", page.summary());
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_hosts_paths_and_methods_are_told_apart() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let browser = idp.browser();

        for host in ["evil.example", "localhost", "localhost:1", "LOCALHOST.evil.example:80"] {
            let page = browser.send(browser.request(Method::GET, "/login").header("host", host)).await;
            assert_eq!(page.status, 421, "{host}: {}", page.summary());
        }
        let page = browser.get("/no/such/page").await;
        assert_eq!(
            (page.status, page.name().as_str(), page.error_code().as_deref()),
            (404, "error", Some("not_found"))
        );
        for (method, path) in [
            (Method::DELETE, "/login"),
            (Method::PUT, "/onboarding/terms"),
            (Method::POST, "/signed-out"),
            (Method::PATCH, "/account"),
        ] {
            let page = browser.send(browser.request(method.clone(), path)).await;
            assert_eq!(
                (page.status, page.error_code().as_deref()),
                (405, Some("method_not_allowed")),
                "{method} {path}"
            );
            assert!(!page.header("allow").is_empty());
        }
        let token = browser.send(browser.request(Method::GET, "/token")).await;
        assert_eq!((token.status, &token.json()["error"]), (405, &"invalid_request".into()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn user_ids_and_passwords_of_every_kind_are_answered_with_the_sign_in_page() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let mut page = idp.browser().get("/login").await;

        let long = "あ".repeat(3_000);
        let texts =
            ["", " ", "a\u{202e}b", "💳", "'; DROP TABLE member; --", "<script>alert(1)</script>", "\u{feff}", &long];
        for text in texts {
            for (user_id, password) in [(text, "password"), ("L-5002", text), (text, text)] {
                page = page.fill("username", user_id).fill("password", password).submit("login-submit").await;
                assert!(page.status < 500 && page.error_code().is_some(), "{text}: {}", page.summary());
                assert!(!page.body.contains("<script>alert"), "{text} came back as markup");
                page = page.reload().await;
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_carries_the_headers_that_keep_it_private() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("L-5003")).await;
        let browser = idp.browser();
        let mut page = browser.get("/login").await;
        loop {
            let policy = page.header("content-security-policy");
            assert!(policy.contains("frame-ancestors 'none'"), "{}: {policy}", page.summary());
            assert!(!policy.contains("unsafe-inline"), "{policy}");
            assert_eq!(page.header("x-content-type-options"), "nosniff", "{}", page.summary());
            assert_eq!(page.header("referrer-policy"), "no-referrer", "{}", page.summary());
            assert!(page.header("cache-control").contains("no-store"), "{}", page.summary());
            if page.name() == "account" {
                break;
            }
            page = member.answers(&page).await;
        }
        let missing = browser.get("/no/such/page").await;
        assert_eq!(missing.header("x-content-type-options"), "nosniff");
    })
    .await;
}
