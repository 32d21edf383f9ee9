//! `member move-in`

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;

use idp_core::admin::move_in::record::Record;
use idp_core::admin::move_in::{Arrival, Destination, LeftBehind, arrive};
use serde_json::json;

use super::arrivals::Tally;
use crate::command::realm::lines_of;
use crate::context::Context;
use crate::output::Failure;

/// Members of one transaction.
const BATCH: usize = 200;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "One member a line, as docs/formats.md says and member export writes: names, addresses, sub, the \
                        hash of the password (Argon2, PBKDF2, bcrypt), the keys of authenticator apps, passkeys made for \
                        this realm's host. The same file again changes nothing.\n\nExample:\n  idp-admin member move-in members.jsonl"
)]
pub(crate) struct Arguments {
    /// The members, JSON Lines
    file: PathBuf,
}

pub(crate) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let file = File::open(&arguments.file)
        .map_err(|error| Failure::refused(format!("{} cannot be read: {error}.", arguments.file.display())))?;
    let here = context.realm().await?;
    let today = here.store.ambient().clock.now().date_in_japan();
    let destination = Destination::of(&here.scope.realm, today);

    let mut tally = Tally::new(Vec::new());
    let mut waiting: Vec<Arrival> = Vec::with_capacity(BATCH);
    let mut lines = BufReader::new(file).lines().enumerate();
    loop {
        let next = lines.next();
        let is_over = next.is_none();
        if let Some((at, line)) = next {
            match line.map_err(|error| error.to_string()).and_then(|line| read(&line, &destination)) {
                Ok(None) => {}
                Ok(Some((arrival, behind))) => {
                    waiting.push(arrival);
                    tally.behind.extend(behind);
                }
                Err(reason) => tally.unread(at + 1, reason),
            }
        }
        if waiting.len() >= BATCH || (is_over && !waiting.is_empty()) {
            let some = std::mem::take(&mut waiting);
            let arrived = here.store.write(&here.scope, move |ctx| Box::pin(arrive(ctx, some))).await?;
            tally.add(arrived);
        }
        if is_over {
            break;
        }
    }
    tell(context, &tally)
}

fn read(line: &str, destination: &Destination) -> Result<Option<(Arrival, Vec<LeftBehind>)>, String> {
    if line.trim().is_empty() {
        return Ok(None);
    }
    // The reason never quotes the line: a hash may stand in it.
    let record: Record = serde_json::from_str(line).map_err(|error| format!("it cannot be read: {error}"))?;
    record.arrival(destination).map(Some)
}

fn tell(context: &Context, tally: &Tally) -> Result<(), Failure> {
    let document = json!({ "members": tally.document(), "left_behind": tally.behind });
    context.output.answer(&document, || {
        let mut lines = lines_of(&tally.behind);
        lines.push(tally.text());
        lines.join("\n")
    })?;
    match tally.refused() {
        0 => Ok(()),
        1 => Err(Failure::refused("1 member did not come. Correct it and move them in again.")),
        count => Err(Failure::refused(format!("{count} members did not come. Correct them and move them in again."))),
    }
}
