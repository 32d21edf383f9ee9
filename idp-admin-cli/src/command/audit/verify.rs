//! `audit verify`

use std::sync::Arc;

use idp_core::admin::audit::{Verification, verify};
use idp_core::admin::realm::list;
use idp_core::audit::Finding;
use idp_core::ctx::Scope;
use serde_json::{Value, json};

use crate::context::Context;
use crate::output::Failure;

pub(crate) async fn run(context: &Context) -> Result<(), Failure> {
    let here = context.installation().await?;
    let mut chains = vec![("installation".to_owned(), here.scope.clone())];
    for realm in here.store.read(&here.scope, |ctx| Box::pin(list(ctx))).await? {
        chains.push((realm.name.clone(), Scope::operator(Arc::new(realm), &context.operator)));
    }

    let mut documents = Vec::new();
    let mut altered = Vec::new();
    for (name, scope) in &chains {
        match verify(&here.store, scope).await? {
            Verification::Good { events } => documents.push(json!({ "realm": name, "good": true, "events": events })),
            Verification::Altered(finding) => {
                altered.push(format!("{name}: {}", sentence(&finding)));
                documents.push(json!({ "realm": name, "good": false, "finding": finding }));
            }
        }
    }
    let row = |document: &Value| {
        let is_good = document.get("good").and_then(Value::as_bool).unwrap_or(false);
        let events = document.get("events").map(Value::to_string).unwrap_or_default();
        let realm = document.get("realm").and_then(Value::as_str).unwrap_or_default().to_owned();
        vec![realm, if is_good { "good" } else { "altered" }.to_owned(), events]
    };
    context.output.list(&documents, &["realm", "chain", "events"], row, "There are no events.")?;
    if altered.is_empty() { Ok(()) } else { Err(Failure::refused(altered.join("\n"))) }
}

fn sentence(finding: &Finding) -> String {
    match finding {
        Finding::Gap { expected, found } => {
            format!("event {expected} is missing; {found} stands in its place. The log was altered.")
        }
        Finding::Changed { sequence } => format!("event {sequence} was changed. The log was altered."),
        Finding::Cut { found, recorded } => {
            format!("the log ends at event {found} instead of {recorded}. Its tail was cut.")
        }
    }
}
