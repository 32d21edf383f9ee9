//! Table `device_requests`.

use std::time::Duration;

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::entity::device_request;
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::device_request::DeviceRequest;
use crate::fault::Fault;
use crate::id::ClientRowId;
use crate::oidc::scope::Scopes;
use crate::polled::{Polled, State};
use crate::secret::{DeviceCode, Hashed, UserCode};

#[derive(Serialize, Deserialize)]
struct Details {
    scopes: Scopes,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    authorization_details: Vec<Value>,
    state: State,
}

pub(crate) async fn insert(
    ctx: &Ctx,
    request: &DeviceRequest,
    device_code: &Hashed<DeviceCode>,
    user_code: &Hashed<UserCode>,
) -> Result<(), Fault> {
    let row = device_request::ActiveModel {
        device_code_hash: Set(device_code.bytes().to_vec()),
        realm_id: Set(ctx.realm().id.uuid()),
        user_code_hash: Set(user_code.bytes().to_vec()),
        client_id: Set(request.client.uuid()),
        state: Set(request.polled.state.name().to_owned()),
        details: Set(written(request)?),
        poll_interval: Set(seconds(request.polled.interval)),
        polled_at: Set(request.polled.polled_at.map(Timestamp::millis)),
        expires_at: Set(request.polled.expires_at.millis()),
    };
    device_request::Entity::insert(row).exec_without_returning(&ctx.db).await?;
    Ok(())
}

/// For the device: nobody else changes the request until the transaction ends.
pub(crate) async fn lock_by_device_code(
    ctx: &Ctx,
    device_code: &Hashed<DeviceCode>,
) -> Result<Option<DeviceRequest>, Fault> {
    let select = device_request::Entity::find_by_id(device_code.bytes().to_vec())
        .filter(device_request::Column::RealmId.eq(ctx.realm().id.uuid()))
        .lock_exclusive();
    select.one(&ctx.db).await?.map(noun).transpose()
}

/// For the member who typed the code.
pub(crate) async fn by_user_code(ctx: &Ctx, user_code: &Hashed<UserCode>) -> Result<Option<DeviceRequest>, Fault> {
    let select = device_request::Entity::find()
        .filter(device_request::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(device_request::Column::UserCodeHash.eq(user_code.bytes()));
    select.one(&ctx.db).await?.map(noun).transpose()
}

/// Writes what the device's question changed.
pub(crate) async fn update(ctx: &Ctx, device_code: &Hashed<DeviceCode>, request: &DeviceRequest) -> Result<(), Fault> {
    let changed = device_request::ActiveModel {
        state: Set(request.polled.state.name().to_owned()),
        details: Set(written(request)?),
        poll_interval: Set(seconds(request.polled.interval)),
        polled_at: Set(request.polled.polled_at.map(Timestamp::millis)),
        ..Default::default()
    };
    let update = device_request::Entity::update_many()
        .set(changed)
        .filter(device_request::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(device_request::Column::DeviceCodeHash.eq(device_code.bytes()));
    update.exec(&ctx.db).await?;
    Ok(())
}

/// Writes the member's answer; true for the one call that answered in time.
pub(crate) async fn answer(ctx: &Ctx, user_code: &Hashed<UserCode>, request: &DeviceRequest) -> Result<bool, Fault> {
    let changed = device_request::ActiveModel {
        state: Set(request.polled.state.name().to_owned()),
        details: Set(written(request)?),
        ..Default::default()
    };
    let update = device_request::Entity::update_many()
        .set(changed)
        .filter(device_request::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(device_request::Column::UserCodeHash.eq(user_code.bytes()))
        .filter(device_request::Column::State.eq(State::Waiting.name()))
        .filter(device_request::Column::ExpiresAt.gt(ctx.now.millis()));
    Ok(update.exec(&ctx.db).await?.rows_affected == 1)
}

fn written(request: &DeviceRequest) -> Result<String, Fault> {
    let details = Details {
        scopes: request.scopes.clone(),
        authorization_details: request.authorization_details.clone(),
        state: request.polled.state.clone(),
    };
    serde_json::to_string(&details).map_err(|_| Fault::Broken("a device request has no JSON form".into()))
}

fn seconds(length: Duration) -> i64 {
    i64::try_from(length.as_secs()).unwrap_or(i64::MAX)
}

fn noun(row: device_request::Model) -> Result<DeviceRequest, Fault> {
    let details: Details = serde_json::from_str(&row.details).map_err(|_| Fault::unreadable("device request"))?;
    Ok(DeviceRequest {
        client: ClientRowId::from_uuid(row.client_id),
        scopes: details.scopes,
        authorization_details: details.authorization_details,
        polled: Polled {
            state: details.state,
            interval: Duration::from_secs(u64::try_from(row.poll_interval).unwrap_or(0)),
            polled_at: row.polled_at.map(Timestamp::from_millis),
            expires_at: Timestamp::from_millis(row.expires_at),
        },
    })
}
