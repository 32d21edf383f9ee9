//! `client delete`

use idp_core::admin::client::delete;
use idp_core::client::ClientName;
use serde_json::json;

use super::view;
use crate::context::Context;
use crate::output::Failure;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  idp-admin client delete kosmo")]
pub(crate) struct Arguments {
    /// The client's id
    client_id: String,
}

pub(crate) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let here = context.realm().await?;
    let client_id = ClientName::parse(&arguments.client_id).map_err(|_| view::unknown(&arguments.client_id))?;
    let named = client_id.clone();
    let changed = here.store.write(&here.scope, move |ctx| Box::pin(async move { delete(ctx, &named).await })).await?;

    view::changed(changed, &client_id)?;
    context.output.answer(&json!({ "deleted": client_id.as_str() }), || "Deleted.".to_owned())
}
