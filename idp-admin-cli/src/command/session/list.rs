//! `session list`

use idp_core::admin::session::list;
use idp_core::session::Session;
use serde_json::{Value, json};

use crate::context::{Context, TypedUserId};
use crate::output::{Failure, shown};

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  idp-admin session list 12-3456")]
pub(crate) struct Arguments {
    /// The user id
    user_id: TypedUserId,
}

pub(crate) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let here = context.realm().await?;
    let user_id = arguments.user_id.normal();
    let sessions = here.store.read(&here.scope, move |ctx| Box::pin(async move { list(ctx, &user_id).await })).await?;
    let sessions = sessions.ok_or_else(|| arguments.user_id.unknown())?;

    let documents: Vec<Value> = sessions.iter().map(document).collect();
    let row = |document: &Value| {
        let text = |name| shown(document.get(name));
        vec![text("session"), text("created_at"), text("seen_at"), text("user_agent")]
    };
    context.output.list(&documents, &["session", "since", "last used", "browser"], row, "Signed in nowhere.")
}

fn document(session: &Session) -> Value {
    json!({
        "session": session.id,
        "member": session.member,
        "user_agent": session.user_agent,
        "created_at": session.created_at.rfc3339(),
        "authenticated_at": session.authenticated_at.rfc3339(),
        "seen_at": session.seen_at.rfc3339(),
        "expires_at": session.expires_at.rfc3339(),
    })
}
