//! Sending a form, whatever is in it

use harness::{Idp, on_both};
use serde_json::{Value, json};

use super::Walk;

const FORM: &str = "application/x-www-form-urlencoded";
/// One byte more than a body may hold.
const TOO_LARGE: usize = 64 * 1024 + 1;

/// Posts a body of a kind; answers status and document, if it is one.
async fn posts(idp: &Idp, path: &str, kind: &str, body: Vec<u8>) -> (u16, Value) {
    let request = idp.http().post(format!("{}{path}", idp.origin())).header("content-type", kind).body(body);
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap_or_default())
}

/// No text, and as long as this.
fn garbage(length: usize) -> Vec<u8> {
    vec![0xff; length]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_is_refused_in_this_order_by_every_endpoint_of_clients() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        for path in ["/token", "/par", "/introspect", "/revoke", "/device_authorization", "/bc-authorize"] {
            let mut walk = Walk::down("refused: the form");
            for (kind, length, expected) in [("application/json", 9, 400), (FORM, TOO_LARGE, 413), (FORM, 9, 400)] {
                let (status, document) = posts(&idp, path, kind, garbage(length)).await;
                assert_eq!(status, expected, "{path}: {document}");
                walk.meets(&document);
            }
            let mut client = Walk::down("refused: the client");
            client.meets(&posts(&idp, path, FORM, b"scope=a&scope=b".to_vec()).await.1);
            client.leaves(client.ahead.len());
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn elsewhere_the_same_is_a_page_or_a_question_that_cannot_be_read() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        for path in ["/authorize", "/end_session"] {
            for (kind, length, expected) in [("application/json", 9, 400), (FORM, TOO_LARGE, 413), (FORM, 9, 400)] {
                let (status, document) = posts(&idp, path, kind, garbage(length)).await;
                assert_eq!((status, document), (expected, Value::Null), "{path}");
            }
        }
        let mut walk = Walk::down("refused: the form");
        walk.leaves(1);
        for length in [TOO_LARGE, 9] {
            let (status, document) = posts(&idp, "/userinfo", FORM, garbage(length)).await;
            assert_eq!(status, 400, "{document}");
            walk.meets(&document);
        }
        assert_eq!(posts(&idp, "/userinfo", "application/json", garbage(9)).await, (401, json!({})));
    })
    .await;
}
