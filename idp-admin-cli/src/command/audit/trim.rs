//! `audit trim`

use idp_core::admin::audit::{Trim, trim};
use idp_core::clock::days;
use serde_json::json;

use crate::context::Context;
use crate::output::Failure;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Export first what must be kept longer. Each realm has its own time: run it once a day for each.\n\n\
                        Example:\n  idp-admin --realm mgc audit trim --keep-days 1825 --yes"
)]
pub(crate) struct Arguments {
    /// Keep events of so many days; at least 30
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u64).range(30..=36_500))]
    keep_days: u64,
    /// Really
    #[arg(long)]
    yes: bool,
}

pub(crate) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    if !arguments.yes {
        return Err(Failure::refused(format!(
            "Nothing was removed. What is removed cannot come back: export it first, idp-admin audit export --output FILE. \
             To remove it: idp-admin audit trim --keep-days {} --yes",
            arguments.keep_days
        )));
    }
    let here = context.realm().await?;
    let kept = days(arguments.keep_days);
    let (mut removed, mut last) = (0, None);
    while let Trim::Removed { events, through } =
        here.store.write(&here.scope, move |ctx| Box::pin(trim(ctx, kept))).await?
    {
        removed += events;
        last = Some(through);
    }

    context.output.answer(&json!({ "removed": removed, "through": last }), || match last {
        Some(last) => format!("{removed} events are gone, the last of them number {last}."),
        None => "No event is that old.".to_owned(),
    })
}
