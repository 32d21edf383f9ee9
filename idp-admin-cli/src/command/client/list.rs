//! `client list`

use idp_core::admin::client::list;
use serde_json::Value;

use super::view;
use crate::context::Context;
use crate::output::{Failure, shown};

pub(crate) async fn run(context: &Context) -> Result<(), Failure> {
    let here = context.realm().await?;
    let clients = here.store.read(&here.scope, |ctx| Box::pin(list(ctx))).await?;

    let documents: Vec<Value> = clients.iter().map(|client| view::document(client, None)).collect();
    let row = |document: &Value| {
        let text = |name| document.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        vec![text("client_id"), text("name"), text("profile"), shown(document.get("created_at"))]
    };
    let none = "There are no clients yet. Register one: idp-admin client create --name … --redirect-uri …";
    context.output.list(&documents, &["client id", "name", "profile", "created"], row, none)
}
