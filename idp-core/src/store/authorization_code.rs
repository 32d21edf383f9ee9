//! Table `authorization_codes`.

use super::grant;
use super::statement::{Row, Sql};
use crate::authorization_code::{CODE_LIFETIME, CodeDetails, IssuedCode, PresentedCode};
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::grant::Grant;
use crate::secret::{AuthorizationCode, Hashed};

const INSERT: Sql = Sql::of(
    "INSERT INTO authorization_codes (grant_id, realm_id, client_id, code_hash, redirect_uri, details, expires_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7)",
);
/// With its grant, in the order in which [`grant::of_row`] reads it.
const BY_CODE: Sql = Sql::of(
    "SELECT grants.id, grants.realm_id, grants.client_id, member_id, session_id, scope, claims, created_at, \
     grants.expires_at, revoked_at, lifetime, redirect_uri, details, codes.expires_at, used_at \
     FROM authorization_codes codes JOIN grants ON grants.id = codes.grant_id \
     WHERE codes.grant_id = $1 AND codes.realm_id = $2 AND code_hash = $3",
);
const REDEEM: Sql = Sql::of(
    "UPDATE authorization_codes SET used_at = $1 \
     WHERE grant_id = $2 AND realm_id = $3 AND code_hash = $4 AND used_at IS NULL AND expires_at > $1",
);

/// Keeps a new code for `grant`; its row stays as long as the grant, so that a replay is recognised.
pub(crate) async fn insert(
    ctx: &Ctx,
    code: &Hashed<AuthorizationCode>,
    grant: &Grant,
    redirect_uri: &str,
    details: &CodeDetails,
) -> Result<(), Fault> {
    let details = serde_json::to_string(details).map_err(|_| Fault::Broken("a code has no JSON form".into()))?;
    let row = [
        grant.id.uuid().into(),
        ctx.realm().id.uuid().into(),
        grant.client.uuid().into(),
        code.bytes().into(),
        redirect_uri.into(),
        details.as_str().into(),
        (ctx.now + CODE_LIFETIME).millis().into(),
    ];
    ctx.db.change(&INSERT, &row).await.map(drop)
}

pub(crate) async fn by_code(ctx: &Ctx, code: &PresentedCode) -> Result<Option<IssuedCode>, Fault> {
    let given = [code.grant.uuid().into(), ctx.realm().id.uuid().into(), code.hash.bytes().into()];
    ctx.db.first(&BY_CODE, &given, noun).await
}

/// Uses the code up; true for the one call that did it.
pub(crate) async fn redeem(ctx: &Ctx, code: &PresentedCode) -> Result<bool, Fault> {
    let given =
        [ctx.now.millis().into(), code.grant.uuid().into(), ctx.realm().id.uuid().into(), code.hash.bytes().into()];
    Ok(ctx.db.change(&REDEEM, &given).await? == 1)
}

fn noun(row: &mut Row<'_>) -> Result<IssuedCode, Fault> {
    let unreadable = || Fault::unreadable("authorization code");
    Ok(IssuedCode {
        grant: grant::of_row(row)?,
        redirect_uri: row.take()?,
        details: serde_json::from_str(&row.take::<String>()?).map_err(|_| unreadable())?,
        expires_at: Timestamp::from_millis(row.take()?),
        used_at: row.take::<Option<i64>>()?.map(Timestamp::from_millis),
    })
}
