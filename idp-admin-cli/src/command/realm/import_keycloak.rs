//! `realm import-keycloak`

use std::path::{Path, PathBuf};

use idp_core::admin::move_in::clients::{Registered, register};
use idp_core::admin::move_in::keycloak::Export;
use idp_core::admin::move_in::{Arrival, Destination, LeftBehind, arrive};
use serde_json::{Value, json};

use crate::command::member::arrivals::Tally;
use crate::context::{Context, Here};
use crate::output::Failure;

#[derive(Debug, clap::Args)]
#[command(after_help = "The export is made there by: kc.sh export --realm NAME --users realm_file --file export.json
Members keep their user name as user id, their id as sub, password, authenticator app and required actions; clients
keep their id and secret. Passkeys come along where they were made for the host that this realm's are made for (or the
parent domain in passkey_rp_id). What cannot come along is told. The same file again changes nothing.

Examples:
  idp-admin realm import-keycloak --dry-run export.json
  idp-admin --json realm import-keycloak --passkey-host id.kenpo.example export.json > report.json")]
pub(crate) struct Arguments {
    /// The export, one file or several, the one of the realm itself first
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The host of Keycloak's pages, for which it made its passkeys
    #[arg(long, value_name = "HOST")]
    passkey_host: Option<String>,
    /// Show what would come and what would not, and change nothing
    #[arg(long)]
    dry_run: bool,
}

pub(crate) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let here = context.realm().await?;
    let today = here.store.ambient().clock.now().date_in_japan();
    let destination = Destination::of(&here.scope.realm, today);
    let mut export = Export::into(destination, arguments.passkey_host.clone());
    for path in &arguments.files {
        let text = read(path)?;
        let read = export.read(&text);
        read.map_err(|reason| Failure::refused(format!("{} is not used: {reason}.", path.display())))?;
    }
    let Export { members, clients, behind, .. } = export;
    if arguments.dry_run {
        return preview(context, (members.len(), clients.len()), &behind);
    }

    let registered = here.store.write(&here.scope, move |ctx| Box::pin(register(ctx, clients))).await?;
    let mut tally = Tally::new(behind);
    let (mut came, mut secrets) = (0_u64, Vec::new());
    for (client_id, outcome) in registered {
        match outcome {
            Registered::Done { new_secret } => {
                came += 1;
                secrets.extend(new_secret.map(|secret| (client_id, secret)));
            }
            Registered::WasHere => {
                tally.behind.push(LeftBehind {
                    of: format!("client {}", client_id.as_str()),
                    what: "it was here before".into(),
                });
            }
        }
    }
    let_in(&here, members, &mut tally).await?;
    let secrets_document: Vec<Value> = secrets
        .iter()
        .map(|(client_id, secret)| json!({ "client_id": client_id, "client_secret": secret.expose_text() }))
        .collect();
    let document = json!({
        "dry_run": false,
        "clients": came,
        "members": tally.document(),
        "secrets": secrets_document,
        "left_behind": tally.behind,
    });
    context.output.answer(&document, || {
        let mut lines = lines_of(&tally.behind);
        for (client_id, secret) in &secrets {
            lines.push(format!("The new secret of {}, shown this once: {}", client_id.as_str(), secret.expose_text()));
        }
        lines.push(format!("Clients: {came} came. {}", tally.text()));
        lines.join("\n")
    })
}

async fn let_in(here: &Here, members: Vec<Arrival>, tally: &mut Tally) -> Result<(), Failure> {
    let mut waiting = members.into_iter().peekable();
    while waiting.peek().is_some() {
        let some: Vec<Arrival> = waiting.by_ref().take(200).collect();
        let arrived = here.store.write(&here.scope, move |ctx| Box::pin(arrive(ctx, some))).await?;
        tally.add(arrived);
    }
    Ok(())
}

fn preview(context: &Context, (members, clients): (usize, usize), behind: &[LeftBehind]) -> Result<(), Failure> {
    let document = json!({
        "dry_run": true, "clients": clients, "members": { "read": members }, "secrets": [], "left_behind": behind,
    });
    context.output.answer(&document, || {
        let mut lines = lines_of(behind);
        lines.push(format!("Clients: {clients}, members: {members}. Nothing was written (dry run)."));
        lines.join("\n")
    })
}

/// What is told of everything that stays behind.
pub(crate) fn lines_of(behind: &[LeftBehind]) -> Vec<String> {
    behind.iter().map(|left| format!("{}: {}", left.of, left.what)).collect()
}

fn read(path: &Path) -> Result<String, Failure> {
    let refused = |reason: String| Failure::refused(format!("{} cannot be read: {reason}.", path.display()));
    let bytes = std::fs::read(path).map_err(|error| refused(error.to_string()))?;
    String::from_utf8(bytes).map_err(|_| refused("it is not written in UTF-8".to_owned()))
}
