//! A counter on npm's `openid-client` asks for a member of the demo who is elsewhere, in poll mode.

use serde_json::{Value, json};

use super::{Demo, node, user_id};

const CREATE: [&str; 10] =
    ["client", "create", "--name", "Counter", "--profile", "service", "--ciba", "poll", "--scope", "openid email"];

fn asks(demo: &Demo, created: &Value, key: &Value) {
    let seen = node(
        "ciba.mjs",
        &json!({
            "demo": demo.folder().join("demo.json"), "client_id": created["client_id"],
            "client_secret": created["client_secret"], "user_id": user_id(demo, "mail"), "key": key,
        }),
    );
    assert_eq!((&seen["expires_in"], &seen["message_is_shown"]), (&json!(600), &json!(true)), "{seen}");
    assert_eq!(seen["claims"], json!(["acr", "amr", "aud", "auth_time", "exp", "iat", "iss", "sid", "sub"]));
    assert_eq!(seen["denied"], "access_denied");
    assert!(seen["email"].is_string(), "{seen}");
}

#[test]
fn openid_client_asks_for_a_member_and_polls() {
    let demo = Demo::start();
    let created = demo.admin(&CREATE);

    asks(&demo, &created, &Value::Null);
}

#[test]
fn openid_client_asks_with_a_request_that_jose_signed() {
    let demo = Demo::start();
    let made = node("jwe.mjs", &json!({ "keys": ["ES256"] }));
    let named = |half: &str| {
        let mut key = made[0][half].clone();
        (key["kid"], key["alg"]) = ("counter".into(), "ES256".into());
        key
    };
    let metadata = json!({
        "jwks": { "keys": [named("public")] }, "backchannel_authentication_request_signing_alg": "ES256",
    });
    let file = demo.folder().join("counter.json");
    std::fs::write(&file, metadata.to_string()).expect("the folder of the demo can be written to");
    let created = demo.admin(&[&CREATE[..], &["--metadata", file.to_str().expect("a path is text")]].concat());

    asks(&demo, &created, &named("private"));
}
