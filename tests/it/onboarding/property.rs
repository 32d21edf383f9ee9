//! Two members, two browsers, random legal and illegal moves: nobody gets a code, a session or an account page before
//! every owed step was done by them, and nothing lands on the other member. Two thirds of the walks are of members who
//! chose a passkey or an app: there no password, mailed link or mailed code gets in without it, and no token claims more
//! than was proved.
//!
//! The model knows only what was sent. It counts a step as done when its right answer was sent in its turn, so that it
//! may believe too much and never too little: a false alarm is impossible, a skipped step is not overlooked.

mod claims;
mod passkey;
mod right;
mod wrong;

use std::collections::{BTreeSet, HashMap};

use harness::{Browser, Database, Idp, Member, MemberSeed, Page, Portal};
use idp_core::credential::Method;
use proptest::prelude::{Strategy, any, prop};
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// How many random walks.
const WALKS: usize = 9;
/// How many moves each has.
const MOVES: usize = 90;

/// Pages to which forms are posted out of turn, with what would be right there.
const OUT_OF_TURN: [&str; 12] = [
    "/onboarding/birth-date",
    "/onboarding/terms",
    "/onboarding/mail-sent",
    "/onboarding/method",
    "/onboarding/password",
    "/onboarding/complete",
    "/enrol/mail",
    "/login/mail-code",
    "/enrol/passkey",
    "/login/passkey",
    "/enrol/totp",
    "/login/totp",
];

/// What the members of one walk choose.
const METHODS: [Method; 3] = [Method::Mail, Method::Passkey, Method::App];

/// One move: which browser, which member it serves, and what is done.
#[derive(Debug, Clone)]
struct Move {
    browser: usize,
    member: usize,
    action: Action,
}

#[derive(Debug, Clone)]
enum Action {
    /// Answers the page that is shown, as the member would.
    Answer,
    /// Answers it wrongly.
    AnswerWrongly,
    /// Posts the right answer of another page with this page's token.
    PostOutOfTurn(usize),
    /// Opens a page.
    Open(usize),
    /// Posts the form of an earlier page again.
    GoBack(usize),
    /// Presses the button for passkeys of the sign-in page.
    SignInByPasskey,
    /// Comes from the portal.
    Authorize,
    /// Clicks the newest link sent to the member, wherever that is.
    ClickLink,
    /// Signs out.
    SignOut,
    /// Lets minutes pass.
    Wait(u64),
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let action = (0..100_u8, any::<usize>()).prop_map(|(kind, number)| match kind {
        0..=71 => Action::Answer,
        72..=76 => Action::AnswerWrongly,
        77..=83 => Action::PostOutOfTurn(number),
        84..=86 => Action::Open(number),
        87..=90 => Action::GoBack(number),
        91 => Action::SignInByPasskey,
        92..=93 => Action::Authorize,
        94..=95 => Action::ClickLink,
        96..=97 => Action::SignOut,
        _ => Action::Wait(number as u64 % 12),
    });
    // A browser serves one member mostly, so that journeys also come to their end.
    let who = (0..2_usize, 0..8_u8).prop_map(|(browser, odd)| (browser, if odd == 0 { 1 - browser } else { browser }));
    prop::collection::vec((who, action).prop_map(|((browser, member), action)| Move { browser, member, action }), MOVES)
}

/// A step that has to be done once by every member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Done {
    BirthDate,
    Terms,
    Mail,
    Method,
    Password,
    Enrolled,
}

const STEPS: [Done; 6] = [Done::BirthDate, Done::Terms, Done::Mail, Done::Method, Done::Password, Done::Enrolled];

/// Who may sit in one interaction, and whether a second step may have been taken there.
#[derive(Debug, Clone, Default)]
struct Seat {
    members: BTreeSet<usize>,
    password: bool,
    second_step: bool,
}

struct World {
    method: Method,
    idp: Idp,
    portal: Portal,
    members: Vec<Member>,
    browsers: Vec<Browser>,
    pages: Vec<Vec<Page>>,
    asked: Vec<harness::Asked>,
    done: [BTreeSet<Done>; 2],
    seats: HashMap<String, Seat>,
    /// Whose account a key pair was made for, by the handle it was given.
    holders: HashMap<String, usize>,
    /// Into whose mailboxes the mails of a member may go: where two sit in one interaction, one may type the other's address.
    mailboxes: [BTreeSet<usize>; 2],
    /// Members who may have a session in a browser.
    sessions: [BTreeSet<usize>; 2],
    codes: usize,
}

impl World {
    async fn new(method: Method) -> Self {
        let idp = Idp::start(Database::sqlite().await).await;
        let portal = idp.portal().await;
        let members =
            vec![idp.member(MemberSeed::new("W-1")).await, idp.member(MemberSeed::new("W-2").born("1951-07-31")).await];
        let browsers = vec![idp.browser(), idp.browser()];
        let asked = vec![portal.asks(), portal.asks()];
        let mut pages = Vec::new();
        for (browser, asked) in browsers.iter().zip(&asked) {
            pages.push(vec![browser.get(&asked.url).await]);
        }
        let (done, sessions) = Default::default();
        let (seats, holders) = Default::default();
        let mailboxes = [BTreeSet::from([0]), BTreeSet::from([1])];
        Self {
            method,
            idp,
            portal,
            members,
            browsers,
            pages,
            asked,
            done,
            seats,
            holders,
            mailboxes,
            sessions,
            codes: 0,
        }
    }

    fn page(&self, browser: usize) -> &Page {
        self.pages[browser].last().unwrap()
    }

    async fn make(&mut self, next: &Move) {
        let (b, m) = (next.browser, next.member);
        let page = match &next.action {
            Action::Answer => self.posts_right(b, m, self.page(b).clone(), None).await,
            Action::AnswerWrongly => self.posts_wrong(b, m).await,
            Action::PostOutOfTurn(number) => {
                let path = OUT_OF_TURN[number % OUT_OF_TURN.len()];
                self.posts_right(b, m, self.page(b).clone(), Some(path)).await
            }
            Action::Open(number) => {
                let all = [OUT_OF_TURN.as_slice(), &["/account", "/login"]].concat();
                self.browsers[b].get(all[number % all.len()]).await
            }
            Action::GoBack(number) => {
                let earlier = self.pages[b][number % self.pages[b].len()].clone();
                self.posts_right(b, m, earlier, None).await
            }
            Action::SignInByPasskey => self.by_passkey(b, m, &self.page(b).clone(), "sign-in").await,
            Action::Authorize => {
                self.asked[b] = self.portal.asks();
                self.browsers[b].get(&self.asked[b].url).await
            }
            Action::ClickLink => self.clicks_link(b, m).await,
            Action::SignOut => self.signs_out(b).await,
            Action::Wait(minutes) => {
                self.idp.advance(idp_core::clock::minutes(*minutes));
                return;
            }
        };
        self.arrives(b, &page).await;
        if !page.body.is_empty() {
            self.pages[b].push(page);
        }
        self.holds(b, next).await;
    }

    /// Sends what is right for `path` (the page's own by default), for this member.
    async fn posts_right(&mut self, b: usize, m: usize, page: Page, path: Option<&str>) -> Page {
        let path = path.unwrap_or(page.path()).to_owned();
        if path == page.path() && page.hidden().is_empty() {
            return self.browsers[b].get("/login").await;
        }
        match path.as_str() {
            "/enrol/passkey" => return self.by_passkey(b, m, &page, "create").await,
            "/login/passkey" => return self.by_passkey(b, m, &page, "second-step").await,
            _ => {}
        }
        let (fields, proof) = self.right(&path, m, &page);
        let mut form = page.hidden();
        form.retain(|(name, _)| !fields.iter().any(|(filled, _)| filled == name));
        form.extend(fields.into_iter().map(|(name, value)| (name.to_owned(), value)));
        let seat = form.iter().find(|(name, _)| name == "interaction").map(|(_, value)| value.clone());
        if path == "/onboarding/mail" {
            let owner = self.sitting(&page, m);
            for writer in seat.iter().filter_map(|id| self.seats.get(id)).flat_map(|seat| &seat.members) {
                self.mailboxes[*writer].insert(owner);
            }
        }
        let address = page.url.join(&path).unwrap();
        let answer = self.browsers[b].post_once(address.as_str(), &form).await;
        let landed = answer
            .location()
            .and_then(|url| url.query_pairs().find(|(name, _)| name == "interaction").map(|(_, id)| id.into_owned()));
        self.believes(seat.or(landed), m, proof);
        self.browsers[b].follow(answer).await
    }

    /// Notes what a right answer of member `m` can have brought about at most.
    fn believes(&mut self, interaction: Option<String>, m: usize, proof: Option<Proof>) {
        let (Some(interaction), Some(proof)) = (interaction, proof) else { return };
        let seat = self.seats.entry(interaction).or_default();
        match proof {
            Proof::SignIn => {
                seat.members.insert(m);
                seat.password = true;
            }
            // Before a stronger method is set up, and for someone who has one, a mailed code proves the address and no more.
            Proof::SecondStep(Method::Mail) => {
                let reads = seat.members.iter().any(|sitting| self.mailboxes[*sitting].contains(&m));
                seat.second_step |= reads && self.method == Method::Mail;
            }
            Proof::SecondStep(method) => seat.second_step |= seat.members.contains(&m) && self.method == method,
            Proof::Passkey => seat.second_step |= seat.members.contains(&m),
            Proof::PasskeyAlone => {
                seat.members.insert(m);
                seat.second_step = true;
            }
            Proof::Step(step) => {
                // Terms, method and password are the same whoever sends them, and an app can be set up by whoever sees
                // the key: they count for whoever sits there.
                let anybodys = matches!(step, Done::Terms | Done::Method | Done::Password)
                    || (step == Done::Enrolled && self.method == Method::App);
                // A birth date is one's own; a mailed code is that of whoever reads the mailbox.
                let reads = |sitting: usize| step != Done::BirthDate && self.mailboxes[sitting].contains(&m);
                let sitting =
                    seat.members.iter().copied().filter(|sitting| anybodys || *sitting == m || reads(*sitting));
                for sitting in sitting.collect::<Vec<_>>() {
                    if self.owes(sitting) == Some(step) {
                        self.done[sitting].insert(step);
                    }
                    if step == Done::Enrolled && self.done[sitting].contains(&step) {
                        let of_member = self.seats.values_mut().filter(|seat| seat.members.contains(&sitting));
                        of_member.for_each(|seat| seat.second_step = true);
                    }
                }
            }
        }
    }

    fn owes(&self, m: usize) -> Option<Done> {
        STEPS.into_iter().find(|step| !self.done[m].contains(step))
    }

    async fn clicks_link(&mut self, b: usize, m: usize) -> Page {
        let Some(link) = self.idp.mailbox().newest_link_to(&self.members[m].mail) else { return self.page(b).clone() };
        let page = self.browsers[b].get(&link).await;
        if !page.has("mail-verify-submit") {
            return page;
        }
        for reader in (0..2).filter(|reader| self.mailboxes[*reader].contains(&m)).collect::<Vec<_>>() {
            if self.owes(reader) == Some(Done::Mail) {
                self.done[reader].insert(Done::Mail);
            }
        }
        page.submit("mail-verify-submit").await
    }

    async fn signs_out(&mut self, b: usize) -> Page {
        let page = self.browsers[b].get("/logout").await;
        if page.has("logout-confirm") { page.submit("logout-confirm").await } else { page }
    }

    fn is_through(&self, m: usize) -> bool {
        self.owes(m).is_none() && self.seats.values().any(|seat| seat.members.contains(&m) && seat.second_step)
    }

    /// A code may only be one of a member who is through.
    async fn arrives(&mut self, b: usize, page: &Page) {
        let Some(arrival) = page.arrival().filter(|arrival| !arrival.get("code").is_empty()) else { return };
        let subjects = [self.subject(0).await, self.subject(1).await];
        let tokens = self.portal.redeems(&self.asked[b], arrival.code()).await;
        if tokens.status != 200 {
            // The answer to an older request, whose verifier is gone: the code alone must not be there either.
            assert!((0..2).any(|m| self.is_through(m)), "a code for nobody");
            return;
        }
        let subject = tokens.claims()["sub"].as_str().unwrap().to_owned();
        let m = subjects.iter().position(|known| *known == subject).unwrap();
        assert!(self.is_through(m), "a code for member {m}, who owes {:?}", self.owes(m));
        self.claims_no_more(m, &tokens.claims());
        self.sessions[b].insert(m);
        self.codes += 1;
    }

    /// What must be true after every move.
    async fn holds(&mut self, b: usize, after: &Move) {
        if self.browsers[b].cookie("session").is_some() {
            assert!((0..2).any(|m| self.is_through(m)), "a session for nobody after {after:?}");
            let account = self.browsers[b].get_once("/account").await;
            if account.name() == "account" {
                let owners: Vec<usize> = (0..2).filter(|m| account.body.contains(&self.members[*m].user_id)).collect();
                assert!(owners.iter().all(|m| self.is_through(*m)), "an account page of {owners:?} after {after:?}");
            }
        }
        for m in 0..2 {
            let record = self.idp.record_of(&self.members[m].user_id).await;
            let believed = |step| self.done[m].contains(&step);
            let member = &record.member;
            assert!(
                believed(Done::BirthDate) || member.birth_date_confirmed_at.is_none(),
                "birth date of {m}, {after:?}"
            );
            assert!(believed(Done::Terms) || record.terms_accepted == 0, "terms of {m}, {after:?}");
            assert!(believed(Done::Mail) || member.verified_mail().is_none(), "address of {m}, {after:?}");
            assert!(believed(Done::Method) || member.chosen_method.is_none(), "method of {m}, {after:?}");
            assert!(believed(Done::Password) || record.password_set_at.is_none(), "password of {m}, {after:?}");
            let verified = member.verified_mail().map(|mail| mail.as_typed().to_owned());
            let typed = |mail| self.mailboxes[m].iter().any(|owner| self.members[*owner].mail == mail);
            assert!(verified.is_none_or(typed), "another's address on {m}, {after:?}");
            if record.password_set_at.is_some() {
                self.members[m].set_a_password();
            }
            assert!(member.chosen_method.is_none_or(|method| method == self.method));
        }
    }

    async fn subject(&self, m: usize) -> String {
        self.idp.record_of(&self.members[m].user_id).await.member.subject
    }
}

/// What a form proves when it is right.
#[derive(Debug, Clone, Copy)]
enum Proof {
    SignIn,
    SecondStep(Method),
    Passkey,
    PasskeyAlone,
    Step(Done),
}

#[tokio::test(flavor = "multi_thread")]
async fn no_random_walk_skips_a_step_or_lands_on_the_other_member() {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[42; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let mut codes = [0; METHODS.len()];
    for walk in 0..WALKS {
        let kind = walk % METHODS.len();
        let walk = moves().new_tree(&mut runner).unwrap().current();
        let mut world = World::new(METHODS[kind]).await;
        for next in &walk {
            world.make(next).await;
        }
        codes[kind] += world.codes;
    }
    assert!(codes.iter().all(|codes| *codes > 0), "no walk reached the portal: the test would see nothing: {codes:?}");
}
