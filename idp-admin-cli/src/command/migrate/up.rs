//! `migrate up`

use idp_core::admin::installation::make_root;
use idp_core::store::migrate::{status, up};
use serde_json::json;

use crate::context::{Context, Here};
use crate::output::Failure;

pub(crate) async fn run(context: &Context) -> Result<(), Failure> {
    let url = &context.config.database;
    let pending = status(url).await?.pending;
    let after = up(url).await?;
    let Here { store, scope } = context.installation().await?;
    store.write(&scope, |ctx| Box::pin(make_root(ctx))).await?;

    let document = json!({ "taken": pending, "applied": after.applied, "pending": after.pending });
    context.output.answer(&document, || match pending.as_slice() {
        [] => "The database is up to date already.".to_owned(),
        steps => format!("The database is up to date: {}", steps.join(", ")),
    })
}
