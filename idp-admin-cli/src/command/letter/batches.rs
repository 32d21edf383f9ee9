//! `letter batches`

use idp_core::admin::letter::{CountedBatch, batches};
use serde_json::{Map, Value, json};

use crate::context::Context;
use crate::output::{Failure, shown};

const STATES: [&str; 5] = ["issued", "printed", "used", "done", "void"];

pub(crate) async fn run(context: &Context) -> Result<(), Failure> {
    let here = context.realm().await?;
    let batches = here.store.read(&here.scope, |ctx| Box::pin(batches(ctx))).await?;

    let documents: Vec<Value> = batches.iter().map(document).collect();
    let row = |document: &Value| {
        let text = |name: &str| shown(document.get(name));
        let count = |state: &str| shown(document.pointer(&format!("/letters/{state}")));
        let mut row = vec![text("id"), text("origin"), text("created_at"), text("made_by")];
        row.extend(STATES.into_iter().map(count));
        row
    };
    let headers = [["batch", "of", "made", "by"].as_slice(), &STATES].concat();
    context.output.list(&documents, &headers, row, "There are no batches yet.")
}

fn document(counted: &CountedBatch) -> Value {
    let count = |state: &str| {
        let own = counted.letters.iter().find(|(name, _)| name == state);
        own.map_or(0, |(_, count)| *count)
    };
    let letters: Map<String, Value> = STATES.into_iter().map(|state| (state.to_owned(), count(state).into())).collect();
    json!({
        "id": counted.batch.id,
        "origin": counted.batch.origin,
        "made_by": counted.batch.made_by,
        "created_at": counted.batch.created_at.rfc3339(),
        "letters": letters,
    })
}
