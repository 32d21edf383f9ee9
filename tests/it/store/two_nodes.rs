//! One thing that may be used once, two nodes on one PostgreSQL, and many who use it at the same moment, half of them at
//! each node: one has it. (Authorization codes, tokens and the like have tests of their own kind in `race`.)

use std::collections::HashSet;
use std::time::Duration;

use futures::future::join_all;
use harness::{Authenticator, Browser, Database, Idp, Member, MemberSeed, Node, Page, Portal, base32, totp_at};
use idp_core::admin::letter::{self, Issue, ReEnrol};
use idp_core::realm::MailFallback;
use idp_core::user_id::UserId;
use serde_json::Value;

use crate::account::new_phone::{confirms, scans, shows};

/// How many come at once.
const CROWD: usize = 12;

/// What may be used once.
#[derive(Debug, Clone, Copy)]
enum Item {
    MailedCode,
    MailedCodeInPlace,
    MailLink,
    MailLinkOrCode,
    CodeForNewAddress,
    CodeForNewPassword,
    LinkForNewPassword,
    LinkToUnlock,
    AppSetUp,
    AppStep,
    RecoveryCode,
    ListOfRecoveryCodes,
    LetterSecret,
    LetterForLostPhone,
    PasskeyRegistration,
    PasskeyAssertion,
    NewPhoneAsk,
    NewPhoneYes,
    NewPhonePasskey,
    NewPhoneApp,
    RememberedBrowser,
}

/// Each with the effect that it has once, as the audit log names it.
type Items = &'static [(Item, &'static str)];

const MAILS: Items = &[
    (Item::MailedCode, "session_started"),
    (Item::MailedCodeInPlace, "session_started"),
    (Item::MailLink, "mail_verified"),
    (Item::MailLinkOrCode, "mail_verified"),
    (Item::CodeForNewAddress, "mail_changed"),
    (Item::CodeForNewPassword, "rescue_answered"),
    (Item::LinkForNewPassword, "rescue_answered"),
    (Item::LinkToUnlock, "member_unlocked"),
];
const SECRETS: Items = &[
    (Item::AppSetUp, "method_enrolled"),
    (Item::AppStep, "session_started"),
    (Item::RecoveryCode, "session_started"),
    (Item::ListOfRecoveryCodes, "recovery_codes_made"),
    (Item::LetterSecret, "password_set"),
    (Item::LetterForLostPhone, "method_removed"),
];
const DEVICES: Items = &[
    (Item::PasskeyRegistration, "method_enrolled"),
    (Item::PasskeyAssertion, "session_started"),
    (Item::NewPhoneAsk, "new_phone_asked"),
    (Item::NewPhoneYes, "new_phone_confirmed"),
    (Item::NewPhonePasskey, "method_enrolled"),
    (Item::NewPhoneApp, "method_enrolled"),
    (Item::RememberedBrowser, "browser_forgotten"),
];

/// A button about to be pressed.
struct Press {
    browser: Browser,
    address: String,
    fields: Vec<(String, String)>,
}

impl Press {
    fn of(page: &Page, button: &str, typed: &[(&str, &str)]) -> Self {
        let mut fields = page.fields(button);
        fields.retain(|(name, _)| !typed.iter().any(|(field, _)| field == name));
        fields.extend(typed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let target = page.target(button);
        let address = target.query().map_or(target.path().to_owned(), |query| format!("{}?{query}", target.path()));
        Self { browser: page.browser().clone(), address, fields }
    }

    fn with_passkey(page: &Page, button: &str, challenge: &Value, credential: &Value) -> Self {
        let ceremony = challenge["ceremony"].as_str().unwrap();
        Self::of(page, button, &[("ceremony", ceremony), ("credential", &credential.to_string())])
    }
}

/// Before the race: whoever it is about, and every button.
struct Start<'i> {
    idp: &'i Idp,
    portal: &'i Portal,
    member: Member,
}

#[tokio::test(flavor = "multi_thread")]
async fn mailed_codes_and_links_have_one_winner_over_two_nodes() {
    race(MAILS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn apps_recovery_codes_and_letters_have_one_winner_over_two_nodes() {
    race(SECRETS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn passkeys_and_new_phones_have_one_winner_over_two_nodes() {
    race(DEVICES).await;
}

async fn race(items: Items) {
    let Some(database) = Database::postgres().await else { return };
    let idp = Idp::start_with(database, |settings| {
        settings.remember_browser_days = 30;
        settings.mail_fallback = MailFallback::On;
    })
    .await;
    let (node, portal) = (idp.another_node().await, idp.portal().await);
    for (number, (item, effect)) in items.iter().copied().enumerate() {
        let member = idp.member(MemberSeed::new(&format!("TN-{number}"))).await;
        let start = Start { idp: &idp, portal: &portal, member: member.clone() };
        let presses = start.presses(item).await;
        assert_eq!(presses.len(), CROWD, "{item:?}");
        let before = idp.done_events_of(&member, effect).await;

        let answers = join_all(presses.into_iter().enumerate().map(|(at, press)| send(press, at, &node))).await;

        let seen: Vec<_> = answers.iter().map(Page::summary).collect();
        assert!(answers.iter().all(|page| page.status < 500), "{item:?}: {seen:#?}");
        assert_eq!(idp.done_events_of(&member, effect).await, before + 1, "{item:?}: {seen:#?}");
        let codes: HashSet<_> = answers.iter().filter_map(Page::arrival).map(|at| at.code().to_owned()).collect();
        assert!(codes.len() <= 1, "{item:?}: {seen:#?}");
    }
}

/// Presses it at one node or the other.
async fn send(press: Press, at: usize, node: &Node) -> Page {
    let browser = if at.is_multiple_of(2) { press.browser } else { press.browser.through(node) };
    browser.post(&press.address, &press.fields).await
}

impl Start<'_> {
    async fn presses(self, item: Item) -> Vec<Press> {
        match item {
            Item::MailedCode => self.mailed_code().await,
            Item::MailedCodeInPlace => self.mailed_code_in_place().await,
            Item::MailLink => self.mail_link(0).await,
            Item::MailLinkOrCode => self.mail_link(CROWD / 2).await,
            Item::CodeForNewAddress => self.code_for_new_address().await,
            Item::CodeForNewPassword => self.rescue("/login/forgotten", "forgotten-submit", CROWD).await,
            Item::LinkForNewPassword => self.rescue("/login/forgotten", "forgotten-submit", 0).await,
            Item::LinkToUnlock => self.rescue("/login/unlock", "unlock-submit", 0).await,
            Item::AppSetUp => self.app_set_up().await,
            Item::AppStep => self.app_step().await,
            Item::RecoveryCode => self.recovery_code().await,
            Item::ListOfRecoveryCodes => self.list_of_recovery_codes().await,
            Item::LetterSecret => self.letter_secret().await,
            Item::LetterForLostPhone => self.letter_for_lost_phone().await,
            Item::PasskeyRegistration => self.passkey_registration().await,
            Item::PasskeyAssertion => self.passkey_assertion().await,
            Item::NewPhoneAsk => self.new_phone_ask().await,
            Item::NewPhoneYes => self.new_phone_yes().await,
            Item::NewPhonePasskey => self.new_phone_passkey().await,
            Item::NewPhoneApp => self.new_phone_app().await,
            Item::RememberedBrowser => self.remembered_browser().await,
        }
    }

    /// The same member, signed in once before.
    async fn settled(self) -> Self {
        self.member.signs_in(&self.idp.browser(), self.portal).await;
        self
    }

    /// With an app, at the start of a later step.
    async fn with_an_app(self) -> Self {
        let started = Self { member: self.member.clone().wanting_an_app(), ..self }.settled().await;
        started.idp.advance(Duration::from_secs(90));
        started
    }

    /// At the second step, in another browser.
    async fn at_the_second_step(&self) -> Page {
        self.member.answers(&self.idp.browser().get(&self.portal.asks().url).await).await
    }

    async fn mailed_code(self) -> Vec<Press> {
        let start = self.settled().await;
        let page = start.at_the_second_step().await;
        let code = start.idp.mailbox().code_to(&start.member.mail).await;
        each(|| Press::of(&page, "mail-code-submit", &[("mail-code", &code)]))
    }

    async fn mailed_code_in_place(self) -> Vec<Press> {
        let start = self.with_an_app().await;
        let page = start.at_the_second_step().await.follow("mail-fallback").await.submit("mail-fallback-send").await;
        let code = start.idp.mailbox().code_to(&start.member.mail).await;
        each(|| Press::of(&page, "mail-code-submit", &[("mail-code", &code)]))
    }

    async fn mail_link(self, with_code: usize) -> Vec<Press> {
        let waiting = self.member.walks_to(self.idp.browser().get("/login").await, "/onboarding/mail-sent").await;
        self.links_and_codes(&waiting, with_code).await
    }

    async fn rescue(self, path: &str, button: &str, with_code: usize) -> Vec<Press> {
        let start = self.settled().await;
        let page = start.idp.browser().get(path).await;
        let waiting = page.fill("username", &start.member.user_id).submit(button).await;
        start.links_and_codes(&waiting, with_code).await
    }

    /// The code typed where it is waited for, and the link opened by others.
    async fn links_and_codes(&self, waiting: &Page, with_code: usize) -> Vec<Press> {
        let (code, link) = self.idp.mailbox().code_and_link_to(&self.member.mail).await;
        let mut presses = Vec::new();
        for number in 0..CROWD {
            presses.push(if number < with_code {
                Press::of(waiting, "mail-code-submit", &[("mail-code", &code)])
            } else {
                Press::of(&self.idp.browser().get(&link).await, "mail-verify-submit", &[])
            });
        }
        presses
    }

    async fn code_for_new_address(self) -> Vec<Press> {
        let browser = self.idp.browser();
        let page = self.member.walks_to(browser.get("/account").await, "/account").await;
        let new = format!("new.{}", self.member.mail);
        let page = page.follow("account-mail").await.fill("mail", &new).submit("mail-submit").await;
        let code = self.idp.mailbox().code_to(&new).await;
        each(|| Press::of(&page, "mail-code-submit", &[("mail-code", &code)]))
    }

    async fn app_set_up(self) -> Vec<Press> {
        let member = self.member.wanting_an_app();
        let page = member.walks_to(self.idp.browser().get("/login").await, "/enrol/totp").await;
        member.reads_key(&page);
        let code = member.app_code();
        each(|| Press::of(&page, "totp-submit", &[("totp-code", &code)]))
    }

    async fn app_step(self) -> Vec<Press> {
        let start = self.with_an_app().await;
        let mut pages = Vec::new();
        for _ in 0..CROWD {
            pages.push(start.at_the_second_step().await);
        }
        let code = totp_at(&start.member.app_secret(), start.idp.seconds());
        pages.iter().map(|page| Press::of(page, "totp-submit", &[("totp-code", &code)])).collect()
    }

    async fn recovery_code(self) -> Vec<Press> {
        let start = self.with_an_app().await;
        let code = start.member.recovery_codes()[0].clone();
        let mut presses = Vec::new();
        for _ in 0..CROWD {
            let page = start.at_the_second_step().await.follow("other-method").await;
            presses.push(Press::of(&page, "recovery-code-submit", &[("recovery-code", &code)]));
        }
        presses
    }

    async fn list_of_recovery_codes(self) -> Vec<Press> {
        let member = self.member.wanting_an_app();
        let page = member.walks_to(self.idp.browser().get("/login").await, "/enrol/recovery-codes").await;
        each(|| Press::of(&page, "recovery-codes-kept", &[]))
    }

    /// In browsers that the letter brought as far as the new password.
    async fn letter_secret(self) -> Vec<Press> {
        let mut presses = Vec::new();
        for number in 0..CROWD {
            let browser = self.idp.browser();
            let page = self.member.walks_to(browser.get("/login").await, "/onboarding/password").await;
            presses.push(new_password(&page, number));
        }
        presses
    }

    async fn letter_for_lost_phone(self) -> Vec<Press> {
        let start = self.with_an_app().await;
        let id = UserId::parse(&start.member.user_id).unwrap().normal().clone();
        let issue = start.idp.operate(move |ctx| Box::pin(async move { letter::re_enrol(ctx, &id).await })).await;
        let ReEnrol::Issue(Issue::Issued(letter)) = issue else { panic!("{issue:?}") };
        start.member.receives(letter.secret.grouped().to_string());
        let page = start.member.walks_to(start.idp.browser().get("/login").await, "/onboarding/password").await;
        (0..CROWD).map(|number| new_password(&page, number)).collect()
    }

    async fn passkey_registration(self) -> Vec<Press> {
        let member = self.member.wanting_a_passkey();
        let page = member.walks_to(self.idp.browser().get("/login").await, "/enrol/passkey").await;
        let challenge = page.challenge("passkey-create").await;
        let origin = self.idp.origin();
        let made = || Authenticator::new().creates(&challenge, &origin);
        each(|| Press::with_passkey(&page, "passkey-create", &challenge, &made()))
    }

    async fn passkey_assertion(self) -> Vec<Press> {
        let member = self.member.clone().wanting_a_passkey();
        let start = Self { member, ..self }.settled().await;
        let page = start.idp.browser().get(&start.portal.asks().url).await;
        let challenge = page.challenge("passkey-submit").await;
        let signed = start.member.with_authenticator(|own| own.signs(&challenge, &start.idp.origin()));
        each(|| Press::with_passkey(&page, "passkey-submit", &challenge, &signed))
    }

    /// A browser that shows the QR code, and what that says.
    async fn showing(&self) -> (Browser, String) {
        let browser = self.idp.browser();
        self.member.walks_to(browser.get("/account").await, "/account").await;
        let (_, address) = shows(&browser).await;
        (browser, address)
    }

    async fn new_phone_ask(self) -> Vec<Press> {
        let (_, address) = self.showing().await;
        let mut presses = Vec::new();
        for _ in 0..CROWD {
            presses.push(Press::of(&self.idp.browser().get(&address).await, "phone-ask", &[]));
        }
        presses
    }

    async fn new_phone_yes(self) -> Vec<Press> {
        let (browser, address) = self.showing().await;
        scans(self.idp, &address).await;
        let page = browser.get("/account/new-phone").await;
        each(|| Press::of(&page, "new-phone-confirm", &[]))
    }

    /// A phone that the page said yes to.
    async fn confirmed_phone(&self) -> Browser {
        let (browser, address) = self.showing().await;
        let (phone, _) = scans(self.idp, &address).await;
        confirms(&browser).await;
        phone
    }

    async fn new_phone_app(self) -> Vec<Press> {
        let page = self.confirmed_phone().await.get("/enrol/new-phone/totp").await;
        let secret = base32(&page.text_of("totp-key").unwrap());
        let code = totp_at(&secret, self.idp.seconds());
        each(|| Press::of(&page, "totp-submit", &[("totp-code", &code)]))
    }

    async fn new_phone_passkey(self) -> Vec<Press> {
        let page = self.confirmed_phone().await.get("/enrol/new-phone").await;
        let mut presses = Vec::new();
        for _ in 0..CROWD {
            let challenge = page.challenge("passkey-create").await;
            let made = Authenticator::phone().creates(&challenge, &self.idp.origin());
            presses.push(Press::with_passkey(&page, "passkey-create", &challenge, &made));
        }
        presses
    }

    async fn remembered_browser(self) -> Vec<Press> {
        let start = self.with_an_app().await;
        let page = start.at_the_second_step().await;
        let code = start.member.app_code();
        let page = page.fill("totp-code", &code).fill("remember-browser", "yes").submit("totp-submit").await;
        let page = page.browser().get("/account/sessions").await;
        let button = page.body.split("id=\"browser-forget-").nth(1).unwrap().split('"').next().unwrap();
        let button = format!("browser-forget-{button}");
        each(|| Press::of(&page, &button, &[]))
    }
}

/// Every press brings a password of its own.
fn new_password(page: &Page, number: usize) -> Press {
    let password = format!("hoshi-no-yoru-{number:02}-kazaguruma");
    Press::of(page, "password-submit", &[("new-password", &password), ("new-password-confirm", &password)])
}

fn each(press: impl Fn() -> Press) -> Vec<Press> {
    (0..CROWD).map(|_| press()).collect()
}
