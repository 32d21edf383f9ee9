//! Operations that wait are committed together on SQLite: each event is chained once and in order, and what failed among
//! them leaves none.

use futures::FutureExt;
use futures::future::join_all;
use harness::{Idp, on_both};
use idp_core::admin::audit;
use idp_core::audit::{EventKind, Outcome};
use idp_core::fault::Fault;
use serde_json::json;

const OPERATIONS: usize = 150;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_committed_together_is_chained_whole_and_without_what_failed() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let before = events(&idp).await.len();
        let operations = (0..OPERATIONS).map(|number| {
            idp.tries(move |ctx| {
                async move {
                    for half in ["first", "second"] {
                        let about = json!({ "number": number, "half": half });
                        ctx.record_with(EventKind::MembersSearched, None, Outcome::Done, about);
                    }
                    if number % 3 == 0 { Err(Fault::Busy("a test")) } else { Ok(number) }
                }
                .boxed()
            })
        });
        let ended = join_all(operations).await;

        let good: Vec<usize> = ended.into_iter().filter_map(Result::ok).collect();
        assert_eq!(good.len(), OPERATIONS - OPERATIONS.div_ceil(3));
        let written = events(&idp).await;
        let new = &written[before..];
        assert_eq!(new.len(), 2 * good.len(), "what failed left an event, or what did not left none");
        for pair in new.chunks(2) {
            assert_eq!((&pair[0]["number"], &pair[0]["half"]), (&pair[1]["number"], &json!("first")));
            assert!(good.iter().any(|number| pair[0]["number"] == *number));
        }
        assert!(matches!(idp.verifies_audit().await, audit::Verification::Good { .. }));
    })
    .await;
}

/// The details of every search, in the order of the chain.
async fn events(idp: &Idp) -> Vec<serde_json::Value> {
    let query = audit::Query { kind: Some("members_searched".into()), limit: 10_000, ..audit::Query::default() };
    let written = idp.operate(move |ctx| async move { audit::list(ctx, &query).await }.boxed()).await;
    written
        .iter()
        .map(|event| serde_json::from_str::<serde_json::Value>(&event.event).unwrap()["details"].clone())
        .collect()
}
