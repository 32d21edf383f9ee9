//! A device begins, and what it is asked for in detail

use harness::on_both;
use idp_core::client::{AuthMethod, GrantType};

use super::Mend::{By, Set};
use super::{Call, Walk, details, place};

#[tokio::test(flavor = "multi_thread")]
async fn a_device_is_refused_in_this_order() {
    on_both(async |database| {
        let idp = place(database).await;
        let portal = idp.portal().await;
        let tv = idp.portal_with("tv", |settings| {
            settings.auth_method = AuthMethod::None;
            settings.grant_types.push(GrantType::DeviceCode);
        });
        let tv = tv.await;
        let mut call = Call::at("/device_authorization", (&idp, &portal), &[("authorization_details", "x")]);
        let mut walk = Walk::down("refused at /device_authorization");
        walk.through(&mut call, &[By(&tv), Set("scope", "openid")]).await;
        let allowed = details(1);
        let mut detailed = Walk::down("refused: details");
        let name = "authorization_details";
        let of_no_kind = r#"[{"type":"unknown","actions":"x"}]"#;
        let mends = [Set(name, "[]"), Set(name, of_no_kind), Set(name, r#"[{"type":"payment","actions":"x"}]"#)];
        detailed.through(&mut call, &mends).await;
        detailed.meets(&call.made().await.json);
        walk.through(&mut call, &[Set(name, &allowed)]).await;
        let begun = call.made().await;
        detailed.ends(&begun);
        walk.ends(&begun);
    })
    .await;
}
