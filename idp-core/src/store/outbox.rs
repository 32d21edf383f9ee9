//! Table `outbox`.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, UpdateMany,
};
use zeroize::Zeroizing;

use super::entity::outbox;
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::{Id, MailId, MailKind, MemberId, RealmId};
use crate::mail::QueuedMail;
use crate::outbox::{Delivery, Depth, Waiting};
use crate::secret::Sealed;

pub(crate) async fn insert(ctx: &Ctx, member: MemberId, mail: &QueuedMail, expires_at: Timestamp) -> Result<(), Fault> {
    let queued = outbox::ActiveModel { member_id: Set(Some(member.uuid())), ..queued(ctx, mail, expires_at)? };
    outbox::Entity::insert(queued).exec_without_returning(&ctx.db).await?;
    Ok(())
}

/// The like of a mail that nobody gets: without a member it is settled, and not sent.
pub(crate) async fn insert_for_nobody(ctx: &Ctx, mail: &QueuedMail, expires_at: Timestamp) -> Result<(), Fault> {
    outbox::Entity::insert(queued(ctx, mail, expires_at)?).exec_without_returning(&ctx.db).await?;
    Ok(())
}

fn queued(ctx: &Ctx, mail: &QueuedMail, expires_at: Timestamp) -> Result<outbox::ActiveModel, Fault> {
    let id = ctx.new_id::<MailKind>();
    let text = serde_json::to_vec(mail).map(Zeroizing::new).map_err(|_| Fault::unreadable("mail"))?;
    let sealed = ctx.vault.seal::<crate::secret::QueuedMail>(ctx.entropy(), id.uuid().as_bytes(), &text)?;
    Ok(outbox::ActiveModel {
        id: Set(id.uuid()),
        realm_id: Set(ctx.realm().id.uuid()),
        member_id: Set(None),
        kind: Set(mail.content.kind().to_owned()),
        content_sealed: Set(sealed.bytes().to_vec()),
        state: Set("queued".to_owned()),
        attempts: Set(0),
        next_attempt_at: Set(ctx.now.millis()),
        expires_at: Set(expires_at.millis()),
        created_at: Set(ctx.now.millis()),
        settled_at: Set(None),
        answer: Set(None),
    })
}

/// How many mails wait, and since when.
pub(crate) async fn depth(ctx: &Ctx) -> Result<Depth, Fault> {
    #[derive(Default, FromQueryResult)]
    struct Row {
        waiting: i64,
        oldest: Option<i64>,
    }
    let select = outbox::Entity::find()
        .select_only()
        .column_as(outbox::Column::Id.count(), "waiting")
        .column_as(outbox::Column::CreatedAt.min(), "oldest")
        .filter(outbox::Column::SettledAt.is_null())
        .filter(outbox::Column::MemberId.is_not_null());
    let row = select.into_model::<Row>().one(&ctx.db).await?;
    let Row { waiting, oldest } = row.unwrap_or_default();
    Ok(Depth { waiting: u64::try_from(waiting).unwrap_or(0), oldest: oldest.map(Timestamp::from_millis) })
}

/// Mails that are due in all realms, oldest first. The sender serves the whole installation, hence no realm here.
pub(crate) async fn due(ctx: &Ctx, limit: u64) -> Result<Vec<Waiting>, Fault> {
    let rows = outbox::Entity::find()
        .filter(outbox::Column::SettledAt.is_null())
        .filter(outbox::Column::NextAttemptAt.lte(ctx.now.millis()))
        .order_by_asc(outbox::Column::NextAttemptAt)
        .limit(limit)
        .all(&ctx.db)
        .await?;
    Ok(rows.into_iter().map(waiting).collect())
}

fn waiting(row: outbox::Model) -> Waiting {
    Waiting {
        id: Id::from_uuid(row.id),
        realm: RealmId::from_uuid(row.realm_id),
        member: row.member_id.map(MemberId::from_uuid),
        attempts: row.attempts,
        next_attempt_at: Timestamp::from_millis(row.next_attempt_at),
        expires_at: Timestamp::from_millis(row.expires_at),
        sealed: Sealed::from_bytes(row.content_sealed),
    }
}

/// Opens a mail.
pub(crate) fn open(ctx: &Ctx, mail: &Waiting) -> Result<QueuedMail, Fault> {
    let plain = ctx.vault.unseal(mail.id.uuid().as_bytes(), &mail.sealed)?;
    serde_json::from_slice(plain.expose()).map_err(|_| Fault::unreadable("mail"))
}

/// Takes a mail for oneself until `until`; `false` when another node was faster.
pub(crate) async fn take(ctx: &Ctx, mail: &Waiting, until: Timestamp) -> Result<bool, Fault> {
    let done = open_row(mail.id)
        .col_expr(outbox::Column::Attempts, Expr::value(mail.attempts + 1))
        .col_expr(outbox::Column::NextAttemptAt, Expr::value(until.millis()))
        .filter(outbox::Column::Attempts.eq(mail.attempts))
        .filter(outbox::Column::NextAttemptAt.eq(mail.next_attempt_at.millis()))
        .exec(&ctx.db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Ends a mail or sets its next attempt; a mail that has ended stays as it is.
pub(crate) async fn settle(ctx: &Ctx, id: MailId, delivery: &Delivery) -> Result<(), Fault> {
    let update = open_row(id).col_expr(outbox::Column::Answer, Expr::value(delivery.answer()));
    let update = match delivery {
        Delivery::Retry { at, .. } => update.col_expr(outbox::Column::NextAttemptAt, Expr::value(at.millis())),
        Delivery::Sent { .. } | Delivery::Failed { .. } | Delivery::Expired => update
            .col_expr(outbox::Column::State, Expr::value(delivery.name()))
            .col_expr(outbox::Column::SettledAt, Expr::value(ctx.now.millis()))
            // What was sent or never will be is a secret that nobody needs any more.
            .col_expr(outbox::Column::ContentSealed, Expr::value(Vec::<u8>::new())),
    };
    update.exec(&ctx.db).await?;
    Ok(())
}

fn open_row(id: MailId) -> UpdateMany<outbox::Entity> {
    outbox::Entity::update_many().filter(outbox::Column::Id.eq(id.uuid())).filter(outbox::Column::SettledAt.is_null())
}
