//! Front-channel logout (OpenID Connect Front-Channel Logout 1.0): what the member's browser opens in frames.

use std::time::Duration;

use url::Url;

use crate::clock::minutes;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::SessionId;
use crate::interaction::begin::Visitor;
use crate::session::Session;
use crate::store;

/// For how long after its end a session still tells what the browser opens.
const TOLD_FOR: Duration = minutes(10);

/// One address that a browser opens after its session ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The address, with exactly `iss` and `sid` added, also where the client did not ask for them (§2).
    pub address: String,
    /// Scheme, host and port, for the policy of the page.
    pub origin: String,
}

/// What is opened for the clients of a session that is about to end.
pub(crate) async fn frames(ctx: &Ctx, session: Option<&Session>) -> Result<Vec<Frame>, Fault> {
    let Some(session) = session else { return Ok(Vec::new()) };
    let mut frames = Vec::new();
    for client in store::session_client::of(ctx, session.id).await? {
        let Some(uri) = &client.settings.logout.frontchannel_uri else { continue };
        let Ok(mut url) = Url::parse(uri.as_str()) else { continue };
        url.query_pairs_mut()
            .append_pair("iss", ctx.realm().origin.as_str())
            .append_pair("sid", &session.id.to_string());
        frames.push(Frame { address: url.into(), origin: uri.origin() });
    }
    Ok(frames)
}

/// What the browser in which `session` ended a moment ago opens on the page that follows.
pub async fn after(ctx: &Ctx, visitor: &Visitor, session: SessionId) -> Result<Vec<Frame>, Fault> {
    let session = store::session::by_id(ctx, session).await?;
    let ended_here = |session: &Session| {
        session.browser == visitor.browser && session.ended_at.is_some_and(|ended| ctx.now.since(ended) < TOLD_FOR)
    };
    frames(ctx, session.filter(ended_here).as_ref()).await
}
