//! The desk: a member calls, and the operator sees where they are stuck and helps.

use futures::FutureExt as _;
use harness::{Idp, Member, MemberSeed, on_both};
use idp_core::admin::desk::{Desk, Look, Whereabouts, Who, look};
use idp_core::admin::member::Change;
use idp_core::admin::remedy::{self, Removal, Renaming, Resent};
use idp_core::admin::session;
use idp_core::clock::minutes;
use idp_core::user_id::{UserId, UserIdNormal};

fn id_of(text: &str) -> UserIdNormal {
    UserId::parse(text).unwrap().normal().clone()
}

async fn seen(idp: &Idp, member: &Member) -> Desk {
    let who = Who::UserId(id_of(&member.user_id));
    match idp.operate(move |ctx| async move { look(ctx, &who).await }.boxed()).await {
        Look::Seen(desk) => *desk,
        other => panic!("{other:?}"),
    }
}

fn sits_at(desk: &Desk) -> &str {
    match &desk.whereabouts {
        Whereabouts::Sitting { at, .. } => at,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_desk_follows_a_member_through_the_journey_and_every_look_is_on_record() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let portal = idp.portal().await;
        let member = idp.member(MemberSeed::new("D-1001")).await.wanting_an_app();
        assert_eq!(seen(&idp, &member).await.whereabouts, Whereabouts::Owes { step: "birth_date" });

        let browser = idp.browser();
        let page = member.walks_to(browser.get(&portal.asks().url).await, "/onboarding/birth-date").await;
        assert_eq!(sits_at(&seen(&idp, &member).await), "birth_date");
        let page = page.fill("birth-date", "1999-09-09").submit("birth-date-submit").await;
        let told = page.error_code().unwrap();
        let desk = seen(&idp, &member).await;
        assert_eq!(desk.last_seen.as_ref().and_then(|seen| seen.error), Some(told.as_str()));
        let page = member.walks_to(page, "/onboarding/mail-sent").await;
        let desk = seen(&idp, &member).await;
        assert_eq!(sits_at(&desk), "mail_proof");
        assert_eq!(desk.mails[0].kind, "verify_address");
        member.walks(page.reload().await).await;

        let desk = seen(&idp, &member).await;
        assert_eq!(desk.whereabouts, Whereabouts::Done);
        assert_eq!((desk.methods.len(), desk.sessions.len()), (1, 1));
        assert_eq!(desk.record.letters[0].state.name(), "done");
        assert_eq!(idp.events_of(&member, "member_viewed").await, 5);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_desk_tells_when_a_lock_ends() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("D-1002")).await;
        let page = idp.browser().get("/login").await;
        for _ in 0..10 {
            member.types_password(&page, "certainly not the right one").await;
        }
        let desk = seen(&idp, &member).await;
        assert_eq!(desk.lock.until, Some(idp.now() + minutes(1)));
        assert_eq!(desk.last_seen.unwrap().error, Some("locked"));
        idp.advance(minutes(2));
        assert_eq!(seen(&idp, &member).await.lock.until, None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_sent_again_from_the_desk_carries_the_waiting_page_on_and_voids_the_earlier_code() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("D-1003")).await;
        let id = id_of(&member.user_id);
        let resend = async || {
            let id = id.clone();
            idp.operate(move |ctx| async move { remedy::resend_mail(ctx, &id).await }.boxed()).await
        };
        assert_eq!(resend().await, Resent::NothingAwaited);
        let browser = idp.browser();
        let page = member.walks_to(browser.get("/login").await, "/onboarding/mail-sent").await;
        let (old, _) = idp.mailbox().code_and_link_to(&member.mail).await;

        assert!(matches!(resend().await, Resent::Wait { .. }));
        idp.advance(minutes(2));
        assert!(matches!(resend().await, Resent::Sent { .. }));
        let (new, _) = idp.mailbox().code_and_link_to(&member.mail).await;
        assert_ne!(old, new);
        let page = page.fill("mail-code", &old).submit("mail-code-submit").await;
        assert_eq!(page.error_code().as_deref(), Some("code_wrong"));
        let page = page.fill("mail-code", &new).submit("mail-code-submit").await;
        assert_eq!(page.path(), "/onboarding/method");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn terms_a_method_and_a_password_can_be_asked_for_again() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let portal = idp.portal().await;
        let member = idp.member(MemberSeed::new("D-1004")).await.wanting_an_app();
        let browser = idp.browser();
        member.signs_in(&browser, &portal).await;
        let id = id_of(&member.user_id);

        let required = id.clone();
        let change = idp.operate(move |ctx| async move { remedy::require_terms(ctx, &required).await }.boxed()).await;
        assert!(matches!(change, Change::Changed(_)));
        let other = idp.browser();
        let page = other.get(&portal.asks().url).await;
        let page = member.walks_to(page, "/onboarding/terms").await;
        member.walks(page).await.arrived();

        let gone = id.clone();
        let removed =
            idp.operate(move |ctx| async move { remedy::remove_method(ctx, &gone, None).await }.boxed()).await;
        assert!(matches!(removed, Removal::Removed(_)));
        assert_eq!(browser.get("/account").await.path(), "/login", "a session outlived its method");
        let page = member.walks_to(idp.browser().get(&portal.asks().url).await, "/onboarding/method").await;
        let page = member.walks_to(page, "/enrol/totp").await;
        member.walks(page).await.arrived();

        idp.requires_new_password_of(&member.user_id).await;
        let page = idp.browser().get(&portal.asks().url).await;
        member.walks_to(page, "/onboarding/password").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signed_out_from_the_desk_is_signed_out_everywhere() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let portal = idp.portal().await;
        let member = idp.member(MemberSeed::new("D-1005")).await;
        let (one, two) = (idp.browser(), idp.browser());
        let (asked, arrival) = member.signs_in(&one, &portal).await;
        member.signs_in(&two, &portal).await;
        let tokens = portal.redeems(&asked, arrival.code()).await;
        let token = tokens.json["access_token"].as_str().unwrap().to_owned();
        assert_eq!(portal.userinfo(&token).await.0, 200);

        let id = id_of(&member.user_id);
        let ended = idp.operate(move |ctx| async move { session::revoke_all(ctx, &id).await }.boxed()).await;
        assert_eq!(ended, Some(2));
        for browser in [one, two] {
            assert_eq!(browser.get("/account").await.path(), "/login");
        }
        assert_eq!(portal.userinfo(&token).await.0, 401);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_member_stays_the_same_and_whoever_gets_a_deleted_ones_id_is_somebody_else() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let portal = idp.portal().await;
        let mut member = idp.member(MemberSeed::new("D-1006")).await;
        let sub_of = async |member: &Member| {
            let (asked, arrival) = member.signs_in(&idp.browser(), &portal).await;
            let tokens = portal.redeems(&asked, arrival.code()).await;
            let token = tokens.json["access_token"].as_str().unwrap().to_owned();
            (portal.userinfo(&token).await.1["sub"].as_str().unwrap().to_owned(), token)
        };
        let (sub, _) = sub_of(&member).await;
        let (old, new) = (id_of("D-1006"), UserId::parse("D-2006").unwrap());
        let renamed = idp.operate(move |ctx| async move { remedy::rename(ctx, &old, new).await }.boxed()).await;
        assert!(matches!(renamed, Renaming::Renamed(_)));
        member.user_id = "D-2006".to_owned();
        let (again, token) = sub_of(&member).await;
        assert_eq!(sub, again);

        let id = id_of("D-2006");
        idp.operate(move |ctx| async move { remedy::delete(ctx, &id).await }.boxed()).await;
        assert_eq!(portal.userinfo(&token).await.0, 401);
        let page = idp.browser().get("/login").await;
        assert_eq!(
            member.types_password(&page, &member.password).await.error_code().as_deref(),
            Some("wrong_credentials")
        );
        let heir = idp.member(MemberSeed::new("D-2006")).await;
        assert_ne!(sub_of(&heir).await.0, sub);
    })
    .await;
}
