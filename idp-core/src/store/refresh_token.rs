//! Table `refresh_tokens`.

use super::statement::{Row, Sql};
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::{ClientRowId, GrantId};
use crate::refresh_token::{RefreshToken, Successor};
use crate::secret::{Hashed, RefreshSecret, Sealed};

const INSERT: Sql = Sql::of(
    "INSERT INTO refresh_tokens (secret_hash, realm_id, grant_id, client_id, details, created_at, expires_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7)",
);
const BY_SECRET: Sql = Sql::of(
    "SELECT grant_id, client_id, details, created_at, expires_at, used_at, successor_hash, successor_sealed \
     FROM refresh_tokens WHERE secret_hash = $1 AND realm_id = $2",
);
const ROTATE: Sql = Sql::of(
    "UPDATE refresh_tokens SET used_at = $1, successor_hash = $2, successor_sealed = $3 \
     WHERE secret_hash = $4 AND realm_id = $5 AND used_at IS NULL",
);

pub(crate) async fn insert(ctx: &Ctx, token: &RefreshToken, secret: &Hashed<RefreshSecret>) -> Result<(), Fault> {
    let details = serde_json::to_string(&token.details);
    let details = details.map_err(|_| Fault::Broken("a refresh token has no JSON form".into()))?;
    let row = [
        secret.bytes().into(),
        ctx.realm().id.uuid().into(),
        token.grant.uuid().into(),
        token.client.uuid().into(),
        details.as_str().into(),
        token.created_at.millis().into(),
        token.expires_at.millis().into(),
    ];
    ctx.db.change(&INSERT, &row).await.map(drop)
}

pub(crate) async fn by_secret(ctx: &Ctx, secret: &Hashed<RefreshSecret>) -> Result<Option<RefreshToken>, Fault> {
    ctx.db.first(&BY_SECRET, &[secret.bytes().into(), ctx.realm().id.uuid().into()], noun).await
}

/// Lets the token give way to its successor; true for the one call that did it.
pub(crate) async fn rotate(
    ctx: &Ctx,
    secret: &Hashed<RefreshSecret>,
    successor: &Hashed<RefreshSecret>,
    sealed: &Sealed<RefreshSecret>,
) -> Result<bool, Fault> {
    let given = [
        ctx.now.millis().into(),
        successor.bytes().into(),
        sealed.bytes().into(),
        secret.bytes().into(),
        ctx.realm().id.uuid().into(),
    ];
    Ok(ctx.db.change(&ROTATE, &given).await? == 1)
}

fn noun(row: &mut Row<'_>) -> Result<RefreshToken, Fault> {
    let unreadable = || Fault::unreadable("refresh token");
    Ok(RefreshToken {
        grant: GrantId::from_uuid(row.take()?),
        client: ClientRowId::from_uuid(row.take()?),
        details: serde_json::from_str(&row.take::<String>()?).map_err(|_| unreadable())?,
        created_at: Timestamp::from_millis(row.take()?),
        expires_at: Timestamp::from_millis(row.take()?),
        successor: match (row.take()?, row.take()?, row.take()?) {
            (Some(used_at), Some(hash), Some(sealed)) => Some(Successor {
                since: Timestamp::from_millis(used_at),
                hash: Hashed::from_bytes(hash),
                sealed: Sealed::from_bytes(sealed),
            }),
            _ => None,
        },
    })
}
