//! `member list`

use idp_core::admin::member::list;
use serde_json::Value;

use super::view;
use crate::context::{Context, TypedUserId};
use crate::output::{Failure, to_stderr};

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  idp-admin member list --after 12-3456 --limit 50")]
pub(crate) struct Arguments {
    /// Only those after this user id
    #[arg(long, value_name = "USER_ID")]
    after: Option<TypedUserId>,
    /// At most so many
    #[arg(long, value_name = "COUNT", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    limit: u64,
}

pub(crate) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let here = context.realm().await?;
    let (after, limit) = (arguments.after.map(|user_id| user_id.normal()), arguments.limit);
    let members = here
        .store
        .write(&here.scope, move |ctx| Box::pin(async move { list(ctx, after.as_ref(), limit).await }))
        .await?;

    let documents: Vec<Value> = members.iter().map(view::document).collect();
    let row = |document: &Value| {
        let text = |name| document.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let name = [text("family_name"), text("given_name")].join(" ").trim().to_owned();
        vec![text("user_id"), name, text("birth_date"), text("mail"), text("state"), text("chosen_method")]
    };
    let headers = ["user id", "name", "birth date", "mail", "state", "method"];
    context.output.list(&documents, &headers, row, "There are no members here.")?;
    if let Some(last) = members.last().filter(|_| members.len() as u64 == limit) {
        to_stderr(&format!("There may be more: --after {}", last.user_id));
    }
    Ok(())
}
