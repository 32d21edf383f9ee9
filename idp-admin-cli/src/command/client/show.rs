//! `client show`

use idp_core::admin::client::show;
use idp_core::client::ClientName;

use super::view;
use crate::context::Context;
use crate::output::Failure;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  idp-admin client show kosmo")]
pub(crate) struct Arguments {
    /// The client's id
    client_id: String,
}

pub(crate) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let here = context.realm().await?;
    let client_id = ClientName::parse(&arguments.client_id).map_err(|_| view::unknown(&arguments.client_id))?;
    let client = here.store.read(&here.scope, move |ctx| Box::pin(async move { show(ctx, &client_id).await })).await?;

    let client = client.ok_or_else(|| view::unknown(&arguments.client_id))?;
    context.output.answer(&view::document(&client, None), || view::text(&client, None))
}
