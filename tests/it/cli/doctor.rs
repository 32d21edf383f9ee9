//! `idp-admin doctor`: each finding names its remedy, and an error ends the command with 1 for the monitoring

use std::io::Write as _;
use std::net::{Ipv4Addr, TcpListener};
use std::process::Command;

use insta::{allow_duplicates, assert_snapshot};

use super::desk::{Desk, desks};

/// Greets whoever connects, and hangs up.
struct MailServer(u16);

impl MailServer {
    fn start(greeting: &'static str) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                // Who has gone already needs no greeting.
                let _ = stream.and_then(|mut stream| stream.write_all(greeting.as_bytes()));
            }
        });
        Self(port)
    }

    fn serves(&self, desk: &Desk) {
        adds(desk, &format!("[mail]\nhost = \"127.0.0.1\"\nport = {}\n", self.0));
    }
}

fn adds(desk: &Desk, section: &str) {
    desk.has_file("sekisho.toml", format!("{}\n{section}", desk.reads("sekisho.toml")));
}

fn codes(desk: &Desk) -> Vec<String> {
    let findings = desk.json("doctor");
    findings.as_array().unwrap().iter().map(|finding| finding["code"].as_str().unwrap().to_owned()).collect()
}

/// Desks of a society about which nothing is wrong.
async fn healthy_desks(mail: &MailServer) -> Vec<Desk> {
    let desks = desks().await;
    for desk in &desks {
        mail.serves(desk);
        desk.run("migrate up").succeeds();
        desk.run("realm create mgc --origin https://mgc.id.example").succeeds();
        desk.has_file("ja.txt", "第一条");
        desk.run("realm terms --ja ja.txt").succeeds();
        desk.run("realm set mail_sender=no-reply@kenpo.example help_line.ja=03-0000-0000 display_name.ja=健保")
            .succeeds();
        assert_eq!(codes(desk), Vec::<String>::new());
    }
    desks
}

#[tokio::test]
async fn the_doctor_says_what_to_do() {
    let desks = desks().await;
    let mail = MailServer::start("220 ready\r\n");
    allow_duplicates! { for desk in &desks {
        mail.serves(desk);
        assert_eq!(desk.json("doctor")[0]["code"], "database_not_ready");
        desk.run("migrate up").succeeds();
        assert_eq!(desk.json("doctor")[0]["code"], "no_realm");
        desk.run("realm create mgc --origin https://mgc.id.example").succeeds();
        assert_eq!(codes(desk), ["no_mail_sender", "no_help_line", "no_display_name", "no_terms"]);

        desk.has_file("ja.txt", "第一条");
        desk.run("realm terms --ja ja.txt").succeeds();
        desk.run("realm set mail_sender=no-reply@kenpo.example help_line.ja=03-0000-0000 display_name.ja=健保")
            .succeeds();
        assert_snapshot!(desk.run("doctor").succeeds(), @"Nothing is wrong.");
        desk.run("realm set initial_password=pattern pattern_guard=accepted_risk").succeeds();
        let answer = desk.run("doctor");
        assert_snapshot!(answer.stdout, @r"
        ERROR mgc: Whoever knows a member's symbol, number and birth date can take the account over. [pattern_passwords_unguarded]
          → idp-admin --realm mgc realm set pattern_guard=mail_on_file
        ");
        assert_eq!(answer.code, 1);
        desk.has_key(&"7b".repeat(32));
        assert_eq!(codes(desk)[0], "wrong_installation_key");
        assert_eq!(desk.run("realm create two --origin https://two.example").code, 2);
    } }
}

#[tokio::test]
async fn an_algorithm_that_an_application_uses_needs_a_key_that_signs_and_is_young_enough() {
    let mail = MailServer::start("220 ready\r\n");
    for desk in healthy_desks(&mail).await {
        desk.has_file("signed.json", r#"{"id_token_signed_response_alg":"PS256"}"#);
        let create =
            "client create --name Bank --client-id bank --redirect-uri https://bank.example/cb --metadata signed.json";
        assert_eq!(desk.run(create).code, 0);
        assert_eq!(codes(&desk), Vec::<String>::new());

        desk.executes("DELETE FROM signing_keys WHERE algorithm = 'PS256'").await;
        let answer = desk.run("doctor");
        assert_eq!(answer.code, 1);
        assert_eq!(
            answer.stdout,
            "ERROR mgc: No PS256 key signs, so bank gets no ID token. [no_signing_key]\n  → idp-admin --realm mgc key \
             rotate PS256 --at-once\n"
        );
        desk.run("--realm mgc key rotate PS256 --at-once").succeeds();
        assert_eq!(codes(&desk), Vec::<String>::new());

        desk.run("key rotate ES256").succeeds();
        desk.executes("UPDATE signing_keys SET changed_at = 0 WHERE state = 'next'").await;
        assert_eq!(codes(&desk), ["signing_key_waits"]);
        desk.executes("UPDATE signing_keys SET created_at = 0 WHERE algorithm = 'RS256'").await;
        assert_eq!(codes(&desk), ["old_signing_key", "signing_key_waits"]);
        assert_eq!(desk.run("doctor").code, 0, "a warning is no alarm");

        desk.executes("UPDATE signing_keys SET changed_at = 0 WHERE algorithm = 'RS256'").await;
        assert_eq!(codes(&desk), ["old_signing_key", "signing_key_waits", "signing_key_waits"]);
        desk.run("realm set key_rotation_days=0").succeeds();
        assert_eq!(codes(&desk), ["old_signing_key", "signing_key_waits"], "no schedule, no successor");
    }
}

#[tokio::test]
async fn a_mail_server_that_is_not_there_or_is_something_else_is_an_error() {
    let good = MailServer::start("220 ready\r\n");
    let desk = healthy_desks(&good).await.remove(0);
    for (greeting, why) in [
        ("HTTP/1.1 200 OK\r\n", "what answers there is no mail server, or takes no mail now"),
        ("554 no\r\n", "what answers there is no mail server, or takes no mail now"),
        ("", "it hangs up before it greets"),
    ] {
        let other = MailServer::start(greeting);
        desk.has_config("sqlite://sekisho.db");
        other.serves(&desk);
        let answer = desk.run("doctor");
        let told = format!("ERROR The mail server 127.0.0.1:{} cannot be used: {why}. Members wait for", other.0);
        assert!(answer.code == 1 && answer.stdout.starts_with(&told), "{}", answer.stdout);
    }
    let gone = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
    desk.has_config("sqlite://sekisho.db");
    MailServer(gone).serves(&desk);
    assert_eq!(codes(&desk), ["mail_server_unreachable"]);
}

#[tokio::test]
async fn a_certificate_that_ends_soon_or_is_none_is_told_of() {
    let mail = MailServer::start("220 ready\r\n");
    let desk = healthy_desks(&mail).await.remove(0);
    adds(&desk, "[http]\ntls_certificate = \"cert.pem\"\ntls_key = \"key.pem\"\n");
    let lasts = |days: &str| {
        let made = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"])
            .args(["-subj", "/CN=mgc.id.example", "-keyout", "key.pem", "-out", "cert.pem", "-days", days])
            .current_dir(desk.path("sekisho.toml").parent().unwrap())
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    };
    lasts("90");
    assert_eq!(codes(&desk), Vec::<String>::new());
    lasts("10");
    assert_eq!((codes(&desk), desk.run("doctor").code), (vec!["certificate_ends_soon".to_owned()], 0));
    desk.has_file("cert.pem", "nothing of the kind");
    assert_eq!((codes(&desk), desk.run("doctor").code), (vec!["certificate_unreadable".to_owned()], 1));
}
