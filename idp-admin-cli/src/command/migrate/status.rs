//! `migrate status`

use idp_core::store::DatabaseUrl;
use idp_core::store::migrate::status;
use serde_json::json;

use crate::context::Context;
use crate::output::{Failure, table};

pub(crate) async fn run(context: &Context) -> Result<(), Failure> {
    let url = &context.config.database;
    if let DatabaseUrl::Sqlite(path) = url
        && !path.exists()
    {
        // Looking must not make a file.
        let sentence = format!("There is no database at {} yet. Make it: idp-admin migrate up", path.display());
        return Err(Failure::refused(sentence));
    }
    let status = status(url).await?;

    let document = json!({ "applied": status.applied, "pending": status.pending });
    context.output.answer(&document, || {
        let applied = status.applied.iter().map(|step| vec![step.clone(), "applied".to_owned()]);
        let pending = status.pending.iter().map(|step| vec![step.clone(), "pending".to_owned()]);
        table(&["step", "state"], applied.chain(pending))
    })
}
