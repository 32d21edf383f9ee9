//! `session revoke`

use idp_core::admin::member::Change;
use idp_core::admin::remedy::end_sessions;
use serde_json::json;

use crate::context::{Context, TypedUserId};
use crate::output::Failure;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Sessions, refresh tokens, sign-ins under way, mailed links and known browsers all end. See them: \
                        idp-admin member show USER_ID\n\nExample:\n  idp-admin session revoke 12-3456"
)]
pub(crate) struct Arguments {
    /// The user id
    user_id: TypedUserId,
}

pub(crate) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let here = context.realm().await?;
    let user_id = arguments.user_id.normal();
    let change =
        here.store.write(&here.scope, move |ctx| Box::pin(async move { end_sessions(ctx, &user_id).await })).await?;

    let (is_changed, said) = match change {
        Change::Changed(_) => (true, "Signed out everywhere."),
        Change::Unchanged(_) => (false, "No session was open; sign-ins under way and mailed links have ended."),
        Change::NoSuchMember => return Err(arguments.user_id.unknown()),
    };
    context.output.answer(&json!({ "changed": is_changed }), || said.to_owned())
}
