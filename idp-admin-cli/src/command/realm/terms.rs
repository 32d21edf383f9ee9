//! `realm terms`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use idp_core::admin::realm::{Publication, publish_terms, terms};
use idp_core::language::Language;
use serde_json::json;

use crate::context::Context;
use crate::output::{Failure, table};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  idp-admin realm terms --ja terms.ja.txt --en terms.en.txt\n\nText files in UTF-8; paragraphs are parted by empty lines. A new text is a new version, to which every member\nis asked to agree at the next sign-in; the same text again changes nothing. Without files, the terms in force are shown."
)]
pub(crate) struct Arguments {
    /// The Japanese text
    #[arg(long, value_name = "FILE")]
    ja: Option<PathBuf>,
    /// The English text
    #[arg(long, value_name = "FILE")]
    en: Option<PathBuf>,
}

pub(crate) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let mut texts = BTreeMap::new();
    for (language, path) in [(Language::Ja, arguments.ja), (Language::En, arguments.en)] {
        if let Some(path) = path {
            texts.insert(language, read(&path)?);
        }
    }
    if texts.is_empty() {
        return show(context).await;
    }

    let here = context.realm().await?;
    let publication = here.store.write(&here.scope, move |ctx| Box::pin(publish_terms(ctx, texts))).await?;
    let (version, is_new, said) = match publication {
        Publication::Published { version } => {
            (version, true, format!("Version {version} is in force. Members agree to it at their next sign-in."))
        }
        Publication::Unchanged { version } => {
            (version, false, format!("Nothing to publish: version {version} has these texts already."))
        }
        Publication::Empty(language) => {
            return Err(Failure::refused(format!("The text for “{}” is empty.", language.tag())));
        }
        Publication::NoText => return Err(Failure::refused("Name a text: --ja FILE")),
    };
    context.output.answer(&json!({ "version": version, "published": is_new }), || said)
}

async fn show(context: &Context) -> Result<(), Failure> {
    let here = context.realm().await?;
    let in_force = here.store.read(&here.scope, |ctx| Box::pin(terms(ctx))).await?;

    let document: Vec<_> = in_force
        .iter()
        .map(|terms| {
            json!({
                "version": terms.version, "language": terms.language, "sha256": terms.sha256,
                "published_at": terms.published_at.rfc3339(), "text": terms.body,
            })
        })
        .collect();
    context.output.answer(&document, || {
        if in_force.is_empty() {
            return "There are no terms of use yet. Publish them: idp-admin realm terms --ja terms.ja.txt".to_owned();
        }
        let rows = in_force.iter().map(|terms| {
            let published = terms.published_at.for_people();
            vec![terms.version.to_string(), terms.language.tag().to_owned(), published, terms.sha256.clone()]
        });
        table(&["version", "language", "published", "sha256"], rows)
    })
}

fn read(path: &Path) -> Result<String, Failure> {
    let refused = |reason: &str| Failure::refused(format!("{} cannot be read: {reason}.", path.display()));
    let bytes = std::fs::read(path).map_err(|error| refused(&error.to_string()))?;
    String::from_utf8(bytes).map_err(|_| refused("it is not written in UTF-8"))
}
