//! `realm apply`

use std::path::{Path, PathBuf};
use std::sync::Arc;

use idp_core::admin::key;
use idp_core::admin::realm::file::{
    Answer, Application, Difference, Limits, Mode, RealmFile, apply, differences_of_new,
};
use idp_core::admin::realm::{Creation, create};
use idp_core::ctx::Scope;
use serde_json::json;

use crate::context::{Context, Here};
use crate::output::Failure;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "The file describes the society whole; a setting that it leaves out gets its default. Begin with
  idp-admin realm export > mgc.toml
and keep the file under version control. Unknown keys are refused, and all problems are told at once.

Examples:
  idp-admin realm apply --dry-run mgc.toml
  idp-admin realm apply mgc.toml"
)]
pub(crate) struct Arguments {
    /// The realm's file, TOML
    file: PathBuf,
    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Delete clients that the file does not name, with everything members granted them
    #[arg(long)]
    delete_clients: bool,
    /// Move the realm to the file's origin; applications and passkeys know the realm by it
    #[arg(long)]
    move_origin: bool,
}

pub(crate) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let file = read(&arguments.file)?;
    if let Some(named) = context.named_realm().filter(|named| *named != file.name.as_str()) {
        return Err(Failure::refused(format!("The file is about the realm “{}”, not “{named}”.", file.name.as_str())));
    }
    let mode = if arguments.dry_run { Mode::DryRun } else { Mode::Write };
    let limits = Limits { deletes_clients: arguments.delete_clients, moves_origin: arguments.move_origin };

    let found = context.realm_called(file.name.as_str()).await?;
    let (is_new, here) = match (found, mode) {
        (Some(here), _) => (false, here),
        (None, Mode::DryRun) => {
            let answer =
                Answer { differences: differences_of_new(&file), kept_clients: Vec::new(), secrets: Vec::new() };
            return tell(context, file.name.as_str(), &answer, (true, mode));
        }
        (None, Mode::Write) => (true, made(context, &file).await?),
    };
    let new = if is_new { differences_of_new(&file) } else { Vec::new() };
    let name = file.name.as_str().to_owned();
    let application = match mode {
        Mode::DryRun => here.store.read(&here.scope, move |ctx| Box::pin(apply(ctx, file, mode, limits))).await?,
        Mode::Write => here.store.write(&here.scope, move |ctx| Box::pin(apply(ctx, file, mode, limits))).await?,
    };
    match application {
        Application::Applied(answer) => {
            let answer = if is_new { Answer { differences: new, ..*answer } } else { *answer };
            tell(context, &name, &answer, (is_new, mode))
        }
        Application::MovesOrigin(origin) => Err(Failure::refused(format!(
            "The realm answers at {}, and the file says otherwise. Applications and passkeys know it by its origin; if \
             it is to move: --move-origin",
            origin.as_str()
        ))),
        Application::HostTaken(other) => Err(taken(&other)),
        Application::OriginIsResource(client) => Err(Failure::refused(format!(
            "The client “{client}” is the resource at the origin of the file, and the realm's own address is the \
             resource of no client. Take it away first: client change {client} --no-resource",
            client = client.as_str()
        ))),
    }
}

fn read(path: &Path) -> Result<RealmFile, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::refused(format!("{} cannot be read: {error}.", path.display())))?;
    RealmFile::parse(&text).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(|problem| format!("  {problem}")).collect();
        Failure::refused(format!("{} is not used:\n{}", path.display(), lines.join("\n")))
    })
}

/// A realm that is not there yet, made with its keys.
async fn made(context: &Context, file: &RealmFile) -> Result<Here, Failure> {
    let Here { store, scope } = context.installation().await?;
    let (name, origin, settings) = (file.name.clone(), file.origin.clone(), file.settings.clone());
    let creation = store.write(&scope, move |ctx| Box::pin(create(ctx, name, origin, settings))).await?;
    let realm = match creation {
        Creation::Created(realm) => realm,
        Creation::HostTaken(other) => return Err(taken(&other)),
        Creation::NameTaken => return Err(Failure::refused("The realm was made a moment ago. Apply the file again.")),
    };
    let scope = Scope::operator(Arc::new(realm), &context.operator);
    store.write(&scope, |ctx| Box::pin(key::ensure(ctx))).await?;
    Ok(Here { store, scope })
}

fn taken(other: &str) -> Failure {
    Failure::refused(format!("The realm “{other}” answers at this host already. Choose another host."))
}

fn tell(context: &Context, realm: &str, answer: &Answer, (is_new, mode): (bool, Mode)) -> Result<(), Failure> {
    let secrets = answer
        .secrets
        .iter()
        .map(|(client_id, secret)| json!({ "client_id": client_id, "client_secret": secret.expose_text() }));
    let document = json!({
        "realm": realm,
        "new": is_new,
        "dry_run": mode == Mode::DryRun,
        "differences": answer.differences,
        "clients_not_in_file": answer.kept_clients,
        "secrets": secrets.collect::<Vec<_>>(),
    });
    context.output.answer(&document, || {
        let mut lines: Vec<String> = answer.differences.iter().map(line).collect();
        for client_id in &answer.kept_clients {
            lines.push(format!("clients.{}: not in the file; kept (--delete-clients deletes it)", client_id.as_str()));
        }
        for (client_id, secret) in &answer.secrets {
            lines.push(format!("The secret of {}, shown this once: {}", client_id.as_str(), secret.expose_text()));
        }
        lines.push(match (answer.differences.is_empty(), mode) {
            (true, _) => format!("Nothing to change: {realm} is as the file says."),
            (false, Mode::DryRun) => "Nothing was written (dry run).".to_owned(),
            (false, Mode::Write) => format!("{realm} is now as the file says."),
        });
        lines.join("\n")
    })
}

fn line(difference: &Difference) -> String {
    let said = |value: &Option<String>| match value {
        None => "–".to_owned(),
        Some(text) => shortened(text),
    };
    format!("{}: {} → {}", difference.key, said(&difference.from), said(&difference.to))
}

/// One line of at most sixty characters.
fn shortened(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(60).collect();
    if text.chars().count() > 60 { format!("“{line}…”") } else { format!("“{line}”") }
}
