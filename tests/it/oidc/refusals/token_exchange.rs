//! A token for the next service

use harness::{ClientKey, MemberSeed, on_both, owned};
use idp_core::client::GrantType;

use super::Mend::{Proved, Set};
use super::{API, Call, Walk, crowd, place};

const GRANT: (&str, &str) = ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange");
const KIND: &str = "urn:ietf:params:oauth:token-type:access_token";
/// How many may have acted in a row.
const ACTORS: usize = 8;

#[tokio::test(flavor = "multi_thread")]
async fn an_exchange_is_refused_in_this_order() {
    on_both(async |database| {
        let idp = place(database).await;
        let (member, key) = (idp.member(MemberSeed::new("F-6")).await, ClientKey::new("k"));
        let hub = idp.portal_with("hub", |settings| {
            settings.grant_types.extend([GrantType::TokenExchange, GrantType::ClientCredentials]);
        });
        let hub = hub.await;
        let (asked, arrival) = member.signs_in(&idp.browser(), &hub).await;
        let subject = hub.redeems(&asked, arrival.code()).await.access_token().to_owned();
        let actor = hub.posts(owned(&[("grant_type", "client_credentials")])).await.access_token().to_owned();
        let mut deep = subject.clone();
        for _ in 0..ACTORS {
            let form = [GRANT, ("subject_token", &deep), ("subject_token_type", KIND)];
            deep = hub.posts(owned(&form)).await.access_token().to_owned();
        }

        let broken = [
            GRANT,
            ("authorization_details", "x"),
            ("requested_token_type", "x"),
            ("actor_token", "x"),
            ("scope", "openid profile email address"),
        ];
        let crowds = [crowd("resource"), crowd("audience")].concat();
        let mut call = Call::at("/token", (&idp, &hub), &[&broken[..], &crowds].concat()).with_proof("x");
        let mends = [
            Set("authorization_details", ""),
            Set("subject_token", "x"),
            Set("subject_token_type", KIND),
            Set("requested_token_type", ""),
            Set("actor_token_type", KIND),
            Set("subject_token", &deep),
            Set("actor_token", &actor),
            Set("scope", "openid"),
            Set("resource", API),
            Set("audience", "nobody"),
            Set("audience", "hub"),
            Proved(&key),
            Set("subject_token", &subject),
        ];
        let mut walk = Walk::down("refused at /token: token exchange");
        walk.through(&mut call, &mends).await;
        walk.ends(&call.made().await);
    })
    .await;
}
