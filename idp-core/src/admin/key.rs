//! Making, listing and rotating a realm's keys.

use std::collections::BTreeSet;

use crate::audit::{EventKind, Outcome};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::jwe::Opener;
use crate::jws::Signer;
use crate::key::{Key, KeyAlgorithm, KeyChange, KeyState, without_successor};
use crate::store;

/// How soon a new key signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// After it was published for a day; [`advance`] does it.
    Planned,
    /// At once; the old key still verifies. Relying parties that cache the key set for long fail until they fetch it.
    AtOnce,
    /// At once, and the old key is not accepted any more: its private half leaked.
    Compromised,
}

/// Sees to it that the realm has an active key of every algorithm it always has. Repeating it changes nothing.
pub async fn ensure(ctx: &Ctx) -> Result<(), Fault> {
    // Where the realm has no key yet there is none to lock: its own row keeps others out.
    store::realm::lock(ctx).await?;
    ensure_for(ctx, KeyAlgorithm::ALWAYS).await
}

/// The same for the algorithms that a client was registered with.
pub(crate) async fn ensure_for<A: Into<KeyAlgorithm>>(
    ctx: &Ctx,
    algorithms: impl IntoIterator<Item = A>,
) -> Result<(), Fault> {
    let held = store::signing_key::lock_list(ctx).await?;
    for algorithm in algorithms.into_iter().map(Into::into).collect::<BTreeSet<_>>() {
        if !held.iter().any(|key| key.algorithm == algorithm && key.state == KeyState::Active) {
            make(ctx, algorithm, KeyState::Active).await?;
        }
    }
    Ok(())
}

/// The realm's keys, oldest first.
pub async fn list(ctx: &Ctx) -> Result<Vec<Key>, Fault> {
    store::signing_key::list(ctx).await
}

/// Makes a successor for `algorithm`. Where one is already waiting, that one is used.
pub async fn rotate(ctx: &Ctx, algorithm: impl Into<KeyAlgorithm>, urgency: Urgency) -> Result<Key, Fault> {
    let algorithm = algorithm.into();
    let held = store::signing_key::lock_list(ctx).await?;
    let held: Vec<Key> = held.into_iter().filter(|key| key.algorithm == algorithm).collect();
    let waiting = held.iter().find(|key| key.state == KeyState::Next).cloned();

    let mut successor = match (waiting, urgency) {
        (Some(key), Urgency::Planned | Urgency::AtOnce) => key,
        // Whoever read one private half may have read the other.
        (Some(_), Urgency::Compromised) | (None, _) => make(ctx, algorithm, KeyState::Next).await?,
    };
    match urgency {
        Urgency::Planned => {}
        Urgency::AtOnce => promote(ctx, &mut successor, &held, KeyChange::Retire).await?,
        Urgency::Compromised => {
            for mut key in held.iter().filter(|key| key.state != KeyState::Active).cloned() {
                change(ctx, &mut key, KeyChange::Drop).await?;
            }
            promote(ctx, &mut successor, &held, KeyChange::Drop).await?;
        }
    }
    Ok(successor)
}

/// Does what time asks for: a key that has signed for the realm's term gets a successor, one published long enough
/// begins to sign, a key retired long enough goes. Of nodes that do it at the same moment, one finds something to do.
pub async fn advance(ctx: &Ctx) -> Result<(), Fault> {
    let term = ctx.realm().settings.key_rotation();
    let held = store::signing_key::list(ctx).await?;
    let is_there =
        |algorithm: &KeyAlgorithm| held.iter().any(|key| key.algorithm == *algorithm && key.state == KeyState::Active);
    if !KeyAlgorithm::ALWAYS.iter().all(is_there) {
        // The realm is older than one of the algorithms.
        return ensure(ctx).await;
    }
    let moves_on = held.iter().any(|key| key.change_due(ctx.now).is_some());
    if !moves_on && without_successor(&held, term, ctx.now).is_empty() {
        return Ok(());
    }

    let held = store::signing_key::lock_list(ctx).await?;
    for key in without_successor(&held, term, ctx.now) {
        make(ctx, key.algorithm, KeyState::Next).await?;
    }
    for key in &held {
        let mut key = key.clone();
        match key.change_due(ctx.now) {
            None => {}
            Some(KeyChange::Activate) => promote(ctx, &mut key, &held, KeyChange::Retire).await?,
            Some(other @ (KeyChange::Retire | KeyChange::Drop)) => change(ctx, &mut key, other).await?,
        }
    }
    Ok(())
}

/// Makes `successor` active and lets the one that signed until now go its way.
async fn promote(ctx: &Ctx, successor: &mut Key, held: &[Key], former: KeyChange) -> Result<(), Fault> {
    let signed = |key: &&Key| key.state == KeyState::Active && key.algorithm == successor.algorithm;
    for mut key in held.iter().filter(signed).cloned() {
        change(ctx, &mut key, former).await?;
    }
    change(ctx, successor, KeyChange::Activate).await
}

async fn change(ctx: &Ctx, key: &mut Key, change: KeyChange) -> Result<(), Fault> {
    let Some(state) = key.state.after(change) else {
        return Err(Fault::Broken(format!("a key that is {} cannot {change:?}", key.state.name())));
    };
    key.state = state;
    key.changed_at = ctx.now;
    store::signing_key::update_state(ctx, key).await?;

    let kind = match change {
        KeyChange::Activate => EventKind::KeyActivated,
        KeyChange::Retire | KeyChange::Drop => EventKind::KeyRetired,
    };
    ctx.record_with(kind, None, Outcome::Done, described(key));
    Ok(())
}

async fn make(ctx: &Ctx, algorithm: KeyAlgorithm, state: KeyState) -> Result<Key, Fault> {
    let (public, private) = match algorithm {
        KeyAlgorithm::Signing(algorithm) => {
            let (signer, private) = Signer::generate(algorithm)?;
            (signer.public().clone(), private)
        }
        KeyAlgorithm::Decryption(algorithm) => {
            let (opener, private) = Opener::generate(algorithm)?;
            (opener.public().clone(), private)
        }
    };
    let key = Key { kid: public.thumbprint(), algorithm, state, public, created_at: ctx.now, changed_at: ctx.now };
    store::signing_key::insert(ctx, &key, &private).await?;
    ctx.record_with(EventKind::KeyCreated, None, Outcome::Done, described(&key));
    Ok(key)
}

fn described(key: &Key) -> serde_json::Value {
    serde_json::json!({ "kid": key.kid, "algorithm": key.algorithm, "state": key.state })
}
