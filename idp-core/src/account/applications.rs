//! The applications that hold something of a member's, and taking it back.

use std::collections::BTreeMap;

use url::Url;

use super::{Closed, enter, enter_to_change};
use crate::audit::{EventKind, Outcome};
use crate::client::Client;
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::{ClientRowId, MemberId};
use crate::interaction::begin::Visitor;
use crate::interaction::errand::Freshness;
use crate::oidc::scope::Scopes;
use crate::realm::Realm;
use crate::store;

/// One application.
pub struct Application {
    /// Its registration.
    pub client: Client,
    /// What it may know: what was allowed, and what living grants say.
    pub scopes: Scopes,
    /// When the member last went there, or allowed it something.
    pub last_at: Timestamp,
}

impl Application {
    /// Where a sign-in starts from our side (OpenID Connect Core §4): the application begins it itself, and hears who we
    /// are.
    pub fn login(&self, realm: &Realm) -> Option<String> {
        let uri = self.client.settings.initiate_login_uri.as_ref()?;
        let mut address = Url::parse(uri.as_str()).ok()?;
        address.query_pairs_mut().append_pair("iss", realm.origin.as_str());
        Some(address.into())
    }
}

/// What became of taking everything back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revoked {
    /// It is gone, with every code and token that rested on it.
    Done,
    /// There was nothing.
    Unknown,
}

/// The applications with something of the member's who is signed in.
pub async fn list(ctx: &Ctx, visitor: &Visitor) -> Result<Result<Vec<Application>, Closed>, Fault> {
    Ok(match enter(ctx, visitor, Freshness::Any).await? {
        Ok(present) => Ok(of_member(ctx, present.member.id).await?),
        Err(closed) => Err(closed),
    })
}

/// Takes back everything that the member who is signed in gave an application.
pub async fn revoke(ctx: &Ctx, visitor: &Visitor, client: ClientRowId) -> Result<Result<Revoked, Closed>, Fault> {
    Ok(match enter_to_change(ctx, visitor, Freshness::Any).await? {
        Ok(present) => Ok(revoke_of(ctx, present.member.id, client).await?),
        Err(closed) => Err(closed),
    })
}

/// The applications with something of the member's, the newest first: consents and living grants.
pub async fn of_member(ctx: &Ctx, member: MemberId) -> Result<Vec<Application>, Fault> {
    let mut held: BTreeMap<_, (ClientRowId, Scopes, Timestamp)> = BTreeMap::new();
    let mut note = |client: ClientRowId, scopes: &Scopes, at: Timestamp| {
        let (_, known, last) = held.entry(client.uuid()).or_insert((client, Scopes::default(), at));
        *known = known.iter().chain(scopes.iter()).collect();
        *last = at.max(*last);
    };
    for consent in store::consent::of_member(ctx, member).await? {
        note(consent.client, &consent.permissions.scopes, consent.changed_at);
    }
    for grant in store::grant::live_of_member(ctx, member).await? {
        note(grant.client, &grant.scopes, grant.created_at);
    }

    let mut applications = Vec::new();
    for (client, scopes, last_at) in held.into_values() {
        if let Some(client) = store::client::by_id(ctx, client).await? {
            applications.push(Application { client, scopes, last_at });
        }
    }
    applications.sort_by_key(|application| -application.last_at.millis());
    Ok(applications)
}

/// Takes everything back from an application. The caller knows that the member asks.
pub async fn revoke_of(ctx: &Ctx, member: MemberId, client: ClientRowId) -> Result<Revoked, Fault> {
    store::member::lock(ctx, member).await?;
    let had_consent = store::consent::delete(ctx, member, client).await?;
    let ended = store::grant::revoke_of_member_and_client(ctx, member, client).await?;
    if !had_consent && ended == 0 {
        return Ok(Revoked::Unknown);
    }
    let about = serde_json::json!({ "client": client });
    ctx.record_with(EventKind::ConsentRevoked, Some(member), Outcome::Done, about);
    Ok(Revoked::Done)
}
