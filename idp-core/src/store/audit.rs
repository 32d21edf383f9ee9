//! Tables `audit_heads` and `audit_events`.

use sea_orm::prelude::Uuid;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::bulk;
use super::entity::{audit_event, audit_head};
use super::statement::{Given, Sql};
use super::transaction::Transaction;
use crate::audit::{Event, EventKind, Head, Written};
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::{MemberId, RealmId};

const LOCK_HEAD: Sql = Sql::locking("SELECT sequence, hash FROM audit_heads WHERE realm_id = $1");
const START_HEAD: Sql =
    Sql::of("INSERT INTO audit_heads (realm_id, sequence, hash) VALUES ($1, $2, $3) ON CONFLICT (realm_id) DO NOTHING");
const MOVE_HEAD: Sql = Sql::of("UPDATE audit_heads SET sequence = $1, hash = $2 WHERE realm_id = $3");
const APPEND: Sql = Sql::of(
    "INSERT INTO audit_events (realm_id, sequence, at, kind, member_id, event, hash) VALUES ($1, $2, $3, $4, $5, $6, $7)",
);

/// Chains events of a realm. Its head is locked until the commit, which is why this comes last.
pub(super) async fn append(db: &Transaction, realm: RealmId, events: &[Event]) -> Result<(), Fault> {
    if events.is_empty() {
        return Ok(());
    }
    let realm = realm.uuid();
    let mut head = lock_head(db, realm).await?;
    let mut links = Vec::with_capacity(events.len());
    for event in events {
        let text = serde_json::to_string(event).map_err(|_| Fault::Broken("an audit event has no JSON form".into()))?;
        head = head.after(&text);
        links.push(Link { event, kind: event.kind.name(), text, head: head.clone() });
    }
    // PostgreSQL takes several at once: there, each question is a way there and back.
    if links.len() > 1 && db.get_database_backend() == DbBackend::Postgres {
        bulk::insert(db, links.iter().map(|link| link.model(realm)).collect()).await?;
    } else {
        for link in &links {
            db.change(&APPEND, &link.row(realm)).await?;
        }
    }
    db.change(&MOVE_HEAD, &[head.sequence.into(), head.hash.as_slice().into(), realm.into()]).await.map(drop)
}

/// An event in its place.
struct Link<'e> {
    event: &'e Event,
    kind: String,
    text: String,
    head: Head,
}

impl Link<'_> {
    fn row(&self, realm: Uuid) -> [Given<'_>; 7] {
        [
            realm.into(),
            self.head.sequence.into(),
            self.event.at.millis().into(),
            self.kind.as_str().into(),
            self.event.member.map(MemberId::uuid).into(),
            self.text.as_str().into(),
            self.head.hash.as_slice().into(),
        ]
    }

    fn model(&self, realm: Uuid) -> audit_event::ActiveModel {
        audit_event::ActiveModel {
            realm_id: Set(realm),
            sequence: Set(self.head.sequence),
            at: Set(self.event.at.millis()),
            kind: Set(self.kind.clone()),
            member_id: Set(self.event.member.map(MemberId::uuid)),
            event: Set(self.text.clone()),
            hash: Set(self.head.hash.clone()),
        }
    }
}

async fn lock_head(db: &Transaction, realm: Uuid) -> Result<Head, Fault> {
    if let Some(head) = locked_head(db, realm).await? {
        return Ok(head);
    }
    let start = Head::start();
    let first = [realm.into(), start.sequence.into(), start.hash.as_slice().into()];
    db.change(&START_HEAD, &first).await?;
    locked_head(db, realm).await?.ok_or_else(|| Fault::unreadable("audit head"))
}

async fn locked_head(db: &Transaction, realm: Uuid) -> Result<Option<Head>, Fault> {
    db.first(&LOCK_HEAD, &[realm.into()], |row| Ok(Head { sequence: row.take()?, hash: row.take()? })).await
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
