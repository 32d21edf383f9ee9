//! Relying parties on npm's `openid-client` and `oauth4webapi` sign members of the demo in and out; the library judges what
//! we issue.

mod ciba;
mod device;
mod encrypted;
mod encryption;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::process::Demo;

const CONFIDENTIAL: &str = "demo-confidential";
const PUBLIC: &str = "demo-public";

/// What every relying party sees, whoever signs in and however the client proves itself.
fn assert_signed_in_and_out(seen: &Value) {
    let claims = json!(["acr", "amr", "aud", "auth_time", "exp", "iat", "iss", "nonce", "sid", "sub"]);
    assert_eq!(seen["claims"], claims);
    assert_eq!(seen["issuer_is_named"], json!(true), "RFC 9207");
    assert_eq!(seen["same_subject"], json!(true));
    assert_eq!(seen["replayed_code"], json!("invalid_grant"));
    assert_eq!(seen["after_sign_out"], json!("http://127.0.0.1:52741/cb?state=bye"));
    assert_eq!(seen["signed_in_after"], json!("login_required"));
}

/// Runs the relying party of tests/node against the demo.
fn relying_party(demo: &Demo, client: (&str, Option<&str>), auth: &str, user_id: &str) -> Value {
    let (client_id, client_secret) = client;
    let plan = json!({
        "demo": demo.folder().join("demo.json"), "client_id": client_id, "client_secret": client_secret,
        "auth": auth, "user_id": user_id,
    });
    node("relying-party.mjs", &plan)
}

/// Runs a program of tests/node with this plan.
pub(crate) fn node(program: &str, plan: &Value) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("node");
    let mut node = Command::new("node")
        .arg(program)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("Node is installed");
    let mut stdin = node.stdin.take().expect("the input is piped");
    stdin.write_all(plan.to_string().as_bytes()).expect("Node reads its input");
    drop(stdin);

    let output = node.wait_with_output().expect("Node ends");
    assert!(output.status.success(), "{plan}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("the program prints JSON")
}

fn user_id<'a>(demo: &'a Demo, state: &str) -> &'a str {
    let members = demo.document["members"].as_array().expect("demo.json has members");
    let member = members.iter().find(|member| member["state"] == state).expect("the demo has a member of each state");
    member["user_id"].as_str().expect("a member has a user id")
}

fn secret_of<'a>(demo: &'a Demo, client_id: &str) -> Option<&'a str> {
    let clients = demo.document["clients"].as_array().expect("demo.json has clients");
    clients.iter().find(|client| client["client_id"] == client_id).and_then(|client| client["client_secret"].as_str())
}

#[test]
fn openid_client_completes_with_client_secret_basic_and_an_app_code() {
    let demo = Demo::start();

    let client = (CONFIDENTIAL, secret_of(&demo, CONFIDENTIAL));
    let seen = relying_party(&demo, client, "client_secret_basic", user_id(&demo, "totp"));

    assert_signed_in_and_out(&seen);
    assert_eq!(seen["walked"], json!(["/login", "/login/totp"]));
    assert_eq!(seen["email"], json!("ken.sato@example.jp"));
}

#[test]
fn openid_client_completes_with_client_secret_post_and_a_mailed_code() {
    let demo = Demo::start();
    let back = "http://127.0.0.1/cb";
    let created = demo.admin(&[
        "client",
        "create",
        "--name",
        "Posting",
        "--auth-method",
        "client_secret_post",
        "--redirect-uri",
        back,
        "--post-logout-redirect-uri",
        back,
        "--id-token-alg",
        "ES256",
    ]);

    let client = (created["client_id"].as_str().expect("a client has an id"), created["client_secret"].as_str());
    let seen = relying_party(&demo, client, "client_secret_post", user_id(&demo, "mail"));

    assert_signed_in_and_out(&seen);
    assert_eq!(seen["walked"], json!(["/login", "/login/mail-code"]));
}

#[test]
fn openid_client_completes_as_a_public_client_through_a_first_login() {
    let demo = Demo::start();

    let seen = relying_party(&demo, (PUBLIC, None), "none", user_id(&demo, "new"));

    assert_signed_in_and_out(&seen);
    let walked = json!([
        "/login",
        "/onboarding/birth-date",
        "/onboarding/terms",
        "/onboarding/mail",
        "/onboarding/mail-sent",
        "/onboarding/method",
        "/onboarding/password",
        "/onboarding/complete",
        "/signed-out",
        "/login",
        "/enrol/mail",
    ]);
    assert_eq!(seen["walked"], walked);
    assert_eq!(seen["email"], json!("hanako.tanaka@example.jp"));
}

#[test]
fn openid_client_asks_pushed_signed_proved_and_hears_signed_posted_and_in_the_fragment() {
    let demo = Demo::start();
    let pair = node("authorization.mjs", &json!({"make": "key"}));
    let keys = demo.folder().join("jwks.json");
    std::fs::write(&keys, pair["public"].to_string()).expect("the demo's folder takes files");
    let keys = keys.to_str().expect("the path is text");
    let back = "http://127.0.0.1/cb";
    let created = demo.admin(&["client", "create", "--name", "Signing", "--redirect-uri", back, "--jwks", keys]);

    let plan = json!({
        "demo": demo.folder().join("demo.json"), "client_id": created["client_id"],
        "client_secret": created["client_secret"], "private": pair["private"], "user_id": user_id(&demo, "totp"),
    });
    let same = "same member";
    let ways = json!({
        "pushed": same, "object": same, "jarm": same, "both": same, "posted": same, "fragment": same,
        "proved": same,
        "bound": { "types": ["dpop", "dpop"], "with_proof": ["told", "told"], "without": [401, 401] },
    });
    assert_eq!(node("authorization.mjs", &plan), ways);
}

#[test]
fn oauth4webapi_completes_as_a_native_application_with_a_key_of_its_own() {
    let demo = Demo::start();

    let plan = json!({
        "demo": demo.folder().join("demo.json"), "client_id": PUBLIC, "user_id": user_id(&demo, "mail"),
    });
    let seen = node("native.mjs", &plan);

    let accepted = json!({
        "token_type": "dpop", "renewed_type": "dpop", "same_member": true, "email": seen["email"],
        "without_proof": 401, "with_another_key": "invalid_grant", "after_revocation": "invalid_grant",
    });
    assert_eq!(seen, accepted);
    assert!(seen["email"].as_str().is_some_and(|email| email.contains('@')), "{seen}");
}
