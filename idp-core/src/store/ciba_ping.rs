//! Table `ciba_pings`.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, UpdateMany};

use super::entity::ciba_ping;
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::{CibaRequestId, ClientRowId, RealmId};
use crate::oidc::ciba::ping::Ping;
use crate::outbox::Delivery;
use crate::secret::Sealed;

pub(crate) async fn insert(ctx: &Ctx, ping: &Ping) -> Result<(), Fault> {
    let row = ciba_ping::ActiveModel {
        id: Set(ping.id.uuid()),
        realm_id: Set(ping.realm.uuid()),
        client_id: Set(ping.client.uuid()),
        content_sealed: Set(Some(ping.content.bytes().to_vec())),
        state: Set("queued".to_owned()),
        attempts: Set(ping.attempts),
        next_attempt_at: Set(ping.next_attempt_at.millis()),
        expires_at: Set(ping.expires_at.millis()),
        created_at: Set(ctx.now.millis()),
        settled_at: Set(None),
        answer: Set(None),
    };
    ciba_ping::Entity::insert(row).exec_without_returning(&ctx.db).await?;
    Ok(())
}

/// Notifications that are due in all realms, oldest first. The worker serves the whole installation, hence no realm here.
pub(crate) async fn due(ctx: &Ctx, limit: u64) -> Result<Vec<Ping>, Fault> {
    let rows = ciba_ping::Entity::find()
        .filter(ciba_ping::Column::SettledAt.is_null())
        .filter(ciba_ping::Column::NextAttemptAt.lte(ctx.now.millis()))
        .order_by_asc(ciba_ping::Column::NextAttemptAt)
        .limit(limit)
        .all(&ctx.db)
        .await?;
    Ok(rows.into_iter().map(noun).collect())
}

/// Takes a notification for oneself until `until`; `false` when another node was faster.
pub(crate) async fn take(ctx: &Ctx, ping: &Ping, until: Timestamp) -> Result<bool, Fault> {
    let done = open_row(ping.id)
        .col_expr(ciba_ping::Column::Attempts, Expr::value(ping.attempts + 1))
        .col_expr(ciba_ping::Column::NextAttemptAt, Expr::value(until.millis()))
        .filter(ciba_ping::Column::Attempts.eq(ping.attempts))
        .filter(ciba_ping::Column::NextAttemptAt.eq(ping.next_attempt_at.millis()))
        .exec(&ctx.db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Ends a notification, whose secrets go then, or sets its next attempt; one that has ended stays as it is.
pub(crate) async fn settle(ctx: &Ctx, id: CibaRequestId, delivery: &Delivery) -> Result<(), Fault> {
    let update = open_row(id).col_expr(ciba_ping::Column::Answer, Expr::value(delivery.answer()));
    let update = match delivery {
        Delivery::Retry { at, .. } => update.col_expr(ciba_ping::Column::NextAttemptAt, Expr::value(at.millis())),
        Delivery::Sent { .. } | Delivery::Failed { .. } | Delivery::Expired => update
            .col_expr(ciba_ping::Column::State, Expr::value(delivery.name()))
            .col_expr(ciba_ping::Column::ContentSealed, Expr::value(Option::<Vec<u8>>::None))
            .col_expr(ciba_ping::Column::SettledAt, Expr::value(ctx.now.millis())),
    };
    update.exec(&ctx.db).await?;
    Ok(())
}

fn open_row(id: CibaRequestId) -> UpdateMany<ciba_ping::Entity> {
    ciba_ping::Entity::update_many()
        .filter(ciba_ping::Column::Id.eq(id.uuid()))
        .filter(ciba_ping::Column::SettledAt.is_null())
}

fn noun(row: ciba_ping::Model) -> Ping {
    Ping {
        id: CibaRequestId::from_uuid(row.id),
        realm: RealmId::from_uuid(row.realm_id),
        client: ClientRowId::from_uuid(row.client_id),
        content: Sealed::from_bytes(row.content_sealed.unwrap_or_default()),
        attempts: row.attempts,
        next_attempt_at: Timestamp::from_millis(row.next_attempt_at),
        expires_at: Timestamp::from_millis(row.expires_at),
    }
}
