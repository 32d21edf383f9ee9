//! `member rename`

use idp_core::admin::remedy::{Renaming, rename};
use serde_json::json;

use super::view;
use crate::context::{Context, TypedUserId};
use crate::output::Failure;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  idp-admin member rename 12-3456 12-3457")]
pub(crate) struct Arguments {
    /// The user id
    user_id: TypedUserId,
    /// What it becomes
    new: TypedUserId,
}

pub(crate) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let here = context.realm().await?;
    let (user_id, new) = (arguments.user_id.normal(), arguments.new.0.clone());
    let renaming =
        here.store.write(&here.scope, move |ctx| Box::pin(async move { rename(ctx, &user_id, new).await })).await?;

    let member = match renaming {
        Renaming::Renamed(member) => member,
        Renaming::Taken => {
            let taken = arguments.new.0.as_str();
            return Err(Failure::refused(format!("There is a member “{taken}” already. Choose another user id.")));
        }
        Renaming::NoSuchMember => return Err(arguments.user_id.unknown()),
    };
    let document = json!({ "changed": true, "member": view::document(&member) });
    context.output.answer(&document, || {
        format!(
            "The member is now {}. A letter that was not used yet is void: it prints the earlier user id.",
            member.user_id
        )
    })
}
