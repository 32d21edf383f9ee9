//! Table `revoked_tokens`: JWTs that were taken back one by one. What a grant gave dies with the grant instead.

use super::statement::{Row, Sql};
use crate::clock::Timestamp;
use crate::ctx::{Ctx, Purpose};
use crate::fault::Fault;
use crate::secret::{Hashed, TokenSecret};
use crate::store::held::Change;
use crate::store::held::revoked::{FEW, Known, Read};

const INSERT: Sql = Sql::of(
    "INSERT INTO revoked_tokens (jti_hash, realm_id, expires_at) VALUES ($1, $2, $3) ON CONFLICT (jti_hash) DO NOTHING",
);
const LIVE: Sql = Sql::of("SELECT jti_hash FROM revoked_tokens WHERE realm_id = $1 AND expires_at > $2 LIMIT $3");
const ONE: Sql = Sql::of("SELECT jti_hash FROM revoked_tokens WHERE jti_hash = $1 AND realm_id = $2");

pub(crate) async fn insert(ctx: &Ctx, jti: &Hashed<TokenSecret>, expires_at: Timestamp) -> Result<(), Fault> {
    let row = [jti.bytes().into(), ctx.realm().id.uuid().into(), expires_at.millis().into()];
    ctx.db.change(&INSERT, &row).await?;
    ctx.changes(Change::Revoked(ctx.realm().id, jti.bytes().to_vec()));
    Ok(())
}

/// Whether the token was taken back. Most realms take back few in the ten minutes that a token lives: those are held.
pub(crate) async fn contains(ctx: &Ctx, jti: &Hashed<TokenSecret>) -> Result<bool, Fault> {
    let realm = ctx.realm().id;
    let known = match ctx.purpose {
        Purpose::Reads => ctx.held.revoked.look(realm, jti.bytes(), ctx.now),
        Purpose::Writes => Known::TooMany,
    };
    match known {
        Known::Revoked => return Ok(true),
        Known::Good => return Ok(false),
        Known::Nothing => {
            let read = all(ctx).await?;
            let found = read.as_ref().map(|hashes| hashes.contains(jti.bytes()));
            ctx.held.revoked.keep((realm, ctx.changes_before), read, ctx.now);
            if let Some(found) = found {
                return Ok(found);
            }
        }
        Known::TooMany => {}
    }
    Ok(ctx.db.first(&ONE, &[jti.bytes().into(), realm.uuid().into()], hash).await?.is_some())
}

/// All that may still be presented, if they are few enough to hold.
async fn all(ctx: &Ctx) -> Result<Read, Fault> {
    let most = i64::try_from(FEW).unwrap_or(i64::MAX);
    let given = [ctx.realm().id.uuid().into(), ctx.now.millis().into(), (most + 1).into()];
    let hashes = ctx.db.all(&LIVE, &given, hash).await?;
    Ok((hashes.len() <= FEW).then(|| hashes.into_iter().collect()))
}

fn hash(row: &mut Row<'_>) -> Result<Vec<u8>, Fault> {
    row.take()
}
