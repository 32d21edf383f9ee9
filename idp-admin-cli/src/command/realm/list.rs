//! `realm list`

use idp_core::admin::realm::list;

use crate::context::Context;
use crate::output::Failure;

pub(crate) async fn run(context: &Context) -> Result<(), Failure> {
    let here = context.installation().await?;
    let realms = here.store.read(&here.scope, |ctx| Box::pin(list(ctx))).await?;

    let documents: Vec<serde_json::Value> = realms.iter().map(super::document).collect();
    let row = |document: &serde_json::Value| {
        let text =
            |pointer| document.pointer(pointer).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
        vec![text("/name"), text("/origin"), text("/settings/display_name/ja")]
    };
    context.output.list(&documents, &["name", "origin", "society"], row, "There is no realm yet.")
}
