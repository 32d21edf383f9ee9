//! `member export`

use std::io::Write;
use std::path::PathBuf;

use idp_core::admin::move_in::{departure_of, departures};
use serde_json::json;

use crate::context::{Context, Here, TypedUserId};
use crate::output::Failure;
use crate::print::{NewFile, Recipient};

const PAGE: u64 = 500;

#[derive(Debug, clap::Args)]
#[command(after_help = "With a user id: everything known about that member, without secrets, for the member who asks.
With --all: every member whole, one a line, with password hashes and the keys of apps, for moving elsewhere. The form
is that of docs/formats.md; member move-in reads it.

Examples:
  idp-admin member export 12-3456
  idp-admin member export --all members.jsonl.age --encrypt-to age1…")]
#[command(group(clap::ArgGroup::new("whose").required(true).args(["user_id", "all"])))]
pub(crate) struct Arguments {
    /// The member
    user_id: Option<TypedUserId>,
    /// Every member, into this new file
    #[arg(long, value_name = "FILE")]
    all: Option<PathBuf>,
    /// Encrypt the file to this age key
    #[arg(long, value_name = "AGE1…", requires = "all")]
    encrypt_to: Option<Recipient>,
}

pub(crate) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let here = context.realm().await?;
    if let Some(path) = &arguments.all {
        let file = NewFile::create(path, arguments.encrypt_to.as_ref())?;
        return everybody(context, &here, file).await;
    }
    let Some(typed) = &arguments.user_id else { return Err(Failure::Usage("Name a member, or --all FILE".to_owned())) };
    let user_id = typed.normal();
    let record =
        here.store.write(&here.scope, move |ctx| Box::pin(async move { departure_of(ctx, &user_id).await })).await?;
    let record = record.ok_or_else(|| typed.unknown())?;
    let text = serde_json::to_string_pretty(&record).map_err(|error| Failure::Fault(error.to_string()))?;
    context.output.answer(&record, || text)
}

async fn everybody(context: &Context, here: &Here, mut file: NewFile) -> Result<(), Failure> {
    let (mut count, mut after) = (0_u64, None);
    loop {
        let from = after.take();
        let page = here
            .store
            .write(&here.scope, move |ctx| Box::pin(async move { departures(ctx, from.as_ref(), PAGE).await }))
            .await?;
        let is_last = (page.len() as u64) < PAGE;
        for (user_id, record) in page {
            let mut line = serde_json::to_string(&record).map_err(|error| Failure::Fault(error.to_string()))?;
            line.push('\n');
            file.write_all(line.as_bytes())?;
            count += 1;
            after = Some(user_id);
        }
        if is_last {
            break;
        }
    }
    let path = file.finish()?;
    context.output.answer(&json!({ "members": count, "file": path }), || {
        format!("Members: {count}, in {path}. Password hashes and the keys of apps stand in it.")
    })
}
