//! `mail resend`

use idp_core::admin::remedy::{Resent, resend_mail};
use serde_json::json;

use crate::context::{Context, TypedUserId};
use crate::output::Failure;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "The code and the link of the earlier mail are void. What became of mails: idp-admin member show \
                        USER_ID\n\nExample:\n  idp-admin mail resend 12-3456"
)]
pub(crate) struct Arguments {
    /// The user id
    user_id: TypedUserId,
}

pub(crate) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let here = context.realm().await?;
    let user_id = arguments.user_id.normal();
    let resent =
        here.store.write(&here.scope, move |ctx| Box::pin(async move { resend_mail(ctx, &user_id).await })).await?;

    let name = arguments.user_id.word();
    match resent {
        Resent::Sent { kind } => context
            .output
            .answer(&json!({ "changed": true, "for": kind.name() }), || "A new mail is on its way.".to_owned()),
        Resent::NothingAwaited => Err(Failure::refused(format!(
            "No page of the member waits for a mail. Where they are: idp-admin member show {name}"
        ))),
        Resent::Wait { until } => {
            Err(Failure::refused(format!("Too many mails were sent. The next can go at {}.", until.for_people())))
        }
        Resent::NoSuchMember => Err(arguments.user_id.unknown()),
    }
}
