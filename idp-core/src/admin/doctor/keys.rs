//! Keys: every algorithm in use has one that is active, and none stays longer than it should.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Finding, Severity};
use crate::admin::client::signing;
use crate::client::Client;
use crate::clock::{Timestamp, days, hours};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::key::{Key, KeyAlgorithm, KeyChange, KeyState, without_successor};
use crate::store::{client, signing_key};

/// A signing key older than this should be rotated.
const OLD: Duration = days(365);
/// The worker looks at keys every hour; what is this late waits for a worker that does not run.
const LATE: Duration = hours(6);

pub(super) async fn examine(ctx: &Ctx) -> Result<Vec<Finding>, Fault> {
    let keys = signing_key::list(ctx).await?;
    let clients = client::list(ctx).await?;

    let mut findings = Vec::new();
    for (algorithm, clients) in used(&clients) {
        let active = keys.iter().find(|key| key.algorithm == algorithm && key.state == KeyState::Active);
        findings.extend(match active {
            None => Some(missing(ctx, algorithm, &clients)),
            Some(key) => old(ctx, key),
        });
    }
    findings.extend(keys.iter().filter_map(|key| late(key, ctx.now)));
    let term = ctx.realm().settings.key_rotation();
    findings.extend(without_successor(&keys, term, ctx.now - LATE).into_iter().map(unfollowed));
    for finding in &mut findings {
        finding.realm = Some(ctx.realm().name.clone());
    }
    Ok(findings)
}

/// The algorithms that the realm always has, and those its clients are registered with, each with their names.
fn used(clients: &[Client]) -> BTreeMap<KeyAlgorithm, Vec<&str>> {
    let mut used: BTreeMap<KeyAlgorithm, Vec<&str>> = KeyAlgorithm::ALWAYS.map(|always| (always, Vec::new())).into();
    for client in clients {
        for algorithm in signing(&client.settings) {
            let names = used.entry(algorithm.into()).or_default();
            if names.last() != Some(&client.client_id.as_str()) {
                names.push(client.client_id.as_str());
            }
        }
    }
    used
}

fn missing(ctx: &Ctx, algorithm: KeyAlgorithm, clients: &[&str]) -> Finding {
    let name = algorithm.name();
    if let KeyAlgorithm::Decryption(_) = algorithm {
        return Finding::new(
            Severity::Error,
            "no_decryption_key",
            &format!("There is no {name} key, so applications cannot encrypt their requests to this realm."),
            &format!("{} --at-once", rotate(ctx, algorithm)),
        );
    }
    let whom = match clients {
        [] => format!("applications that ask for {name} get"),
        [only] => format!("{only} gets"),
        [first, others @ ..] => format!("{first} and {} more get", others.len()),
    };
    Finding::new(
        Severity::Error,
        "no_signing_key",
        &format!("No {name} key signs, so {whom} no ID token."),
        &format!("{} --at-once", rotate(ctx, algorithm)),
    )
}

fn old(ctx: &Ctx, key: &Key) -> Option<Finding> {
    (ctx.now.since(key.created_at) > OLD).then(|| {
        let does = match key.algorithm {
            KeyAlgorithm::Signing(_) => "signs",
            KeyAlgorithm::Decryption(_) => "decrypts",
        };
        let sentence = format!("The {} key that {does} is more than a year old.", key.algorithm.name());
        Finding::new(Severity::Warning, "old_signing_key", &sentence, &rotate(ctx, key.algorithm))
    })
}

fn rotate(ctx: &Ctx, algorithm: KeyAlgorithm) -> String {
    format!("idp-admin --realm {} key rotate {}", ctx.realm().name, algorithm.name())
}

fn late(key: &Key, now: Timestamp) -> Option<Finding> {
    let due = key.change_due(now - LATE)?;
    let (name, kid) = (key.algorithm.name(), &key.kid);
    Some(waits(&match due {
        KeyChange::Activate => format!("The {name} key {kid} should be active by now, and is not."),
        KeyChange::Retire | KeyChange::Drop => format!("The {name} key {kid} should be gone by now, and is not."),
    }))
}

fn unfollowed(key: &Key) -> Finding {
    waits(&format!("The {} key {} should have a successor by now, and has none.", key.algorithm.name(), key.kid))
}

fn waits(sentence: &str) -> Finding {
    let remedy = "Start idp-server: its worker moves keys on. Where it runs, its log says why it does not.";
    Finding::new(Severity::Warning, "signing_key_waits", sentence, remedy)
}
