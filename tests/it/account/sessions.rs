//! Where a member is signed in: listed, ended one by one or all at once, on every node at once.

use std::time::Duration;

use harness::{Browser, Idp, Portal, on_both};
use idp_core::clock::minutes;

use super::{id_of, ids_of, signed_in};

async fn is_signed_in(browser: &Browser, portal: &Portal) -> bool {
    let arrival = browser.get(&portal.asks_with(&[("prompt", "none")]).url).await.arrived();
    arrival.get("error").is_empty()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_session_is_listed_and_this_one_is_marked() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal, here) = signed_in(&idp, "AC-2001").await;
        idp.advance(minutes(3));
        let there = idp.browser();
        member.signs_in(&there, &portal).await;

        let page = here.get("/account/sessions").await;
        assert!(page.has("session-here"), "{}", page.body);
        let other = id_of(&page, "session-revoke-");
        let page = page.submit(&other).await;

        assert_eq!(ids_of(&page, "session-revoke-").len(), 0, "{}", page.summary());
        assert!(!is_signed_in(&there, &portal).await);
        assert!(is_signed_in(&here, &portal).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_all_others_ends_what_they_were_granted_and_what_is_under_way() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal, here) = signed_in(&idp, "AC-2002").await;
        let there = idp.browser();
        let (asked, arrival) = member.signs_in(&there, &portal).await;
        let tokens = portal.redeems(&asked, arrival.code()).await;
        let asked_here = portal.asks();
        let kept = portal.redeems(&asked_here, here.get(&asked_here.url).await.arrived().code()).await;
        let half = member.types_password(&idp.browser().get("/login").await, &member.password).await;
        assert_eq!(half.path(), "/login/mail-code");

        here.get("/account/sessions").await.submit("sessions-revoke-all").await;

        assert!(!is_signed_in(&there, &portal).await);
        assert_eq!(portal.userinfo(tokens.access_token()).await.0, 401);
        assert_eq!(half.reload().await.path(), "/login", "a login in progress begins anew");
        assert!(is_signed_in(&here, &portal).await);
        assert_eq!(portal.userinfo(kept.access_token()).await.0, 200, "what was granted here stays");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_ends_the_session_of_another_member() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (_, portal, first) = signed_in(&idp, "AC-2003").await;
        let member = idp.member(harness::MemberSeed::new("AC-2004")).await;
        let (second, third) = (idp.browser(), idp.browser());
        member.signs_in(&second, &portal).await;
        member.signs_in(&third, &portal).await;
        let foreign = id_of(&second.get("/account/sessions").await, "session-revoke-");
        let foreign = foreign.trim_start_matches("session-").to_owned();

        let page = first.get("/account/sessions").await;
        for action in
            [foreign.as_str(), "revoke-ses_00000000000000000000000000000000", "revoke-", "revoke-x", "forget-y"]
        {
            let mut fields = page.fields("sessions-revoke-all");
            fields.retain(|(name, _)| name != "action");
            fields.push(("action".into(), action.into()));
            let answer = first.post("/account/sessions", &fields).await;
            assert_eq!((answer.status, answer.path()), (200, "/account/sessions"), "{action}");
        }

        assert!(is_signed_in(&second, &portal).await && is_signed_in(&third, &portal).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_at_the_account_keeps_a_session_alive() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (_, portal, browser) = signed_in(&idp, "AC-2005").await;
        for _ in 0..3 {
            idp.advance(minutes(20));
            assert_eq!(browser.get("/account/history").await.path(), "/account/history");
        }
        assert!(is_signed_in(&browser, &portal).await);
        idp.advance(minutes(31));
        assert_eq!(browser.get("/account/history").await.path(), "/login");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_idle_and_absolute_limits_are_the_realms() {
    on_both(async |database| {
        let adjust = |settings: &mut idp_core::realm::RealmSettings| {
            settings.session_idle_minutes = 5;
            settings.session_absolute_minutes = 12;
        };
        let idp = Idp::start_with(database, adjust).await;
        let (member, portal, browser) = signed_in(&idp, "AC-2006").await;
        idp.advance(minutes(4));
        assert!(is_signed_in(&browser, &portal).await);
        idp.advance(minutes(5));
        assert!(!is_signed_in(&browser, &portal).await, "idle");

        member.signs_in(&browser, &portal).await;
        for _ in 0..3 {
            idp.advance(minutes(3));
            assert!(is_signed_in(&browser, &portal).await);
        }
        idp.advance(minutes(3));
        assert!(!is_signed_in(&browser, &portal).await, "absolute");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn uses_close_together_are_noted_once_and_let_no_session_live_longer() {
    on_both(async |database| {
        let idp = Idp::start_with(database, |settings| settings.session_idle_minutes = 5).await;
        let (member, portal, browser) = signed_in(&idp, "AC-2010").await;
        idp.advance(Duration::from_secs(4));
        assert!(is_signed_in(&browser, &portal).await);
        idp.advance(minutes(5) - Duration::from_secs(4));
        assert!(!is_signed_in(&browser, &portal).await, "five minutes after what was noted");

        member.signs_in(&browser, &portal).await;
        idp.advance(Duration::from_secs(5));
        assert!(is_signed_in(&browser, &portal).await);
        idp.advance(minutes(5) - Duration::from_secs(1));
        assert!(is_signed_in(&browser, &portal).await, "a sixtieth of them later a use is noted");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_tells_which_applications_may_still_be_open() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (_, _, browser) = signed_in(&idp, "AC-2007").await;

        let page = browser.get("/logout").await.submit("logout-confirm").await;

        assert_eq!(page.name(), "signed-out");
        assert_eq!(page.text_of("left-open").as_deref(), Some("健保ポータル"));
        let stranger = idp.browser().get(page.url.as_str()).await;
        assert!(!stranger.has("left-open"), "only the browser of the session is told");
        idp.advance(minutes(11));
        assert!(!page.reload().await.has("left-open"));
        assert_eq!(idp.browser().get("/signed-out?session=nonsense").await.status, 200);
    })
    .await;
}
