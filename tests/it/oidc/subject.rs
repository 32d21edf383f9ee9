//! Pairwise subjects: one member, another name in every sector, the same one everywhere within.

use futures::FutureExt;
use harness::{Idp, MemberSeed, on_both};
use idp_core::client::{HttpsUri, Subject, SubjectType};
use idp_core::clock::hours;
use idp_core::redirect_uri::RedirectUri;
use idp_core::store::cleanup;

#[tokio::test(flavor = "multi_thread")]
async fn a_sector_knows_a_member_by_a_name_of_its_own() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("S-1001")).await;
        let browser = idp.browser();
        let mut seen = Vec::new();
        for (name, redirect, sector) in [
            ("a", "https://a.example/cb", None),
            ("b", "https://b.example/cb", None),
            ("a-too", "https://a.example/other", None),
            ("c", "https://c.example/cb", Some("https://a.example/sector.json")),
        ] {
            let mut portal = idp
                .portal_with(name, |settings| {
                    settings.redirect_uris = vec![RedirectUri::parse(redirect).unwrap()];
                    settings.subject = Subject {
                        kind: SubjectType::Pairwise,
                        sector_identifier_uri: sector.map(|uri| HttpsUri::parse(uri).unwrap()),
                    };
                })
                .await;
            portal.redirect_uri = redirect.to_owned();
            let asked = portal.asks();
            let arrival = member.walks(browser.get(&asked.url).await).await.arrived();
            let tokens = portal.redeems(&asked, arrival.code()).await;
            let sub = tokens.claims()["sub"].as_str().unwrap().to_owned();
            assert_eq!(portal.userinfo(tokens.access_token()).await.1["sub"], sub);

            // The hint of a pairwise client finds its member, silently and at sign-out.
            let silent = portal.asks_with(&[("prompt", "none"), ("id_token_hint", tokens.id_token())]);
            assert_eq!(browser.get(&silent.url).await.arrived().get("error"), "");
            seen.push(sub);
        }

        let public = idp.record_of("S-1001").await.member.subject;
        assert!(!seen.contains(&public));
        assert_ne!(seen[0], seen[1]);
        assert_eq!((&seen[0], &seen[0]), (&seen[2], &seen[3]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pairwise_client_names_its_member_by_its_own_subject_and_by_hints_of_any_age() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, other) =
            (idp.member(MemberSeed::new("S-1002")).await, idp.member(MemberSeed::new("S-1003")).await);
        let pairwise = idp.portal_with("own", |settings| settings.subject.kind = SubjectType::Pairwise).await;
        let (browser, elsewhere) = (idp.browser(), idp.browser());
        let (asked, arrival) = member.signs_in(&browser, &pairwise).await;
        let tokens = pairwise.redeems(&asked, arrival.code()).await;
        let sub = tokens.claims()["sub"].as_str().unwrap().to_owned();
        let public = idp.record_of("S-1002").await.member.subject;

        let silently = async |browser: &harness::Browser, name: &str, value: &str| {
            let asked = pairwise.asks_with(&[("prompt", "none"), (name, value)]);
            browser.get(&asked.url).await.arrived().get("error").to_owned()
        };
        let named = |sub: &str| serde_json::json!({ "id_token": { "sub": { "value": sub } } }).to_string();
        assert_eq!(silently(&browser, "claims", &named(&sub)).await, "");
        assert_eq!(silently(&browser, "claims", &named(&public)).await, "login_required", "it is not told so");

        // By now the session of the hint is forgotten, and the cleaner has taken its row.
        idp.advance(hours(40));
        member.signs_in(&browser, &pairwise).await;
        other.signs_in(&elsewhere, &pairwise).await;
        idp.operate(|ctx| cleanup::delete_ended(ctx).boxed()).await;
        assert_eq!(silently(&browser, "id_token_hint", tokens.id_token()).await, "");
        assert_eq!(silently(&browser, "claims", &named(&sub)).await, "");
        for (name, value) in [("id_token_hint", tokens.id_token()), ("claims", &named(&sub))] {
            assert_eq!(silently(&elsewhere, name, value).await, "login_required", "{name}");
        }
        let page = elsewhere.get(&pairwise.asks_with(&[("id_token_hint", tokens.id_token())]).url).await;
        assert_eq!(page.path(), "/login", "somebody else is signed in: {}", page.summary());
    })
    .await;
}
