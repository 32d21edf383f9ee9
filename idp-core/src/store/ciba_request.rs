//! Table `ciba_requests`.

use std::time::Duration;

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::entity::ciba_request;
use crate::ciba_request::{BindingMessage, CibaRequest};
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::{CibaRequestId, ClientRowId, MemberId};
use crate::oidc::acr::Acr;
use crate::oidc::scope::Scopes;
use crate::polled::{Polled, State};
use crate::secret::{AuthReqId, Hashed, Sealed};

#[derive(Serialize, Deserialize)]
struct Details {
    scopes: Scopes,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    authorization_details: Vec<Value>,
    acr_values: Vec<Acr>,
    binding_message: Option<BindingMessage>,
    state: State,
}

pub(crate) async fn insert(ctx: &Ctx, request: &CibaRequest, auth_req_id: &Hashed<AuthReqId>) -> Result<(), Fault> {
    let row = ciba_request::ActiveModel {
        auth_req_id_hash: Set(auth_req_id.bytes().to_vec()),
        id: Set(request.id.uuid()),
        realm_id: Set(ctx.realm().id.uuid()),
        client_id: Set(request.client.uuid()),
        member_id: Set(request.member.map(MemberId::uuid)),
        subject_hash: Set(request.subject.bytes().to_vec()),
        ping_sealed: Set(request.ping.as_ref().map(|sealed| sealed.bytes().to_vec())),
        state: Set(request.polled.state.name().to_owned()),
        details: Set(written(request)?),
        poll_interval: Set(seconds(request.polled.interval)),
        polled_at: Set(request.polled.polled_at.map(Timestamp::millis)),
        created_at: Set(request.created_at.millis()),
        expires_at: Set(request.polled.expires_at.millis()),
    };
    ciba_request::Entity::insert(row).exec_without_returning(&ctx.db).await?;
    Ok(())
}

/// For the client: nobody else changes the request until the transaction ends.
pub(crate) async fn lock_by_auth_req_id(
    ctx: &Ctx,
    auth_req_id: &Hashed<AuthReqId>,
) -> Result<Option<CibaRequest>, Fault> {
    let select = of_realm(ctx).filter(ciba_request::Column::AuthReqIdHash.eq(auth_req_id.bytes())).lock_exclusive();
    select.one(&ctx.db).await?.map(noun).transpose()
}

/// For the member's pages.
pub(crate) async fn by_id(ctx: &Ctx, id: CibaRequestId) -> Result<Option<CibaRequest>, Fault> {
    of_realm(ctx).filter(ciba_request::Column::Id.eq(id.uuid())).one(&ctx.db).await?.map(noun).transpose()
}

/// What waits for a member's answer, the newest first.
pub(crate) async fn waiting_for(ctx: &Ctx, member: MemberId, limit: u64) -> Result<Vec<CibaRequest>, Fault> {
    let select = of_realm(ctx)
        .filter(ciba_request::Column::MemberId.eq(member.uuid()))
        .filter(ciba_request::Column::State.eq(State::Waiting.name()))
        .filter(ciba_request::Column::ExpiresAt.gt(ctx.now.millis()))
        .order_by_desc(ciba_request::Column::Id)
        .limit(limit);
    select.all(&ctx.db).await?.into_iter().map(noun).collect()
}

/// Writes what the client's question changed.
pub(crate) async fn update(ctx: &Ctx, request: &CibaRequest) -> Result<(), Fault> {
    let changed = ciba_request::ActiveModel {
        state: Set(request.polled.state.name().to_owned()),
        details: Set(written(request)?),
        poll_interval: Set(seconds(request.polled.interval)),
        polled_at: Set(request.polled.polled_at.map(Timestamp::millis)),
        ..Default::default()
    };
    let update = ciba_request::Entity::update_many()
        .set(changed)
        .filter(ciba_request::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(ciba_request::Column::Id.eq(request.id.uuid()));
    update.exec(&ctx.db).await?;
    Ok(())
}

/// Writes the member's answer; true for the one call that answered in time. What the client is told with goes on its way.
pub(crate) async fn answer(ctx: &Ctx, request: &CibaRequest) -> Result<bool, Fault> {
    let changed = ciba_request::ActiveModel {
        state: Set(request.polled.state.name().to_owned()),
        details: Set(written(request)?),
        ping_sealed: Set(None),
        ..Default::default()
    };
    let update = ciba_request::Entity::update_many()
        .set(changed)
        .filter(ciba_request::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(ciba_request::Column::Id.eq(request.id.uuid()))
        .filter(ciba_request::Column::State.eq(State::Waiting.name()))
        .filter(ciba_request::Column::ExpiresAt.gt(ctx.now.millis()));
    Ok(update.exec(&ctx.db).await?.rows_affected == 1)
}

fn of_realm(ctx: &Ctx) -> Select<ciba_request::Entity> {
    ciba_request::Entity::find().filter(ciba_request::Column::RealmId.eq(ctx.realm().id.uuid()))
}

fn written(request: &CibaRequest) -> Result<String, Fault> {
    let details = Details {
        scopes: request.scopes.clone(),
        authorization_details: request.authorization_details.clone(),
        acr_values: request.acr_values.clone(),
        binding_message: request.binding_message.clone(),
        state: request.polled.state.clone(),
    };
    serde_json::to_string(&details).map_err(|_| Fault::Broken("a CIBA request has no JSON form".into()))
}

fn seconds(length: Duration) -> i64 {
    i64::try_from(length.as_secs()).unwrap_or(i64::MAX)
}

fn noun(row: ciba_request::Model) -> Result<CibaRequest, Fault> {
    let details: Details = serde_json::from_str(&row.details).map_err(|_| Fault::unreadable("CIBA request"))?;
    Ok(CibaRequest {
        id: CibaRequestId::from_uuid(row.id),
        client: ClientRowId::from_uuid(row.client_id),
        member: row.member_id.map(MemberId::from_uuid),
        subject: Hashed::from_bytes(row.subject_hash),
        scopes: details.scopes,
        authorization_details: details.authorization_details,
        acr_values: details.acr_values,
        binding_message: details.binding_message,
        ping: row.ping_sealed.map(Sealed::from_bytes),
        created_at: Timestamp::from_millis(row.created_at),
        polled: Polled {
            state: details.state,
            interval: Duration::from_secs(u64::try_from(row.poll_interval).unwrap_or(0)),
            polled_at: row.polled_at.map(Timestamp::from_millis),
            expires_at: Timestamp::from_millis(row.expires_at),
        },
    })
}
