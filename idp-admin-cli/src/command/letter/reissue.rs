//! `letter reissue`

use std::path::PathBuf;

use idp_core::admin::letter::reissue;

use super::issue::tell;
use crate::context::{Context, TypedUserId};
use crate::output::{Failure, LetterFile};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  idp-admin letter reissue 12-3456\n\nThe birth date is asked again with the new letter."
)]
pub(crate) struct Arguments {
    /// The member
    user_id: TypedUserId,
    /// Write the initial password to this new file
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
}

pub(crate) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let here = context.realm().await?;
    let file = arguments.csv.as_deref().map(LetterFile::create).transpose()?;
    let user_id = arguments.user_id.normal();
    let issue = here.store.write(&here.scope, move |ctx| Box::pin(async move { reissue(ctx, &user_id).await })).await?;
    tell(context.output, issue, &arguments.user_id, file)
}
