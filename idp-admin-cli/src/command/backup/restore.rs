//! `backup restore`

use std::path::PathBuf;

use idp_core::admin::backup::{damage, void};
use idp_core::store::{DatabaseUrl, Store, migrate};
use serde_json::json;

use super::sealed::{new_file, open};
use super::{AFTERWARDS, voided_document, voided_text};
use crate::context::Context;
use crate::output::{Failure, shown};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Sessions, tokens, codes, links, sign-ins under way, letters and waiting mails end, and new keys sign, \
                        before anybody can be served. Then let database.url name the new file and start the server.\n\n\
                        Example:\n  idp-admin backup restore 2026-11-26.age --key backup.key --output /var/lib/sekisho/new.db"
)]
pub(crate) struct Arguments {
    /// The backup
    file: PathBuf,
    /// The file with the private key
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// The new database file
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
}

pub(crate) async fn run(context: &Context, arguments: &Arguments) -> Result<(), Failure> {
    // Under another name until it is safe, so that nobody serves from it before.
    let half = arguments.output.with_extension("restoring");
    if arguments.output.exists() {
        return Err(Failure::taken(&arguments.output));
    }
    let restored = restore(context, arguments, &half).await;
    if restored.is_err() {
        for ending in ["restoring", "restoring-wal", "restoring-shm"] {
            // What failed is said below; the rest of it is swept up as far as it is there.
            let _ = std::fs::remove_file(arguments.output.with_extension(ending));
        }
    }
    let (manifest, voided) = restored?;
    std::fs::rename(&half, &arguments.output)?;

    let file = arguments.output.display();
    let document = json!({ "file": arguments.output, "made_at": manifest.made_at, "voided": voided_document(&voided) });
    context.output.answer(&document, || {
        format!(
            "{file} holds the state of {}.\n{}\n{AFTERWARDS}",
            shown(Some(&manifest.made_at.as_str().into())),
            voided_text(&voided)
        )
    })
}

async fn restore(
    context: &Context,
    arguments: &Arguments,
    half: &std::path::Path,
) -> Result<(super::sealed::Manifest, idp_core::admin::backup::Voided), Failure> {
    let manifest = open(&arguments.file, new_file(half)?, &arguments.key)?;
    if let Some(damage) = damage(half).await? {
        return Err(Failure::refused(format!("The database in the backup is damaged: {damage}")));
    }
    let url = DatabaseUrl::Sqlite(half.to_owned());
    migrate::up(&url).await?;
    let store = Store::open(&url, context.config.ambient()).await?;
    super::void::refuse_wrong_key(&store, &context.operator).await?;
    let voided = void(&store, &context.operator).await?;
    store.close().await?;
    Ok((manifest, voided))
}
