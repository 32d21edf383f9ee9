//! Tables `audit_heads` and `audit_events`.

use sea_orm::prelude::Uuid;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::bulk;
use super::entity::{audit_event, audit_head};
use crate::audit::{Event, EventKind, Head, Written};
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::{MemberId, RealmId};

/// Chains events of a realm. Its head is locked until the commit, which is why this comes last.
pub(super) async fn append(db: &impl ConnectionTrait, realm: RealmId, events: &[Event]) -> Result<(), Fault> {
    if events.is_empty() {
        return Ok(());
    }
    let realm = realm.uuid();
    let mut head = lock_head(db, realm).await?;

    let mut rows = Vec::with_capacity(events.len());
    for event in events {
        let text = serde_json::to_string(event).map_err(|_| Fault::Broken("an audit event has no JSON form".into()))?;
        head = head.after(&text);
        rows.push(audit_event::ActiveModel {
            realm_id: Set(realm),
            sequence: Set(head.sequence),
            at: Set(event.at.millis()),
            kind: Set(event.kind.name()),
            member_id: Set(event.member.map(MemberId::uuid)),
            event: Set(text),
            hash: Set(head.hash.clone()),
        });
    }
    if rows.len() > 32 && db.get_database_backend() == DbBackend::Postgres {
        bulk::insert(db, std::mem::take(&mut rows)).await?;
    }
    let mut rows = rows.as_slice();
    while !rows.is_empty() {
        let (chunk, rest) = rows.split_at(chunk_of(rows.len()));
        audit_event::Entity::insert_many(chunk.to_vec()).exec_without_returning(db).await?;
        rows = rest;
    }
    let moved = audit_head::ActiveModel { realm_id: Set(realm), sequence: Set(head.sequence), hash: Set(head.hash) };
    audit_head::Entity::update(moved).exec(db).await?;
    Ok(())
}

/// How many of so many events are written by one statement. There are few sizes, since a statement is prepared once for
/// each.
const fn chunk_of(events: usize) -> usize {
    match events {
        0..=8 => events,
        9..=31 => 8,
        32..=255 => 32,
        _ => 256,
    }
}

async fn lock_head(db: &impl ConnectionTrait, realm: Uuid) -> Result<Head, Fault> {
    if let Some(head) = locked_head(db, realm).await? {
        return Ok(head);
    }
    let start = Head::start();
    let first = audit_head::ActiveModel { realm_id: Set(realm), sequence: Set(start.sequence), hash: Set(start.hash) };
    audit_head::Entity::insert(first)
        .on_conflict(OnConflict::column(audit_head::Column::RealmId).do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    locked_head(db, realm).await?.ok_or_else(|| Fault::unreadable("audit head"))
}

async fn locked_head(db: &impl ConnectionTrait, realm: Uuid) -> Result<Option<Head>, Fault> {
    let row = audit_head::Entity::find_by_id(realm).lock_exclusive().one(db).await?;
    Ok(row.map(|row| Head { sequence: row.sequence, hash: row.hash }))
}

/// The recorded end of the realm's chain.
pub(crate) async fn head(ctx: &Ctx) -> Result<Head, Fault> {
    let row = audit_head::Entity::find_by_id(ctx.realm().id.uuid()).one(&ctx.db).await?;
    Ok(row.map_or_else(Head::start, |row| Head { sequence: row.sequence, hash: row.hash }))
}

/// When the newest event of any realm was written.
pub(crate) async fn newest_at(ctx: &Ctx) -> Result<Option<Timestamp>, Fault> {
    let mut newest = None;
    for head in audit_head::Entity::find().all(&ctx.db).await? {
        let event = audit_event::Entity::find_by_id((head.realm_id, head.sequence)).one(&ctx.db).await?;
        newest = newest.max(event.map(|event| Timestamp::from_millis(event.at)));
    }
    Ok(newest)
}

/// Which events to list.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Only this member's.
    pub member: Option<MemberId>,
    /// Only of this kind, by its stored name.
    pub kind: Option<String>,
    /// Only what this operator did.
    pub operator: Option<String>,
    /// Only what happened from this instant on.
    pub since: Option<Timestamp>,
    /// Only what happened before this instant.
    pub until: Option<Timestamp>,
    /// Only those after this number.
    pub after: i64,
    /// How many at most.
    pub limit: u64,
}

/// The realm's events in order.
pub(crate) async fn list(ctx: &Ctx, query: &Query) -> Result<Vec<Written>, Fault> {
    let mut select = audit_event::Entity::find()
        .filter(audit_event::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(audit_event::Column::Sequence.gt(query.after))
        .order_by_asc(audit_event::Column::Sequence)
        .limit(query.limit);
    if let Some(member) = query.member {
        select = select.filter(audit_event::Column::MemberId.eq(member.uuid()));
    }
    if let Some(kind) = &query.kind {
        select = select.filter(audit_event::Column::Kind.eq(kind.as_str()));
    }
    if let Some(since) = query.since {
        select = select.filter(audit_event::Column::At.gte(since.millis()));
    }
    if let Some(until) = query.until {
        select = select.filter(audit_event::Column::At.lt(until.millis()));
    }
    if let Some(operator) = &query.operator {
        // The text is our own JSON: within it this stands for the actor alone, since details are objects of their own.
        let name = serde_json::to_string(operator).map_err(|_| Fault::unreadable("operator"))?;
        let actor = format!(r#""actor":{{"kind":"operator","name":{name}}}"#);
        select = select.filter(audit_event::Column::Event.contains(actor));
    }
    let rows = select.all(&ctx.db).await?;
    Ok(rows.into_iter().map(written).collect())
}

/// The member's newest events of these kinds, before a number where one is given.
pub(crate) async fn newest_of(
    ctx: &Ctx,
    member: MemberId,
    kinds: &[EventKind],
    (before, limit): (Option<i64>, u64),
) -> Result<Vec<Written>, Fault> {
    let mut select = audit_event::Entity::find()
        .filter(audit_event::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(audit_event::Column::MemberId.eq(member.uuid()))
        .filter(audit_event::Column::Kind.is_in(kinds.iter().map(|kind| kind.name())))
        .order_by_desc(audit_event::Column::Sequence)
        .limit(limit);
    if let Some(before) = before {
        select = select.filter(audit_event::Column::Sequence.lt(before));
    }
    Ok(select.all(&ctx.db).await?.into_iter().map(written).collect())
}

fn written(row: audit_event::Model) -> Written {
    let columns = (Timestamp::from_millis(row.at), row.kind, row.member_id.map(MemberId::from_uuid));
    Written { sequence: row.sequence, event: row.event, hash: row.hash, columns }
}
