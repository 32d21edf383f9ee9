//! Table `throttles`.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::entity::throttle;
use crate::authn::throttle::Count;
use crate::clock::{Timestamp, hours};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::secret::{Hashed, ThrottleSubject};

/// How often a count that was cleared in between is made anew.
const ATTEMPTS: usize = 3;

/// The count of a subject, locked until the transaction ends.
pub(crate) async fn lock(ctx: &Ctx, subject: &Hashed<ThrottleSubject>) -> Result<Count, Fault> {
    let key = (ctx.realm().id.uuid(), subject.bytes().to_vec());
    for _ in 0..ATTEMPTS {
        let fresh = row(ctx, subject, &Count::default());
        let keep =
            OnConflict::columns([throttle::Column::RealmId, throttle::Column::SubjectHash]).do_nothing().to_owned();
        throttle::Entity::insert(fresh).on_conflict(keep).exec_without_returning(&ctx.db).await?;

        // An operator or the clean-up may delete the row between the two statements.
        if let Some(row) = throttle::Entity::find_by_id(key.clone()).lock_exclusive().one(&ctx.db).await? {
            let held_until = Timestamp::from_millis(row.held_until);
            return Ok(Count { failures: row.failures, rounds: row.rounds, held_until });
        }
    }
    Err(Fault::Busy("guess count"))
}

pub(crate) async fn save(ctx: &Ctx, subject: &Hashed<ThrottleSubject>, count: &Count) -> Result<(), Fault> {
    throttle::Entity::update(row(ctx, subject, count)).exec(&ctx.db).await?;
    Ok(())
}

pub(crate) async fn clear(ctx: &Ctx, subject: &Hashed<ThrottleSubject>) -> Result<bool, Fault> {
    let delete = throttle::Entity::delete_many()
        .filter(throttle::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(throttle::Column::SubjectHash.eq(subject.bytes()));
    Ok(delete.exec(&ctx.db).await?.rows_affected > 0)
}

fn row(ctx: &Ctx, subject: &Hashed<ThrottleSubject>, count: &Count) -> throttle::ActiveModel {
    throttle::ActiveModel {
        realm_id: Set(ctx.realm().id.uuid()),
        subject_hash: Set(subject.bytes().to_vec()),
        failures: Set(count.failures),
        rounds: Set(count.rounds),
        held_until: Set(count.held_until.millis()),
        expires_at: Set((ctx.now + hours(24)).millis()),
    }
}
