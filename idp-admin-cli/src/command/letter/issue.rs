//! `letter issue`

use idp_core::admin::letter::{Issue, IssuedLetter, issue, issue_missing};
use idp_core::id::LetterBatchId;
use serde_json::{Value, json};

use super::view;
use crate::context::{Context, Here, TypedUserId};
use crate::output::{Failure, Output, table};
use crate::print::{self, Printed, Printer, Target};

/// Letters made in one transaction.
const BATCH: u64 = 1_000;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  idp-admin letter issue 12-3456\n  idp-admin letter issue --all --csv letters.csv\n  idp-admin letter issue --all --pdf letters.pdf\n\nAn initial password is shown once; only its hash is stored."
)]
#[command(group(clap::ArgGroup::new("whose").required(true).args(["user_id", "all"])))]
pub(crate) struct Arguments {
    /// The member
    user_id: Option<TypedUserId>,
    /// Everybody who has neither a password nor a letter that is still good
    #[arg(long)]
    all: bool,
    /// Only make the letters; print them later with letter print
    #[arg(long, requires = "all")]
    later: bool,
    #[command(flatten)]
    target: Target,
}

pub(crate) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let here = context.realm().await?;
    let printer = arguments.target.open(&here.scope.realm)?;
    match arguments.user_id {
        Some(user_id) => one(context, &here, &user_id, printer).await,
        None if arguments.later => later(context, &here).await,
        None => everybody(context, &here, printer).await,
    }
}

async fn one(context: &Context, here: &Here, typed: &TypedUserId, printer: Option<Printer>) -> Result<(), Failure> {
    let user_id = typed.normal();
    let issue = here.store.write(&here.scope, move |ctx| Box::pin(async move { issue(ctx, &user_id).await })).await?;
    tell(context.output, issue, typed, printer)
}

/// Shows the letter, or says why there is none.
pub(super) fn tell(output: Output, issue: Issue, typed: &TypedUserId, printer: Option<Printer>) -> Result<(), Failure> {
    let user_id = typed.word();
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
    match printer {
        Some(mut printer) => {
            printer.add(std::slice::from_ref(&letter))?;
            told_in_file(output, &printer.finish()?)
        }
        None => output.answer(&view::issued_document(&letter), || view::issued_text(&letter)),
    }
}

/// Makes letters for everybody who needs one; answers the batch they wait in, and how many they are.
async fn make(here: &Here) -> Result<(Option<LetterBatchId>, usize), Failure> {
    let (mut batch, mut count, mut after) = (None, 0, None);
    loop {
        let made = here
            .store
            .write(&here.scope, move |ctx| {
                Box::pin(async move { issue_missing(ctx, batch, after.as_ref(), BATCH).await })
            })
            .await?;
        here.store.breathe().await;
        count += made.issued.len();
        (batch, after) = (made.batch, made.next);
        if after.is_none() {
            return Ok((batch, count));
        }
    }
}

async fn later(context: &Context, here: &Here) -> Result<(), Failure> {
    let (batch, count) = make(here).await?;
    context.output.answer(&json!({ "batch": batch, "letters": count }), || match batch {
        None => "Nobody needs a letter.".to_owned(),
        Some(batch) => format!("Letters made: {count}. Print them: idp-admin letter print --batch {batch} --pdf FILE"),
    })
}

async fn everybody(context: &Context, here: &Here, printer: Option<Printer>) -> Result<(), Failure> {
    let (batch, _) = make(here).await?;
    let Some(printer) = printer else {
        let shown = match batch {
            Some(batch) => print::show(here, batch).await?,
            None => Vec::new(),
        };
        return show(context, &shown);
    };
    let printed = match batch {
        Some(_) => print::print(here, batch, printer).await?,
        None => printer.finish()?,
    };
    told_in_file(context.output, &printed)
}

fn show(context: &Context, shown: &[IssuedLetter]) -> Result<(), Failure> {
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

/// Says where the letters are.
pub(super) fn told_in_file(output: Output, printed: &Printed) -> Result<(), Failure> {
    output.answer(&printed.document(), || printed.text())
}
