//! `deploy/conformance/setup.mjs`, by which a realm is made ready for the conformance suite.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::desk::{Desk, binary, desks};

const SUITE: &str = "https://suite.example/test/a/sekisho";
const PLANS: [&str; 9] =
    ["oidc", "dynamic", "fapi2", "fapi2-mtls", "signing", "ciba-poll", "ciba-poll-mtls", "ciba-ping", "ciba-ping-mtls"];

/// Runs the program at this desk and answers how it ended, what it printed, and what it said.
fn sets_up(desk: &Desk) -> (bool, String, String) {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/conformance/setup.mjs");
    let output = Command::new("sh")
        .args(["-c", "PATH=$0:$PATH exec node \"$@\""])
        .args([binary().parent().unwrap(), &program])
        .args(["https://op.example", SUITE, "https://op.example:8443", "out"])
        .current_dir(desk.path(""))
        .output()
        .expect("Node is installed");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.success(), text(output.stdout), text(output.stderr))
}

#[tokio::test]
async fn every_plan_gets_clients_as_its_configuration_says() {
    for desk in &desks().await {
        desk.run("migrate up").succeeds();
        let (is_done, printed, said) = sets_up(desk);
        assert!(is_done, "{said}");
        let member: Value = serde_json::from_str(&printed).unwrap();
        let shown = desk.json("member show conformance");
        assert_eq!((&member["user_id"], &shown["state"]), (&"conformance".into(), &"active".into()), "{shown}");

        for plan in PLANS {
            let told: Value = serde_json::from_str(&desk.reads(&format!("out/{plan}.json"))).unwrap();
            assert_eq!(told["alias"], "sekisho");
            assert_eq!(told["server"]["discoveryUrl"], "https://op.example/.well-known/openid-configuration");
            if plan == "dynamic" {
                continue;
            }
            for name in ["client", "client2"] {
                let id = told[name]["client_id"].as_str().unwrap();
                let settings = desk.json(&format!("client show {id}"))["settings"].take();
                let by_certificate = plan.ends_with("-mtls");
                let bound = settings["access_tokens"]["certificate_bound"].as_bool().unwrap();
                assert_eq!(bound, by_certificate || plan.starts_with("ciba"), "{id}");
                assert_eq!(settings["access_tokens"]["dpop_bound"], matches!(plan, "fapi2" | "signing"), "{id}");
                assert_eq!(settings["auth_method"] == "tls_client_auth", by_certificate, "{id}");
                assert_eq!(settings["requests"]["require_signed"], plan == "signing", "{id}");
                assert_eq!(told[name]["client_secret"].is_string(), plan == "oidc", "{id}");
                assert_eq!(settings["ciba"].is_null(), !plan.starts_with("ciba"), "{id}");
            }
        }

        // A realm that is there is not touched.
        let (is_done, _, said) = sets_up(desk);
        assert!(!is_done && said.contains("There is a realm “conformance” already"), "{said}");
    }
}
