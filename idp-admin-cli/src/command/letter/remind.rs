//! `letter remind`

use std::path::PathBuf;

use idp_core::admin::letter::unused;
use idp_core::clock::days;
use idp_core::letter::{Letter, LetterState, Openness};
use idp_core::member::Member;
use serde_json::{Value, json};

use crate::context::{Context, Here};
use crate::output::Failure;
use crate::print::{NewFile, neutral};

const PAGE: u64 = 1_000;
const COLUMNS: [&str; 9] =
    ["user_id", "name", "printed_on", "expires_on", "state", "postal_code", "address1", "address2", "address3"];

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  idp-admin letter remind\n  idp-admin letter remind --days 21 --csv remind.csv\n\nA letter of the list that has expired is replaced by: idp-admin letter issue --all"
)]
pub(crate) struct Arguments {
    /// Printed at least so many days ago
    #[arg(long, value_name = "DAYS", default_value_t = 14, value_parser = clap::value_parser!(u64).range(0..=3650))]
    days: u64,
    /// Write the list to this new file
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
}

pub(crate) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let here = context.realm().await?;
    let file = arguments.csv.as_deref().map(|path| NewFile::create(path, None)).transpose()?;
    let documents = every(&here, arguments.days).await?;

    let Some(mut file) = file else {
        let row = |document: &Value| COLUMNS[..5].iter().map(|name| text(document, name)).collect();
        return context.output.list(&documents, &COLUMNS[..5], row, "Everybody whose letter was printed has come.");
    };
    std::io::Write::write_all(&mut file, "\u{FEFF}".as_bytes())?;
    let broken = |error: csv::Error| Failure::Fault(format!("the list cannot be written: {error}"));
    let mut rows = csv::Writer::from_writer(file);
    rows.write_record(COLUMNS).map_err(broken)?;
    for document in &documents {
        rows.write_record(COLUMNS.iter().map(|name| neutral(&text(document, name)))).map_err(broken)?;
    }
    let file = rows.into_inner().map_err(|error| Failure::Fault(format!("the list cannot be written: {error}")))?;
    let path = file.finish()?;
    let count = documents.len();
    context
        .output
        .answer(&json!({ "members": count, "file": path }), || format!("Members to remind: {count}, in {path}."))
}

async fn every(here: &Here, at_least: u64) -> Result<Vec<Value>, Failure> {
    let now = here.store.ambient().clock.now();
    let before = now - days(at_least);
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = here.store.read(&here.scope, move |ctx| Box::pin(unused(ctx, before, after, PAGE))).await?;
        let Some((last, _)) = page.last() else { return Ok(found) };
        after = Some(last.id);
        found.extend(page.iter().map(|(letter, member)| {
            let state = match letter.openness(now) {
                Openness::Expired => "expired",
                Openness::Open | Openness::Ended => letter.state.name(),
            };
            document(letter, member, state)
        }));
    }
}

fn document(letter: &Letter, member: &Member, state: &str) -> Value {
    let printed_on = match letter.state {
        LetterState::Printed { at } => Some(at.date_in_japan().to_string()),
        LetterState::Issued | LetterState::Used { .. } | LetterState::Done { .. } | LetterState::Void { .. } => None,
    };
    let line = |at: usize| member.address.lines.get(at);
    json!({
        "user_id": member.user_id.as_str(),
        "name": member.name.full(),
        "printed_on": printed_on,
        "expires_on": letter.expires_at.date_in_japan().to_string(),
        "state": state,
        "postal_code": member.address.postal_code,
        "address1": line(0),
        "address2": line(1),
        "address3": line(2),
    })
}

fn text(document: &Value, name: &str) -> String {
    document.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}
