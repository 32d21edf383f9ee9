//! `member disable`

use idp_core::admin::member::{Change, disable};
use serde_json::json;

use super::view;
use crate::context::{Context, TypedUserId};
use crate::output::Failure;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  idp-admin member disable 12-3456")]
pub(crate) struct Arguments {
    /// The user id
    user_id: TypedUserId,
}

pub(crate) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let here = context.realm().await?;
    let user_id = arguments.user_id.normal();
    let change =
        here.store.write(&here.scope, move |ctx| Box::pin(async move { disable(ctx, &user_id).await })).await?;

    let (member, is_changed, said) = match change {
        Change::Changed(member) => (member, true, "Switched off. Their sessions have ended."),
        Change::Unchanged(member) => (member, false, "The member is switched off already."),
        Change::NoSuchMember => return Err(arguments.user_id.unknown()),
    };
    let document = json!({ "changed": is_changed, "member": view::document(&member) });
    context.output.answer(&document, || said.to_owned())
}
