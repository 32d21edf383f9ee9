//! Refreshing

use std::time::Duration;

use futures::FutureExt;
use harness::{Certificate, ClientKey, Idp, Member, MemberSeed, Portal, Tokens, on_both};
use idp_core::admin::realm;
use idp_core::client::{AuthMethod, HttpsUri};

use super::Mend::{Certified, Proved, Set};
use super::{API, Call, KIND, Walk, crowd, details};
use crate::oidc::mutual_tls;

/// A family of tokens that are bound to a key and to a certificate.
async fn family(idp: &Idp, (member, app): (&Member, &Portal), own: (&ClientKey, &Certificate)) -> Tokens {
    let asked =
        app.asks_with(&[("scope", "openid offline_access"), ("authorization_details", &details(1)), ("nonce", "")]);
    let arrival = member.walks(idp.browser().get(&asked.url).await).await.arrived();
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", arrival.code()),
        ("redirect_uri", &app.redirect_uri),
        ("code_verifier", &asked.verifier),
    ];
    let mut call = Call::at("/token", (idp, app), &fields);
    call.mend(&Proved(own.0));
    call.mend(&Certified(own.1));
    call.made().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_is_refused_in_this_order() {
    on_both(async |database| {
        let place = mutual_tls::place(database, "127.0.0.1/32").await;
        let idp = &place.idp;
        let kinds = vec![format!("authorization_details_types={KIND}").parse().unwrap()];
        idp.operate(move |ctx| realm::set(ctx, kinds).boxed()).await;
        idp.portal_with("api", |settings| settings.resource = HttpsUri::parse(API).ok()).await;
        let app = idp.portal_with("app", |settings| {
            settings.auth_method = AuthMethod::None;
            settings.access_tokens.certificate_bound = true;
        });
        let (app, member) = (app.await, idp.member(MemberSeed::new("F-2")).await);
        let (own, other) = (ClientKey::new("own"), ClientKey::new("other"));
        let (certificate, foreign) = (Certificate::self_signed("app"), Certificate::self_signed("app"));
        let first = family(idp, (&member, &app), (&own, &certificate)).await;
        let fresh = family(idp, (&member, &app), (&own, &certificate)).await;
        let used = first.refresh_token();
        let once = [("grant_type", "refresh_token"), ("refresh_token", used)];
        let mut call = Call::at("/token", (idp, &app), &once);
        call.mend(&Proved(&own));
        call.mend(&Certified(&certificate));
        assert_eq!(call.made().await.status, 200);
        idp.advance(Duration::from_secs(11));

        let broken = [("grant_type", "refresh_token"), ("scope", "openid profile"), ("authorization_details", KIND)];
        let mut call = Call::at("/token", (idp, &app), &[&broken[..], &crowd("resource")].concat()).with_proof("x");
        call.mend(&Certified(&foreign));
        let allowed = details(1);
        let mends = [
            Set("refresh_token", "x"),
            Set("refresh_token", used),
            Proved(&other),
            Proved(&own),
            Certified(&certificate),
            Set("scope", "openid"),
            Set("authorization_details", &allowed),
            Set("resource", API),
            Set("refresh_token", fresh.refresh_token()),
        ];
        let mut walk = Walk::down("refused at /token: refresh_token");
        walk.through(&mut call, &mends).await;
        walk.ends(&call.made().await);
    })
    .await;
}
