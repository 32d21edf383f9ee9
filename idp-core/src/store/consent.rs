//! Table `consents`.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::entity::consent;
use crate::clock::Timestamp;
use crate::consent::{Consent, Permissions};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::{ClientRowId, MemberId};
use crate::oidc::scope::Scopes;

/// What the member allowed the client.
pub(crate) async fn by_member_and_client(
    ctx: &Ctx,
    member: MemberId,
    client: ClientRowId,
) -> Result<Option<Consent>, Fault> {
    let select = consent::Entity::find_by_id((member.uuid(), client.uuid()))
        .filter(consent::Column::RealmId.eq(ctx.realm().id.uuid()));
    select.one(&ctx.db).await?.map(noun).transpose()
}

/// Everything the member allowed, the newest first.
pub(crate) async fn of_member(ctx: &Ctx, member: MemberId) -> Result<Vec<Consent>, Fault> {
    let select = consent::Entity::find()
        .filter(consent::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(consent::Column::MemberId.eq(member.uuid()))
        .order_by_desc(consent::Column::ChangedAt)
        .order_by_asc(consent::Column::ClientId);
    select.all(&ctx.db).await?.into_iter().map(noun).collect()
}

/// Writes a new consent, or over an earlier one of the same member and client.
pub(crate) async fn save(ctx: &Ctx, given: &Consent) -> Result<(), Fault> {
    let list = |set: &std::collections::BTreeSet<String>| {
        serde_json::to_string(set).map_err(|_| Fault::Broken("a consent has no JSON form".into()))
    };
    let row = consent::ActiveModel {
        member_id: Set(given.member.uuid()),
        client_id: Set(given.client.uuid()),
        realm_id: Set(ctx.realm().id.uuid()),
        scope: Set(given.permissions.scopes.to_string()),
        claims: Set(list(&given.permissions.claims)?),
        details: Set(list(&given.permissions.details)?),
        granted_at: Set(given.granted_at.millis()),
        changed_at: Set(given.changed_at.millis()),
    };
    let over = OnConflict::columns([consent::Column::MemberId, consent::Column::ClientId])
        .update_columns([
            consent::Column::Scope,
            consent::Column::Claims,
            consent::Column::Details,
            consent::Column::ChangedAt,
        ])
        .to_owned();
    consent::Entity::insert(row).on_conflict(over).exec_without_returning(&ctx.db).await?;
    Ok(())
}

/// Takes a consent back; false when there was none.
pub(crate) async fn delete(ctx: &Ctx, member: MemberId, client: ClientRowId) -> Result<bool, Fault> {
    let delete = consent::Entity::delete_many()
        .filter(consent::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(consent::Column::MemberId.eq(member.uuid()))
        .filter(consent::Column::ClientId.eq(client.uuid()));
    Ok(delete.exec(&ctx.db).await?.rows_affected == 1)
}

fn noun(row: consent::Model) -> Result<Consent, Fault> {
    let list = |text: &str| serde_json::from_str(text).map_err(|_| Fault::unreadable("consent"));
    Ok(Consent {
        member: MemberId::from_uuid(row.member_id),
        client: ClientRowId::from_uuid(row.client_id),
        permissions: Permissions {
            scopes: Scopes::parse(&row.scope),
            claims: list(&row.claims)?,
            details: list(&row.details)?,
        },
        granted_at: Timestamp::from_millis(row.granted_at),
        changed_at: Timestamp::from_millis(row.changed_at),
    })
}
