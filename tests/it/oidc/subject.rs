//! Pairwise subjects: one member, another name in every sector, the same one everywhere within.

use harness::{Idp, MemberSeed, on_both};
use idp_core::client::{HttpsUri, Subject, SubjectType};
use idp_core::redirect_uri::RedirectUri;

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
