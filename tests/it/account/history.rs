//! What happened and which applications hold something, for the member alone.

use harness::{Idp, on_both};
use idp_core::client::HttpsUri;

use super::{id_of, ids_of, signed_in};

#[tokio::test(flavor = "multi_thread")]
async fn what_happened_is_told_page_by_page_and_of_nobody_else() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal, browser) = signed_in(&idp, "AC-6001").await;
        let other = idp.member(harness::MemberSeed::new("AC-6002")).await;
        other.walks(idp.browser().get("/login").await).await;
        for _ in 0..8 {
            let again = idp.browser();
            member.signs_in(&again, &portal).await;
        }

        let mut page = browser.get("/account/history").await;
        let mut lines = page.body.matches("<li><span class=\"hint\">").count();
        assert_eq!(lines, 20, "{}", page.body);
        assert!(page.body.contains("ログインしました"));
        while page.has("history-older") {
            page = page.follow("history-older").await;
            lines += page.body.matches("<li><span class=\"hint\">").count();
        }
        assert!(page.has("history-newest"));
        let mut told = 0;
        for kind in idp_core::account::history::TOLD {
            told += idp.events_of(&member, &kind.name()).await;
        }
        assert_eq!(lines, told);
        for nonsense in ["?before=x", "?before=-1", "?before=99999999999999999999", "?before=0"] {
            assert_eq!(browser.get(&format!("/account/history{nonsense}")).await.status, 200, "{nonsense}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_is_listed_and_what_it_holds_can_be_taken_back() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (_, portal, browser) = signed_in(&idp, "AC-6003").await;
        let asked = portal.asks();
        let tokens = portal.redeems(&asked, browser.get(&asked.url).await.arrived().code()).await;
        assert_eq!(portal.userinfo(tokens.access_token()).await.0, 200);

        let page = browser.get("/account/applications").await;
        assert!(page.body.contains("健保ポータル"));
        let page = page.submit(&id_of(&page, "application-revoke-")).await;

        assert!(ids_of(&page, "application-revoke-").is_empty(), "{}", page.summary());
        assert_eq!(portal.userinfo(tokens.access_token()).await.0, 401);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_that_starts_sign_ins_itself_is_opened_from_its_entry() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (_, _, browser) = signed_in(&idp, "AC-6005").await;
        let uri = HttpsUri::parse("https://clinic.example/login?from=kenpo").unwrap();
        let clinic = idp.portal_with("clinic", |settings| settings.initiate_login_uri = Some(uri)).await;
        browser.get(&clinic.asks().url).await.arrived();

        let page = browser.get("/account/applications").await;
        let links = ids_of(&page, "application-open-");
        let [link] = links.as_slice() else { panic!("{links:?}: {}", page.summary()) };
        let address = page.attribute_of(link, "href").unwrap();
        let iss: String = url::form_urlencoded::byte_serialize(idp.origin().as_bytes()).collect();
        assert_eq!(address, format!("https://clinic.example/login?from=kenpo&iss={iss}"), "OpenID Connect Core §4");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sheet_to_print_holds_no_secret() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, _, browser) = signed_in(&idp, "AC-6004").await;

        let page = browser.get("/account/print").await;

        assert!(page.body.contains("AC-6004") && page.body.contains(&format!("{}/login", idp.origin())));
        assert!(!page.body.contains(&member.mail) && !page.body.contains(&member.password));
    })
    .await;
}
