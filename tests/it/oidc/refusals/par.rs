//! Pushing a request

use harness::{ClientKey, Idp, on_both};

use super::Mend::{Proved, Set};
use super::{Call, Walk};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_pushed_is_refused_in_this_order() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (portal, key) = (idp.portal().await, ClientKey::new("k"));
        let broken = [
            ("request_uri", "https://portal.example/request"),
            ("dpop_jkt", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
            ("request", "x"),
            ("prompt", "none login"),
            ("redirect_uri", &portal.redirect_uri),
            ("response_type", "code"),
            ("scope", "openid"),
            ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
            ("code_challenge_method", "S256"),
        ];
        let mut call = Call::at("/par", (&idp, &portal), &broken).with_proof("x");
        let mends = [Proved(&key), Set("request_uri", ""), Set("dpop_jkt", ""), Set("request", ""), Set("prompt", "")];
        let mut walk = Walk::down("refused at /par");
        walk.through(&mut call, &mends[..2]).await;
        walk.passes("the client_id is not the one of the client that pushes");
        walk.through(&mut call, &mends[2..]).await;
        walk.ends(&call.made().await);
    })
    .await;
}
