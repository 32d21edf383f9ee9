//! `client logouts`

use idp_core::client::ClientName;
use idp_core::oidc::backchannel::{Notice, of_client};
use serde_json::{Value, json};

use super::view;
use crate::context::Context;
use crate::output::{Failure, shown};

/// How many are shown.
const LIMIT: u64 = 100;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  idp-admin client logouts portal")]
pub(crate) struct Arguments {
    /// The client's id
    client_id: String,
}

pub(crate) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let here = context.realm().await?;
    let client_id = ClientName::parse(&arguments.client_id).map_err(|_| view::unknown(&arguments.client_id))?;
    let notices = here
        .store
        .read(&here.scope, move |ctx| Box::pin(async move { of_client(ctx, &client_id, LIMIT).await }))
        .await?;
    let notices = notices.ok_or_else(|| view::unknown(&arguments.client_id))?;

    let documents: Vec<Value> = notices.iter().map(document).collect();
    let row = |document: &Value| {
        ["created_at", "session", "state", "attempts", "answer"].map(|name| shown(document.get(name))).to_vec()
    };
    let none = "This client was not told of any sign-out yet. Where it is told is backchannel_logout_uri of its metadata: idp-admin client change … --metadata FILE";
    context.output.list(&documents, &["ended", "session", "state", "attempts", "answer"], row, none)
}

fn document(notice: &Notice) -> Value {
    json!({
        "notice": notice.id,
        "session": notice.session,
        "member": notice.member,
        "state": notice.state,
        "attempts": notice.attempts,
        "answer": notice.answer,
        "created_at": notice.created_at.rfc3339(),
        "expires_at": notice.expires_at.rfc3339(),
    })
}
