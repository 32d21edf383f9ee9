//! `/metrics`: what the monitoring reads, and what it must not

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use harness::{Idp, MemberSeed, on_both, on_both_empty};

use super::process::{Installation, Serving};

/// The number of one series.
fn number(text: &str, series: &str) -> Option<f64> {
    text.lines().find_map(|line| line.strip_prefix(series)?.trim().parse().ok())
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_ins_steps_refusals_and_answers_are_counted_and_nobody_is_named() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let portal = idp.portal().await;
        let member = idp.member(MemberSeed::new("M-1001")).await;
        let page = idp.browser().get("/login").await;
        member.types_password(&page, "certainly not the right one").await;
        let (asked, arrival) = member.signs_in(&idp.browser(), &portal).await;
        portal.redeems(&asked, arrival.code()).await;
        portal.redeems(&asked, "no-code-of-ours").await;
        idp.browser().get("/nowhere/M-1001").await;
        idp.browser().get("/nowhere/else").await;

        let text = idp.metrics().await;
        for (series, expected) in [
            (r#"sekisho_effects_total{event="sign_in",outcome="refused"}"#, 1.0),
            (r#"sekisho_effects_total{event="letter_done",outcome="done"}"#, 1.0),
            (r#"sekisho_effects_total{event="birth_date_confirmed",outcome="done"}"#, 1.0),
            (r#"sekisho_effects_total{event="session_started",outcome="done"}"#, 1.0),
            (r#"sekisho_refusals_total{code="invalid_grant"}"#, 1.0),
            (r#"sekisho_refusals_total{code="not_found"}"#, 2.0),
            (r#"sekisho_request_seconds_count{route="/token",method="POST",status="4xx"}"#, 1.0),
            (r#"sekisho_request_seconds_count{route="none",method="GET",status="4xx"}"#, 2.0),
            ("sekisho_faults_total", 0.0),
            ("sekisho_hashing_waiting", 0.0),
        ] {
            assert_eq!(number(&text, series), Some(expected), "{series}\n{text}");
        }
        assert!(number(&text, r#"sekisho_request_seconds_count{route="/token",method="POST",status="2xx"}"#).is_some());
        assert!(number(&text, "sekisho_outbox_waiting").is_some());
        let origin = idp.origin();
        for secret in ["M-1001", member.mail.as_str(), portal.client_id.as_str(), &origin, "127.0.0.1", "localhost"] {
            assert!(!text.contains(secret), "{secret} is told:\n{text}");
        }
        assert_eq!(idp.browser().get("/metrics").await.status, 404, "the public listener tells the numbers");
    })
    .await;
}

#[tokio::test]
async fn they_are_told_at_a_listener_of_their_own_that_is_not_open_by_accident() {
    let open = Installation::on_sqlite("[metrics]\nlisten = \"0.0.0.0:0\"");
    assert!(open.refusal_to_serve().contains("\n  metrics.listen: everybody in the network could read the numbers"));

    on_both_empty(async |database| {
        let own = "[http]\nlisten = \"127.0.0.1:0\"\n\n[metrics]\nlisten = \"127.0.0.1:0\"";
        let installation = Installation::new(&database.url(), own);
        installation.is_migrated();
        let mut serving = Serving::start(&installation).expect("it serves");
        let mut connection = TcpStream::connect(serving.address_of("telling numbers")).expect("it listens");
        write!(connection, "GET /metrics HTTP/1.1\r\nhost: monitoring\r\nconnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).expect("it answers");
        assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("sekisho_build_info{version=\""), "{answer}");
        assert!(serving.stops(), "it ends well");
    })
    .await;
}
