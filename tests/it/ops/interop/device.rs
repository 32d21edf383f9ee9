//! A television on npm's `openid-client` is let in by a member of the demo.

use serde_json::json;

use super::{Demo, node, user_id};

#[test]
fn openid_client_signs_a_member_in_on_a_television() {
    let demo = Demo::start();
    let created = demo.admin(&["client", "create", "--name", "Television", "--public", "--device"]);

    let plan = json!({
        "demo": demo.folder().join("demo.json"), "client_id": created["client_id"], "user_id": user_id(&demo, "totp"),
    });
    let seen = node("device.mjs", &plan);

    let accepted = json!({"client_is_named": true, "same_member": true, "email": "ken.sato@example.jp", "denied": "access_denied"});
    assert_eq!(seen, accepted);
}
