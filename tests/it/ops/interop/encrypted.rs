//! A relying party on npm's `openid-client` to which ID tokens, userinfo and JARM responses come encrypted, and whose request
//! objects `jose` encrypts to our keys.

use serde_json::{Value, json};

use super::{Demo, node, user_id};

/// A key pair of `jose` with a name and a use: its halves.
fn pair(alg: &str, kid: &str, usage: &str) -> (Value, Value) {
    let made = node("jwe.mjs", &json!({ "keys": [alg] }));
    let named = |half: &str| {
        let mut key = made[0][half].clone();
        (key["kid"], key["use"]) = (kid.into(), usage.into());
        key
    };
    (named("private"), named("public"))
}

#[test]
fn openid_client_opens_what_we_encrypt_and_we_open_what_jose_does() {
    let demo = Demo::start();
    let (signing, verifying) = pair("ES256", "s", "sig");
    let (opening, sealing) = pair("ECDH-ES", "e", "enc");
    // As the document shows it, but for the address of the keys: here they go along.
    let mut metadata: Value = serde_json::from_str(include_str!("../../../node/encrypted.json")).expect("it is JSON");
    metadata.as_object_mut().expect("it is an object").remove("jwks_uri");
    metadata["jwks"] = json!({"keys": [verifying, sealing]});
    let file = demo.folder().join("sealed.json");
    std::fs::write(&file, metadata.to_string()).expect("the folder of the demo can be written to");
    let file = file.to_str().expect("a path is text");
    let back = "http://127.0.0.1/cb";
    let created = demo.admin(&["client", "create", "--name", "Sealed", "--redirect-uri", back, "--metadata", file]);

    let plan = json!({
        "demo": demo.folder().join("demo.json"), "client_id": created["client_id"],
        "client_secret": created["client_secret"], "user_id": user_id(&demo, "totp"),
        "signing": signing, "opening": opening,
    });
    let seen = node("encrypted.mjs", &plan);

    let accepted = json!({
        "id_token": true, "response": true, "same_member": true, "userinfo": true, "email": "ken.sato@example.jp",
        "objects": {"RSA-OAEP-256": true, "ECDH-ES": true},
    });
    assert_eq!(seen, accepted);
}
