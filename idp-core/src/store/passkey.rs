//! Tables `passkey_credentials`, `passkey_handles` and `passkey_offers`.

use std::time::Duration;

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::entity::{passkey_credential, passkey_handle, passkey_offer};
use crate::clock::{Timestamp, days};
use crate::credential::passkey::{Backup, Passkey, PublicHalf};
use crate::ctx::Ctx;
use crate::entropy;
use crate::fault::Fault;
use crate::id::{CredentialId, MemberId};
use crate::secret::{BrowserSecret, Hashed};

/// How long it is remembered that a passkey was offered in a browser; browsers keep their cookie no longer.
const OFFERED_FOR: Duration = days(400);

/// The member's passkeys, oldest first.
pub(crate) async fn all_of(ctx: &Ctx, member: MemberId) -> Result<Vec<Passkey>, Fault> {
    let rows = of_member(ctx, member).order_by_asc(passkey_credential::Column::Id).all(&ctx.db).await?;
    rows.into_iter().map(noun).collect()
}

/// The passkey with this identifier of the authenticator's, if it is this member's.
pub(crate) async fn of_member_by_credential_id(
    ctx: &Ctx,
    member: MemberId,
    credential_id: &[u8],
) -> Result<Option<Passkey>, Fault> {
    let select = of_member(ctx, member).filter(passkey_credential::Column::CredentialId.eq(credential_id));
    select.one(&ctx.db).await?.map(noun).transpose()
}

/// Whether the passkey is still this member's.
pub(crate) async fn has(ctx: &Ctx, member: MemberId, id: CredentialId) -> Result<bool, Fault> {
    let select = of_member(ctx, member).filter(passkey_credential::Column::Id.eq(id.uuid()));
    Ok(select.one(&ctx.db).await?.is_some())
}

/// False when the credential's id is known already, whoever it belongs to (WebAuthn §7.1, step 26).
pub(crate) async fn insert(ctx: &Ctx, member: MemberId, passkey: &Passkey) -> Result<bool, Fault> {
    let row = passkey_credential::ActiveModel {
        id: Set(passkey.id.uuid()),
        realm_id: Set(ctx.realm().id.uuid()),
        member_id: Set(member.uuid()),
        credential_id: Set(passkey.public.credential_id().to_vec()),
        name: Set(passkey.name.clone()),
        passkey: Set(json(passkey)?),
        transports: Set(passkey.transports.join(" ")),
        aaguid: Set(passkey.aaguid),
        sign_count: Set(passkey.sign_count),
        backup: Set(passkey.backup.name().to_owned()),
        created_at: Set(passkey.created_at.millis()),
        last_used_at: Set(passkey.last_used_at.map(Timestamp::millis)),
    };
    let keep = OnConflict::column(passkey_credential::Column::CredentialId).do_nothing().to_owned();
    let inserted = passkey_credential::Entity::insert(row).on_conflict(keep).exec_without_returning(&ctx.db).await?;
    Ok(inserted == 1)
}

/// Whether anybody has it.
pub(crate) async fn is_known(ctx: &Ctx, credential_id: &[u8]) -> Result<bool, Fault> {
    let select = passkey_credential::Entity::find();
    let select = select.filter(passkey_credential::Column::CredentialId.eq(credential_id));
    Ok(select.count(&ctx.db).await? > 0)
}

/// Notes a use: counter, backup and instant. The member's row is locked by whoever calls this.
pub(crate) async fn save_use(ctx: &Ctx, passkey: &Passkey) -> Result<(), Fault> {
    passkey_credential::Entity::update_many()
        .col_expr(passkey_credential::Column::Passkey, Expr::value(json(passkey)?))
        .col_expr(passkey_credential::Column::SignCount, Expr::value(passkey.sign_count))
        .col_expr(passkey_credential::Column::Backup, Expr::value(passkey.backup.name()))
        .col_expr(passkey_credential::Column::LastUsedAt, Expr::value(ctx.now.millis()))
        .filter(passkey_credential::Column::Id.eq(passkey.id.uuid()))
        .exec(&ctx.db)
        .await?;
    Ok(())
}

/// Calls a passkey of the member something else.
pub(crate) async fn rename(ctx: &Ctx, member: MemberId, id: CredentialId, name: &str) -> Result<(), Fault> {
    passkey_credential::Entity::update_many()
        .col_expr(passkey_credential::Column::Name, Expr::value(name))
        .filter(passkey_credential::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(passkey_credential::Column::MemberId.eq(member.uuid()))
        .filter(passkey_credential::Column::Id.eq(id.uuid()))
        .exec(&ctx.db)
        .await?;
    Ok(())
}

/// Removes a passkey of the member.
pub(crate) async fn delete(ctx: &Ctx, member: MemberId, id: CredentialId) -> Result<(), Fault> {
    passkey_credential::Entity::delete_many()
        .filter(passkey_credential::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(passkey_credential::Column::MemberId.eq(member.uuid()))
        .filter(passkey_credential::Column::Id.eq(id.uuid()))
        .exec(&ctx.db)
        .await?;
    Ok(())
}

/// Deletes all of the member's.
pub(crate) async fn forget_all(ctx: &Ctx, member: MemberId) -> Result<(), Fault> {
    passkey_credential::Entity::delete_many()
        .filter(passkey_credential::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(passkey_credential::Column::MemberId.eq(member.uuid()))
        .exec(&ctx.db)
        .await?;
    Ok(())
}

/// The handle by which authenticators know the member; made at the first use. The member's row is locked by the caller.
pub(crate) async fn handle_of(ctx: &Ctx, member: MemberId) -> Result<Uuid, Fault> {
    if let Some(row) = passkey_handle::Entity::find_by_id(member.uuid()).one(&ctx.db).await? {
        return Ok(row.handle);
    }
    let handle = entropy::uuid_v4(ctx.entropy());
    let row = passkey_handle::ActiveModel {
        member_id: Set(member.uuid()),
        realm_id: Set(ctx.realm().id.uuid()),
        handle: Set(handle),
    };
    passkey_handle::Entity::insert(row).exec_without_returning(&ctx.db).await?;
    Ok(handle)
}

/// Gives the member the handle that authenticators know them by already. False where the member has another one, or
/// another member has this one.
pub(crate) async fn take_handle(ctx: &Ctx, member: MemberId, handle: Uuid) -> Result<bool, Fault> {
    if let Some(known) = known_handle_of(ctx, member).await? {
        return Ok(known == handle);
    }
    let row = passkey_handle::ActiveModel {
        member_id: Set(member.uuid()),
        realm_id: Set(ctx.realm().id.uuid()),
        handle: Set(handle),
    };
    let keep = OnConflict::column(passkey_handle::Column::Handle).do_nothing().to_owned();
    let taken = passkey_handle::Entity::insert(row).on_conflict(keep).exec_without_returning(&ctx.db).await?;
    Ok(taken == 1)
}

/// The same, without making one.
pub(crate) async fn known_handle_of(ctx: &Ctx, member: MemberId) -> Result<Option<Uuid>, Fault> {
    Ok(passkey_handle::Entity::find_by_id(member.uuid()).one(&ctx.db).await?.map(|row| row.handle))
}

/// The member of this realm whom authenticators know by this handle.
pub(crate) async fn member_by_handle(ctx: &Ctx, handle: Uuid) -> Result<Option<MemberId>, Fault> {
    let select = passkey_handle::Entity::find()
        .filter(passkey_handle::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(passkey_handle::Column::Handle.eq(handle));
    Ok(select.one(&ctx.db).await?.map(|row| MemberId::from_uuid(row.member_id)))
}

/// Whether the member was offered a passkey of this browser before.
pub(crate) async fn was_offered(ctx: &Ctx, member: MemberId, browser: &Hashed<BrowserSecret>) -> Result<bool, Fault> {
    let key = (member.uuid(), browser.bytes().to_vec());
    Ok(passkey_offer::Entity::find_by_id(key).one(&ctx.db).await?.is_some())
}

/// Remembers that it was offered.
pub(crate) async fn note_offer(ctx: &Ctx, member: MemberId, browser: &Hashed<BrowserSecret>) -> Result<(), Fault> {
    let row = passkey_offer::ActiveModel {
        member_id: Set(member.uuid()),
        browser_hash: Set(browser.bytes().to_vec()),
        expires_at: Set((ctx.now + OFFERED_FOR).millis()),
    };
    let conflict = OnConflict::columns([passkey_offer::Column::MemberId, passkey_offer::Column::BrowserHash])
        .update_column(passkey_offer::Column::ExpiresAt)
        .to_owned();
    passkey_offer::Entity::insert(row).on_conflict(conflict).exec_without_returning(&ctx.db).await?;
    Ok(())
}

fn of_member(ctx: &Ctx, member: MemberId) -> sea_orm::Select<passkey_credential::Entity> {
    passkey_credential::Entity::find()
        .filter(passkey_credential::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(passkey_credential::Column::MemberId.eq(member.uuid()))
}

fn json(passkey: &Passkey) -> Result<String, Fault> {
    passkey.public.to_json().ok_or_else(|| Fault::unreadable("passkey"))
}

fn noun(row: passkey_credential::Model) -> Result<Passkey, Fault> {
    let unreadable = || Fault::unreadable("passkey");
    Ok(Passkey {
        id: CredentialId::from_uuid(row.id),
        name: row.name,
        public: PublicHalf::from_json(&row.passkey).ok_or_else(unreadable)?,
        transports: row.transports.split_whitespace().map(str::to_owned).collect(),
        aaguid: row.aaguid,
        sign_count: row.sign_count,
        backup: Backup::from_name(&row.backup).ok_or_else(unreadable)?,
        created_at: Timestamp::from_millis(row.created_at),
        last_used_at: row.last_used_at.map(Timestamp::from_millis),
    })
}
