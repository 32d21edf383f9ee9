//! After a restore: what the copy would revive is voided before anybody is served.

use std::sync::Arc;

use futures::FutureExt;
use serde_json::json;

use super::key::{self, Urgency};
use crate::audit::{EventKind, Outcome};
use crate::ctx::Scope;
use crate::fault::Fault;
use crate::key::KeyAlgorithm;
use crate::realm::Realm;
use crate::store::{Store, realm};

pub use crate::store::backup::{Voided, copy, damage};

/// Ends every session, grant, token, code, link, sign-in, letter and waiting mail, and has new keys sign. Repeating it
/// is harmless.
///
/// Keys are made anew because one that leaked, and was given up after the copy was made, would sign again.
pub async fn void(store: &Store, operator: &str) -> Result<Voided, Fault> {
    let installation = Scope::operator(Arc::new(Realm::installation()), operator);
    let voided = store
        .write(&installation, |ctx| {
            async move {
                let voided = crate::store::backup::void(ctx).await?;
                let rows: serde_json::Map<_, _> =
                    voided.iter().map(|(table, rows)| ((*table).into(), json!(rows))).collect();
                ctx.record_with(EventKind::Restored, None, Outcome::Done, rows.into());
                Ok(voided)
            }
            .boxed()
        })
        .await?;
    for realm in store.read(&installation, |ctx| realm::all(ctx).boxed()).await? {
        let scope = Scope::operator(Arc::new(realm), operator);
        for algorithm in KeyAlgorithm::ALL {
            store.write(&scope, move |ctx| key::rotate(ctx, algorithm, Urgency::Compromised).boxed()).await?;
        }
    }
    Ok(voided)
}
