//! Asking about a token, and taking one back

use harness::{Idp, on_both};
use idp_core::client::AuthMethod;

use super::Mend::{By, Set};
use super::{Call, Walk};

const TITLE: &str = "refused at /introspect and /revoke";

#[tokio::test(flavor = "multi_thread")]
async fn whoever_speaks_of_a_token_is_refused_in_this_order() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let portal = idp.portal().await;
        let app = idp.portal_with("app", |settings| settings.auth_method = AuthMethod::None).await;
        let mut walk = Walk::down(TITLE);
        let mut call = Call::at("/introspect", (&idp, &app), &[]);
        walk.through(&mut call, &[By(&portal), Set("token", "x")]).await;
        walk.ends(&call.made().await);

        let mut walk = Walk::down(TITLE);
        walk.passes("a public client cannot ask: introspection takes a proof (RFC 7662 section 2.1)");
        let mut call = Call::at("/revoke", (&idp, &app), &[]);
        walk.through(&mut call, &[Set("token", "x")]).await;
        walk.ends(&call.made().await);
    })
    .await;
}
