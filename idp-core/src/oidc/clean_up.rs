//! Removing what ended by itself.

use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::store;

/// Deletes the realm's expired grants with their codes and tokens; answers how many grants.
pub async fn clean_up(ctx: &Ctx) -> Result<u64, Fault> {
    store::grant::delete_expired(ctx).await
}
