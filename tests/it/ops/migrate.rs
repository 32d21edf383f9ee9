//! `idp-admin migrate up` from several machines at once leaves one good schema.

use std::process::{Command, Stdio};

use serde_json::Value;
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;
use url::Url;

use super::process::{Installation, admin, program, said};

const AT_ONCE: usize = 4;

fn migrate_at_once(installation: &Installation) {
    let running: Vec<_> = (0..AT_ONCE)
        .map(|_| {
            let mut command = Command::new(program("idp-admin"));
            command.arg("--config").arg(&installation.config).args(["--json", "migrate", "up"]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("idp-admin is built")
        })
        .collect();
    for process in running {
        let output = process.wait_with_output().expect("idp-admin ends");
        assert!(output.status.success(), "{}", said(&output));
        let state: Value = serde_json::from_slice(&output.stdout).expect("--json prints JSON");
        assert_eq!(state["pending"], Value::Array(Vec::new()));
    }

    // A schema is good when it can be worked with.
    let origin = "https://mgc.id.example";
    let created = admin(&installation.config, &["realm", "create", "mgc", "--origin", origin]);
    assert!(created.status.success(), "{}", said(&created));
    assert!(admin(&installation.config, &["audit", "verify"]).status.success());
}

#[test]
fn four_migrations_at_once_leave_one_good_schema_on_sqlite() {
    migrate_at_once(&Installation::on_sqlite(""));
}

#[tokio::test]
async fn four_migrations_at_once_leave_one_good_schema_on_postgresql() {
    let Some(server) = postgres() else { return };
    let name = format!("ops_migrate_{}", std::process::id());
    let mut connection = PgConnection::connect(server.as_str()).await.expect("PostgreSQL answers");
    create_database(&mut connection, &name).await;

    let mut own = server.clone();
    own.set_path(&name);
    migrate_at_once(&Installation::new(own.as_str(), ""));

    drop_database(&mut connection, &name).await;
}

async fn create_database(connection: &mut PgConnection, name: &str) {
    let statement = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
    sqlx::query(statement).execute(connection).await.expect("a database can be made");
}

async fn drop_database(connection: &mut PgConnection, name: &str) {
    let statement = sqlx::AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"));
    sqlx::query(statement).execute(connection).await.expect("a database can be dropped");
}

/// The server that the test command names; without one only SQLite is tested.
#[expect(clippy::disallowed_methods, reason = "the test command names its server in the environment")]
fn postgres() -> Option<Url> {
    let url = std::env::var("SEKISHO_TEST_POSTGRES").ok().filter(|url| !url.is_empty())?;
    Some(Url::parse(&url).expect("SEKISHO_TEST_POSTGRES is a URL"))
}
