//! Tables `recovery_codes`, `recovery_code_offers` and `recovery_code_refusals`.

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};

use super::entity::{recovery_code, recovery_code_offer, recovery_code_refusal};
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::enrol::recovery_codes::Offer;
use crate::fault::Fault;
use crate::id::{CeremonyId, MemberId};
use crate::secret::{BrowserSecret, Hashed, RecoverySecret, Sealed};

/// How many of the member's codes have not been used.
pub(crate) async fn left(ctx: &Ctx, member: MemberId) -> Result<u64, Fault> {
    let select = recovery_code::Entity::find()
        .filter(recovery_code::Column::MemberId.eq(member.uuid()))
        .filter(recovery_code::Column::UsedAt.is_null());
    Ok(select.count(&ctx.db).await?)
}

/// unused → used, once: true for the call that did it.
pub(crate) async fn redeem(ctx: &Ctx, member: MemberId, code: &Hashed<RecoverySecret>) -> Result<bool, Fault> {
    let done = recovery_code::Entity::update_many()
        .col_expr(recovery_code::Column::UsedAt, Expr::value(ctx.now.millis()))
        .filter(recovery_code::Column::MemberId.eq(member.uuid()))
        .filter(recovery_code::Column::CodeHash.eq(code.bytes()))
        .filter(recovery_code::Column::UsedAt.is_null())
        .exec(&ctx.db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Whether it is a code of the member, used or not.
pub(crate) async fn is_of(ctx: &Ctx, member: MemberId, code: &Hashed<RecoverySecret>) -> Result<bool, Fault> {
    let key = (member.uuid(), code.bytes().to_vec());
    Ok(recovery_code::Entity::find_by_id(key).one(&ctx.db).await?.is_some())
}

/// Puts these codes in the place of all earlier ones.
pub(crate) async fn replace(ctx: &Ctx, member: MemberId, codes: &[Hashed<RecoverySecret>]) -> Result<(), Fault> {
    forget(ctx, member).await?;
    let rows = codes.iter().map(|code| recovery_code::ActiveModel {
        member_id: Set(member.uuid()),
        code_hash: Set(code.bytes().to_vec()),
        realm_id: Set(ctx.realm().id.uuid()),
        created_at: Set(ctx.now.millis()),
        used_at: Set(None),
    });
    recovery_code::Entity::insert_many(rows).exec_without_returning(&ctx.db).await?;
    Ok(())
}

/// Ends every code of the member; answers how many rows that were, used ones included.
pub(crate) async fn forget(ctx: &Ctx, member: MemberId) -> Result<u64, Fault> {
    let delete = recovery_code::Entity::delete_many().filter(recovery_code::Column::MemberId.eq(member.uuid()));
    Ok(delete.exec(&ctx.db).await?.rows_affected)
}

pub(crate) async fn insert_offer(ctx: &Ctx, offer: &Offer) -> Result<(), Fault> {
    let row = recovery_code_offer::ActiveModel {
        id: Set(offer.id.uuid()),
        realm_id: Set(ctx.realm().id.uuid()),
        member_id: Set(offer.member.uuid()),
        browser_hash: Set(offer.browser.bytes().to_vec()),
        codes_sealed: Set(offer.codes.bytes().to_vec()),
        created_at: Set(ctx.now.millis()),
        expires_at: Set(offer.expires_at.millis()),
    };
    recovery_code_offer::Entity::insert(row).exec_without_returning(&ctx.db).await?;
    Ok(())
}

/// The codes that this browser shows the member, while they may still be kept.
pub(crate) async fn offer_of(
    ctx: &Ctx,
    member: MemberId,
    browser: &Hashed<BrowserSecret>,
) -> Result<Option<Offer>, Fault> {
    let select = recovery_code_offer::Entity::find()
        .filter(recovery_code_offer::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(recovery_code_offer::Column::MemberId.eq(member.uuid()))
        .filter(recovery_code_offer::Column::BrowserHash.eq(browser.bytes()))
        .filter(recovery_code_offer::Column::ExpiresAt.gt(ctx.now.millis()))
        .order_by_desc(recovery_code_offer::Column::Id);
    Ok(select.one(&ctx.db).await?.map(|row| Offer {
        id: CeremonyId::from_uuid(row.id),
        member: MemberId::from_uuid(row.member_id),
        browser: Hashed::from_bytes(row.browser_hash),
        codes: Sealed::from_bytes(row.codes_sealed),
        expires_at: Timestamp::from_millis(row.expires_at),
    }))
}

/// Takes an offer up, once: true for the call that did it.
pub(crate) async fn take_offer(ctx: &Ctx, id: CeremonyId) -> Result<bool, Fault> {
    let taken = recovery_code_offer::Entity::delete_many()
        .filter(recovery_code_offer::Column::Id.eq(id.uuid()))
        .filter(recovery_code_offer::Column::ExpiresAt.gt(ctx.now.millis()))
        .exec(&ctx.db)
        .await?;
    Ok(taken.rows_affected == 1)
}

/// Takes every offer of the member back.
pub(crate) async fn forget_offers(ctx: &Ctx, member: MemberId) -> Result<(), Fault> {
    let delete =
        recovery_code_offer::Entity::delete_many().filter(recovery_code_offer::Column::MemberId.eq(member.uuid()));
    delete.exec(&ctx.db).await?;
    Ok(())
}

/// Notes that the member does not want any.
pub(crate) async fn decline(ctx: &Ctx, member: MemberId) -> Result<(), Fault> {
    let row = recovery_code_refusal::ActiveModel {
        member_id: Set(member.uuid()),
        realm_id: Set(ctx.realm().id.uuid()),
        declined_at: Set(ctx.now.millis()),
    };
    let keep = OnConflict::column(recovery_code_refusal::Column::MemberId).do_nothing().to_owned();
    recovery_code_refusal::Entity::insert(row).on_conflict(keep).exec_without_returning(&ctx.db).await?;
    Ok(())
}

pub(crate) async fn is_declined(ctx: &Ctx, member: MemberId) -> Result<bool, Fault> {
    Ok(recovery_code_refusal::Entity::find_by_id(member.uuid()).one(&ctx.db).await?.is_some())
}

/// Forgets that the member did not want any.
pub(crate) async fn forget_refusal(ctx: &Ctx, member: MemberId) -> Result<(), Fault> {
    recovery_code_refusal::Entity::delete_by_id(member.uuid()).exec(&ctx.db).await?;
    Ok(())
}
