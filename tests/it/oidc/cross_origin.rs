//! Scripts of public clients on pages of other origins (Fetch §3.3): what they may call and read, and that no cookie helps.

use harness::{Idp, MemberSeed, Portal, on_both, owned};
use idp_core::client::AuthMethod;
use reqwest::Method;
use reqwest::header::HeaderMap;

const PAGE: &str = "https://portal.example";

/// Every endpoint that docs/relying-parties.md names, and the method of a script there.
const OPEN: [(&str, &str); 7] = [
    ("/.well-known/openid-configuration", "GET"),
    ("/.well-known/oauth-authorization-server", "GET"),
    ("/jwks", "GET"),
    ("/token", "POST"),
    ("/userinfo", "POST"),
    ("/par", "POST"),
    ("/revoke", "POST"),
];

/// Whether a page of that origin may read an answer with these headers.
fn is_readable(headers: &HeaderMap) -> bool {
    assert!(!headers.contains_key("access-control-allow-credentials"), "no cookie counts");
    headers.get("access-control-allow-origin").is_some_and(|allowed| allowed == "*" || allowed == PAGE)
}

/// What a browser asks before a script calls with a proof of possession; status and headers.
async fn asks_first(idp: &Idp, path: &str, method: &str) -> (u16, HeaderMap) {
    let asked = idp
        .http()
        .request(Method::OPTIONS, format!("{}{path}", idp.origin()))
        .header("origin", PAGE)
        .header("access-control-request-method", method)
        .header("access-control-request-headers", "authorization,content-type,dpop");
    let answer = asked.send().await.unwrap();
    (answer.status().as_u16(), answer.headers().clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_asks_first_is_let_in_where_scripts_have_business_and_nowhere_else() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let listed = |headers: &HeaderMap, name: &str| -> Vec<String> {
            let list = headers.get(name).map_or("", |list| list.to_str().unwrap());
            list.split(',').map(|one| one.trim().to_ascii_lowercase()).collect()
        };
        for (path, method) in OPEN {
            let (status, headers) = asks_first(&idp, path, method).await;
            assert!((200..300).contains(&status) && is_readable(&headers), "{path}: {status} {headers:?}");
            assert!(listed(&headers, "access-control-allow-methods").contains(&method.to_ascii_lowercase()), "{path}");
            let allowed = listed(&headers, "access-control-allow-headers");
            assert!(["authorization", "content-type", "dpop"].iter().all(|name| allowed.contains(&(*name).into())));
        }
        for path in ["/authorize", "/login", "/logout", "/account", "/introspect", "/end_session", "/consent"] {
            let (_, headers) = asks_first(&idp, path, "POST").await;
            assert!(!is_readable(&headers), "{path}: {headers:?}");
        }
    })
    .await;
}

async fn calls(portal: &Portal, path: &str, fields: &[(&str, &str)]) -> (u16, HeaderMap) {
    let answer = portal.posts_to(path, owned(fields), &[("origin", PAGE)]).await;
    (answer.status, answer.headers)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_pushes_its_request_and_takes_its_tokens_back_and_reads_why_it_is_refused() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let page = idp.portal_with("page", |settings| settings.auth_method = AuthMethod::None).await;
        let (member, browser) = (idp.member(MemberSeed::new("CO-1")).await, idp.browser());
        let (asked, arrival) = member.signs_in(&browser, &page).await;

        let code = [
            ("grant_type", "authorization_code"),
            ("code", arrival.code()),
            ("redirect_uri", &page.redirect_uri),
            ("code_verifier", &asked.verifier),
        ];
        let tokens = page.posts_to("/token", owned(&code), &[("origin", PAGE)]).await;
        assert!(tokens.status == 200 && is_readable(&tokens.headers), "{:?}", tokens.headers);

        let again = url::Url::parse(&page.asks().url).unwrap();
        let again: Vec<_> = again.query_pairs().into_owned().filter(|(name, _)| name != "client_id").collect();
        let pushed = page.posts_to("/par", again, &[("origin", PAGE)]).await;
        assert!(pushed.status == 201 && is_readable(&pushed.headers), "{} {:?}", pushed.status, pushed.headers);
        let uri = pushed.json["request_uri"].as_str().unwrap();
        browser.get(&page.pushed_url(uri)).await.arrived().code();
        let (status, headers) = calls(&page, "/par", &[("response_type", "code")]).await;
        assert!(status == 400 && is_readable(&headers), "{status} {headers:?}");

        let (status, headers) = calls(&page, "/revoke", &[("token", tokens.access_token())]).await;
        assert!(status == 200 && is_readable(&headers), "{status} {headers:?}");
        assert_eq!(page.userinfo(tokens.access_token()).await.0, 401, "it was taken back");
        let (status, headers) = calls(&page, "/revoke", &[]).await;
        assert!(status == 400 && is_readable(&headers), "{status} {headers:?}");

        // Nothing that a cookie opens is read from there.
        let account = browser.send(browser.request(Method::GET, "/account").header("origin", PAGE)).await;
        assert_eq!((account.status, account.name(), is_readable(&account.headers)), (200, "account".into(), false));
    })
    .await;
}
