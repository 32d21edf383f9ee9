//! What counts once: the `jti` of an assertion or a proof.

use futures::FutureExt;

use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::secret::{Hashed, UsedIdentifier};
use crate::store;

/// Longer identifiers are not taken.
const LENGTH_MAX: usize = 512;

/// An identifier that counts once, and how long it could be sent again.
pub struct OneTime {
    identifier: Hashed<UsedIdentifier>,
    until: Timestamp,
}

impl OneTime {
    /// The identifier `jti` that `sender` chose; senders cannot use up each other's.
    pub(crate) fn new(ctx: &Ctx, sender: &str, jti: &str, until: Timestamp) -> Option<Self> {
        let good = !jti.is_empty() && jti.len() <= LENGTH_MAX;
        let row = format!("{}\0{sender}", ctx.realm().id);
        good.then(|| Self { identifier: ctx.vault.hash_within(row.as_bytes(), jti.as_bytes()), until })
    }

    /// Uses it up; true for the one call that did it.
    pub async fn spend(&self, ctx: &Ctx) -> Result<bool, Fault> {
        store::used_identifier::spend(ctx, &self.identifier, self.until).boxed().await
    }
}
