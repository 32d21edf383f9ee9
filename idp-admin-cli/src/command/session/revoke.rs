//! `session revoke`

use idp_core::admin::session::{Ended, revoke, revoke_all};
use idp_core::id::SessionId;
use serde_json::json;

use crate::context::{Context, TypedUserId};
use crate::output::Failure;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  idp-admin session revoke --member 12-3456")]
pub(crate) struct Arguments {
    /// The session, as `session list` shows it
    #[arg(required_unless_present = "member", conflicts_with = "member")]
    session: Option<String>,
    /// Every session of this member
    #[arg(long, value_name = "USER ID")]
    member: Option<TypedUserId>,
}

pub(crate) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let here = context.realm().await?;
    if let Some(member) = arguments.member {
        let user_id = member.normal();
        let ended =
            here.store.write(&here.scope, move |ctx| Box::pin(async move { revoke_all(ctx, &user_id).await })).await?;
        let count = ended.ok_or_else(|| member.unknown())?;
        return context.output.answer(&json!({ "ended": count }), || format!("{count} ended."));
    }
    let typed = arguments.session.unwrap_or_default();
    let unknown =
        || Failure::refused(format!("There is no session “{typed}”. See which there are: session list USER-ID"));
    let id: SessionId = typed.parse().map_err(|_| unknown())?;
    match here.store.write(&here.scope, move |ctx| Box::pin(revoke(ctx, id))).await? {
        Ended::Done => context.output.answer(&json!({ "ended": 1 }), || "Ended.".to_owned()),
        Ended::Over => context.output.answer(&json!({ "ended": 0 }), || "It was over already.".to_owned()),
        Ended::Unknown => Err(unknown()),
    }
}
