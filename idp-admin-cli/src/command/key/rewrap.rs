//! `key rewrap`

use std::path::PathBuf;
use std::sync::Arc;

use idp_core::admin::installation::{Rewrap, finish_rewrap, rewrap};
use idp_core::config::Config;
use serde_json::json;

use crate::context::Context;
use crate::output::Failure;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "First with --to: from then on the new key opens the database, and the one in use as well. Then \
                        give every node the new key and restart it. Last, with the new key in the configuration, \
                        --finish: the one of before is useless.\n\nExamples:\n  idp-admin key rewrap --to new.key\n  \
                        idp-admin key rewrap --finish"
)]
#[group(required = true, multiple = false)]
pub(crate) struct Arguments {
    /// The file with the new key: 32 random bytes, openssl rand -base64 32
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    /// Make the key of before useless
    #[arg(long)]
    finish: bool,
}

pub(crate) async fn run(context: &Context, arguments: &Arguments) -> Result<(), Failure> {
    let here = context.installation().await?;
    let at_hand = Arc::clone(&context.config.vault);
    let done = match &arguments.to {
        Some(file) => {
            let new = Config::read_installation_key(file).map_err(Failure::refused)?;
            let change =
                here.store.write(&here.scope, move |ctx| Box::pin(async move { rewrap(ctx, &at_hand, &new).await }));
            change.await?
        }
        None => {
            let change =
                here.store.write(&here.scope, move |ctx| Box::pin(async move { finish_rewrap(ctx, &at_hand).await }));
            change.await?
        }
    };

    match done {
        Rewrap::Begun => context.output.answer(&json!({ "state": "begun" }), || {
            "The new key opens the database, and so does the one in use. Give the new one to every node, restart them, \
             then: idp-admin key rewrap --finish"
                .to_owned()
        }),
        Rewrap::Finished => context.output.answer(&json!({ "state": "finished" }), || {
            "The key of before opens this database no more. It still opens backups made until now: make a new backup."
                .to_owned()
        }),
        Rewrap::SameKey => Err(Failure::refused("That is the key in use. Make a new one: openssl rand -base64 32")),
        Rewrap::Unfinished => Err(Failure::refused(
            "An earlier change is not finished. Start every node with that key, then: idp-admin key rewrap --finish",
        )),
        Rewrap::NothingBegun => {
            Err(Failure::refused("No change of the key was begun. Begin: idp-admin key rewrap --to FILE"))
        }
        Rewrap::StillInUse => Err(Failure::refused(
            "The configuration still names the key of before. Put the new one there, on every node, then finish.",
        )),
        Rewrap::WrongKey => Err(Failure::refused(
            "The installation key is not the one of this database, or nothing was made in it yet. Nothing was changed.",
        )),
    }
}
