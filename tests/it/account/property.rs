//! A member at two browsers adds, removes and changes whatever they have, in any order, while somebody else knows the
//! password and reads the mailbox: one way in is always left, no token claims more than was proved in its session, and
//! what the other one does drops no passkey and no app.

use std::collections::BTreeSet;

use harness::{Browser, Database, Idp, Member, MemberSeed, Page, Portal};
use proptest::prelude::{Strategy, any, prop};
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::ids_of;

/// How many random walks.
const WALKS: usize = 4;
/// How many moves each has.
const MOVES: usize = 40;
/// More pages than any errand has.
const PAGES: usize = 8;

#[derive(Debug, Clone, Copy)]
enum Action {
    /// Comes from the portal, asking for a class or for none, and does what is asked for.
    Authorizes { acr: usize },
    /// Signs in with the passkey alone, where there is one.
    SignsInByPasskey,
    /// Sets one more method up.
    Adds { method: usize },
    /// Removes one of the cards.
    Removes { card: usize },
    /// Sets another password.
    ChangesPassword,
    /// Signs out everywhere else.
    SignsOutOthers,
    /// Signs out.
    SignsOut,
    /// Lets minutes pass.
    Waits { minutes: u64 },
    /// Somebody else, with password and mailbox: signs in and tries what a session allows.
    ThiefSignsIn,
    /// The same by a forgotten password.
    ThiefForgets,
}

fn moves() -> impl Strategy<Value = Vec<(usize, Action)>> {
    let action = (0..100_u8, any::<usize>()).prop_map(|(kind, number)| match kind {
        0..=21 => Action::Authorizes { acr: number },
        22..=27 => Action::SignsInByPasskey,
        28..=47 => Action::Adds { method: number },
        48..=69 => Action::Removes { card: number },
        70..=74 => Action::ChangesPassword,
        75..=78 => Action::SignsOutOthers,
        79..=83 => Action::SignsOut,
        84..=89 => Action::Waits { minutes: number as u64 % 9 },
        90..=94 => Action::ThiefSignsIn,
        _ => Action::ThiefForgets,
    });
    prop::collection::vec((0..2_usize, action), MOVES)
}

/// What was proved in a browser since nobody was signed in there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Proof {
    Password,
    Mail,
    App,
    Passkey,
}

struct World {
    idp: Idp,
    portal: Portal,
    member: Member,
    browsers: [Browser; 2],
    proved: [BTreeSet<Proof>; 2],
    removed: usize,
    told: usize,
    passwords: usize,
}

impl World {
    async fn new(number: usize) -> Self {
        let idp = Idp::start(Database::sqlite().await).await;
        let portal = idp.portal().await;
        let member = idp.member(MemberSeed::new("AP-1")).await;
        let member = if number.is_multiple_of(2) { member.wanting_a_passkey() } else { member };
        member.signs_in(&idp.browser(), &portal).await;
        let browsers = [idp.browser(), idp.browser()];
        let (proved, removed, told, passwords) = Default::default();
        Self { idp, portal, member, browsers, proved, removed, told, passwords }
    }

    /// A password that was never used before.
    fn another_password(&mut self) -> String {
        self.passwords += 1;
        format!("tsukimi-no-{}-dango-wo", 10_000 + self.passwords)
    }

    /// Does what each page asks for, as far as `path` or the portal.
    async fn walks(&mut self, b: usize, mut page: Page, path: &str) -> Page {
        for _ in 0..PAGES {
            if page.arrival().is_some() || page.path() == path {
                return page;
            }
            let proof = match page.path() {
                "/login" => Some(Proof::Password),
                "/login/mail-code" | "/enrol/mail" => Some(Proof::Mail),
                "/login/totp" | "/enrol/totp" => Some(Proof::App),
                "/login/passkey" => Some(Proof::Passkey),
                "/enrol/passkey" if !page.has("passkey-skip") => Some(Proof::Passkey),
                _ => None,
            };
            if page.path() == "/onboarding/password" {
                self.member.password = self.another_password();
            }
            let next = self.member.answers(&page).await;
            assert!(next.status < 500, "{} after {}", next.summary(), page.summary());
            assert_eq!(next.error_code(), None, "{} after {}", next.summary(), page.summary());
            self.proved[b].extend(proof);
            page = next;
        }
        panic!("never at {path}: {}", page.summary());
    }

    async fn methods(&mut self, b: usize) -> Page {
        let page = self.browsers[b].get("/account/methods").await;
        if page.path() == "/login" && page.attribute_of("username", "value").unwrap_or_default().is_empty() {
            self.proved[b].clear();
        }
        self.walks(b, page, "/account/methods").await
    }

    /// The cards, strongest first: what removes them, and what they are.
    async fn cards(&mut self, b: usize) -> (Page, Vec<(String, &'static str)>) {
        let page = self.methods(b).await;
        let kinds = ids_of(&page, "method-remove-").into_iter().map(|id| {
            let card = page.text_of(&id.replace("method-remove-", "method-")).unwrap();
            let kind = ["顔・指紋・画面ロック", "認証アプリ", "メール"].into_iter().find(|kind| card.contains(kind));
            (id, kind.unwrap_or_else(|| panic!("an unknown card: {card}")))
        });
        let kinds = kinds.collect();
        (page, kinds)
    }

    async fn make(&mut self, b: usize, action: Action) {
        match action {
            Action::Authorizes { acr } => self.authorizes(b, ["", "aal1", "aal2", "phr"][acr % 4]).await,
            Action::SignsInByPasskey => {
                let (_, cards) = self.cards(b).await;
                if !cards.iter().any(|(_, kind)| *kind == "顔・指紋・画面ロック") {
                    return;
                }
                let page = self.browsers[b].get(&self.portal.asks_with(&[("prompt", "login")]).url).await;
                if page.path() == "/login" {
                    let page = self.member.presents_passkey(&page).await;
                    // The newest of the keys may be one that was removed.
                    if page.error_code().is_none() {
                        self.proved[b] = BTreeSet::from([Proof::Passkey]);
                        self.walks(b, page, "").await;
                    }
                }
            }
            Action::Adds { method } => self.adds(b, ["passkey", "totp", "mail"][method % 3]).await,
            Action::Removes { card } => self.removes(b, card).await,
            Action::ChangesPassword => {
                let page = self.browsers[b].get("/account/password").await;
                let page = self.walks(b, page, "/account/password").await;
                let password = self.another_password();
                let form = page.fill("new-password", &password).fill("new-password-confirm", &password);
                let page = form.submit("password-submit").await;
                assert_eq!(page.path(), "/account", "{}", page.summary());
                self.member.password = password;
                self.proved[1 - b].clear();
            }
            Action::SignsOutOthers => {
                let page = self.browsers[b].get("/account/sessions").await;
                self.walks(b, page, "/account/sessions").await.submit("sessions-revoke-all").await;
                self.proved[1 - b].clear();
            }
            Action::SignsOut => {
                self.browsers[b].get("/logout").await.submit("logout-confirm").await;
                self.proved[b].clear();
            }
            Action::Waits { minutes } => self.idp.advance(idp_core::clock::minutes(minutes)),
            Action::ThiefSignsIn => self.thief_signs_in(b).await,
            Action::ThiefForgets => self.thief_forgets(b).await,
        }
    }

    async fn authorizes(&mut self, b: usize, acr: &str) {
        let asked = self.portal.asks_with(&[("acr_values", acr)]);
        let page = self.browsers[b].get(&asked.url).await;
        if page.arrival().is_none() && page.path() == "/login" {
            self.proved[b].clear();
        }
        let page = self.walks(b, page, "").await;
        let claims = self.portal.redeems(&asked, page.arrived().code()).await.claims();
        let amr: Vec<&str> = claims["amr"].as_array().unwrap().iter().filter_map(|one| one.as_str()).collect();
        let proved = |proof| self.proved[b].contains(&proof);
        assert!(!amr.contains(&"pwd") || proved(Proof::Password), "{claims}, proved {:?}", self.proved[b]);
        let by_passkey = amr.iter().any(|one| ["hwk", "swk", "user"].contains(one)) || claims["acr"] == "phr";
        assert!(!by_passkey || proved(Proof::Passkey), "{claims}, proved {:?}", self.proved[b]);
        let is_strong = amr.contains(&"mfa") || claims["acr"] == "aal2";
        let strong = proved(Proof::Passkey) || proved(Proof::App);
        assert!(!is_strong || strong, "{claims}, proved {:?}", self.proved[b]);
        self.told += 1;
    }

    async fn adds(&mut self, b: usize, method: &str) {
        let (page, cards) = self.cards(b).await;
        // The member has one phone with one app.
        let has_app = cards.iter().any(|(_, kind)| *kind == "認証アプリ");
        let button = format!("method-add-{method}");
        if page.has(&button) && !(method == "totp" && has_app) {
            let page = page.submit(&button).await;
            self.walks(b, page, "/account/methods").await;
            assert_eq!(self.cards(b).await.1.len(), cards.len() + 1);
        }
    }

    async fn removes(&mut self, b: usize, card: usize) {
        let (mut page, cards) = self.cards(b).await;
        let (button, _) = cards[card % cards.len()].clone();
        // Once more after the proof that is asked for.
        for _ in 0..2 {
            let next = page.submit(&button).await;
            if next.error_code().as_deref() == Some("last_way_in") {
                assert_eq!(cards.len(), 1, "{}", next.summary());
                return;
            }
            page = self.walks(b, next, "/account/methods").await;
            if !page.has(&button) {
                assert!(cards.len() > 1, "the last way in is gone");
                self.removed += 1;
                return;
            }
        }
        panic!("{button} stays: {}", page.summary());
    }

    /// Whether the account is shut to whoever has password and mailbox alone.
    async fn is_strong(&mut self, b: usize) -> bool {
        self.cards(b).await.1.iter().any(|(_, kind)| *kind != "メール")
    }

    async fn thief_signs_in(&mut self, b: usize) {
        if !self.is_strong(b).await {
            return;
        }
        let thief = self.idp.browser();
        let page = self.member.types_password(&thief.get("/login").await, &self.member.password).await;
        for path in ["/login/mail-code", "/login/mail-fallback", "/enrol/mail", "/onboarding/method", "/login/totp"] {
            let mut fields = page.hidden();
            let code = self.idp.mailbox().newest_code_to(&self.member.mail).unwrap_or_default();
            fields.extend([("action".into(), "send".into()), ("mail-code".into(), code)]);
            assert!(thief.post(path, &fields).await.arrival().is_none());
        }
        self.is_outside(&thief).await;
    }

    async fn thief_forgets(&mut self, b: usize) {
        if !self.is_strong(b).await {
            return;
        }
        let thief = self.idp.browser();
        let page = thief.get("/login/forgotten").await;
        let page = page.fill("username", &self.member.user_id).submit("forgotten-submit").await;
        if !page.has("mail-code-submit") {
            return;
        }
        let code = self.idp.mailbox().code_to(&self.member.mail).await;
        let page = page.fill("mail-code", &code).submit("mail-code-submit").await;
        assert!(["/login/passkey", "/login/totp"].contains(&page.path()), "{}", page.summary());
        let mut fields = page.hidden();
        for name in ["new-password", "new-password-confirm"] {
            fields.push((name.into(), "dorobou-no-kaeri-michi-wa".into()));
        }
        thief.post("/onboarding/password", &fields).await;
        self.is_outside(&thief).await;
    }

    async fn is_outside(&self, thief: &Browser) {
        for path in ["/account", "/account/methods", "/account/new-phone"] {
            let page = thief.get(path).await;
            assert!(page.path().starts_with("/login"), "{path}: {}", page.summary());
        }
    }

    async fn holds(&self, after: Action) {
        let (enrolled, removed) = (
            self.idp.done_events_of(&self.member, "method_enrolled").await,
            self.idp.done_events_of(&self.member, "method_removed").await,
        );
        assert_eq!(removed, self.removed, "somebody else removed a way in: {after:?}");
        assert!(enrolled > removed, "no way in is left after {after:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_way_in_is_always_left_and_nothing_is_claimed_that_was_not_proved() {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[31; 32]);
    let mut runner = TestRunner::new_with_rng(Config { failure_persistence: None, ..Config::default() }, rng);
    let (mut removed, mut told) = (0, 0);
    for number in 0..WALKS {
        let walk = moves().new_tree(&mut runner).unwrap().current();
        let mut world = World::new(number).await;
        for (b, action) in &walk {
            // Else nobody is sent as many codes as this.
            world.idp.advance(idp_core::clock::minutes(4));
            world.make(*b, *action).await;
            world.holds(*action).await;
        }
        removed += world.removed;
        told += world.told;
    }
    assert!(removed > 0 && told > 0, "the moves are too timid: {removed} removals, {told} tokens");
}
