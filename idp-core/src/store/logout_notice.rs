//! Table `logout_notices`.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, UpdateMany};

use super::entity::logout_notice;
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::{ClientRowId, LogoutNoticeId, MemberId, RealmId, SessionId};
use crate::oidc::backchannel::Notice;
use crate::outbox::Delivery;

pub(crate) async fn insert(ctx: &Ctx, notice: &Notice) -> Result<(), Fault> {
    let row = logout_notice::ActiveModel {
        id: Set(notice.id.uuid()),
        realm_id: Set(notice.realm.uuid()),
        client_id: Set(notice.client.uuid()),
        session_id: Set(notice.session.uuid()),
        member_id: Set(notice.member.uuid()),
        state: Set(notice.state.clone()),
        attempts: Set(notice.attempts),
        next_attempt_at: Set(notice.next_attempt_at.millis()),
        expires_at: Set(notice.expires_at.millis()),
        created_at: Set(notice.created_at.millis()),
        settled_at: Set(None),
        answer: Set(None),
    };
    logout_notice::Entity::insert(row).exec_without_returning(&ctx.db).await?;
    Ok(())
}

/// Notices that are due in all realms, oldest first. The worker serves the whole installation, hence no realm here.
pub(crate) async fn due(ctx: &Ctx, limit: u64) -> Result<Vec<Notice>, Fault> {
    let rows = logout_notice::Entity::find()
        .filter(logout_notice::Column::SettledAt.is_null())
        .filter(logout_notice::Column::NextAttemptAt.lte(ctx.now.millis()))
        .order_by_asc(logout_notice::Column::NextAttemptAt)
        .limit(limit)
        .all(&ctx.db)
        .await?;
    Ok(rows.into_iter().map(noun).collect())
}

/// The latest notices to a client of the realm.
pub(crate) async fn of_client(ctx: &Ctx, client: ClientRowId, limit: u64) -> Result<Vec<Notice>, Fault> {
    let rows = logout_notice::Entity::find()
        .filter(logout_notice::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(logout_notice::Column::ClientId.eq(client.uuid()))
        .order_by_desc(logout_notice::Column::Id)
        .limit(limit)
        .all(&ctx.db)
        .await?;
    Ok(rows.into_iter().map(noun).collect())
}

/// Takes a notice for oneself until `until`; `false` when another node was faster.
pub(crate) async fn take(ctx: &Ctx, notice: &Notice, until: Timestamp) -> Result<bool, Fault> {
    let done = open_row(notice.id)
        .col_expr(logout_notice::Column::Attempts, Expr::value(notice.attempts + 1))
        .col_expr(logout_notice::Column::NextAttemptAt, Expr::value(until.millis()))
        .filter(logout_notice::Column::Attempts.eq(notice.attempts))
        .filter(logout_notice::Column::NextAttemptAt.eq(notice.next_attempt_at.millis()))
        .exec(&ctx.db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Ends a notice or sets its next attempt; one that has ended stays as it is.
pub(crate) async fn settle(ctx: &Ctx, id: LogoutNoticeId, delivery: &Delivery) -> Result<(), Fault> {
    let update = open_row(id).col_expr(logout_notice::Column::Answer, Expr::value(delivery.answer()));
    let update = match delivery {
        Delivery::Retry { at, .. } => update.col_expr(logout_notice::Column::NextAttemptAt, Expr::value(at.millis())),
        Delivery::Sent { .. } | Delivery::Failed { .. } | Delivery::Expired => update
            .col_expr(logout_notice::Column::State, Expr::value(delivery.name()))
            .col_expr(logout_notice::Column::SettledAt, Expr::value(ctx.now.millis())),
    };
    update.exec(&ctx.db).await?;
    Ok(())
}

fn open_row(id: LogoutNoticeId) -> UpdateMany<logout_notice::Entity> {
    logout_notice::Entity::update_many()
        .filter(logout_notice::Column::Id.eq(id.uuid()))
        .filter(logout_notice::Column::SettledAt.is_null())
}

fn noun(row: logout_notice::Model) -> Notice {
    Notice {
        id: LogoutNoticeId::from_uuid(row.id),
        realm: RealmId::from_uuid(row.realm_id),
        client: ClientRowId::from_uuid(row.client_id),
        session: SessionId::from_uuid(row.session_id),
        member: MemberId::from_uuid(row.member_id),
        attempts: row.attempts,
        next_attempt_at: Timestamp::from_millis(row.next_attempt_at),
        expires_at: Timestamp::from_millis(row.expires_at),
        created_at: Timestamp::from_millis(row.created_at),
        state: row.state,
        answer: row.answer,
    }
}
