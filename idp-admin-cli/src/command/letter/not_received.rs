//! `letter not-received`

use idp_core::admin::letter::not_received;

use super::issue::tell;
use crate::context::{Context, TypedUserId};
use crate::output::Failure;
use crate::print::Target;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  idp-admin letter not-received 12-3456 --pdf letter.pdf\n\nMake sure first that the address is right: idp-admin member show 12-3456"
)]
pub(crate) struct Arguments {
    /// The member whose letter did not arrive
    user_id: TypedUserId,
    #[command(flatten)]
    target: Target,
}

pub(crate) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let here = context.realm().await?;
    let printer = arguments.target.open(&here.scope.realm)?;
    let user_id = arguments.user_id.normal();
    let issue =
        here.store.write(&here.scope, move |ctx| Box::pin(async move { not_received(ctx, &user_id).await })).await?;
    tell(context.output, issue, &arguments.user_id, printer)
}
