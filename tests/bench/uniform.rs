//! What the time of an answer tells about a typed user id: `cargo bench --workspace --bench uniform`.
//!
//! Every page that takes a user id or an address is asked for five kinds in turn, in an order that changes each round.
//! For each kind the area under the ROC curve against the known member says how well one answer tells them apart: 0.50
//! is chance, the bar is 0.60. All that is printed besides times is compared, too. Password hashing is as cheap as it
//! can be, so that it hides nothing.

use std::process::ExitCode;
use std::time::Instant;

use futures::FutureExt;
use harness::{Database, Idp, MemberSeed, Page};
use idp_core::clock::{hours, minutes};
use idp_core::store::cleanup::{self, Rest};

const SAMPLES: usize = 300;
const BAR: f64 = 0.60;
/// Wrong passwords after which a user id rests.
const GUESSES: usize = 10;

const KINDS: [(&str, &str); 5] = [
    ("known", "UT-known"),
    ("known, with an app", "UT-app"),
    ("unknown", "UT-unknown"),
    ("disabled", "UT-disabled"),
    ("pending", "UT-pending"),
];

/// A page, and what is done there.
#[derive(Debug, Clone, Copy)]
enum Door {
    /// A wrong password.
    Password,
    /// A wrong password for a user id that rests.
    RestingPassword,
    /// A mail is asked for, its page looked at, a wrong code typed, another mail asked for.
    Mail { path: &'static str, button: &'static str },
    /// The user id is to be mailed to an address.
    UserId,
}

const DOORS: [Door; 5] = [
    Door::Password,
    Door::Mail { path: "/login/forgotten", button: "forgotten-submit" },
    Door::Mail { path: "/login/unlock", button: "unlock-submit" },
    Door::UserId,
    Door::RestingPassword,
];

/// One answer: what was asked, how long it took in microseconds, and what it was.
struct Answer {
    asked: String,
    time: f64,
    seen: (u16, Vec<String>, String),
}

#[tokio::main]
async fn main() -> ExitCode {
    let idp = Idp::start(Database::sqlite().await).await;
    seed(&idp).await;

    let mut worst: f64 = 0.5;
    println!("{:<32} {:<20} {:>10} {:>6}", "asked", "user id", "median µs", "AUC");
    for door in DOORS {
        let times = measure(&idp, door).await;
        for asked in times.iter().map(|(asked, _)| asked) {
            let of = |kind: usize| -> Vec<f64> {
                times.iter().filter(|(other, _)| other == asked).flat_map(|(_, times)| times[kind].clone()).collect()
            };
            for (number, (kind, _)) in KINDS.iter().enumerate() {
                let area = area(&of(0), &of(number));
                worst = worst.max(area);
                println!("{asked:<32} {kind:<20} {:>10.0} {area:>6.3}", median(&of(number)));
            }
        }
    }
    let held = worst <= BAR;
    println!(
        "\nbodies, headers, cookies: alike\nworst AUC {worst:.3}, bar {BAR:.2}: {}",
        if held { "held" } else { "missed" }
    );
    if held { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn seed(idp: &Idp) {
    let portal = idp.portal().await;
    for (_, id) in [KINDS[0], KINDS[3]] {
        idp.member(MemberSeed::new(id)).await.signs_in(&idp.browser(), &portal).await;
    }
    idp.member(MemberSeed::new(KINDS[1].1)).await.wanting_an_app().signs_in(&idp.browser(), &portal).await;
    idp.disables(KINDS[3].1).await;
    idp.member(MemberSeed::new(KINDS[4].1).with_mail_on_file()).await;
}

/// Microseconds of every answer, by what was asked and by kind.
async fn measure(idp: &Idp, door: Door) -> Vec<(String, Vec<Vec<f64>>)> {
    let mut times: Vec<(String, Vec<Vec<f64>>)> = Vec::new();
    prepare(idp, door).await;
    for round in 0..SAMPLES {
        begin(idp, door).await;
        // A walk through the kinds that begins elsewhere and goes another way each round: nothing comes always after
        // the mail of a known member.
        let step = [1, 2, 3, 4][round / KINDS.len() % 4];
        let mut answers: Vec<Vec<Answer>> = KINDS.iter().map(|_| Vec::new()).collect();
        for turn in 0..KINDS.len() {
            let kind = (round + turn * step) % KINDS.len();
            answers[kind] = walk(idp, door, KINDS[kind].1).await;
        }
        for (kind, answers_of_kind) in answers.iter().enumerate() {
            for (place, answer) in answers_of_kind.iter().enumerate() {
                assert_eq!(answer.seen, answers[0][place].seen, "{}: {}", answer.asked, KINDS[kind].0);
                if times.len() == place {
                    times.push((answer.asked.clone(), vec![Vec::with_capacity(SAMPLES); KINDS.len()]));
                }
                times[place].1[kind].push(answer.time);
            }
        }
    }
    times
}

/// What a door needs before the first answer.
async fn prepare(idp: &Idp, door: Door) {
    match door {
        Door::RestingPassword => {
            rest(idp).await;
            for (_, id) in KINDS {
                for _ in 0..GUESSES {
                    walk(idp, Door::Password, id).await;
                }
            }
        }
        Door::Password | Door::Mail { .. } | Door::UserId => {}
    }
}

/// What a door needs before each round: nothing was guessed and no mail asked for lately.
async fn begin(idp: &Idp, door: Door) {
    match door {
        Door::RestingPassword => {}
        Door::Password | Door::Mail { .. } | Door::UserId => rest(idp).await,
    }
}

/// Two days without guesses, and the clean-up at their end.
async fn rest(idp: &Idp) {
    idp.advance(hours(49));
    while idp.operate(|ctx| cleanup::delete_ended(ctx).boxed()).await.rest == Rest::Perhaps {}
}

async fn walk(idp: &Idp, door: Door, user_id: &str) -> Vec<Answer> {
    match door {
        Door::Password | Door::RestingPassword => {
            let page = idp.browser().get("/login").await;
            let typed = [("username", user_id), ("password", "a wrong guess")];
            vec![press(&page, "login-submit", &typed, user_id).await.0]
        }
        Door::Mail { path, button } => {
            let page = idp.browser().get(path).await;
            let (begun, moved) = press(&page, button, &[("username", user_id)], user_id).await;
            let waiting = page.browser().follow(moved).await;
            let code = press(&waiting, "mail-code-submit", &[("mail-code", "000000")], user_id).await.0;
            let look = look(&waiting, user_id).await;
            idp.advance(minutes(2));
            let again = press(&waiting, "mail-resend", &[], user_id).await.0;
            vec![begun, look, code, again]
        }
        Door::UserId => {
            let page = idp.browser().get("/login/forgotten-id").await;
            let mail = MemberSeed::new(user_id).mail;
            vec![press(&page, "forgotten-id-submit", &[("mail", &mail)], &mail).await.0]
        }
    }
}

/// Fills fields, presses a button, and takes the time.
async fn press(page: &Page, button: &str, typed: &[(&str, &str)], id: &str) -> (Answer, Page) {
    let mut fields = page.fields(button);
    fields.retain(|(name, _)| !typed.iter().any(|(field, _)| field == name));
    fields.extend(typed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let target = page.target(button);
    let begun = Instant::now();
    let answer = page.browser().post_once(target.as_str(), &fields).await;
    let time = begun.elapsed().as_secs_f64() * 1e6;
    let code = answer.error_code();
    let expected = ["wrong_credentials", "locked", "code_wrong"];
    let is_fine = match &code {
        Some(code) => expected.contains(&code.as_str()),
        None => answer.status == 303 || button == "mail-resend",
    };
    assert!(is_fine, "{}", answer.summary());
    let asked = format!("{}{}", target.path(), code.map(|code| format!(" {code}")).unwrap_or_default());
    let asked = if button == "mail-resend" { format!("{} again", target.path()) } else { asked };
    (Answer { asked, time, seen: answer.without_chance(id) }, answer)
}

/// Asks what the waiting page's script asks.
async fn look(page: &Page, id: &str) -> Answer {
    let status = page.attribute_of("mail-waiting", "data-poll").unwrap();
    let begun = Instant::now();
    let answer = page.browser().get_once(&status).await;
    let time = begun.elapsed().as_secs_f64() * 1e6;
    Answer { asked: answer.path().to_owned(), time, seen: answer.without_chance(id) }
}

/// The probability that one of the second takes longer than one of the first, or the other way round.
fn area(first: &[f64], second: &[f64]) -> f64 {
    let wins: f64 = second
        .iter()
        .flat_map(|b| {
            first.iter().map(move |a| {
                if b > a {
                    1.0
                } else if b < a {
                    0.0
                } else {
                    0.5
                }
            })
        })
        .sum();
    let area = wins / (first.len() * second.len()) as f64;
    area.max(1.0 - area)
}

fn median(times: &[f64]) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}
