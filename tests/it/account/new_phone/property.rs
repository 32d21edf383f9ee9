//! Two members, each with a page and two phones, random moves on any of them: the address of one member never touches the
//! other, and no phone makes a passkey that the page of its member did not say yes to.

use std::collections::HashMap;

use harness::{Authenticator, Browser, Database, Idp, Member, MemberSeed};
use proptest::prelude::{Strategy, any, prop};
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::{HERE, THERE, passkeys_of, says};

/// How many random walks.
const WALKS: usize = 4;
/// How many moves each has.
const MOVES: usize = 60;
/// Phones that scan whatever they see.
const PHONES: usize = 3;

#[derive(Debug, Clone, Copy)]
enum Action {
    /// A member's page shows a QR code.
    Shows { member: usize },
    /// A phone scans what the page of a member shows, or showed, and asks.
    Asks { member: usize, phone: usize },
    /// The page says yes to what it shows.
    Confirms { member: usize },
    /// The page ends it.
    Cancels { member: usize },
    /// A phone makes a passkey, if it is let.
    Makes { phone: usize },
    /// A phone answers a challenge that another phone was given.
    MakesForAnother { phone: usize },
    /// Minutes pass; the members show that they are there.
    Waits { minutes: u64 },
}

fn moves() -> impl Strategy<Value = Vec<Action>> {
    let action = (0..100_u8, any::<usize>()).prop_map(|(kind, number)| {
        let (member, phone) = (number % 2, number / 2 % PHONES);
        match kind {
            0..=19 => Action::Shows { member },
            20..=49 => Action::Asks { member, phone },
            50..=69 => Action::Confirms { member },
            70..=74 => Action::Cancels { member },
            75..=91 => Action::Makes { phone },
            92..=95 => Action::MakesForAnother { phone },
            _ => Action::Waits { minutes: number as u64 % 4 },
        }
    });
    prop::collection::vec(action, MOVES)
}

struct World {
    idp: Idp,
    members: Vec<Member>,
    pages: Vec<Browser>,
    phones: Vec<Browser>,
    shown: [Option<String>; 2],
    /// The phone to which a member's page said yes, and that has made nothing since.
    confirmed: [Option<usize>; 2],
    /// The number that each phone was told, with the member whose code it scanned.
    told: HashMap<usize, (usize, String)>,
    made: [usize; 2],
    at_first: Vec<usize>,
}

impl World {
    async fn new() -> Self {
        let idp = Idp::start(Database::sqlite().await).await;
        let (mut members, mut pages, mut at_first) = (Vec::new(), Vec::new(), Vec::new());
        for id in ["NW-1", "NW-2"] {
            let (member, page) = (idp.member(MemberSeed::new(id)).await.wanting_a_passkey(), idp.browser());
            member.walks_to(page.get("/account").await, "/account").await;
            at_first.push(passkeys_of(&idp, &member).await);
            members.push(member);
            pages.push(page);
        }
        let phones = (0..PHONES).map(|_| idp.browser()).collect();
        let (shown, confirmed, told, made) = Default::default();
        Self { idp, members, pages, phones, shown, confirmed, told, made, at_first }
    }

    async fn make(&mut self, action: Action) {
        match action {
            Action::Shows { member } => {
                self.clicks(member, "offer").await;
                self.shown[member] = Some(says(&self.pages[member].get("/account/new-phone/qr.svg").await.body));
                self.confirmed[member] = None;
            }
            Action::Asks { member, phone } => {
                let Some(address) = &self.shown[member] else { return };
                let page = self.phones[phone].get(address).await;
                if page.has("phone-ask") {
                    let page = page.submit("phone-ask").await;
                    // It gives up what it asked for before.
                    for confirmed in &mut self.confirmed {
                        confirmed.take_if(|confirmed| *confirmed == phone);
                    }
                    let number = page.text_of("match-number").expect("the first phone gets a number");
                    self.told.insert(phone, (member, number));
                }
            }
            Action::Confirms { member } => {
                let page = self.at_page(member).await;
                let Some(number) = page.text_of("match-number") else { return };
                let asks = self.told.iter().filter(|(_, told)| **told == (member, number.clone()));
                let phones: Vec<usize> = asks.map(|(phone, _)| *phone).collect();
                // The person compares the numbers, and sees none of a phone that scanned something else since.
                let [phone] = phones[..] else { return };
                if page.has("new-phone-confirm") {
                    self.clicks(member, "confirm").await;
                    self.confirmed[member] = Some(phone);
                }
            }
            Action::Cancels { member } => {
                let page = self.at_page(member).await;
                if page.has("new-phone-cancel") {
                    page.submit("new-phone-cancel").await;
                    self.confirmed[member] = None;
                }
            }
            Action::Makes { phone } => self.makes(phone, phone).await,
            Action::MakesForAnother { phone } => self.makes(phone, (phone + 1) % PHONES).await,
            Action::Waits { minutes } => self.idp.advance(idp_core::clock::minutes(minutes)),
        }
    }

    /// The member's own page, with a fresh proof where one is asked for.
    async fn at_page(&self, member: usize) -> harness::Page {
        let page = self.pages[member].get(HERE).await;
        let page = self.members[member].walks_to(page, HERE).await;
        assert_eq!(page.path(), HERE, "{}", page.summary());
        page
    }

    /// Presses a button, once more after the proof that is asked for.
    async fn clicks(&self, member: usize, action: &str) {
        for _ in 0..2 {
            let page = self.at_page(member).await;
            let mut fields = page.hidden();
            fields.push(("action".into(), action.into()));
            let page = self.pages[member].post(HERE, &fields).await;
            if page.path() == HERE {
                return assert_eq!(page.error_code(), None, "{}", page.summary());
            }
            self.members[member].walks_to(page, HERE).await;
        }
        panic!("{action} is never let");
    }

    /// `phone` asks for a challenge, `other` posts the answer.
    async fn makes(&mut self, phone: usize, other: usize) {
        let page = self.phones[phone].get(THERE).await;
        if !page.has("passkey-create") {
            return;
        }
        let name = page.text_of("phone-username").unwrap();
        let member = self.members.iter().position(|member| member.user_id == name).unwrap();
        assert_eq!(self.confirmed[member], Some(phone), "phone {phone} was let in without a yes of {name}");
        let challenge = page.challenge("passkey-create").await;
        assert_eq!(challenge["options"]["publicKey"]["user"]["name"], name.as_str());
        let made = Authenticator::phone().creates(&challenge, &self.idp.origin());
        if phone == other {
            let page = page.presents("passkey-create", &challenge, &made).await;
            assert!(page.has("phone-sign-in"), "{}", page.summary());
            self.confirmed[member] = None;
            self.made[member] += 1;
        } else {
            let mut fields = self.phones[other].get("/login").await.hidden();
            fields.extend([
                ("action".into(), "create".into()),
                ("ceremony".into(), challenge["ceremony"].as_str().unwrap().to_owned()),
                ("credential".into(), made.to_string()),
            ]);
            self.phones[other].post(THERE, &fields).await;
        }
    }

    async fn holds(&self, after: Action) {
        for (number, member) in self.members.iter().enumerate() {
            let enrolled = passkeys_of(&self.idp, member).await;
            assert_eq!(enrolled, self.at_first[number] + self.made[number], "{} after {after:?}", member.user_id);
        }
        for phone in &self.phones {
            assert!(phone.cookie("session").is_none(), "a phone has a session after {after:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_of_one_member_never_touches_the_other() {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[23; 32]);
    let mut runner = TestRunner::new_with_rng(Config { failure_persistence: None, ..Config::default() }, rng);
    let mut made = 0;
    for _ in 0..WALKS {
        let walk = moves().new_tree(&mut runner).unwrap().current();
        let mut world = World::new().await;
        for action in &walk {
            world.make(*action).await;
            world.holds(*action).await;
        }
        made += world.made.iter().sum::<usize>();
    }
    assert!(made > 1, "no walk let a phone in: the moves are too timid");
}
