//! Redeeming a code

use harness::{ClientKey, MemberSeed, on_both};

use super::Mend::{Proved, Set};
use super::{API, Call, KIND, Walk, crowd, details, place, thumbprint};

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_refused_in_this_order() {
    on_both(async |database| {
        let idp = place(database).await;
        let (member, portal, browser) = (idp.member(MemberSeed::new("F-1")).await, idp.portal().await, idp.browser());
        let (own, other) = (ClientKey::new("own"), ClientKey::new("other"));
        let (asked, arrival) = member.signs_in(&browser, &portal).await;
        let used = arrival.code().to_owned();
        assert_eq!(portal.redeems(&asked, &used).await.status, 200);
        let jkt = thumbprint(&own);
        let allowed = details(1);
        let asked = portal.asks_with(&[("dpop_jkt", &jkt), ("authorization_details", &allowed)]);
        let code = member.walks(browser.get(&asked.url).await).await.arrived().code().to_owned();

        let broken = [("grant_type", "authorization_code"), ("authorization_details", KIND)];
        let mut call = Call::at("/token", (&idp, &portal), &[&broken[..], &crowd("resource")].concat()).with_proof("x");
        let mut walk = Walk::down("refused at /token: authorization_code");
        let uri = portal.redirect_uri.clone();
        let mends = [
            Set("code", "x"),
            Set("code", &used),
            Set("code", &code),
            Set("redirect_uri", "https://elsewhere.example/"),
            Set("redirect_uri", &uri),
            Set("code_verifier", &asked.verifier),
            Proved(&other),
            Proved(&own),
        ];
        walk.through(&mut call, &mends).await;
        // Each row of the two tables that follow.
        let mut narrowing = Walk::down("refused: details at /token");
        narrowing.passes("authorization_details need a member who allows them: none is shown them here");
        narrowing.through(&mut call, &[Set("authorization_details", &details(2))]).await;
        narrowing.meets(&call.made().await.json);
        walk.through(&mut call, &[Set("authorization_details", &allowed)]).await;
        let mut resource = Walk::down("refused: the resource");
        resource.through(&mut call, &[Set("resource", "https://elsewhere.example/")]).await;
        resource.meets(&call.made().await.json);
        walk.through(&mut call, &[Set("resource", API)]).await;
        let tokens = call.made().await;
        resource.ends(&tokens);
        narrowing.ends(&tokens);
        walk.ends(&tokens);
    })
    .await;
}
