//! Reading the audit log, and proving that nobody altered it.

use futures::FutureExt;

use crate::audit::{Finding, Head, Verifier, Written};
use crate::ctx::{Ctx, Scope};
use crate::fault::Fault;
use crate::store::{Store, audit};

pub use crate::store::audit::Query;

/// Events checked between two looks at the database.
const PAGE: u64 = 5_000;

/// The realm's events in order.
pub async fn list(ctx: &Ctx, query: &Query) -> Result<Vec<Written>, Fault> {
    audit::list(ctx, query).await
}

/// The recorded end of the realm's chain.
pub async fn head(ctx: &Ctx) -> Result<Head, Fault> {
    audit::head(ctx).await
}

/// How a check of the chain ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verification {
    /// So many events, and each is what was written.
    Good {
        /// How many.
        events: i64,
    },
    /// The chain was altered.
    Altered(Finding),
}

/// Walks the realm's whole chain, page by page, up to the head that is recorded when it starts.
pub async fn verify(store: &Store, scope: &Scope) -> Result<Verification, Fault> {
    let recorded = store.read(scope, |ctx| head(ctx).boxed()).await?;
    let mut verifier = Verifier::default();
    let mut after = 0;
    loop {
        let query = Query { after, limit: PAGE, ..Query::default() };
        let page = store.read(scope, move |ctx| async move { list(ctx, &query).await }.boxed()).await?;
        let is_last = (page.len() as u64) < PAGE;
        for written in page {
            if written.sequence > recorded.sequence {
                // Written after the check began.
                break;
            }
            after = written.sequence;
            if let Err(finding) = verifier.next(&written) {
                return Ok(Verification::Altered(finding));
            }
        }
        if is_last || after >= recorded.sequence {
            break;
        }
    }
    Ok(match verifier.finish(&recorded) {
        Ok(events) => Verification::Good { events },
        Err(finding) => Verification::Altered(finding),
    })
}
