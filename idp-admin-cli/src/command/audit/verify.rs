//! `audit verify`

use std::sync::Arc;

use idp_core::admin::audit::{Verification, verify};
use idp_core::admin::realm::list;
use idp_core::ctx::Scope;
use serde_json::{Value, json};

use crate::context::Context;
use crate::output::Failure;

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  idp-admin audit verify\n  idp-admin audit verify --checkpoint \
                        /media/safe/2026-11.json --key 3q2-7w…")]
pub(crate) struct Arguments {
    #[command(flatten)]
    kept: super::Kept,
}

pub(crate) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let checkpoints = arguments.kept.checkpoints()?;
    let here = context.installation().await?;
    let mut chains = vec![("installation".to_owned(), here.scope.clone())];
    for realm in here.store.read(&here.scope, |ctx| Box::pin(list(ctx))).await? {
        chains.push((realm.name.clone(), Scope::operator(Arc::new(realm), &context.operator)));
    }

    let mut documents = Vec::new();
    let mut altered = Vec::new();
    for (name, scope) in &chains {
        match verify(&here.store, scope, &checkpoints).await? {
            Verification::Good { events } => documents.push(json!({ "realm": name, "good": true, "events": events })),
            Verification::Altered(finding) => {
                altered.push(format!("{name}: {}", super::sentence(&finding)));
                documents.push(json!({ "realm": name, "good": false, "finding": finding }));
            }
        }
    }
    let known: Vec<String> = chains.iter().map(|(_, scope)| scope.realm.id.to_string()).collect();
    for gone in checkpoints.iter().filter(|checkpoint| !known.contains(&checkpoint.realm_id)) {
        altered.push(format!("{}: a checkpoint was signed for it, and the whole realm is missing.", gone.realm));
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
