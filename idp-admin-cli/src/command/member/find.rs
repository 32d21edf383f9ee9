//! `member find`

use idp_core::admin::desk::find;
use serde_json::Value;

use super::view;
use crate::context::{Context, TypedUserId};
use crate::output::{Failure, to_stderr};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  idp-admin member find 健保太郎\n  idp-admin member find けんぽ\n  idp-admin member find \
                  123-4567          (symbol and number)\n  idp-admin member find taro@example.jp"
)]
pub(crate) struct Arguments {
    /// User id or its beginning, name, kana, mail address, symbol-number, or mem_…
    text: String,
    /// Only those after this user id
    #[arg(long, value_name = "USER_ID")]
    after: Option<TypedUserId>,
    /// At most so many
    #[arg(long, value_name = "COUNT", default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..=1_000))]
    limit: u64,
}

pub(crate) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let here = context.realm().await?;
    let Arguments { text, after, limit } = arguments;
    let after = after.map(|user_id| user_id.normal());
    let found = here
        .store
        .write(&here.scope, move |ctx| Box::pin(async move { find(ctx, &text, after.as_ref(), limit).await }))
        .await?;

    let documents: Vec<Value> = found.iter().map(view::document).collect();
    let row = |document: &Value| {
        let text = |name: &str| document.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let both = |a, b| [text(a), text(b)].join(" ").trim().to_owned();
        let card = [text("symbol"), text("number")].join("-");
        let card = if card == "-" { String::new() } else { card };
        vec![
            text("user_id"),
            both("family_name", "given_name"),
            both("family_kana", "given_kana"),
            card,
            text("mail"),
            text("state"),
        ]
    };
    let headers = ["user id", "name", "kana", "symbol-number", "mail", "state"];
    context.output.list(&documents, &headers, row, "Nobody is found.")?;
    if let Some(last) = found.last().filter(|_| found.len() as u64 == limit) {
        to_stderr(&format!("There may be more: --after {}", last.user_id));
    }
    Ok(())
}
