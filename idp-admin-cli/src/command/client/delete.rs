//! `client delete`

use idp_core::admin::client::delete;
use idp_core::client::ClientName;
use serde_json::json;

use super::view;
use crate::context::Context;
use crate::output::Failure;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "What members granted the application goes with it, and its tokens are good no more. Made anew, it has \
                        another secret.\n\nExample:\n  idp-admin client delete kosmo --yes"
)]
pub(crate) struct Arguments {
    /// The client's id
    client_id: String,
    /// Really
    #[arg(long)]
    yes: bool,
}

pub(crate) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let client_id = ClientName::parse(&arguments.client_id).map_err(|_| view::unknown(&arguments.client_id))?;
    if !arguments.yes {
        return Err(Failure::refused(format!(
            "Nothing was deleted. This cannot be undone, and nobody gets into the application until it is made anew. To \
             delete: idp-admin client delete {} --yes",
            client_id.as_str()
        )));
    }
    let here = context.realm().await?;
    let named = client_id.clone();
    let changed = here.store.write(&here.scope, move |ctx| Box::pin(async move { delete(ctx, &named).await })).await?;

    view::changed(changed, &client_id)?;
    context.output.answer(&json!({ "deleted": client_id.as_str() }), || "Deleted.".to_owned())
}
