//! Wherever a JWT enters, and whoever signed it: the genuine one is taken, and every attack on its making is refused.
//!
//! | signed by | enters as |
//! |---|---|
//! | the client | client assertion (wherever clients prove themselves), request object (by value, by reference, pushed, by CIBA), proof of possession (to be given a token, to push, to use a token) |
//! | this realm | bearer token, token to introspect, to revoke, to exchange, of an actor, `id_token_hint` |
//!
//! (Software statements, which a third signs, have a table of their own in `software_statement`.)

mod of_client;
mod of_ours;

use harness::{
    Authority, Browser, ClientKey, Database, Idp, Member, MemberSeed, Portal, Shelf, Stranger, with_changes,
};
use idp_core::client::{AuthMethod, CibaDelivery, ExchangePolicy, GrantType, HttpsUri, KeySource};
use serde_json::{Value, json};

/// A client that may do everything by its key, and a member who is signed in.
struct Place {
    idp: Idp,
    bank: Portal,
    key: ClientKey,
    member: Member,
    browser: Browser,
    shelf: Shelf,
    stranger: Stranger,
    _folder: tempfile::TempDir,
}

/// The members of a header, or claims, with others; null leaves one out.
fn with(base: &Value, more: &Value) -> Value {
    with_changes(base.clone(), more)
}

async fn place(database: Database, user_id: &str) -> Place {
    let (authority, folder) = (Authority::new("portals"), tempfile::tempdir().unwrap());
    let trusted = authority.write(folder.path());
    let believe = |config: &mut idp_core::config::Config| config.outgoing.ca_certificate = Some(trusted);
    let idp = Idp::start_configured(database, believe, |_| {}).await;
    let (shelf, key) = (Shelf::open(&authority).await, ClientKey::new("a"));
    let keys = serde_json::from_value(json!({ "keys": [key.jwk] })).unwrap();
    let objects = vec![HttpsUri::parse(&shelf.address("object")).unwrap()];
    let mut bank = idp
        .portal_with("bank", |settings| {
            settings.auth_method = AuthMethod::PrivateKeyJwt;
            settings.keys = Some(KeySource::Registered(keys));
            settings.requests.request_uris = objects;
            settings.exchange = ExchangePolicy::Delegation;
            settings.ciba = Some(CibaDelivery::Poll);
            let own = [GrantType::ClientCredentials, GrantType::TokenExchange];
            settings.grant_types.extend(own.into_iter().chain([GrantType::DeviceCode, GrantType::Ciba]));
        })
        .await;
    bank.key = Some(key.clone());
    let (member, browser) = (idp.member(MemberSeed::new(user_id)).await, idp.browser());
    member.signs_in(&browser, &idp.portal().await).await;
    let stranger = Stranger::new("a", &shelf);
    Place { idp, bank, key, member, browser, shelf, stranger, _folder: folder }
}
