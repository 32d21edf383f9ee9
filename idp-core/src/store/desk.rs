//! What an operator looks up about a member, over several tables. Nothing here changes anything.

use std::collections::BTreeMap;

use sea_orm::sea_query::{Cond, Expr, ExprTrait, LikeExpr};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;

use super::entity::{audit_event, ceremony, interaction, member, outbox, session, throttle};
use super::{credential, member as members};
use crate::audit::Event;
use crate::clock::Timestamp;
use crate::credential::Method;
use crate::credential::card::{Card, Condition};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::{CredentialId, InteractionId, MailId, MemberId, SessionId};
use crate::interaction::State;
use crate::member::Member;
use crate::secret::{Hashed, ThrottleSubject};

/// How many mails, sessions and events one look shows.
const SHOWN: u64 = 10;

/// What a search looks for, in each form in which it may be stored.
pub(crate) struct Wanted {
    pub(crate) id: Option<MemberId>,
    pub(crate) user_id: Option<String>,
    pub(crate) name: String,
    pub(crate) kana: String,
    pub(crate) mail: String,
    pub(crate) household: Option<(String, String)>,
}

/// Members whom the text may mean, by user id, those after `after`.
pub(crate) async fn find(ctx: &Ctx, wanted: &Wanted, after: Option<&str>, limit: u64) -> Result<Vec<Member>, Fault> {
    let joined = |family, given| Expr::cust(format!("COALESCE({family}, '') || COALESCE({given}, '')"));
    let holds = |text: &str| LikeExpr::new(format!("%{}%", escaped(text))).escape('\\');
    let mut any = Cond::any()
        .add(joined("family_name", "given_name").like(holds(&wanted.name)))
        .add(joined("family_kana", "given_kana").like(holds(&wanted.kana)))
        .add(Expr::cust("LOWER(mail)").eq(wanted.mail.as_str()));
    if let Some(id) = wanted.id {
        any = any.add(member::Column::Id.eq(id.uuid()));
    }
    if let Some(user_id) = &wanted.user_id {
        let begins = LikeExpr::new(format!("{}%", escaped(user_id))).escape('\\');
        any = any.add(Expr::col(member::Column::UserIdNormal).like(begins));
    }
    if let Some((symbol, number)) = &wanted.household {
        let both =
            Cond::all().add(member::Column::Symbol.eq(symbol.as_str())).add(member::Column::Number.eq(number.as_str()));
        any = any.add(both);
    }
    let mut select = member::Entity::find()
        .filter(member::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(any)
        .order_by_asc(member::Column::UserIdNormal)
        .limit(limit);
    if let Some(after) = after {
        select = select.filter(member::Column::UserIdNormal.gt(after));
    }
    select.all(&ctx.db).await?.into_iter().map(members::noun).collect()
}

/// What was typed is not a pattern.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

/// A mail as it went.
#[derive(Debug, Clone, Serialize)]
pub struct MailRecord {
    /// Its identifier.
    pub id: MailId,
    /// What it told.
    pub kind: String,
    /// `queued`, `sent`, `failed` or `expired`.
    pub state: String,
    /// How often it was tried.
    pub attempts: i64,
    /// When it was queued.
    pub created_at: Timestamp,
    /// When it was sent or given up.
    pub settled_at: Option<Timestamp>,
    /// What the mail server answered last.
    pub answer: Option<String>,
}

/// The newest mails to the member, newest first.
pub(crate) async fn mails(ctx: &Ctx, member: MemberId) -> Result<Vec<MailRecord>, Fault> {
    let rows = outbox::Entity::find()
        .filter(outbox::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(outbox::Column::MemberId.eq(member.uuid()))
        .order_by_desc(outbox::Column::Id)
        .limit(SHOWN)
        .all(&ctx.db)
        .await?;
    let record = |row: outbox::Model| MailRecord {
        id: MailId::from_uuid(row.id),
        kind: row.kind,
        state: row.state,
        attempts: row.attempts,
        created_at: Timestamp::from_millis(row.created_at),
        settled_at: row.settled_at.map(Timestamp::from_millis),
        answer: row.answer,
    };
    Ok(rows.into_iter().map(record).collect())
}

/// How many of the realm's mails of a period ended how.
pub(crate) async fn mail_states(ctx: &Ctx, since: Timestamp, until: Timestamp) -> Result<BTreeMap<String, u64>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        state: String,
        count: i64,
    }
    let rows = outbox::Entity::find()
        .select_only()
        .column(outbox::Column::State)
        .column_as(outbox::Column::Id.count(), "count")
        .filter(outbox::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(outbox::Column::CreatedAt.gte(since.millis()))
        .filter(outbox::Column::CreatedAt.lt(until.millis()))
        .group_by(outbox::Column::State)
        .into_model::<Row>()
        .all(&ctx.db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.state, u64::try_from(row.count).unwrap_or(0))).collect())
}

/// A browser in which the member is signed in.
#[derive(Debug, Clone, Serialize)]
pub struct SessionRecord {
    /// Its identifier.
    pub id: SessionId,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used.
    pub seen_at: Timestamp,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
    /// What the browser calls itself.
    pub user_agent: Option<String>,
}

/// The member's sessions that have not ended, newest first.
pub(crate) async fn sessions(ctx: &Ctx, member: MemberId) -> Result<Vec<SessionRecord>, Fault> {
    let idle = ctx.now - ctx.realm().settings.session_idle();
    let rows = session::Entity::find()
        .filter(session::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(session::Column::MemberId.eq(member.uuid()))
        .filter(session::Column::EndedAt.is_null())
        .filter(session::Column::ExpiresAt.gt(ctx.now.millis()))
        .filter(session::Column::SeenAt.gt(idle.millis()))
        .order_by_desc(session::Column::Id)
        .limit(SHOWN)
        .all(&ctx.db)
        .await?;
    let record = |row: session::Model| SessionRecord {
        id: SessionId::from_uuid(row.id),
        created_at: Timestamp::from_millis(row.created_at),
        seen_at: Timestamp::from_millis(row.seen_at),
        expires_at: Timestamp::from_millis(row.expires_at),
        user_agent: row.user_agent,
    };
    Ok(rows.into_iter().map(record).collect())
}

/// A method that is set up.
#[derive(Debug, Clone, Serialize)]
pub struct MethodRecord {
    /// What kind it is.
    pub method: Method,
    /// Its identifier.
    pub id: CredentialId,
    /// What the member calls it.
    pub name: Option<String>,
    /// When it was set up.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
    /// Whether it was guessed at too often and has to be set up anew.
    pub is_stopped: bool,
    /// No code of it is looked at before this instant.
    pub held_until: Option<Timestamp>,
}

/// The methods the member has set up, strongest first.
pub(crate) async fn methods(ctx: &Ctx, member: MemberId) -> Result<Vec<MethodRecord>, Fault> {
    let apps = credential::apps_of(ctx, member).await?;
    let held_until = |id: CredentialId| apps.iter().find(|app| app.id == id).map(|app| app.held_until);
    let record = |card: Card| MethodRecord {
        held_until: held_until(card.id).filter(|until| *until > ctx.now),
        is_stopped: card.condition == Condition::Stopped,
        method: card.method,
        id: card.id,
        name: card.name,
        created_at: card.created_at,
        last_used_at: card.last_used_at,
    };
    Ok(credential::cards_of(ctx, member).await?.into_iter().map(record).collect())
}

/// Wrong guesses counted under a subject, and until when it rests.
pub(crate) async fn guesses(ctx: &Ctx, subject: &Hashed<ThrottleSubject>) -> Result<Option<(i64, Timestamp)>, Fault> {
    let key = (ctx.realm().id.uuid(), subject.bytes().to_vec());
    let row = throttle::Entity::find_by_id(key).one(&ctx.db).await?;
    Ok(row.map(|row| (row.failures, Timestamp::from_millis(row.held_until))))
}

/// The interaction in which the member is seated or was last.
pub(crate) async fn newest_interaction(ctx: &Ctx, member: MemberId) -> Result<Option<InteractionId>, Fault> {
    let select = interaction::Entity::find()
        .filter(interaction::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(interaction::Column::MemberId.eq(member.uuid()))
        .filter(interaction::Column::State.eq(State::Open.name()))
        .filter(interaction::Column::ExpiresAt.gt(ctx.now.millis()))
        .order_by_desc(interaction::Column::SeenAt);
    Ok(select.one(&ctx.db).await?.map(|row| InteractionId::from_uuid(row.id)))
}

/// The interaction that waits for the newest mailed code of the member.
pub(crate) async fn awaiting_mail(ctx: &Ctx, member: MemberId) -> Result<Option<InteractionId>, Fault> {
    let select = ceremony::Entity::find()
        .filter(ceremony::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(ceremony::Column::MemberId.eq(member.uuid()))
        .filter(ceremony::Column::CodeHash.is_not_null())
        .filter(ceremony::Column::State.eq("pending"))
        .filter(ceremony::Column::ExpiresAt.gt(ctx.now.millis()))
        .order_by_desc(ceremony::Column::Id);
    Ok(select.one(&ctx.db).await?.and_then(|row| row.interaction_id).map(InteractionId::from_uuid))
}

/// The member's newest events, newest first.
pub(crate) async fn events(ctx: &Ctx, member: MemberId) -> Result<Vec<Event>, Fault> {
    let rows = audit_event::Entity::find()
        .filter(audit_event::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(audit_event::Column::MemberId.eq(member.uuid()))
        .filter(audit_event::Column::Kind.ne("member_viewed"))
        .order_by_desc(audit_event::Column::Sequence)
        .limit(SHOWN * 2)
        .all(&ctx.db)
        .await?;
    rows.iter().map(|row| serde_json::from_str(&row.event).map_err(|_| Fault::unreadable("audit event"))).collect()
}
