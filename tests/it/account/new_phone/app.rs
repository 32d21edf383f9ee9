//! An authenticator app on the new phone, in the place of a passkey: one of the two, and as little beside.

use std::time::Duration;

use futures::future::join;
use harness::{Authenticator, Browser, Database, Idp, Member, Page, base32, on_both, totp_at};
use idp_core::credential::Method;

use super::{HERE, THERE, confirms, is_over, passkeys_of as enrolled, scans, shows, signed_in};

const APP: &str = "/enrol/new-phone/totp";

/// A phone that the page said yes to, at the set-up of an app, with the secret that is shown there.
async fn at_the_app(idp: &Idp, browser: &Browser) -> (Browser, Page, Vec<u8>) {
    let (_, address) = shows(browser).await;
    let (phone, _) = scans(idp, &address).await;
    confirms(browser).await;
    let page = phone.get(THERE).await.follow("phone-app").await;
    assert_eq!(page.path(), APP, "{}", page.summary());
    let secret = base32(&page.text_of("totp-key").unwrap());
    (phone, page, secret)
}

async fn types(page: &Page, code: &str) -> Page {
    page.fill("totp-code", code).submit("totp-submit").await
}

async fn signs_in(idp: &Idp, member: &Member, secret: &[u8]) -> Page {
    idp.advance(Duration::from_secs(30));
    let page = member.types_password(&idp.browser().get("/account").await, &member.password).await;
    assert_eq!(page.path(), "/login/totp", "{}", page.summary());
    types(&page, &totp_at(secret, idp.seconds())).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_on_the_new_phone_is_set_up_by_its_code_and_signs_in() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, _, browser) = signed_in(&idp, "NA-1").await;
        let before = enrolled(&idp, &member).await;
        let (phone, page, secret) = at_the_app(&idp, &browser).await;
        assert_eq!(page.text_of("phone-username").as_deref(), Some("NA-1"));
        let opened = page.attribute_of("totp-open", "href").unwrap();
        assert!(opened.starts_with("otpauth://totp/") && opened.contains(":NA-1?secret="), "{opened}");

        for (code, refused) in
            [("", "one_time_code_missing"), ("x", "one_time_code_not_digits"), ("000000", "code_wrong")]
        {
            let page = types(&page, code).await;
            assert_eq!(page.error_code().as_deref(), Some(refused), "{}", page.summary());
            assert_eq!(base32(&page.text_of("totp-key").unwrap()), secret, "the same secret as before");
        }
        let done = types(&page, &totp_at(&secret, idp.seconds())).await;
        assert!(done.has("phone-sign-in"), "{}", done.summary());
        assert!(browser.get(HERE).await.has("new-phone-methods"));
        assert_eq!(enrolled(&idp, &member).await, before + 1);
        idp.mailbox().mail_to(&member.mail, "ログイン方法が設定されました").await;
        assert_eq!(phone.get("/account").await.path(), "/login", "the phone has no session");

        let page = signs_in(&idp, &member, &secret).await;
        assert!(page.has("recovery-codes"), "the first strong way in comes with codes on paper: {}", page.summary());
        assert_eq!(page.submit("recovery-codes-kept").await.name(), "account");
        assert_eq!(signs_in(&idp, &member, &secret).await.name(), "account", "offered once");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn before_the_yes_and_to_anybody_else_no_secret_is_shown() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, _, browser) = signed_in(&idp, "NA-2").await;
        let before = enrolled(&idp, &member).await;
        let (_, address) = shows(&browser).await;
        let (phone, waiting) = scans(&idp, &address).await;
        let asked = phone.get(APP).await;
        assert!(asked.path() == THERE && asked.has("match-number"), "{}", asked.summary());
        let mut fields = idp.browser().get("/login").await.hidden();
        fields.push(("totp-code".into(), "000000".into()));
        let pushed = phone.post(APP, &fields).await;
        assert!(!pushed.has("totp-key") && !pushed.has("phone-sign-in"), "{}", pushed.summary());
        assert!(waiting.reload().await.has("match-number"));

        confirms(&browser).await;
        for other in [idp.browser(), browser.clone()] {
            let page = other.get(APP).await;
            assert!(page.path() == THERE && is_over(&page), "{}", page.summary());
        }
        assert!(phone.get(APP).await.has("totp-key"));
        assert_eq!(enrolled(&idp, &member).await, before);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn passkey_and_app_at_once_are_one_way_in() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, _, browser) = signed_in(&idp, "NA-3").await;
        let before = enrolled(&idp, &member).await;
        let (phone, page, secret) = at_the_app(&idp, &browser).await;
        let create = phone.get(THERE).await;
        let code = totp_at(&secret, idp.seconds());
        let challenge = create.challenge("passkey-create").await;
        let made = Authenticator::phone().creates(&challenge, &idp.origin());

        let by_passkey = create.presents("passkey-create", &challenge, &made);
        let (by_app, by_passkey) = join(types(&page, &code), by_passkey).await;

        assert!(by_app.has("phone-sign-in") && by_passkey.has("phone-sign-in"), "{}", by_app.summary());
        assert!(types(&page, &code).await.has("phone-sign-in"));
        assert_eq!(enrolled(&idp, &member).await, before + 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_back_or_ten_minutes_old_takes_no_code() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, _, browser) = signed_in(&idp, "NA-4").await;
        let before = enrolled(&idp, &member).await;
        let (_, page, secret) = at_the_app(&idp, &browser).await;
        browser.get(HERE).await.submit("new-phone-cancel").await;
        assert!(is_over(&types(&page, &totp_at(&secret, idp.seconds())).await));

        let (_, page, newer) = at_the_app(&idp, &browser).await;
        assert_ne!(newer, secret, "another phone, another secret");
        let old = types(&page, &totp_at(&secret, idp.seconds())).await;
        assert_eq!(old.error_code().as_deref(), Some("code_wrong"), "{}", old.summary());
        idp.advance(Duration::from_secs(600));
        assert!(is_over(&types(&page, &totp_at(&newer, idp.seconds())).await));
        assert_eq!(enrolled(&idp, &member).await, before);
    })
    .await;
}

async fn phone_in_a_realm_with(database: Database, methods: &[Method]) -> (Idp, Browser, Page) {
    let idp = Idp::start_with(database, |settings| settings.methods = methods.to_vec()).await;
    let (_, _, browser) = signed_in(&idp, "NA-5").await;
    let (_, address) = shows(&browser).await;
    let (phone, _) = scans(&idp, &address).await;
    confirms(&browser).await;
    let page = phone.get(THERE).await;
    (idp, phone, page)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_phone_is_offered_what_the_realm_has() {
    on_both(async |database| {
        let (_idp, _, page) = phone_in_a_realm_with(database, &[Method::App, Method::Mail]).await;
        assert!(page.path() == APP && page.has("totp-key") && !page.has("phone-passkey"), "{}", page.summary());
    })
    .await;
    on_both(async |database| {
        let (_idp, phone, page) = phone_in_a_realm_with(database, &[Method::Passkey, Method::Mail]).await;
        assert!(page.has("passkey-create") && !page.has("phone-app"), "{}", page.summary());
        assert_eq!(phone.get(APP).await.path(), THERE);
    })
    .await;
}
