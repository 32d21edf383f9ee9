//! What a sign-in with a passkey takes the server: `cargo bench --workspace --bench passkey`.
//!
//! A software authenticator signs; taken are the times of the two requests that a passkey causes, the challenge and the
//! answer to it, each over a connection of its own. SQLite lies where `TMPDIR` says: on a disk it commits to that disk.

use std::time::Instant;

use harness::{Browser, Database, Idp, Member, MemberSeed, Page, Portal};

const SIGN_INS: usize = 300;
/// Milliseconds for both requests together, at the median.
const LIMIT: f64 = 5.0;
const BUTTON: &str = "passkey-submit";

#[tokio::main]
async fn main() {
    let idp = Idp::start(Database::sqlite().await).await;
    let member = idp.member(MemberSeed::new("PK-1")).await.wanting_a_passkey();
    let portal = idp.portal().await;
    member.signs_in(&idp.browser(), &portal).await;

    let (mut challenges, mut answers, mut both) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..SIGN_INS {
        let (challenge, answer) = sign_in(&idp, &member, &portal).await;
        challenges.push(challenge);
        answers.push(answer);
        both.push(challenge + answer);
    }

    println!("| passkey, of {SIGN_INS} sign-ins | p50 | p95 |\n|---|---|---|");
    for (what, times) in [("challenge", &mut challenges), ("answer", &mut answers), ("both", &mut both)] {
        times.sort_by(f64::total_cmp);
        println!("| {what} | {:.2} ms | {:.2} ms |", at(times, 50), at(times, 95));
    }
    println!("\nlimit {LIMIT:.0} ms at p50: {}", if at(&both, 50) <= LIMIT { "held" } else { "missed" });
}

/// Milliseconds that the challenge took, and the answer to it.
async fn sign_in(idp: &Idp, member: &Member, portal: &Portal) -> (f64, f64) {
    let page = idp.browser().get(&portal.asks().url).await;
    let (target, mut fields) = (page.target(BUTTON), page.fields(BUTTON));
    let mut options = target.clone();
    options.set_path(&format!("{}/options", target.path()));
    let (asked, challenge) = timed(page.browser(), options.as_str(), &fields).await;
    let challenge = challenge.json();
    let signed = member.with_authenticator(|own| own.signs(&challenge, &idp.origin()));

    fields.retain(|(name, _)| name != "ceremony" && name != "credential");
    fields.push(("ceremony".into(), challenge["ceremony"].as_str().unwrap().into()));
    fields.push(("credential".into(), signed.to_string()));
    let (answered, answer) = timed(page.browser(), target.as_str(), &fields).await;
    assert!(answer.arrival().is_some(), "{}", answer.summary());
    (asked, answered)
}

async fn timed(browser: &Browser, address: &str, fields: &[(String, String)]) -> (f64, Page) {
    let begun = Instant::now();
    let page = browser.post_once(address, fields).await;
    (begun.elapsed().as_secs_f64() * 1e3, page)
}

fn at(sorted: &[f64], percent: usize) -> f64 {
    sorted[(sorted.len() - 1) * percent / 100]
}
