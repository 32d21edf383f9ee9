//! `letter print`

use idp_core::id::LetterBatchId;

use super::issue::told_in_file;
use crate::context::Context;
use crate::output::Failure;
use crate::print::{Target, print};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  idp-admin letter print --pdf letters.pdf\n  idp-admin letter print --batch bat_… --csv letters.csv.age --encrypt-to age1…\n\nOnce the file is safe on the disk, the initial passwords are wiped from the database: keep the file until the\nletters are on their way, then delete it. A print run that breaks off is simply run again."
)]
pub(crate) struct Arguments {
    /// Only the letters of this batch
    #[arg(long, value_name = "ID")]
    batch: Option<LetterBatchId>,
    #[command(flatten)]
    target: Target,
}

pub(crate) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let here = context.realm().await?;
    let Some(printer) = arguments.target.open(&here.scope.realm)? else {
        return Err(Failure::Usage("Say where the letters go: --pdf FILE or --csv FILE".to_owned()));
    };
    let printed = print(&here, arguments.batch, printer).await?;
    if printed.count == 0 {
        return context.output.answer(&printed.document(), || "No letter waits to be printed.".to_owned());
    }
    told_in_file(context.output, &printed)
}
