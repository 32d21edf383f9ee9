//! `letter status`

use idp_core::admin::letter::{Listed, count, list, of_member};
use serde_json::{Value, json};

use super::view::letter_document;
use crate::context::{Context, Here, TypedUserId};
use crate::output::{Failure, fields, shown};

const PAGE: u64 = 1_000;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  idp-admin letter status\n  idp-admin letter status 12-3456\n  idp-admin letter status --list"
)]
pub(crate) struct Arguments {
    /// Only the letters of this member
    #[arg(conflicts_with = "list")]
    user_id: Option<TypedUserId>,
    /// Every letter, instead of counts
    #[arg(long)]
    list: bool,
}

pub(crate) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let here = context.realm().await?;
    let letters = match &arguments.user_id {
        Some(typed) => {
            let user_id = typed.normal();
            let letters = here
                .store
                .read(&here.scope, move |ctx| Box::pin(async move { of_member(ctx, &user_id).await }))
                .await?;
            letters.ok_or_else(|| typed.unknown())?
        }
        None if arguments.list => every(&here).await?,
        None => return counted(context, &here).await,
    };

    let now = here.store.ambient().clock.now();
    let documents: Vec<Value> =
        letters.iter().map(|listed| letter_document(&listed.letter, listed.user_id.as_str(), now)).collect();
    let row = |document: &Value| {
        let text = |name| document.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let at = |name| shown(document.get(name));
        vec![text("user_id"), text("state"), text("reason"), at("issued_at"), at("expires_at")]
    };
    let headers = ["user id", "state", "reason", "issued", "good until"];
    context.output.list(&documents, &headers, row, "There are no letters yet.")
}

async fn every(here: &Here) -> Result<Vec<Listed>, Failure> {
    let mut letters: Vec<Listed> = Vec::new();
    loop {
        let after = letters.last().map(|listed| listed.letter.id);
        let page = here.store.read(&here.scope, move |ctx| Box::pin(list(ctx, after, PAGE))).await?;
        let is_last = (page.len() as u64) < PAGE;
        letters.extend(page);
        if is_last {
            return Ok(letters);
        }
    }
}

async fn counted(context: &Context, here: &Here) -> Result<(), Failure> {
    let count = here.store.read(&here.scope, |ctx| Box::pin(count(ctx))).await?;
    context.output.answer(&json!(count), || {
        fields(&[
            ("issued", count.issued.to_string()),
            ("printed", count.printed.to_string()),
            ("used", count.used.to_string()),
            ("done", count.done.to_string()),
            ("expired", count.expired.to_string()),
            ("void", count.void.to_string()),
        ])
    })
}
