//! How well the time of an answer tells what kind of user id was typed: `cargo bench --workspace --bench uniform`.
//!
//! Every page that takes a user id is asked for five kinds in turn, in an order shuffled anew each round. For each kind
//! the area under the ROC curve against the known member says how well one answer tells them apart: 0.50 is chance, the
//! bar is 0.60. Password hashing is as cheap as it can be, so that it hides nothing.

use std::time::Instant;

use harness::{Database, Idp, MemberSeed, Page};
use idp_core::clock::hours;

const SAMPLES: usize = 300;
/// Rounds before the guesses and mails of each id have to rest.
const ROUNDS_BEFORE_REST: usize = 2;
const BAR: f64 = 0.60;

const KINDS: [(&str, &str); 5] = [
    ("known", "UT-known"),
    ("known, with an app", "UT-app"),
    ("unknown", "UT-unknown"),
    ("disabled", "UT-disabled"),
    ("pending", "UT-pending"),
];

const PAGES: [(&str, &str); 3] =
    [("/login", "login-submit"), ("/login/forgotten", "forgotten-submit"), ("/login/unlock", "unlock-submit")];

#[tokio::main]
async fn main() {
    let idp = Idp::start(Database::sqlite().await).await;
    let portal = idp.portal().await;
    for (_, id) in [KINDS[0], KINDS[3]] {
        idp.member(MemberSeed::new(id)).await.signs_in(&idp.browser(), &portal).await;
    }
    idp.member(MemberSeed::new(KINDS[1].1)).await.wanting_an_app().signs_in(&idp.browser(), &portal).await;
    idp.disables(KINDS[3].1).await;
    idp.member(MemberSeed::new(KINDS[4].1).with_mail_on_file()).await;

    let mut worst: f64 = 0.5;
    println!("{:<18} {:<20} {:>10} {:>6}", "page", "user id", "median µs", "AUC");
    for (path, button) in PAGES {
        let times = measure(&idp, path, button).await;
        for (number, (kind, _)) in KINDS.iter().enumerate() {
            let area = area(&times[0], &times[number]);
            worst = worst.max(area);
            println!("{path:<18} {kind:<20} {:>10.0} {area:>6.3}", median(&times[number]));
        }
    }
    println!("\nworst {worst:.3}, bar {BAR:.2}: {}", if worst <= BAR { "held" } else { "missed" });
}

/// Microseconds of every answer, by kind.
async fn measure(idp: &Idp, path: &str, button: &str) -> Vec<Vec<f64>> {
    let mut times = vec![Vec::with_capacity(SAMPLES); KINDS.len()];
    for round in 0..SAMPLES {
        if round % ROUNDS_BEFORE_REST == 0 {
            idp.advance(hours(3));
        }
        // A walk through the kinds that begins elsewhere and goes another way each round: nothing comes always after
        // the mail of a known member.
        let step = [1, 2, 3, 4][round / KINDS.len() % 4];
        for turn in 0..KINDS.len() {
            let kind = (round + turn * step) % KINDS.len();
            let page = idp.browser().get(path).await;
            times[kind].push(answer(&page, button, KINDS[kind].1).await);
        }
    }
    times
}

async fn answer(page: &Page, button: &str, user_id: &str) -> f64 {
    let mut fields = page.fields(button);
    for (name, value) in &mut fields {
        match name.as_str() {
            "username" => user_id.clone_into(value),
            "password" => "a wrong guess".clone_into(value),
            _ => {}
        }
    }
    let begun = Instant::now();
    let answer = page.browser().post_once(page.url.as_str(), &fields).await;
    let time = begun.elapsed();
    assert!(
        answer.status == 303 || answer.error_code().as_deref() == Some("wrong_credentials"),
        "{}",
        answer.summary()
    );
    time.as_secs_f64() * 1e6
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
