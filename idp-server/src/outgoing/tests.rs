//! Nothing leaves for a forbidden address, whatever a name says and when; the limits hold.

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use super::*;

/// Answers one after the other, the last one again and again.
struct Scripted(Mutex<VecDeque<Vec<IpAddr>>>);

impl Names for Scripted {
    fn addresses(&self, _: String) -> BoxFuture<'static, std::io::Result<Vec<IpAddr>>> {
        let mut answers = self.0.lock().unwrap();
        let answer = if answers.len() > 1 { answers.pop_front().unwrap() } else { answers[0].clone() };
        Box::pin(async move { Ok(answer) })
    }
}

fn outgoing(allowed: &[&str], names: &[&[&str]]) -> Outgoing {
    outgoing_within(TIMEOUT, allowed, names)
}

fn outgoing_within(timeout: Duration, allowed: &[&str], names: &[&[&str]]) -> Outgoing {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    }
    let config = OutgoingConfig {
        allowed_networks: allowed.iter().map(|network| network.parse().unwrap()).collect(),
        ca_certificate: None,
    };
    let read = |answer: &&[&str]| answer.iter().map(|address| address.parse().unwrap()).collect();
    let names = if names.is_empty() { vec![Vec::new()].into() } else { names.iter().map(read).collect() };
    Outgoing::with(&config, Arc::new(Scripted(Mutex::new(names))), timeout).unwrap()
}

/// A server on loopback that counts who comes, and answers with `answer`.
fn server(answer: &'static [u8]) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let (port, visits) = (listener.local_addr().unwrap().port(), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&visits);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            counted.fetch_add(1, Ordering::SeqCst);
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(answer);
        }
    });
    (port, visits)
}

const FINE: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";

#[tokio::test]
async fn nothing_leaves_for_this_machine_however_it_is_written() {
    let (port, visits) = server(FINE);
    let outgoing = outgoing(&[], &[&["127.0.0.1"]]);
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "0.0.0.0",
        "localhost",
        "portal.example",
        "[2002:7f00:1::]",
        "[64:ff9b::7f00:1]",
    ] {
        for scheme in ["https", "http"] {
            let refused = outgoing.get(&format!("{scheme}://{host}:{port}/jwks")).await.unwrap_err();
            assert!(
                matches!(refused, OutgoingError::Forbidden | OutgoingError::Scheme),
                "{scheme}://{host}: {refused}"
            );
        }
    }
    assert_eq!(visits.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn one_private_address_among_public_ones_is_enough_to_refuse() {
    for answer in [&["8.8.8.8", "10.0.0.1"][..], &["2606:4700::1", "fe80::1"], &[]] {
        let refused = outgoing(&[], &[answer]).get("https://portal.example/").await.unwrap_err();
        assert!(matches!(refused, OutgoingError::Forbidden), "{refused}");
    }
}

#[tokio::test]
async fn a_name_that_turns_to_this_machine_is_looked_up_once_and_refused_the_next_time() {
    let (port, visits) = server(FINE);
    // The first answer is what is connected to: a second look-up that could differ does not take place.
    let outgoing = outgoing(&["192.0.2.0/24"], &[&["192.0.2.1"], &["127.0.0.1"]]);
    let address = format!("https://portal.example:{port}/jwks");
    let first = outgoing.get(&address);
    let first = tokio::time::timeout(Duration::from_secs(1), first).await;
    assert!(!matches!(first, Ok(Ok(_))), "192.0.2.1 answers");
    assert!(matches!(outgoing.get(&address).await, Err(OutgoingError::Forbidden)));
    assert_eq!(visits.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_listed_network_may_be_asked_and_http_stays_for_loopback() {
    let (port, visits) = server(FINE);
    let outgoing = outgoing(&["127.0.0.0/8"], &[&["127.0.0.1"]]);
    assert_eq!(outgoing.get(&format!("http://localhost:{port}/")).await.unwrap(), b"{}");
    assert_eq!(outgoing.get(&format!("http://127.0.0.1:{port}/")).await.unwrap(), b"{}");
    let refused = outgoing.get(&format!("http://portal.example:{port}/")).await;
    assert!(matches!(refused, Err(OutgoingError::Scheme)));
    assert!(matches!(outgoing.get("ftp://127.0.0.1/").await, Err(OutgoingError::Scheme)));
    assert_eq!(visits.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_a_long_answer_is_not_read() {
    let (elsewhere, visits) = server(FINE);
    let head = format!("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:{elsewhere}/\r\ncontent-length: 0\r\n\r\n");
    let (port, _) = server(head.leak().as_bytes());
    let outgoing = outgoing(&["127.0.0.0/8"], &[]);
    let refused = outgoing.get(&format!("http://127.0.0.1:{port}/")).await.unwrap_err();
    assert!(matches!(refused, OutgoingError::Status(302)), "{refused}");
    assert_eq!(visits.load(Ordering::SeqCst), 0);

    let mut long = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_vec();
    long.resize(LONGEST + 200, b'x');
    let (port, _) = server(long.leak());
    let refused = outgoing.get(&format!("http://127.0.0.1:{port}/")).await.unwrap_err();
    assert!(matches!(refused, OutgoingError::TooLong), "{refused}");
}

/// A server that says `first`, and then a byte again and again, each long before anybody would call it silent.
fn dripping(first: &'static [u8]) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(first);
            // The other side says nothing more: to wait for it is the pause between two bytes.
            stream.set_read_timeout(Some(DRIP)).unwrap();
            while stream.write_all(b"x").is_ok() && stream.read(&mut [0]).is_err() {}
        }
    });
    port
}

const DRIP: Duration = Duration::from_millis(10);

#[tokio::test]
async fn whoever_has_not_said_all_in_time_is_left_however_busily_they_talk() {
    assert_eq!(TIMEOUT, Duration::from_secs(5));
    let within = Duration::from_millis(300);
    let outgoing = outgoing_within(within, &["127.0.0.0/8"], &[]);
    let nobody_accepts = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    for (how, port) in [
        ("silent", nobody_accepts.local_addr().unwrap().port()),
        ("dripping the head", dripping(b"HTTP/1.1 200 OK\r\nx: ")),
        ("dripping the body", dripping(b"HTTP/1.1 200 OK\r\ncontent-length: 60000\r\n\r\n")),
        ("dripping a body without an end", dripping(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n")),
    ] {
        let (begun, address) = (Instant::now(), format!("http://127.0.0.1:{port}/"));
        let asked = tokio::time::timeout(Duration::from_secs(20), outgoing.get(&address)).await;
        let refused = asked.unwrap_or_else(|_| panic!("{how}: it is waited for")).unwrap_err();
        assert!(matches!(refused, OutgoingError::Unreachable(_)), "{how}: {refused}");
        assert!(begun.elapsed() >= within, "{how}: left after {:?}", begun.elapsed());
    }

    let address = format!("http://127.0.0.1:{}/", dripping(b"HTTP/1.1 200 OK\r\nx: "));
    let posted = tokio::time::timeout(Duration::from_secs(20), outgoing.post(&address, &[])).await;
    assert!(matches!(posted, Ok(Err(OutgoingError::Unreachable(_)))), "{posted:?}");
}
