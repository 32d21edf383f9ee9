//! `backup verify`

use std::path::PathBuf;
use std::sync::Arc;

use idp_core::admin::audit::{Verification, verify};
use idp_core::admin::backup::damage;
use idp_core::admin::installation::{KeyFit, check_key};
use idp_core::admin::realm::list;
use idp_core::ctx::Scope;
use idp_core::realm::Realm;
use idp_core::store::{DatabaseUrl, Store, migrate};
use serde_json::json;

use super::sealed::{new_file, open};
use crate::context::Context;
use crate::output::{Failure, shown};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Decrypts the backup to a scratch folder, has SQLite check every page, the installation key tried and \
                        every audit chain proved.\n\nExample:\n  idp-admin backup verify 2026-11-26.age --key backup.key"
)]
pub(crate) struct Arguments {
    /// The backup
    file: PathBuf,
    /// The file with the private key
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Where to decrypt it to; a folder beside the backup without
    #[arg(long, value_name = "FOLDER")]
    scratch: Option<PathBuf>,
}

/// Removes what was decrypted however the command ends.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        // It may never have been made.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub(crate) async fn run(context: &Context, arguments: &Arguments) -> Result<(), Failure> {
    let folder = arguments.scratch.clone().unwrap_or_else(|| arguments.file.with_extension("verify.tmp"));
    std::fs::create_dir(&folder)
        .map_err(|error| Failure::refused(format!("{} cannot be made: {error}.", folder.display())))?;
    let scratch = Scratch(folder);
    let database = scratch.0.join("sekisho.db");
    let manifest = open(&arguments.file, new_file(&database)?, &arguments.key)?;
    if let Some(damage) = damage(&database).await? {
        return Err(Failure::refused(format!("The database in the backup is damaged: {damage}")));
    }
    let url = DatabaseUrl::Sqlite(database);
    migrate::up(&url).await?;
    let store = Store::open(&url, context.config.ambient()).await?;
    let installation = Scope::operator(Arc::new(Realm::installation()), &context.operator);
    if store.read(&installation, |ctx| Box::pin(check_key(ctx))).await? == KeyFit::Wrong {
        return Err(Failure::refused("The backup is whole, but the installation key is not the one it was made with."));
    }
    let realms = store.read(&installation, |ctx| Box::pin(list(ctx))).await?;
    let mut events = 0;
    let names: Vec<String> = realms.iter().map(|realm| realm.name.clone()).collect();
    for realm in realms.into_iter().chain([Realm::installation()]) {
        let scope = Scope::operator(Arc::new(realm), &context.operator);
        match verify(&store, &scope, &[]).await? {
            Verification::Good { events: good } => events += good,
            Verification::Altered(_) => {
                return Err(Failure::refused("The backup is whole, but the audit log in it was altered."));
            }
        }
    }
    let document = json!({
        "good": true, "made_at": manifest.made_at, "schema": manifest.schema, "realms": names, "events": events,
    });
    context.output.answer(&document, || {
        let made = shown(document.get("made_at"));
        let realms = if names.len() == 1 { "1 realm".to_owned() } else { format!("{} realms", names.len()) };
        format!("Good: made at {made}, {realms}, {events} audit events, and the installation key fits.")
    })
}
