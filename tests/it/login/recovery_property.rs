//! Somebody holds the mailbox and the password of a victim, and everything of another member: whatever they do with the
//! ways back in, the victim's account stays shut and their second step stays what it was.

use harness::{Browser, Database, Idp, Member, MemberSeed, Page, Portal};
use proptest::prelude::{Strategy, any, prop};
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// How many random walks.
const WALKS: usize = 5;
/// How many moves each has.
const MOVES: usize = 70;

const VICTIM: usize = 0;
const OTHER: usize = 1;

#[derive(Debug, Clone)]
enum Action {
    /// Says that the password of a member was forgotten, or that the account is locked.
    Asks { member: usize, path: &'static str },
    /// Types the newest code of a member's mailbox on the page shown.
    TypesCode { member: usize },
    /// Opens and presses the newest link of a member's mailbox.
    Clicks { member: usize },
    /// Signs in with the password of a member.
    SignsIn { member: usize },
    /// Answers with the other member's app or paper.
    Proves { paper: bool },
    /// Sets a new password on the page shown.
    SetsPassword,
    /// Opens a page.
    Opens(usize),
    /// Comes from the portal.
    Authorizes,
    /// Lets minutes pass.
    Waits(u64),
}

const PAGES: [&str; 9] = [
    "/login",
    "/login/totp",
    "/login/mail-code",
    "/login/recovery-code",
    "/login/forgotten-sent",
    "/onboarding/password",
    "/onboarding/method",
    "/enrol/recovery-codes",
    "/account",
];

fn moves() -> impl Strategy<Value = Vec<(usize, Action)>> {
    let action = (0..100_u8, any::<usize>()).prop_map(|(kind, number)| {
        let member = usize::from(number % 3 == 0);
        match kind {
            0..=17 => Action::Asks { member, path: "/login/forgotten" },
            18..=23 => Action::Asks { member, path: "/login/unlock" },
            24..=43 => Action::TypesCode { member },
            44..=53 => Action::Clicks { member },
            54..=67 => Action::SignsIn { member },
            68..=77 => Action::Proves { paper: number % 2 == 0 },
            78..=83 => Action::SetsPassword,
            84..=91 => Action::Opens(number),
            92..=95 => Action::Authorizes,
            _ => Action::Waits(number as u64 % 40),
        }
    });
    prop::collection::vec((0..2_usize, action), MOVES)
}

struct World {
    idp: Idp,
    portal: Portal,
    members: Vec<Member>,
    browsers: Vec<Browser>,
    asked: Vec<harness::Asked>,
    codes: usize,
}

impl World {
    async fn new() -> Self {
        let idp = Idp::start(Database::sqlite().await).await;
        let portal = idp.portal().await;
        let mut members = Vec::new();
        for id in ["RP-victim", "RP-other"] {
            let member = idp.member(MemberSeed::new(id)).await.wanting_an_app();
            member.signs_in(&idp.browser(), &portal).await;
            members.push(member);
        }
        let browsers = vec![idp.browser(), idp.browser()];
        let asked = vec![portal.asks(), portal.asks()];
        for (browser, asked) in browsers.iter().zip(&asked) {
            browser.get(&asked.url).await;
        }
        Self { idp, portal, members, browsers, asked, codes: 0 }
    }

    /// The page at this path, if the browser is let there and it has this button.
    async fn at(&self, b: usize, path: &str, button: &str) -> Option<Page> {
        let page = self.browsers[b].get(path).await;
        page.has(button).then_some(page)
    }

    async fn make(&mut self, b: usize, action: &Action) {
        let next = match action {
            Action::Asks { member, path } => {
                let page = self.browsers[b].get(path).await;
                let button = if *path == "/login/unlock" { "unlock-submit" } else { "forgotten-submit" };
                page.fill("username", &self.members[*member].user_id).submit(button).await
            }
            Action::TypesCode { member } => {
                let page = self.at(b, "/login/forgotten-sent", "mail-code-submit").await;
                let Some(page) = page else { return };
                let code = self.idp.mailbox().newest_code_to(&self.members[*member].mail).unwrap_or_default();
                page.fill("mail-code", &code).submit("mail-code-submit").await
            }
            Action::Clicks { member } => {
                let Some(link) = self.idp.mailbox().newest_link_to(&self.members[*member].mail) else { return };
                let page = self.browsers[b].get(&link).await;
                if page.has("mail-verify-submit") { page.submit("mail-verify-submit").await } else { page }
            }
            Action::SignsIn { member } => {
                let member = &self.members[*member];
                let page = self.browsers[b].get("/login").await;
                if page.has("login-submit") { member.types_password(&page, &member.password).await } else { page }
            }
            Action::Proves { paper: true } => {
                let page = self.at(b, "/login/recovery-code", "recovery-code-submit").await;
                let Some(page) = page else { return };
                let codes = self.members[OTHER].recovery_codes();
                let code = codes[self.codes % codes.len()].clone();
                page.fill("recovery-code", &code).submit("recovery-code-submit").await
            }
            Action::Proves { paper: false } => {
                let page = self.at(b, "/login/totp", "totp-submit").await;
                let Some(page) = page else { return };
                page.fill("totp-code", &self.members[OTHER].app_code()).submit("totp-submit").await
            }
            Action::SetsPassword => {
                let page = self.at(b, "/onboarding/password", "password-submit").await;
                let Some(page) = page else { return };
                let password = format!("tsukimi-no-{}-dango", self.codes + 10_000);
                let form = page.fill("new-password", &password).fill("new-password-confirm", &password);
                form.submit("password-submit").await
            }
            Action::Opens(number) => self.browsers[b].get(PAGES[number % PAGES.len()]).await,
            Action::Authorizes => {
                self.asked[b] = self.portal.asks();
                self.browsers[b].get(&self.asked[b].url).await
            }
            Action::Waits(minutes) => {
                self.idp.advance(idp_core::clock::minutes(*minutes));
                return;
            }
        };
        assert!(next.status < 500, "{} after {action:?}", next.summary());
        self.arrives(b, &next).await;
    }

    async fn arrives(&mut self, b: usize, page: &Page) {
        let Some(arrival) = page.arrival().filter(|arrival| !arrival.get("code").is_empty()) else { return };
        self.codes += 1;
        let victim = self.idp.record_of(&self.members[VICTIM].user_id).await.member.subject;
        let tokens = self.portal.redeems(&self.asked[b], arrival.code()).await;
        if tokens.status == 200 {
            assert_ne!(tokens.claims()["sub"].as_str(), Some(victim.as_str()), "a code for the victim");
        }
    }

    /// What must be true after every move.
    async fn holds(&self, b: usize, after: &Action) {
        if self.browsers[b].cookie("session").is_some() {
            let account = self.browsers[b].get_once("/account").await;
            assert!(!account.body.contains(&self.members[VICTIM].user_id), "the victim's account after {after:?}");
        }
        let victim = &self.members[VICTIM];
        // Once each, from the victim's own first login.
        for (kind, own) in [("password_set", 1), ("method_enrolled", 1), ("method_removed", 0), ("session_started", 1)]
        {
            assert_eq!(self.idp.events_of(victim, kind).await, own, "{kind} of the victim after {after:?}");
        }
        assert_eq!(self.idp.events_of(victim, "recovery_codes_made").await, 1, "after {after:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mailbox_and_password_together_never_open_an_account_with_an_app() {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[11; 32]);
    let mut runner = TestRunner::new_with_rng(Config { failure_persistence: None, ..Config::default() }, rng);
    let mut codes = 0;
    for _ in 0..WALKS {
        let walk = moves().new_tree(&mut runner).unwrap().current();
        let mut world = World::new().await;
        for (b, action) in &walk {
            world.make(*b, action).await;
            world.holds(*b, action).await;
        }
        codes += world.codes;
    }
    assert!(codes > 0, "no walk of the other member came to its end: the moves are too timid");
}
