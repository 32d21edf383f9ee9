//! `member unlock`

use idp_core::admin::member::{Change, unlock};
use serde_json::json;

use super::view;
use crate::context::{Context, TypedUserId};
use crate::output::Failure;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  idp-admin member unlock 12-3456")]
pub(crate) struct Arguments {
    /// The user id
    user_id: TypedUserId,
}

pub(crate) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let here = context.realm().await?;
    let user_id = arguments.user_id.normal();
    let change = here.store.write(&here.scope, move |ctx| Box::pin(async move { unlock(ctx, &user_id).await })).await?;

    let (member, is_changed, said) = match change {
        Change::Changed(member) => (member, true, "Unlocked: the member may try again at once."),
        Change::Unchanged(member) => (member, false, "There is nothing to unlock: no wrong passwords are counted."),
        Change::NoSuchMember => return Err(arguments.user_id.unknown()),
    };
    let document = json!({ "changed": is_changed, "member": view::document(&member) });
    context.output.answer(&document, || said.to_owned())
}
