//! SIGKILL during a load of first logins: what was acknowledged with a 303 is there afterwards, and nothing is half there.

use std::fs;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode, header};
use scraper::{Html, Selector};
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use url::Url;

use super::process::Demo;

const MEMBERS: usize = 10;
const BIRTH_DATE: &str = "1984-02-29";
const NEW_PASSWORD: &str = "tsukiyo-ni-hashiru-densha-7";

/// Decides after how many acknowledged steps each round is cut off.
const SEED: u64 = 0x5345_4b49_5348_4f21;
const ROUNDS: usize = 3;

/// The pages of a first login in order. At the last one the own password is in force, and only the set-up is owed.
const PAGES: [&str; 8] = [
    "/onboarding/birth-date",
    "/onboarding/terms",
    "/onboarding/mail",
    "/onboarding/mail-sent",
    "/onboarding/method",
    "/onboarding/password",
    "/onboarding/complete",
    "/enrol/mail",
];
const MAIL: usize = 2;
const MAIL_SENT: usize = 3;
const COMPLETE: usize = 6;
const END: usize = 7;

/// A member on the way, and what the member may rely on.
struct Journey {
    user_id: String,
    letter: String,
    /// The step owed, by the last 303 that arrived.
    acknowledged: usize,
    /// The step owed if the request counts that was sent and never answered.
    in_flight: Option<usize>,
    /// How often the member told an address. Each is another one, so that no mail is taken for a later one.
    addresses: usize,
    /// Whether the mailbox that the code went to is still there; the demo's forgets everything when it ends.
    has_mail: bool,
    /// The browser with the page it shows, once the member has signed in.
    window: Option<(Client, Url)>,
}

/// Where a member goes on.
#[derive(Clone, Copy)]
enum Sitting {
    /// In the browser that was left.
    Same,
    /// In another one, by signing in again.
    New,
}

impl Journey {
    /// Two things belong to a sitting: that a mail is on its way, and that the first login is complete. A new one begins with
    /// the address, and with the set-up.
    fn may_resume_at(&self, step: usize, sitting: Sitting) -> bool {
        let shown = |owed: usize| match (sitting, owed) {
            (Sitting::New, MAIL_SENT) => MAIL,
            (Sitting::New, COMPLETE) => END,
            (Sitting::New | Sitting::Same, owed) => owed,
        };
        step == shown(self.acknowledged) || self.in_flight.is_some_and(|owed| step == shown(owed))
    }

    /// Holds the page that is shown against what was acknowledged, and goes on from it.
    fn resume_at(&mut self, page: &Page, sitting: Sitting) {
        let owed = (PAGES[self.acknowledged], self.in_flight.map(|step| PAGES[step]));
        let step = page.step().filter(|&step| self.may_resume_at(step, sitting));
        let step = step.unwrap_or_else(|| panic!("{} owes {owed:?} and resumed at {}", self.user_id, page.url));
        (self.acknowledged, self.in_flight) = (step, None);
    }

    /// The passwords that may be in force, the likelier first.
    fn passwords(&self) -> Vec<&str> {
        match (self.acknowledged >= COMPLETE, self.in_flight == Some(COMPLETE)) {
            (true, _) => vec![NEW_PASSWORD],
            (false, true) => vec![&self.letter, NEW_PASSWORD],
            (false, false) => vec![&self.letter],
        }
    }

    fn address(&self) -> String {
        format!("{}.{}@example.jp", self.user_id.to_lowercase(), self.addresses)
    }
}

struct Page {
    url: Url,
    text: String,
}

impl Page {
    fn step(&self) -> Option<usize> {
        PAGES.iter().position(|path| *path == self.url.path())
    }

    /// What the form of a button sends: its hidden fields, what was typed, and the button itself.
    fn form(&self, submit: &str, typed: &[(&str, &str)]) -> Vec<(String, String)> {
        let selector = |text: &str| Selector::parse(text).expect("a selector");
        let page = Html::parse_document(&self.text);
        let button = selector(&format!("#{submit}"));
        let form = page.select(&selector("form")).find(|form| form.select(&button).next().is_some());
        let form = form.unwrap_or_else(|| panic!("{} has no {submit}: {}", self.url, self.text));

        let fields = selector(&format!("input[type=hidden], #{submit}[name]"));
        let attribute = |field: scraper::ElementRef<'_>, name| field.attr(name).unwrap_or_default().to_owned();
        let sent = form.select(&fields).map(|field| (attribute(field, "name"), attribute(field, "value")));
        sent.chain(typed.iter().map(|&(name, value)| (name.to_owned(), value.to_owned()))).collect()
    }
}

/// One member's browser. Its errors are those of a server that is gone.
struct Browser {
    client: Client,
    issuer: Url,
    mailbox: Url,
    /// Told of every step that is acknowledged.
    steps: UnboundedSender<()>,
}

impl Browser {
    async fn open(&self, url: Url) -> reqwest::Result<Page> {
        let mut url = url;
        loop {
            let response = self.client.get(url.clone()).send().await?;
            match response.headers().get(header::LOCATION) {
                Some(location) => url = url.join(location.to_str().expect("an address")).expect("an address"),
                None => return Ok(Page { url, text: response.text().await? }),
            }
        }
    }

    /// Sends a form; where a 303 leads.
    async fn press(&self, page: &Page, submit: &str, typed: &[(&str, &str)]) -> reqwest::Result<Option<Url>> {
        let form = page.form(submit, typed);
        let origin = self.issuer.origin().ascii_serialization();
        let response = self.client.post(page.url.clone()).header(header::ORIGIN, origin).form(&form).send().await?;
        if response.status() != StatusCode::SEE_OTHER {
            return Ok(None);
        }
        let location = response.headers()[header::LOCATION].to_str().expect("an address");
        Ok(Some(page.url.join(location).expect("an address")))
    }

    /// Signs in with the password that is in force.
    async fn sign_in(&self, journey: &mut Journey) -> reqwest::Result<Page> {
        for password in journey.passwords() {
            let page = self.open(self.issuer.join("/login").expect("an address")).await?;
            let typed = [("username", journey.user_id.as_str()), ("password", password)];
            let Some(next) = self.press(&page, "login-submit", &typed).await? else { continue };
            let page = self.open(next).await?;
            if page.step().is_some() {
                journey.resume_at(&page, Sitting::New);
                return Ok(page);
            }
        }
        panic!("{} is not let in; the last page acknowledged is {}", journey.user_id, PAGES[journey.acknowledged]);
    }

    async fn resume(&self, journey: &mut Journey) -> reqwest::Result<Page> {
        let Some((_, url)) = &journey.window else { return self.sign_in(journey).await };
        let page = self.open(url.clone()).await?;
        // The last press signed the member out, or may have done so.
        if page.step().is_none() && (journey.acknowledged == END || journey.in_flight == Some(END)) {
            return self.sign_in(journey).await;
        }
        journey.resume_at(&page, Sitting::Same);
        Ok(page)
    }

    async fn walk(&self, journey: &mut Journey) -> reqwest::Result<()> {
        let mut page = self.resume(journey).await?;
        while journey.acknowledged != END {
            journey.window = Some((self.client.clone(), page.url.clone()));
            let location = self.answer(&page, journey).await?;
            // Nobody listens any more once the round is cut off.
            let _ = self.steps.send(());

            page = if journey.acknowledged == END { self.sign_in(journey).await? } else { self.open(location).await? };
            assert_eq!(page.step(), Some(journey.acknowledged), "{}", page.url);
        }
        Ok(())
    }

    /// Answers the page of the step owed; where its 303 leads.
    async fn answer(&self, page: &Page, journey: &mut Journey) -> reqwest::Result<Url> {
        let at = journey.acknowledged;
        let no_mail = at == MAIL_SENT && !journey.has_mail;
        if at == MAIL {
            journey.addresses += 1;
        }
        let mail = journey.address();
        let code = if at == MAIL_SENT && !no_mail { self.mailed_code(&mail).await? } else { String::new() };
        let (submit, typed): (_, &[(&str, &str)]) = match at {
            0 => ("birth-date-submit", &[("birth-date", BIRTH_DATE)]),
            1 => ("terms-accept", &[]),
            MAIL => ("mail-submit", &[("mail", &mail)]),
            MAIL_SENT if no_mail => ("mail-change", &[]),
            MAIL_SENT => ("mail-code-submit", &[("mail-code", &code)]),
            4 => ("method-submit", &[("method", "mail")]),
            5 => ("password-submit", &[("new-password", NEW_PASSWORD), ("new-password-confirm", NEW_PASSWORD)]),
            _ => ("sign-out", &[]),
        };

        let next = if no_mail { MAIL } else { at + 1 };
        journey.in_flight = Some(next);
        let location = self.press(page, submit, typed).await?;
        (journey.acknowledged, journey.in_flight, journey.has_mail) = (next, None, next == MAIL_SENT);
        Ok(location.unwrap_or_else(|| panic!("{submit} was refused at {}", page.url)))
    }

    /// The code in the mail to an address; asks the mailbox until it is there.
    async fn mailed_code(&self, address: &str) -> reqwest::Result<String> {
        let url = self.mailbox.join("/api/messages").expect("an address");
        let mut pace = tokio::time::interval(Duration::from_millis(40));
        for _ in 0..500 {
            pace.tick().await;
            let messages: Vec<Value> = self.client.get(url.clone()).send().await?.json().await?;
            let to_address = |message: &&Value| message["to"].to_string().contains(address);
            if let Some(message) = messages.iter().rev().find(to_address) {
                let text = message["text"].as_str().expect("a mail has a text");
                return Ok(code_in(text));
            }
        }
        panic!("no mail came to {address}");
    }
}

/// Six digits that stand alone.
fn code_in(text: &str) -> String {
    let numbers = text.split(|sign: char| !sign.is_ascii_alphanumeric());
    let code = numbers.into_iter().find(|word| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit()));
    code.unwrap_or_else(|| panic!("no code in {text}")).to_owned()
}

/// Imports members with letters, as operators do.
fn members_with_letters(demo: &Demo) -> Vec<Journey> {
    let (list, letters) = (demo.folder().join("members.csv"), demo.folder().join("letters.csv"));
    let rows = (0..MEMBERS).map(|row| format!("KL{row:04},{BIRTH_DATE}\n"));
    fs::write(&list, format!("user_id,birth_date\n{}", rows.collect::<String>())).expect("a file can be written");
    let paths = [&letters, &list].map(|path| path.to_str().expect("a path in UTF-8"));
    demo.admin(&["member", "import", "--letters", paths[0], paths[1]]);

    let letters = fs::read_to_string(letters).expect("the letters were written");
    let journeys = letters.lines().skip(1).map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        let (user_id, letter) = (cells[0].to_owned(), cells[2].to_owned());
        Journey { user_id, letter, acknowledged: 0, in_flight: None, addresses: 0, has_mail: false, window: None }
    });
    journeys.collect()
}

/// Lets everybody walk at once, and kills the provider once `until` steps were acknowledged. Without a number all arrive.
async fn walk_together(demo: &mut Demo, journeys: Vec<Journey>, until: Option<usize>) -> Vec<Journey> {
    let (steps, mut told) = unbounded_channel();
    let mut walking = Vec::new();
    for mut journey in journeys {
        journey.has_mail = false;
        let [issuer, mailbox] =
            ["/issuer", "/mailbox"].map(|pointer| Url::parse(demo.text(pointer)).expect("demo.json has addresses"));
        let client = journey.window.as_ref().map_or_else(new_client, |(client, _)| client.clone());
        let browser = Browser { client, issuer, mailbox, steps: steps.clone() };
        walking.push(tokio::spawn(async move {
            let outcome = browser.walk(&mut journey).await;
            (journey, outcome)
        }));
    }
    drop(steps);

    if let Some(until) = until {
        for _ in 0..until {
            assert!(told.recv().await.is_some(), "everybody arrived or failed before the kill");
        }
        demo.kill();
    }
    let mut journeys = Vec::new();
    for walk in walking {
        let (journey, outcome) = walk.await.expect("a member goes wrong");
        assert!(until.is_some() || outcome.is_ok(), "{outcome:?}");
        journeys.push(journey);
    }
    journeys
}

/// A browser that nobody used.
fn new_client() -> Client {
    let client = Client::builder().no_proxy().cookie_store(true).redirect(Policy::none());
    client.timeout(Duration::from_secs(30)).build().expect("a client can be made")
}

/// SplitMix64 (Steele, Lea, Flood 2014).
fn next_random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_before_a_kill_is_there_after_it() {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let mut demo = Demo::start();
    let mut journeys = members_with_letters(&demo);

    let mut random = SEED;
    for _ in 0..ROUNDS {
        let until = 4 + usize::try_from(next_random(&mut random) % 16).expect("a small number");
        journeys = walk_together(&mut demo, journeys, Some(until)).await;
        demo.start_again();
        assert_whole(&demo);
        // Half of the members go on where they are, the others somewhere else.
        journeys.iter_mut().step_by(2).for_each(|journey| journey.window = None);
    }
    journeys = walk_together(&mut demo, journeys, None).await;

    assert!(journeys.iter().all(|journey| journey.acknowledged == END));
    assert_whole(&demo);
    for journey in &journeys {
        let member = demo.admin(&["member", "show", &journey.user_id]);
        assert!(member["password_set_at"].is_string() && member["mail_verified_at"].is_string(), "{member}");
        assert_eq!((&member["chosen_method"], &member["letters"][0]["state"]), (&json!("mail"), &json!("done")));
    }
}

/// The log of events chains from its first to its last.
fn assert_whole(demo: &Demo) {
    let chains = demo.admin(&["audit", "verify"]);
    let chains = chains.as_array().expect("a chain for each realm");
    assert!(chains.iter().all(|chain| chain["good"] == json!(true)), "{chains:?}");
}
