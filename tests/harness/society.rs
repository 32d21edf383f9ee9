//! The society that most tests begin with: tables, a realm, its keys and its terms.

use std::sync::Arc;

use futures::FutureExt;
use idp_core::clock::{Clock, FixedClock};
use idp_core::entropy::SeededEntropy;
use idp_core::mutual_tls::MutualTls;
use idp_core::realm::{Origin, RealmSettings};
use idp_core::store::{Ambient, DatabaseUrl, Store, migrate};
use sqlx::{Connection, PgConnection, SqliteConnection};

use crate::template::Template;
use crate::{idp, seed};

pub(crate) static SOCIETY: Template = Template::new("society", |url| fill(url).boxed());

/// Where it lives, until [`adopt`] gives it a port.
const ORIGIN: &str = "http://localhost:1";

async fn fill(url: String) {
    let url: DatabaseUrl = url.parse().unwrap();
    idp::choose_cryptography();
    migrate::up(&url).await.unwrap();
    let ambient = Ambient {
        clock: Arc::new(FixedClock::at(idp::START)) as Arc<dyn Clock>,
        // Not what tests are given, lest they draw the same identifiers again.
        entropy: Arc::new(SeededEntropy::new(0)),
        vault: idp::vault(),
        client_keys: Arc::default(),
        mutual_tls: MutualTls::Off,
    };
    let store = Store::open(&url, ambient).await.unwrap();
    seed::realm(&store, ORIGIN).await;
    store.close().await.unwrap();
}

/// Gives the realm of a copy its origin and its settings; nobody has the database open.
pub(crate) async fn adopt(database: &str, origin: &str, adjust: impl FnOnce(&mut RealmSettings)) {
    let mut settings = seed::settings();
    adjust(&mut settings);
    let settings = serde_json::to_string(&settings).unwrap();
    let host = Origin::parse(origin).unwrap().host().to_owned();
    let change = "UPDATE realms SET origin = $1, host = $2, settings = $3";
    if database.starts_with("sqlite:") {
        let mut connection = SqliteConnection::connect(database).await.unwrap();
        sqlx::query(change).bind(origin).bind(host).bind(settings).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    } else {
        let mut connection = PgConnection::connect(database).await.unwrap();
        sqlx::query(change).bind(origin).bind(host).bind(settings).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }
}
