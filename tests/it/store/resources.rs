//! The address that a client is a resource under is found by an index, which the database keeps by itself

use futures::FutureExt;
use harness::{ClientKey, Idp, Portal, on_both};
use idp_core::admin::client;
use idp_core::client::{ClientKeySet, ClientName, HttpsUri, KeySource};
use idp_core::store::migrate;
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row, SqliteConnection};

const API: &str = "https://api.example/v1?of=mgc";
const BARE: &str = "https://api.example/v1";
const STEP: &str = "m20261127_000018_by_resource";

/// Registers a client under an address, with a key of a name that PostgreSQL reads in no JSON.
async fn registers(idp: &Idp, name: &str, address: &str) {
    let coordinate = "A".repeat(43);
    let key = json!({"kty": "EC", "crv": "P-256", "x": coordinate, "y": coordinate, "kid": "\0\\u0000"});
    let keys = ClientKeySet::read(json!({"keys": [key]})).unwrap();
    idp.portal_with(name, |settings| {
        settings.resource = Some(HttpsUri::parse(address).unwrap());
        settings.keys = Some(KeySource::Registered(keys));
    })
    .await;
}

/// Whether anybody may ask for a token for it.
async fn is_known(portal: &Portal, address: &str) -> bool {
    let (status, document) = portal.pushes(&portal.asks_with(&[("resource", address)])).await;
    assert!(status == 201 || document["error"] == "invalid_target", "{document}");
    status == 201
}

/// The index of a database that whoever asks for a resource would use.
async fn plan(url: &str) -> String {
    if url.starts_with("sqlite:") {
        let asked =
            "EXPLAIN QUERY PLAN SELECT * FROM clients WHERE realm_id = x'00' AND (settings ->> 'resource') = 'x'";
        let mut connection = SqliteConnection::connect(url).await.unwrap();
        sqlx::query(asked).fetch_one(&mut connection).await.unwrap().get("detail")
    } else {
        let asked = "EXPLAIN SELECT * FROM clients WHERE realm_id = gen_random_uuid() \
             AND (CAST(replace(settings, '\\u0000', '\\u0001') AS jsonb) ->> 'resource') = 'x'";
        let mut connection = PgConnection::connect(url).await.unwrap();
        // Where the table is small there is nothing to win.
        connection.execute("SET enable_seqscan = off").await.unwrap();
        let lines: Vec<String> = sqlx::query_scalar(asked).fetch_all(&mut connection).await.unwrap();
        lines.join("\n")
    }
}

/// Takes the step back, as if it had never been taken.
async fn takes_the_step_back(url: &str) {
    let back = format!("DROP INDEX clients_by_resource; DELETE FROM seaql_migrations WHERE version = '{STEP}'");
    let back = sqlx::raw_sql(AssertSqlSafe(back));
    if url.starts_with("sqlite:") {
        SqliteConnection::connect(url).await.unwrap().execute(back).await.unwrap();
    } else {
        PgConnection::connect(url).await.unwrap().execute(back).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_known_while_a_client_is_registered_under_it_whole() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let portal = idp.portal().await;
        assert!(!is_known(&portal, API).await);
        registers(&idp, "api", API).await;
        assert!(is_known(&portal, API).await);
        for other in [BARE, "https://api.example/v1?of=MGC", "https://api.example/v1?of=mgc2", "https://%"] {
            assert!(!is_known(&portal, other).await, "{other}");
        }
        registers(&idp, "twin", API).await;
        for (name, stays) in [("api", true), ("twin", false)] {
            let name = ClientName::parse(name).unwrap();
            idp.operate(move |ctx| async move { client::delete(ctx, &name).await }.boxed()).await;
            assert_eq!(is_known(&portal, API).await, stays);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_from_before_the_index_is_found_by_it() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (portal, url) = (idp.portal().await, idp.database().url());
        takes_the_step_back(&url).await;
        registers(&idp, "api", API).await;
        let status = migrate::up(&url.parse().unwrap()).await.unwrap();
        assert!(status.pending.is_empty() && status.applied.iter().any(|name| name == STEP), "{status:?}");
        assert!(is_known(&portal, API).await);
        let plan = plan(&url).await;
        assert!(plan.contains("clients_by_resource"), "{plan}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_with_a_nul_is_nobodys_on_either_database() {
    on_both(async |database| {
        let (idp, key) = (Idp::start(database).await, ClientKey::new("a"));
        let keys = ClientKeySet::read(json!({"keys": [key.jwk]})).unwrap();
        let portal = idp.portal_with("portal", |settings| settings.keys = Some(KeySource::Registered(keys))).await;
        // No form can carry one, a signed request can.
        let object = key.signs(&json!({"kid": "a"}), &json!({"resource": format!("{BARE}\0")}));
        let (status, document) = portal.pushes(&portal.asks_with(&[("request", &object)])).await;
        assert_eq!((status, &document["error"]), (400, &"invalid_target".into()), "{document}");
    })
    .await;
}
