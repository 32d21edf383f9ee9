//! Table `remembered_browsers`.

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::entity::remembered_browser;
use super::statement::Sql;
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::{MemberId, RememberedBrowserId};
use crate::secret::{BrowserSecret, Hashed};
use crate::session::remembered::RememberedBrowser;

const KNOWN: Sql = Sql::of(
    "SELECT id FROM remembered_browsers WHERE realm_id = $1 AND member_id = $2 AND browser_hash = $3 AND expires_at > $4",
);

pub(crate) async fn insert(ctx: &Ctx, browser: &RememberedBrowser) -> Result<(), Fault> {
    let row = remembered_browser::ActiveModel {
        id: Set(browser.id.uuid()),
        realm_id: Set(ctx.realm().id.uuid()),
        member_id: Set(browser.member.uuid()),
        browser_hash: Set(browser.browser.bytes().to_vec()),
        user_agent: Set(browser.user_agent.clone()),
        created_at: Set(browser.created_at.millis()),
        seen_at: Set(browser.seen_at.millis()),
        expires_at: Set(browser.expires_at.millis()),
    };
    let key = [remembered_browser::Column::MemberId, remembered_browser::Column::BrowserHash];
    let anew = OnConflict::columns(key)
        .update_columns([
            remembered_browser::Column::UserAgent,
            remembered_browser::Column::CreatedAt,
            remembered_browser::Column::SeenAt,
            remembered_browser::Column::ExpiresAt,
        ])
        .to_owned();
    remembered_browser::Entity::insert(row).on_conflict(anew).exec_without_returning(&ctx.db).await?;
    Ok(())
}

/// The member's remembered browsers whose time is not over, newest first.
pub(crate) async fn of_member(ctx: &Ctx, member: MemberId) -> Result<Vec<RememberedBrowser>, Fault> {
    let select = remembered_browser::Entity::find()
        .filter(remembered_browser::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(remembered_browser::Column::MemberId.eq(member.uuid()))
        .filter(remembered_browser::Column::ExpiresAt.gt(ctx.now.millis()))
        .order_by_desc(remembered_browser::Column::Id);
    Ok(select.all(&ctx.db).await?.into_iter().map(noun).collect())
}

/// Whether this browser is one of the member's remembered ones.
pub(crate) async fn knows(ctx: &Ctx, member: MemberId, browser: &Hashed<BrowserSecret>) -> Result<bool, Fault> {
    let realm = ctx.realm().id.uuid();
    let given = [realm.into(), member.uuid().into(), browser.bytes().into(), ctx.now.millis().into()];
    Ok(ctx.db.first(&KNOWN, &given, |row| row.take::<sea_orm::prelude::Uuid>()).await?.is_some())
}

/// Notes that the member signed in there just now.
pub(crate) async fn touch(ctx: &Ctx, member: MemberId, browser: &Hashed<BrowserSecret>) -> Result<(), Fault> {
    remembered_browser::Entity::update_many()
        .col_expr(remembered_browser::Column::SeenAt, Expr::value(ctx.now.millis()))
        .filter(remembered_browser::Column::MemberId.eq(member.uuid()))
        .filter(remembered_browser::Column::BrowserHash.eq(browser.bytes()))
        .exec(&ctx.db)
        .await?;
    Ok(())
}

/// Forgets one; true for the call that did it.
pub(crate) async fn forget(ctx: &Ctx, member: MemberId, id: RememberedBrowserId) -> Result<bool, Fault> {
    let done = remembered_browser::Entity::delete_many()
        .filter(remembered_browser::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(remembered_browser::Column::MemberId.eq(member.uuid()))
        .filter(remembered_browser::Column::Id.eq(id.uuid()))
        .exec(&ctx.db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Forgets all of the member's.
pub(crate) async fn forget_all(ctx: &Ctx, member: MemberId) -> Result<(), Fault> {
    remembered_browser::Entity::delete_many()
        .filter(remembered_browser::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(remembered_browser::Column::MemberId.eq(member.uuid()))
        .exec(&ctx.db)
        .await?;
    Ok(())
}

fn noun(row: remembered_browser::Model) -> RememberedBrowser {
    RememberedBrowser {
        id: RememberedBrowserId::from_uuid(row.id),
        member: MemberId::from_uuid(row.member_id),
        browser: Hashed::from_bytes(row.browser_hash),
        user_agent: row.user_agent,
        created_at: Timestamp::from_millis(row.created_at),
        seen_at: Timestamp::from_millis(row.seen_at),
        expires_at: Timestamp::from_millis(row.expires_at),
    }
}
