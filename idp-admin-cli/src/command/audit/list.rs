//! `audit list`

use idp_core::admin::audit::{Query, list, was_read};
use idp_core::admin::member::show;
use idp_core::audit::EventKind;
use idp_core::clock::{Timestamp, days};
use idp_core::id::MemberId;
use jiff::civil::Date;
use serde_json::Value;

use crate::context::{Context, Here, TypedUserId, day};
use crate::output::{Failure, shown, to_stderr};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Reading is an event, too.\n\nExamples:\n  idp-admin audit list --member 12-3456\n  idp-admin audit list --by sato\n  idp-admin audit list --kind sign_in --after 1200"
)]
pub(crate) struct Arguments {
    /// Only events of this member: user id, or mem_… also of one who was deleted
    #[arg(long, value_name = "USER_ID")]
    member: Option<TypedUserId>,
    /// Only what this operator did
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// Only events of this kind
    #[arg(long, value_parser = kind)]
    kind: Option<String>,
    /// Only events from this day on, in Japan
    #[arg(long, value_name = "DATE", value_parser = day)]
    since: Option<Date>,
    /// Only events up to and with this day
    #[arg(long, value_name = "DATE", value_parser = day)]
    until: Option<Date>,
    /// Only events after this number
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    after: i64,
    /// At most so many
    #[arg(long, value_name = "COUNT", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    limit: u64,
    /// Events of the installation, such as the creation of realms, instead of a realm's
    #[arg(long, conflicts_with = "member")]
    installation: bool,
}

pub(crate) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let here = if arguments.installation { context.installation().await? } else { context.realm().await? };
    let member = match &arguments.member {
        Some(typed) => Some(member_id(&here, typed).await?),
        None => None,
    };
    let query = Query {
        member,
        kind: arguments.kind,
        operator: arguments.by,
        since: arguments.since.map(Timestamp::start_of),
        until: arguments.until.map(|day| Timestamp::start_of(day) + days(1)),
        after: arguments.after,
        limit: arguments.limit,
    };
    let events = here
        .store
        .write(&here.scope, move |ctx| {
            Box::pin(async move {
                was_read(ctx, &query);
                list(ctx, &query).await
            })
        })
        .await?;

    let documents: Vec<Value> = events
        .iter()
        .map(|written| {
            let mut event: Value = serde_json::from_str(&written.event).unwrap_or_default();
            if let Some(event) = event.as_object_mut() {
                event.insert("sequence".to_owned(), written.sequence.into());
                event.insert("at".to_owned(), written.columns.0.rfc3339().into());
            }
            event
        })
        .collect();
    context.output.list(
        &documents,
        &["no.", "at", "kind", "outcome", "by", "member"],
        row,
        "There are no such events.",
    )?;
    if let Some(last) = events.last().filter(|_| events.len() as u64 == arguments.limit) {
        to_stderr(&format!("There may be more: --after {}", last.sequence));
    }
    Ok(())
}

fn kind(text: &str) -> Result<String, String> {
    let known = serde_json::from_value::<EventKind>(text.into());
    known.map(EventKind::name).map_err(|_| "there is no such kind; audit list shows kinds, such as sign_in".to_owned())
}

async fn member_id(here: &Here, typed: &TypedUserId) -> Result<MemberId, Failure> {
    if let Ok(id) = typed.0.as_str().parse() {
        return Ok(id);
    }
    let user_id = typed.normal();
    let record = here.store.read(&here.scope, move |ctx| Box::pin(async move { show(ctx, &user_id).await })).await?;
    Ok(record.ok_or_else(|| typed.unknown())?.member.id)
}

fn row(event: &Value) -> Vec<String> {
    let text = |pointer| shown(event.pointer(pointer));
    let actor = match event.pointer("/actor/name").or_else(|| event.pointer("/actor/id")).and_then(Value::as_str) {
        Some(name) => format!("{} {name}", text("/actor/kind")),
        None => text("/actor/kind"),
    };
    vec![text("/sequence"), text("/at"), text("/kind"), text("/outcome"), actor, text("/member")]
}
