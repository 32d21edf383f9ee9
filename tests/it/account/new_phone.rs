//! A new phone: the QR code here, one number on both, a passkey there, and nothing beside.

mod app;
mod property;
mod qr;

use futures::future::join_all;
use harness::{Authenticator, Browser, Idp, Member, MemberSeed, Page, on_both};
use idp_core::clock::{hours, minutes};

use self::qr::says;
use super::signed_in;

const HERE: &str = "/account/new-phone";
const THERE: &str = "/enrol/new-phone";

/// Shows a QR code and reads it.
pub(crate) async fn shows(browser: &Browser) -> (Page, String) {
    let page = browser.get(HERE).await.submit("new-phone-offer").await;
    assert!(page.has("new-phone-qr"), "{}", page.summary());
    let address = says(&browser.get("/account/new-phone/qr.svg").await.body);
    (page, address)
}

/// A phone that scans, and asks.
pub(crate) async fn scans(idp: &Idp, address: &str) -> (Browser, Page) {
    let phone = idp.browser();
    let page = phone.get(address).await;
    let page = if page.has("phone-ask") { page.submit("phone-ask").await } else { page };
    (phone, page)
}

/// The page here says yes.
pub(crate) async fn confirms(browser: &Browser) -> Page {
    browser.get(HERE).await.submit("new-phone-confirm").await
}

/// The phone makes its passkey.
async fn makes(idp: &Idp, own: &mut Authenticator, page: &Page) -> Page {
    let challenge = page.challenge("passkey-create").await;
    let made = own.creates(&challenge, &idp.origin());
    page.presents("passkey-create", &challenge, &made).await
}

/// The QR code was taken back: the phone is told, and can do nothing.
fn is_over(page: &Page) -> bool {
    page.has("phone-over") && !page.has("phone-ask") && !page.has("passkey-create")
}

async fn passkeys_of(idp: &Idp, member: &Member) -> usize {
    idp.done_events_of(member, "method_enrolled").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_phone_comes_in_by_the_number_and_signs_in_with_its_passkey() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal, browser) = signed_in(&idp, "NP-1").await;
        let before = passkeys_of(&idp, &member).await;

        let (_, address) = shows(&browser).await;
        assert!(address.starts_with(&format!("{}{THERE}?t=", idp.origin())), "{address}");
        let (phone, page) = scans(&idp, &address).await;
        let number = page.text_of("match-number").unwrap();
        assert!(!page.body.contains("NP-1") && !page.body.contains("花子"), "a name before the yes: {}", page.body);
        assert_eq!(browser.get(HERE).await.text_of("match-number").unwrap(), number);
        confirms(&browser).await;

        let page = phone.get(THERE).await;
        assert_eq!(page.text_of("phone-username").as_deref(), Some("NP-1"));
        let mut own = Authenticator::phone();
        let page = makes(&idp, &mut own, &page).await;
        assert!(page.has("phone-sign-in"), "{}", page.summary());
        assert!(browser.get(HERE).await.has("new-phone-methods"));
        assert_eq!(passkeys_of(&idp, &member).await, before + 1);
        for kind in ["new_phone_offered", "new_phone_asked", "new_phone_confirmed"] {
            assert_eq!(idp.done_events_of(&member, kind).await, 1, "{kind}");
        }
        idp.mailbox().mail_to(&member.mail, "ログイン方法が設定されました").await;

        assert_eq!(phone.get("/account").await.path(), "/login", "the phone has no session");
        let asked = portal.asks();
        let page = phone.get(&asked.url).await;
        let challenge = page.challenge("passkey-submit").await;
        let page = page.presents("passkey-submit", &challenge, &own.signs(&challenge, &idp.origin())).await;
        assert!(page.has("recovery-codes"), "the first strong way in comes with codes on paper: {}", page.summary());
        let page = page.submit("recovery-codes-kept").await;
        let page = if page.has("passkey-skip") { page.submit("passkey-skip").await } else { page };
        let claims = portal.redeems(&asked, page.arrived().code()).await.claims();
        assert_eq!(claims["acr"], "phr", "{claims}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_alone_gives_nothing() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, _, browser) = signed_in(&idp, "NP-2").await;
        let before = passkeys_of(&idp, &member).await;
        let (_, address) = shows(&browser).await;

        let scanner = idp.browser();
        for _ in 0..3 {
            assert!(scanner.get(&address).await.has("phone-ask"), "opening it changes nothing");
        }
        let (phone, page) = scans(&idp, &address).await;
        assert!(page.has("match-number"), "{}", page.summary());
        assert!(is_over(&scanner.get(&address).await), "one phone asked already");

        let form = phone.get(THERE).await;
        let mut fields = form.hidden();
        if fields.is_empty() {
            fields = phone.get("/login").await.hidden();
        }
        let challenge = phone.post_once("/enrol/new-phone/options", &fields).await;
        assert_eq!(challenge.json()["location"], THERE, "no challenge before the yes");
        fields.extend([("action".into(), "create".into()), ("credential".into(), "{}".into())]);
        let page = phone.post(THERE, &fields).await;
        assert!(page.has("match-number"), "{}", page.summary());
        for path in ["/account", "/account/methods", HERE] {
            assert_eq!(phone.get(path).await.path(), "/login", "{path}");
        }
        assert_eq!(passkeys_of(&idp, &member).await, before);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_phones_that_ask_at_once_one_gets_the_number() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (_, _, browser) = signed_in(&idp, "NP-3").await;
        let (_, address) = shows(&browser).await;
        let phones: Vec<_> = (0..8).map(|_| idp.browser()).collect();
        let pages = join_all(phones.iter().map(|phone| phone.get(&address))).await;

        let answers = join_all(pages.iter().map(|page| page.submit("phone-ask"))).await;

        assert_eq!(answers.iter().filter(|page| page.has("match-number")).count(), 1);
        assert_eq!(answers.iter().filter(|page| is_over(page)).count(), 7);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_answers_at_once_one_passkey_is_made_and_none_after() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, _, browser) = signed_in(&idp, "NP-4").await;
        let before = passkeys_of(&idp, &member).await;
        let (_, address) = shows(&browser).await;
        let (phone, _) = scans(&idp, &address).await;
        confirms(&browser).await;
        let page = phone.get(THERE).await;
        let mut answers = Vec::new();
        for _ in 0..6 {
            let challenge = page.challenge("passkey-create").await;
            let made = Authenticator::phone().creates(&challenge, &idp.origin());
            answers.push((challenge, made));
        }
        let late = answers.pop().unwrap();

        let ended = join_all(answers.iter().map(|(challenge, made)| page.presents("passkey-create", challenge, made)));
        assert!(ended.await.iter().all(|page| page.has("phone-sign-in")));
        assert!(page.presents("passkey-create", &late.0, &late.1).await.has("phone-sign-in"));

        assert_eq!(passkeys_of(&idp, &member).await, before + 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn showing_the_code_and_saying_yes_ask_for_a_fresh_proof() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, _, browser) = signed_in(&idp, "NP-5").await;
        idp.advance(minutes(6));
        let page = browser.get(HERE).await;
        assert_eq!(page.path(), "/login", "{}", page.summary());
        let page = member.types_password(&page, &member.password).await;
        assert_eq!(page.path(), HERE, "{}", page.summary());

        idp.advance(minutes(8));
        let page = page.submit("new-phone-offer").await;
        assert!(page.has("new-phone-qr"), "{}", page.summary());
        let address = says(&browser.get("/account/new-phone/qr.svg").await.body);
        idp.advance(minutes(4));
        scans(&idp, &address).await;
        let page = confirms(&browser).await;
        assert_eq!(page.path(), "/login", "the proof is twelve minutes old: {}", page.summary());
        let page = member.types_password(&page, &member.password).await;
        assert!(page.has("new-phone-confirm"), "{}", page.summary());
        assert!(!page.submit("new-phone-confirm").await.has("new-phone-confirm"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_mailed_codes_alone_proves_the_mailbox_again() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, _, browser) = signed_in(&idp, "NP-7").await;
        for _ in 0..2 {
            idp.advance(minutes(16));
            browser.get("/account").await;
        }
        let page = member.types_password(&browser.get(HERE).await, &member.password).await;
        assert!(page.has("mail-code"), "{}", page.summary());
        let mut fields = page.hidden();
        fields.push(("action".into(), "offer".into()));
        let pushed = browser.post(HERE, &fields).await;
        assert!(!pushed.has("new-phone-qr"), "{}", pushed.summary());
        let page = member.answers(&page).await;
        assert_eq!(page.path(), HERE, "{}", page.summary());
        assert!(page.submit("new-phone-offer").await.has("new-phone-qr"));
    })
    .await;
}

/// What ends a hand-over.
#[derive(Debug, Clone, Copy)]
enum End {
    TenMinutes,
    NewerCode,
    Cancelled,
    SignedOut,
    SignedOutElsewhere,
    NewPassword,
    NewAddress,
    Disabled,
}

const ENDS: [End; 8] = [
    End::TenMinutes,
    End::NewerCode,
    End::Cancelled,
    End::SignedOut,
    End::SignedOutElsewhere,
    End::NewPassword,
    End::NewAddress,
    End::Disabled,
];

async fn ends(idp: &Idp, (member, browser): (&Member, &Browser), end: End) {
    match end {
        End::TenMinutes => idp.advance(minutes(10)),
        End::NewerCode => {
            // A click on the page as it stands in another tab.
            let form = browser.get(HERE).await;
            let mut fields = form.hidden();
            fields.push(("action".into(), "offer".into()));
            assert!(browser.post(HERE, &fields).await.has("new-phone-qr"));
        }
        End::Cancelled => assert!(browser.get(HERE).await.submit("new-phone-cancel").await.has("new-phone-offer")),
        End::SignedOut => drop(browser.get("/logout").await.submit("logout-confirm").await),
        End::SignedOutElsewhere => {
            let other = idp.browser();
            let page = member.walks_to(other.get("/account/sessions").await, "/account/sessions").await;
            page.submit("sessions-revoke-all").await;
        }
        End::NewPassword => {
            let page = browser.get("/account/password").await;
            let mut fields = page.fields("password-submit");
            fields.retain(|(name, _)| !name.starts_with("new-password") && name != "sign-out-others");
            for name in ["new-password", "new-password-confirm"] {
                fields.push((name.into(), member.password.clone() + "-x"));
            }
            assert_eq!(browser.post("/account/password", &fields).await.path(), "/account");
        }
        End::NewAddress => {
            let new = format!("new.{}@example.jp", member.user_id.to_lowercase());
            let page = browser.get("/account/mail").await.fill("mail", &new).submit("mail-submit").await;
            let code = idp.mailbox().code_to(&new).await;
            assert_eq!(page.fill("mail-code", &code).submit("mail-code-submit").await.path(), "/account");
        }
        End::Disabled => idp.disables(&member.user_id).await,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_ends_it_ends_it_at_every_stage() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        for (number, end) in ENDS.into_iter().enumerate() {
            let member = idp.member(MemberSeed::new(&format!("NP-6{number}"))).await;
            for stage in [2, 1, 0] {
                let browser = idp.browser();
                let page = member.walks_to(browser.get("/account").await, "/account").await;
                assert_eq!(page.path(), "/account", "{}", page.summary());
                let (_, address) = shows(&browser).await;
                let mut phone = idp.browser();
                if stage > 0 {
                    (phone, _) = scans(&idp, &address).await;
                }
                if stage > 1 {
                    confirms(&browser).await;
                    assert!(phone.get(THERE).await.has("passkey-create"), "{end:?}");
                }
                let enrolled = passkeys_of(&idp, &member).await;
                let open = phone.get(THERE).await;
                let challenge =
                    if stage > 1 { open.challenge("passkey-create").await } else { serde_json::Value::Null };

                ends(&idp, (&member, &browser), end).await;

                assert!(is_over(&phone.get(&address).await), "{end:?} at stage {stage}");
                assert!(is_over(&phone.get(THERE).await), "{end:?} at stage {stage}");
                if stage > 1 {
                    let made = Authenticator::phone().creates(&challenge, &idp.origin());
                    assert!(is_over(&open.presents("passkey-create", &challenge, &made).await), "{end:?}");
                }
                assert_eq!(passkeys_of(&idp, &member).await, enrolled, "{end:?} at stage {stage}");
                // These change what the member signs in with.
                if matches!(end, End::NewPassword | End::NewAddress | End::Disabled) {
                    break;
                }
                idp.advance(hours(1));
            }
        }
    })
    .await;
}
