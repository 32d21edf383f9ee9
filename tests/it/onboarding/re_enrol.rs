//! The letter for a lost phone: with a proof of the mail address it replaces every second step, and alone none.

use harness::{Idp, Member, MemberSeed, Page, Portal, on_both};
use idp_core::admin::letter::{self, Issue, ReEnrol};
use idp_core::user_id::UserId;

async fn with_an_app(idp: &Idp, user_id: &str) -> (Member, Portal) {
    let member = idp.member(MemberSeed::new(user_id)).await.wanting_an_app();
    let portal = idp.portal().await;
    member.signs_in(&idp.browser(), &portal).await;
    (member, portal)
}

async fn re_enrolment(idp: &Idp, user_id: &str) -> ReEnrol {
    let id = UserId::parse(user_id).unwrap().normal().clone();
    idp.operate(move |ctx| Box::pin(async move { letter::re_enrol(ctx, &id).await })).await
}

async fn letter_for(idp: &Idp, member: &Member) -> String {
    let issue = re_enrolment(idp, &member.user_id).await;
    let ReEnrol::Issue(Issue::Issued(letter)) = issue else { panic!("{issue:?}") };
    letter.secret.grouped().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn letter_and_mail_together_replace_the_app() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (mut member, portal) = with_an_app(&idp, "RE-1").await;
        let (old_app, old_codes) = (member.app_secret(), member.recovery_codes());
        member.receives(letter_for(&idp, &member).await);
        member.password = "asagao-to-himawari-no-hanataba".into();

        let page = member.walks_to(idp.browser().get(&portal.asks().url).await, "/onboarding/mail").await;
        let fixed = page.fill("mail", "elsewhere@mail.example").submit("mail-submit").await;
        assert_eq!(fixed.error_code().as_deref(), Some("mail_fixed"), "{}", fixed.summary());
        let page = member.walks_to(page, "/onboarding/method").await;
        let page = member.walks_to(page, "/onboarding/complete").await;
        assert_eq!(idp.events_of(&member, "method_removed").await, 1);
        idp.mailbox().mail_to(&member.mail, "設定し直します").await;
        let page = member.walks(page).await;

        assert!(!page.arrived().code().is_empty());
        assert_ne!(member.app_secret(), old_app);
        assert!(old_codes.iter().all(|code| !member.recovery_codes().contains(code)));
        let page = member.answers(&idp.browser().get(&portal.asks().url).await).await;
        let page = page.follow("other-method").await;
        let page = page.fill("recovery-code", &old_codes[0]).submit("recovery-code-submit").await;
        assert_eq!(page.error_code().as_deref(), Some("recovery_code_wrong"), "{}", page.summary());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_letter_alone_replaces_nothing() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = with_an_app(&idp, "RE-2").await;
        let letter = letter_for(&idp, &member).await;
        let page = member.types_password(&idp.browser().get("/login").await, &letter).await;
        let page = page.fill("birth-date", &member.birth_date).submit("birth-date-submit").await;
        assert_eq!(page.path(), "/onboarding/mail", "{}", page.summary());

        for other in ["/onboarding/method", "/onboarding/password", "/enrol/totp", "/account"] {
            let page = page.browser().get(other).await;
            assert!(["/onboarding/mail", "/login"].contains(&page.path()), "{other}: {}", page.summary());
        }
        assert_eq!(idp.events_of(&member, "method_removed").await, 0);
        idp.advance(idp_core::clock::minutes(2));
        assert!(
            member.walks(idp.browser().get(&portal.asks().url).await).await.arrival().is_some(),
            "the app works on"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_login_letter_never_replaces_the_app() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, _) = with_an_app(&idp, "RE-3").await;
        let letter = idp.reissues_letter_to("RE-3").await;
        let page = member.types_password(&idp.browser().get("/login").await, &letter).await;
        assert_eq!(page.path(), "/login/totp", "{}", page.summary());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_mail_address_there_is_no_such_letter() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        idp.member(MemberSeed::new("RE-4")).await;
        assert!(matches!(re_enrolment(&idp, "RE-4").await, ReEnrol::NoMail));
        assert!(matches!(re_enrolment(&idp, "RE-5").await, ReEnrol::Issue(Issue::NoSuchMember)));
        idp.member(MemberSeed::new("RE-6").with_mail_on_file()).await;
        idp.disables("RE-6").await;
        assert!(matches!(re_enrolment(&idp, "RE-6").await, ReEnrol::Issue(Issue::Disabled)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn half_way_through_a_thief_of_the_letter_is_shut_out_by_a_new_one() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, _) = with_an_app(&idp, "RE-7").await;
        let letter = letter_for(&idp, &member).await;
        let page: Page = member.types_password(&idp.browser().get("/login").await, &letter).await;
        assert_eq!(page.path(), "/onboarding/birth-date", "{}", page.summary());

        letter_for(&idp, &member).await;

        let page = page.fill("birth-date", &member.birth_date).submit("birth-date-submit").await;
        assert_eq!(page.path(), "/login", "{}", page.summary());
    })
    .await;
}
