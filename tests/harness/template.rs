//! What every database of a test is a copy of: the tables, and a society with its keys and terms. Made once in a process,
//! since migrations and an RSA key cost more than most tests.

use std::sync::Arc;

use idp_core::clock::{Clock, FixedClock};
use idp_core::entropy::SeededEntropy;
use idp_core::mutual_tls::MutualTls;
use idp_core::realm::{Origin, RealmSettings};
use idp_core::store::{Ambient, DatabaseUrl, Store, migrate};
use sqlx::{Connection, PgConnection, SqliteConnection};
use tokio::sync::OnceCell;
use url::Url;

use crate::database::execute;
use crate::{idp, seed};

static SQLITE: OnceCell<Vec<u8>> = OnceCell::const_new();
static POSTGRES: OnceCell<String> = OnceCell::const_new();

/// Where the society of the template lives, until [`adopt`] gives it a port.
const ORIGIN: &str = "http://localhost:1";

/// The bytes of the file.
pub(crate) async fn sqlite() -> &'static [u8] {
    SQLITE
        .get_or_init(|| async {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("template.db");
            fill(&DatabaseUrl::Sqlite(file.clone())).await;
            std::fs::read(file).unwrap()
        })
        .await
}

/// The name of the database on `server`.
pub(crate) async fn postgres(server: &Url) -> &'static str {
    POSTGRES
        .get_or_init(|| async {
            let name = format!("sekisho_template_{}", std::process::id());
            execute(server, &format!("DROP DATABASE IF EXISTS {name}")).await;
            execute(server, &format!("CREATE DATABASE {name}")).await;
            let mut url = server.clone();
            url.set_path(&name);
            fill(&url.as_str().parse().unwrap()).await;
            name
        })
        .await
}

async fn fill(url: &DatabaseUrl) {
    idp::choose_cryptography();
    migrate::up(url).await.unwrap();
    let ambient = Ambient {
        clock: Arc::new(FixedClock::at(idp::START)) as Arc<dyn Clock>,
        // Not what tests are given, lest they draw the same identifiers again.
        entropy: Arc::new(SeededEntropy::new(0)),
        vault: idp::vault(),
        client_keys: Arc::default(),
        mutual_tls: MutualTls::Off,
    };
    let store = Store::open(url, ambient).await.unwrap();
    seed::realm(&store, ORIGIN).await;
    store.close().await.unwrap();
}

/// Gives the society of a copy its origin and its settings; nobody has the database open.
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
