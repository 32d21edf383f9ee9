//! `journey report`

use idp_core::admin::report::{Report, report};
use idp_core::clock::{Timestamp, days};
use jiff::civil::Date;
use serde_json::{Map, Value, json};

use crate::context::{Context, day};
use crate::output::{Failure, table};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Nothing in it is about a person. A step is abandoned when it was entered, not done, and nothing \
                        happened for a day. Mails are counted for 30 days.\n\nExamples:\n  idp-admin journey report\n  idp-admin \
                        --realm mgc --json journey report --from 2026-10-01 --to 2026-10-31"
)]
pub(crate) struct Arguments {
    /// The first day, in Japan; 30 days ago without
    #[arg(long, value_name = "DATE", value_parser = day)]
    from: Option<Date>,
    /// The last day, in Japan; today without
    #[arg(long, value_name = "DATE", value_parser = day)]
    to: Option<Date>,
}

pub(crate) async fn run(context: &Context, arguments: &Arguments) -> Result<(), Failure> {
    let here = context.realm().await?;
    let now = here.store.ambient().clock.now();
    let to = arguments.to.unwrap_or_else(|| now.date_in_japan());
    let from = arguments.from.unwrap_or_else(|| (now - days(30)).date_in_japan());
    if from > to {
        return Err(Failure::refused(format!("The period ends ({to}) before it begins ({from}).")));
    }
    let (since, until) = (Timestamp::start_of(from), Timestamp::start_of(to) + days(1));
    let counted =
        here.store.read(&here.scope, move |ctx| Box::pin(async move { report(ctx, since, until).await })).await?;

    let stages: Map<String, Value> =
        counted.stages.iter().map(|(stage, count)| (stage.name().to_owned(), json!(count))).collect();
    let document = json!({
        "realm": here.scope.realm.name,
        "from": from.to_string(),
        "to": to.to_string(),
        "stages": stages,
        "methods": counted.methods,
        "locks": counted.locks,
        "refused_sign_ins": counted.refused_sign_ins,
        "sessions": counted.sessions,
        "mails": counted.mails,
    });
    context.output.answer(&document, || text(&counted))
}

fn text(counted: &Report) -> String {
    let rows = counted.stages.iter().map(|(stage, count)| {
        let median = count.median_seconds.map_or_else(|| "–".to_owned(), |seconds| format!("{seconds} s"));
        let numbers = [count.entered, count.done, count.abandoned].map(|number| number.to_string());
        let [entered, done, abandoned] = numbers;
        vec![stage.name().to_owned(), entered, done, abandoned, median, count.errors.to_string()]
    });
    let stages = table(&["step", "entered", "done", "abandoned", "median", "errors"], rows);
    let counts = |counts: &std::collections::BTreeMap<String, u64>| {
        let all: Vec<String> = counts.iter().map(|(name, count)| format!("{name} {count}")).collect();
        if all.is_empty() { "none".to_owned() } else { all.join(", ") }
    };
    format!(
        "{stages}\n\nmethods set up: {}\nmails: {}\nlock-outs: {}, refused sign-ins: {}, sessions: {}",
        counts(&counted.methods),
        counts(&counted.mails),
        counted.locks,
        counted.refused_sign_ins,
        counted.sessions,
    )
}
