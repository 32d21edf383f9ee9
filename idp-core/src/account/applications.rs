//! The applications a member allowed to learn about them, and taking that back.

use crate::audit::{EventKind, Outcome};
use crate::client::Client;
use crate::consent::Consent;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::{ClientRowId, MemberId};
use crate::store;

/// One application.
pub struct Application {
    /// Its registration.
    pub client: Client,
    /// What the member allowed it.
    pub consent: Consent,
}

/// What became of taking a consent back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revoked {
    /// It is gone, with every code and token that rested on it.
    Done,
    /// There was none.
    Unknown,
}

/// The applications a member allowed something, the newest first.
pub async fn list(ctx: &Ctx, member: MemberId) -> Result<Vec<Application>, Fault> {
    let mut applications = Vec::new();
    for consent in store::consent::of_member(ctx, member).await? {
        if let Some(client) = store::client::by_id(ctx, consent.client).await? {
            applications.push(Application { client, consent });
        }
    }
    Ok(applications)
}

/// Takes back what the member allowed an application. The caller knows that the member asks.
pub async fn revoke(ctx: &Ctx, member: MemberId, client: ClientRowId) -> Result<Revoked, Fault> {
    store::member::lock(ctx, member).await?;
    if !store::consent::delete(ctx, member, client).await? {
        return Ok(Revoked::Unknown);
    }
    store::grant::revoke_of_member_and_client(ctx, member, client).await?;
    let about = serde_json::json!({ "client": client });
    ctx.record_with(EventKind::ConsentRevoked, Some(member), Outcome::Done, about);
    Ok(Revoked::Done)
}
