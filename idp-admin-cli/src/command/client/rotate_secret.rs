//! `client rotate-secret`

use idp_core::admin::client::rotate_secret;
use idp_core::client::ClientName;
use serde_json::json;

use super::view;
use crate::context::Context;
use crate::output::Failure;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  idp-admin client rotate-secret kosmo")]
pub(crate) struct Arguments {
    /// The client's id
    client_id: String,
}

pub(crate) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let here = context.realm().await?;
    let client_id = ClientName::parse(&arguments.client_id).map_err(|_| view::unknown(&arguments.client_id))?;
    let named = client_id.clone();
    let changed =
        here.store.write(&here.scope, move |ctx| Box::pin(async move { rotate_secret(ctx, &named).await })).await?;

    let secret = view::changed(changed, &client_id)?;
    let document = json!({ "client_id": client_id.as_str(), "client_secret": secret.expose_text() });
    context.output.answer(&document, || format!("client secret  {}   (shown once)", secret.expose_text()))
}
