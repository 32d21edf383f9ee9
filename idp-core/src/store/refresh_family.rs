//! Table `refresh_families`.

use super::statement::{Row, Sql};
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::GrantId;
use crate::refresh_token::{Family, Generation};

const INSERT: Sql = Sql::of(
    "INSERT INTO refresh_families (grant_id, realm_id, details, salt, generation, issued_at) \
     VALUES ($1, $2, $3, $4, $5, $6)",
);
const BY_GRANT: Sql = Sql::of(
    "SELECT grant_id, details, salt, generation, issued_at FROM refresh_families WHERE grant_id = $1 AND realm_id = $2",
);
const ROTATE: Sql = Sql::of(
    "UPDATE refresh_families SET generation = $1, issued_at = $2 \
     WHERE grant_id = $3 AND realm_id = $4 AND generation = $5",
);

pub(crate) async fn insert(ctx: &Ctx, family: &Family) -> Result<(), Fault> {
    let details = serde_json::to_string(&family.details);
    let details = details.map_err(|_| Fault::Broken("a refresh token has no JSON form".into()))?;
    let row = [
        family.grant.uuid().into(),
        ctx.realm().id.uuid().into(),
        details.as_str().into(),
        family.salt.as_slice().into(),
        family.generation.number().into(),
        family.issued_at.millis().into(),
    ];
    ctx.db.change(&INSERT, &row).await.map(drop)
}

pub(crate) async fn by_grant(ctx: &Ctx, grant: GrantId) -> Result<Option<Family>, Fault> {
    ctx.db.first(&BY_GRANT, &[grant.uuid().into(), ctx.realm().id.uuid().into()], noun).await
}

/// Lets the fresh token give way to its successor; true for the one call that did it.
pub(crate) async fn rotate(ctx: &Ctx, family: &Family) -> Result<bool, Fault> {
    let given = [
        family.generation.next().number().into(),
        ctx.now.millis().into(),
        family.grant.uuid().into(),
        ctx.realm().id.uuid().into(),
        family.generation.number().into(),
    ];
    Ok(ctx.db.change(&ROTATE, &given).await? == 1)
}

fn noun(row: &mut Row<'_>) -> Result<Family, Fault> {
    Ok(Family {
        grant: GrantId::from_uuid(row.take()?),
        details: serde_json::from_str(&row.take::<String>()?).map_err(|_| Fault::unreadable("refresh family"))?,
        salt: row.take()?,
        generation: Generation::from_number(row.take()?)?,
        issued_at: Timestamp::from_millis(row.take()?),
    })
}
