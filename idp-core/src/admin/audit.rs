//! Reading the audit log, proving that nobody altered it, and shortening it where a realm does not keep it for ever.

use std::time::Duration;

use futures::FutureExt;
use serde_json::json;

use crate::audit::checkpoint::{Checkpoint, chain_name, hex};
use crate::audit::{EventKind, Finding, Head, Outcome, Verifier, Written};
use crate::clock::Timestamp;
use crate::ctx::{Ctx, Scope};
use crate::fault::Fault;
use crate::store::{Store, audit, audit_base};

pub use crate::store::audit::Query;

/// Events checked between two looks at the database.
const PAGE: u64 = 5_000;
/// Events that one operation removes at most, so that others need not wait for it.
const TRIMMED_AT_ONCE: i64 = 5_000;
/// The shortest time events are kept: what is looked into is mostly some weeks old.
pub const KEPT_AT_LEAST: Duration = crate::clock::days(30);

/// The realm's events in order.
pub async fn list(ctx: &Ctx, query: &Query) -> Result<Vec<Written>, Fault> {
    audit::list(ctx, query).await
}

/// Notes that an operator read events about a member, or exported the log.
pub fn was_read(ctx: &Ctx, query: &Query) {
    ctx.record_with(EventKind::AuditRead, query.member, Outcome::Done, json!({ "after": query.after }));
}

/// The recorded end of the realm's chain.
pub async fn head(ctx: &Ctx) -> Result<Head, Fault> {
    audit::head(ctx).await
}

/// The last event that retention removed, or the start of the chain.
pub async fn beginning(ctx: &Ctx) -> Result<Head, Fault> {
    audit_base::base(ctx).await
}

/// Signs the present end of the realm's chain.
pub async fn checkpoint(ctx: &Ctx) -> Result<Checkpoint, Fault> {
    let head = audit::head(ctx).await?;
    let realm = ctx.realm();
    Ok(ctx.vault.auditor().sign((chain_name(&realm.name), realm.id.to_string()), &head, ctx.now))
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

impl From<Result<i64, Finding>> for Verification {
    fn from(result: Result<i64, Finding>) -> Self {
        match result {
            Ok(events) => Self::Good { events },
            Err(finding) => Self::Altered(finding),
        }
    }
}

/// Walks the realm's whole chain, page by page, up to the head that is recorded when it starts, and compares it with
/// the checkpoints that are about this realm.
pub async fn verify(store: &Store, scope: &Scope, checkpoints: &[Checkpoint]) -> Result<Verification, Fault> {
    let id = scope.realm.id.to_string();
    let own: Vec<Checkpoint> = checkpoints.iter().filter(|checkpoint| checkpoint.realm_id == id).cloned().collect();
    // The base may move while pages are read; then the walk begins again from the newer one.
    loop {
        let (base, recorded) = store.read(scope, |ctx| ends(ctx).boxed()).await?;
        let walked = walk(store, scope, Verifier::from(base.clone()).against(&own), &recorded).await?;
        let (base_now, _) = store.read(scope, |ctx| ends(ctx).boxed()).await?;
        if base_now != base {
            continue;
        }
        if let Err(finding) = walked {
            return Ok(Verification::Altered(finding));
        }
        let appended = store.read(scope, |ctx| behind_the_end(ctx).boxed()).await?;
        return Ok(appended
            .map_or(Verification::from(walked), |sequence| Verification::Altered(Finding::Appended { sequence })));
    }
}

async fn walk(
    store: &Store,
    scope: &Scope,
    mut verifier: Verifier,
    recorded: &Head,
) -> Result<Result<i64, Finding>, Fault> {
    let mut after = -1;
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
                return Ok(Err(finding));
            }
        }
        if is_last || after >= recorded.sequence {
            return Ok(verifier.finish(recorded));
        }
    }
}

async fn ends(ctx: &Ctx) -> Result<(Head, Head), Fault> {
    Ok((audit_base::base(ctx).await?, audit::head(ctx).await?))
}

/// An event beyond the head. The table is asked first: whoever writes moves the head in the same transaction.
async fn behind_the_end(ctx: &Ctx) -> Result<Option<i64>, Fault> {
    let highest = audit_base::highest(ctx).await?;
    let head = audit::head(ctx).await?;
    Ok((highest > head.sequence).then_some(highest))
}

/// What one pass of retention did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trim {
    /// Nothing is old enough.
    Nothing,
    /// So many events went, and more may be old enough.
    Removed {
        /// How many.
        events: u64,
        /// The last number removed.
        through: i64,
    },
}

/// Removes a batch of events older than `kept` from the beginning of the realm's chain. What stays begins with the
/// hash of the last one removed, and an event says so.
pub async fn trim(ctx: &Ctx, kept: Duration) -> Result<Trim, Fault> {
    let cutoff: Timestamp = ctx.now - kept.max(KEPT_AT_LEAST);
    let base = audit_base::base(ctx).await?;
    let Some(last) = audit_base::last_before(ctx, &base, cutoff, TRIMMED_AT_ONCE).await? else {
        return Ok(Trim::Nothing);
    };

    let events = audit_base::cut(ctx, &last).await?;
    let details = json!({ "through": last.sequence, "hash": hex(&last.hash) });
    ctx.record_with(EventKind::AuditTrimmed, None, Outcome::Done, details);
    Ok(Trim::Removed { events, through: last.sequence })
}
