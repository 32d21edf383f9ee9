//! The product over a database that the harness filled: two clients, a member for each connection who had a browser
//! remembered, and who has a session in it.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use anyhow::Result;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use harness::{Database, Idp, MemberSeed, Portal};
use idp_core::client::Profile;
use idp_core::key::Algorithm;
use sqlx::{Connection, Executor, SqliteConnection};

use crate::flow::Account;
use crate::subject::{Subject, built};

/// What the product is asked with.
pub(crate) struct Product {
    pub(crate) subject: Subject,
    /// `Authorization` headers of the clients: portal, service, service with RS256.
    pub(crate) portal: String,
    pub(crate) service: String,
    pub(crate) service_rs: String,
    pub(crate) accounts: Vec<Account>,
}

fn header(portal: &Portal) -> String {
    let secret = portal.secret.as_deref().unwrap_or_default();
    format!("authorization: Basic {}\r\n", STANDARD.encode(format!("{}:{secret}", portal.client_id)))
}

/// Fills a database and serves it.
pub(crate) async fn start(members: usize) -> Result<Product> {
    let folder = tempfile::tempdir()?;
    let (port, [portal, service, service_rs], accounts) = fill(folder.path(), members).await?;
    write_configuration(folder.path(), port)?;
    let mut command = Command::new(built("idp-server")?);
    command.args(["serve", "--config"]).arg(folder.path().join("sekisho.toml"));
    let subject = Subject::start("sekisho", port, command, Some(folder)).await?;
    Ok(Product { subject, portal, service, service_rs, accounts })
}

/// Writes the database. The harness listens at the port that the database names as its origin, until this returns.
async fn fill(folder: &Path, members: usize) -> Result<(u16, [String; 3], Vec<Account>)> {
    let idp = Idp::start_with(Database::sqlite().await, |settings| settings.remember_browser_days = 30).await;
    let portal = idp.portal_with("portal", |settings| settings.id_token_alg = Algorithm::Es256).await;
    let service = idp.portal_with("service", |settings| *settings = Profile::Service.defaults()).await;
    let service_rs = idp
        .portal_with("service-rs", |settings| {
            *settings = Profile::Service.defaults();
            settings.access_tokens.signing_alg = Algorithm::Rs256;
        })
        .await;
    let mut accounts = Vec::with_capacity(members);
    for number in 0..members {
        accounts.push(account(&idp, &portal, number).await);
    }
    let port = url::Url::parse(&idp.origin())?.port().unwrap_or_default();
    let mut source = SqliteConnection::connect(&idp.database().url()).await?;
    source.execute(sqlx::AssertSqlSafe(format!("VACUUM INTO '{}'", folder.join("sekisho.db").display()))).await?;
    idp.stop().await;
    Ok((port, [&portal, &service, &service_rs].map(header), accounts))
}

/// A member who is through, whose browser is remembered.
async fn account(idp: &Idp, portal: &Portal, number: usize) -> Account {
    let member = idp.member(MemberSeed::new(&format!("B-{number}"))).await.wanting_an_app();
    let browser = idp.browser();
    member.signs_in(&idp.browser(), portal).await;
    let page = member.types_password(&browser.get(&portal.asks().url).await, &member.password).await;
    let page = page.fill("totp-code", &member.app_code()).fill("remember-browser", "yes").submit("totp-submit").await;
    page.arrived();
    let kept = browser.cookie("browser").unwrap_or_default();
    Account { user_id: member.user_id.clone(), password: member.password.clone(), browser: kept }
}

fn write_configuration(folder: &Path, port: u16) -> Result<()> {
    let key = folder.join("installation.key");
    std::fs::write(&key, STANDARD.encode([7_u8; 32]))?;
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o400))?;
    let text = format!(
        "[database]\nurl = \"sqlite://sekisho.db\"\n[secrets]\ninstallation_key_file = \"installation.key\"\n\
         [http]\nlisten = \"127.0.0.1:{port}\"\n[limits]\nconnections_per_address = 1000\n[log]\nlevel = \"warn\"\n"
    );
    Ok(std::fs::write(folder.join("sekisho.toml"), text)?)
}
