//! `member delete`

use idp_core::admin::member::Change;
use idp_core::admin::remedy::delete;
use serde_json::json;

use crate::context::{Context, TypedUserId};
use crate::output::Failure;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Everything of the member goes, at once and for good, but the audit log. Their sub is never given \
                        to anybody else.\n\nExample:\n  idp-admin member delete 12-3456 --yes"
)]
pub(crate) struct Arguments {
    /// The user id
    user_id: TypedUserId,
    /// Really
    #[arg(long)]
    yes: bool,
}

pub(crate) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let name = arguments.user_id.word();
    if !arguments.yes {
        return Err(Failure::refused(format!(
            "Nothing was deleted. This cannot be undone; to keep the member, switch them off: idp-admin member disable \
             {name}. To delete: idp-admin member delete {name} --yes"
        )));
    }
    let here = context.realm().await?;
    let user_id = arguments.user_id.normal();
    let change = here.store.write(&here.scope, move |ctx| Box::pin(async move { delete(ctx, &user_id).await })).await?;
    let member = match change {
        Change::Changed(member) | Change::Unchanged(member) => member,
        Change::NoSuchMember => return Err(arguments.user_id.unknown()),
    };
    let document = json!({ "changed": true, "id": member.id, "sub": member.subject });
    context.output.answer(&document, || format!("Deleted. The audit log still knows {}.", member.id))
}
