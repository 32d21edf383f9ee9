//! Signing out where an application sends the browser

use harness::{Idp, MemberSeed, on_both};
use idp_core::realm::RefusalDetails;
use serde_json::json;

use super::Walk;

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_out_is_doubted_in_this_order() {
    on_both(async |database| {
        let idp =
            Idp::start_with(database, |settings| settings.refusal_details = RefusalDetails::ShownToEveryone).await;
        let (portal, browser) = (idp.portal().await, idp.browser());
        let mut tokens = Vec::new();
        for (user_id, browser) in [("F-10", &idp.browser()), ("F-11", &browser)] {
            let member = idp.member(MemberSeed::new(user_id)).await;
            let (asked, arrival) = member.signs_in(browser, &portal).await;
            tokens.push(portal.redeems(&asked, arrival.code()).await.id_token().to_owned());
        }
        let elsewhere = ("post_logout_redirect_uri", "https://elsewhere.example/");
        let mut walk = Walk::down("doubted at /end_session");
        for params in [
            vec![("state", "a"), ("state", "b"), elsewhere],
            vec![elsewhere],
            vec![("id_token_hint", "x"), elsewhere],
            vec![("id_token_hint", &tokens[0]), elsewhere],
            vec![("id_token_hint", &tokens[1]), elsewhere],
        ] {
            let page = browser.get(&portal.end_session_url(&params)).await;
            let [parameter, rule] = ["refusal-parameter", "refusal-rule"].map(|id| page.text_of(id));
            walk.meets(&json!({"error": parameter, "error_description": rule}));
        }
        let good =
            [("id_token_hint", tokens[1].as_str()), ("post_logout_redirect_uri", &portal.post_logout_redirect_uri)];
        let arrival = browser.get(&portal.end_session_url(&good)).await.arrived();
        assert!(walk.ahead.is_empty() && arrival.url.as_str().starts_with(&portal.post_logout_redirect_uri));
    })
    .await;
}
