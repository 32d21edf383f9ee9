//! Table `passkey_ceremonies`.

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use super::entity::passkey_ceremony;
use crate::clock::Timestamp;
use crate::credential::passkey::ceremony::{PasskeyCeremony, Purpose};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::{CeremonyId, InteractionId, MemberId};
use crate::secret::{BrowserSecret, Hashed, Sealed};

pub(crate) async fn insert(ctx: &Ctx, ceremony: &PasskeyCeremony) -> Result<(), Fault> {
    let row = passkey_ceremony::ActiveModel {
        id: Set(ceremony.id.uuid()),
        realm_id: Set(ctx.realm().id.uuid()),
        kind: Set(ceremony.purpose.name().to_owned()),
        member_id: Set(ceremony.purpose.member().map(MemberId::uuid)),
        interaction_id: Set(ceremony.interaction.map(InteractionId::uuid)),
        browser_hash: Set(ceremony.browser.bytes().to_vec()),
        state_sealed: Set(ceremony.state.bytes().to_vec()),
        created_at: Set(ceremony.created_at.millis()),
        expires_at: Set(ceremony.expires_at.millis()),
    };
    passkey_ceremony::Entity::insert(row).exec_without_returning(&ctx.db).await?;
    Ok(())
}

/// The ceremony of this browser, while it waits for its answer.
pub(crate) async fn waiting(
    ctx: &Ctx,
    id: CeremonyId,
    browser: &Hashed<BrowserSecret>,
) -> Result<Option<PasskeyCeremony>, Fault> {
    let select = passkey_ceremony::Entity::find_by_id(id.uuid())
        .filter(passkey_ceremony::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(passkey_ceremony::Column::BrowserHash.eq(browser.bytes()))
        .filter(passkey_ceremony::Column::ExpiresAt.gt(ctx.now.millis()));
    select.one(&ctx.db).await?.map(noun).transpose()
}

/// waiting → taken, once: true for the call that did it.
pub(crate) async fn take(ctx: &Ctx, id: CeremonyId) -> Result<bool, Fault> {
    let taken = passkey_ceremony::Entity::delete_many()
        .filter(passkey_ceremony::Column::Id.eq(id.uuid()))
        .filter(passkey_ceremony::Column::ExpiresAt.gt(ctx.now.millis()))
        .exec(&ctx.db)
        .await?;
    Ok(taken.rows_affected == 1)
}

/// Ends every ceremony of the member.
pub(crate) async fn end_all_of(ctx: &Ctx, member: MemberId) -> Result<(), Fault> {
    passkey_ceremony::Entity::delete_many()
        .filter(passkey_ceremony::Column::MemberId.eq(member.uuid()))
        .exec(&ctx.db)
        .await?;
    Ok(())
}

fn noun(row: passkey_ceremony::Model) -> Result<PasskeyCeremony, Fault> {
    let member = row.member_id.map(MemberId::from_uuid);
    Ok(PasskeyCeremony {
        id: CeremonyId::from_uuid(row.id),
        purpose: Purpose::from_stored(&row.kind, member).ok_or_else(|| Fault::unreadable("passkey ceremony"))?,
        interaction: row.interaction_id.map(InteractionId::from_uuid),
        browser: Hashed::from_bytes(row.browser_hash),
        state: Sealed::from_bytes(row.state_sealed),
        created_at: Timestamp::from_millis(row.created_at),
        expires_at: Timestamp::from_millis(row.expires_at),
    })
}
