//! A token in the client's own name

use harness::{ClientKey, on_both};
use idp_core::client::GrantType;

use super::Mend::{By, Proved, Set};
use super::{API, Call, KIND, Walk, crowd, place};

#[tokio::test(flavor = "multi_thread")]
async fn a_service_is_refused_in_this_order() {
    on_both(async |database| {
        let idp = place(database).await;
        let (portal, key) = (idp.portal().await, ClientKey::new("k"));
        let batch = idp.portal_with("batch", |settings| settings.grant_types.push(GrantType::ClientCredentials)).await;
        let broken = [("grant_type", "client_credentials"), ("authorization_details", KIND), ("scope", "openid")];
        let mut call = Call::at("/token", (&idp, &portal), &[&broken[..], &crowd("resource")].concat()).with_proof("x");
        let mends =
            [By(&batch), Set("authorization_details", ""), Set("scope", ""), Set("resource", API), Proved(&key)];
        let mut walk = Walk::down("refused at /token: client_credentials");
        walk.through(&mut call, &mends).await;
        walk.ends(&call.made().await);
    })
    .await;
}
