//! `letter issue`

use std::path::{Path, PathBuf};

use idp_core::admin::letter::{Issue, IssuedLetter, issue, issue_missing};
use serde_json::{Value, json};

use super::view;
use crate::context::{Context, Here, TypedUserId};
use crate::output::{Failure, LetterFile, Output, table};

/// Letters made in one transaction.
const BATCH: u64 = 1_000;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  idp-admin letter issue 12-3456\n  idp-admin letter issue --all --csv letters.csv\n\nAn initial password is shown once; only its hash is stored."
)]
#[command(group(clap::ArgGroup::new("whose").required(true).args(["user_id", "all"])))]
pub(crate) struct Arguments {
    /// The member
    user_id: Option<TypedUserId>,
    /// Everybody who has neither a password nor a letter that is still good
    #[arg(long)]
    all: bool,
    /// Write the initial passwords to this new file
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
}

pub(crate) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let here = context.realm().await?;
    match arguments.user_id {
        Some(user_id) => one(context, &here, &user_id, arguments.csv.as_deref()).await,
        None => everybody(context, &here, arguments.csv.as_deref()).await,
    }
}

async fn one(context: &Context, here: &Here, typed: &TypedUserId, csv: Option<&Path>) -> Result<(), Failure> {
    let file = csv.map(LetterFile::create).transpose()?;
    let user_id = typed.normal();
    let issue = here.store.write(&here.scope, move |ctx| Box::pin(async move { issue(ctx, &user_id).await })).await?;
    tell(context.output, issue, typed, file)
}

/// Shows the letter, or says why there is none.
pub(super) fn tell(output: Output, issue: Issue, typed: &TypedUserId, file: Option<LetterFile>) -> Result<(), Failure> {
    let user_id = typed.0.as_str();
    let letter = match issue {
        Issue::Issued(letter) => letter,
        Issue::NoSuchMember => return Err(typed.unknown()),
        Issue::Disabled => {
            return Err(Failure::refused(format!(
                "The member is switched off. Switch them on first: idp-admin member enable {user_id}"
            )));
        }
        Issue::HasPassword => {
            return Err(Failure::refused(format!(
                "The member has a password of their own. If it is lost: idp-admin letter reissue {user_id}"
            )));
        }
        Issue::HasLetter { expires_at } => {
            return Err(Failure::refused(format!(
                "The member has a letter that is good until {}. If it is lost: idp-admin letter reissue {user_id}",
                expires_at.for_people()
            )));
        }
    };
    match file {
        Some(mut file) => {
            file.add(std::slice::from_ref(&letter))?;
            told_in_file(output, 1, &file)
        }
        None => output.answer(&view::issued_document(&letter), || view::issued_text(&letter)),
    }
}

async fn everybody(context: &Context, here: &Here, csv: Option<&Path>) -> Result<(), Failure> {
    let mut file = csv.map(LetterFile::create).transpose()?;
    let mut shown: Vec<IssuedLetter> = Vec::new();
    let mut count = 0;
    let mut after = None;
    loop {
        let batch = here
            .store
            .write(&here.scope, move |ctx| Box::pin(async move { issue_missing(ctx, after.as_ref(), BATCH).await }))
            .await?;
        count += batch.issued.len();
        match &mut file {
            Some(file) => file.add(&batch.issued)?,
            None => shown.extend(batch.issued),
        }
        after = batch.next;
        if after.is_none() {
            break;
        }
    }

    if let Some(file) = &file {
        return told_in_file(context.output, count, file);
    }
    let documents: Vec<Value> = shown.iter().map(view::issued_document).collect();
    context.output.answer(&documents, || {
        if shown.is_empty() {
            return "Nobody needs a letter.".to_owned();
        }
        let row = |letter: &IssuedLetter| {
            let name = letter.name.full().unwrap_or_default();
            vec![letter.user_id.to_string(), name, letter.secret.grouped().to_string(), letter.expires_at.for_people()]
        };
        table(&["user id", "name", "initial password", "good until"], shown.iter().map(row))
    })
}

fn told_in_file(output: Output, count: usize, file: &LetterFile) -> Result<(), Failure> {
    let path = file.path().display().to_string();
    let document = json!({ "letters": count, "letters_file": path });
    output.answer(&document, || match count {
        0 => "Nobody needs a letter.".to_owned(),
        1 => format!("1 letter: the initial password is in {path} and nowhere else."),
        _ => format!("{count} letters: the initial passwords are in {path} and nowhere else."),
    })
}
