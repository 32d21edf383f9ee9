//! `backup void`

use std::sync::Arc;

use idp_core::admin::backup::void;
use idp_core::admin::installation::{KeyFit, check_key};
use idp_core::ctx::Scope;
use idp_core::realm::Realm;
use idp_core::store::Store;

use super::{AFTERWARDS, voided_document, voided_text};
use crate::context::Context;
use crate::output::Failure;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Run it after PostgreSQL came back from a backup or to a point in time, before any node starts: \
                        members are signed out, letters are void, new keys sign.\n\nExample:\n  idp-admin backup void --yes"
)]
pub(crate) struct Arguments {
    /// Really
    #[arg(long)]
    yes: bool,
}

pub(crate) async fn run(context: &Context, arguments: &Arguments) -> Result<(), Failure> {
    if !arguments.yes {
        return Err(Failure::refused(
            "Nothing was voided. This signs everybody out and voids every unused letter. To do it: idp-admin backup void --yes",
        ));
    }
    let store = context.store().await?;
    refuse_wrong_key(&store, &context.operator).await?;
    let voided = void(&store, &context.operator).await?;
    context.output.answer(&voided_document(&voided), || format!("{}\n{AFTERWARDS}", voided_text(&voided)))
}

/// With another key the new signing keys could not be opened by the server.
pub(super) async fn refuse_wrong_key(store: &Store, operator: &str) -> Result<(), Failure> {
    let installation = Scope::operator(Arc::new(Realm::installation()), operator);
    match store.read(&installation, |ctx| Box::pin(check_key(ctx))).await? {
        KeyFit::Right | KeyFit::Unknown => Ok(()),
        KeyFit::Wrong => Err(Failure::refused("The installation key is not the one this database was made with.")),
    }
}
