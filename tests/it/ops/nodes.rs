//! Two nodes on one PostgreSQL behind HAProxy, with the configuration of deploy/compose.

use std::fs::File;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use harness::{Database, Idp, MemberSeed, Node};
use tempfile::TempDir;

/// A running HAProxy; stopped when dropped.
struct Proxy {
    folder: TempDir,
    process: Child,
}

impl Proxy {
    /// Our own configuration, at these addresses; the name of the node of each request goes to a log.
    fn start(port: u16, nodes: [&Node; 2]) -> Self {
        let deployed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/compose/haproxy.cfg");
        let deployed = std::fs::read_to_string(deployed).unwrap();
        let configured = deployed
            .replace(
                "bind :8080",
                &format!("bind 127.0.0.1:{port}\n    log stdout format raw local0\n    log-format %s"),
            )
            .replace("node1:8080", &nodes[0].address.to_string())
            .replace("node2:8080", &nodes[1].address.to_string());
        assert_eq!(configured.matches("127.0.0.1:").count(), 3, "{configured}");
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("haproxy.cfg");
        std::fs::write(&file, configured).unwrap();
        let log = File::create(folder.path().join("log")).unwrap();
        let process = Command::new("haproxy").arg("-db").arg("-f").arg(file).stdout(log).stderr(Stdio::null()).spawn();
        let proxy = Self { folder, process: process.expect("haproxy is installed") };
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            std::thread::yield_now();
        }
        proxy
    }

    /// The nodes that answered, in order.
    fn answered(&self) -> Vec<String> {
        let log = std::fs::read_to_string(self.folder.path().join("log")).unwrap();
        log.lines().filter(|line| line.starts_with("node")).map(str::to_owned).collect()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journey_changes_nodes_at_every_request() {
    let Some(database) = Database::postgres().await else { return };
    let port = free_port();
    let idp = Idp::start_behind(database, port).await;
    let (one, two) = (idp.another_node().await, idp.another_node().await);
    let proxy = Proxy::start(port, [&one, &two]);
    let portal = idp.portal().await;
    let member = idp.member(MemberSeed::new("N-1")).await.wanting_an_app();

    let (asked, arrival) = member.signs_in(&idp.browser(), &portal).await;
    let tokens = portal.redeems(&asked, arrival.code()).await;
    let token = tokens.json["access_token"].as_str().unwrap();
    assert_eq!(portal.userinfo(token).await.0, 200);
    member.signs_in(&idp.browser(), &portal).await;

    let answered = proxy.answered();
    assert!(answered.len() > 30, "{}", answered.len());
    assert!(answered.windows(2).all(|pair| pair[0] != pair[1]), "{answered:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rolling_restart_under_load_fails_no_journey() {
    let Some(database) = Database::postgres().await else { return };
    let port = free_port();
    let idp = Idp::start_behind(database, port).await;
    let (one, two) = (idp.another_node().await, idp.another_node().await);
    let proxy = Proxy::start(port, [&one, &two]);
    let portal = idp.portal().await;

    let (over, done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let mut walkers = Vec::new();
    for walker in 0..6 {
        let (idp, portal) = (idp.clone(), portal.clone());
        let (over, done) = (Arc::clone(&over), Arc::clone(&done));
        walkers.push(tokio::spawn(async move {
            let mut number = 0;
            while !over.load(Ordering::SeqCst) {
                let member = idp.member(MemberSeed::new(&format!("R-{walker}-{number}"))).await;
                let (asked, arrival) = member.signs_in(&idp.browser(), &portal).await;
                let tokens = portal.redeems(&asked, arrival.code()).await;
                assert_eq!(tokens.status, 200, "{}", tokens.json);
                number += 1;
                done.fetch_add(1, Ordering::SeqCst);
            }
        }));
    }
    let until = async |holds: &dyn Fn() -> bool| {
        while !holds() {
            assert!(walkers.iter().all(|walker| !walker.is_finished()), "a journey failed");
            tokio::task::yield_now().await;
        }
    };
    for (node, name) in [(&one, "node1"), (&two, "node2"), (&one, "node1")] {
        let before = done.load(Ordering::SeqCst);
        until(&|| done.load(Ordering::SeqCst) >= before + 6).await;
        node.restart().await;
        // Whoever rolls through nodes stops the next one when this one is back.
        let answered = || proxy.answered().iter().filter(|other| *other == name).count();
        let before = answered();
        until(&|| answered() >= before + 8).await;
    }
    over.store(true, Ordering::SeqCst);
    for walker in walkers {
        walker.await.expect("no journey fails");
    }
}
