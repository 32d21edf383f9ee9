//! What concerns the installation as a whole: whether its key is the one that opens the database, and changing it.

use serde_json::json;

use crate::audit::{EventKind, Outcome};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::secret::{KeyCheck, RootKey, Sealed, Vault};
use crate::store::installation::{self, FORMER_ROOT, ROOT};

/// The row that holds the known value.
const ROW: &str = "key_check";
/// What is sealed there.
const KNOWN: &[u8] = b"sekisho";

/// Whether the installation key fits the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyFit {
    /// It does.
    Right,
    /// The database was made with another one: nothing that is sealed can be opened, no hash matches.
    Wrong,
    /// Nothing has been made yet.
    Unknown,
}

/// Whether the key at hand fits. Changes nothing.
pub async fn check_key(ctx: &Ctx) -> Result<KeyFit, Fault> {
    let Some(sealed) = installation::value(ctx, ROW).await? else { return Ok(KeyFit::Unknown) };
    let opened = ctx.vault.unseal(ROW.as_bytes(), &Sealed::<KeyCheck>::from_bytes(sealed));
    Ok(if opened.is_ok_and(|plain| plain.expose() == KNOWN) { KeyFit::Right } else { KeyFit::Wrong })
}

/// Notes the key at hand as the one of this database, at first use.
///
/// # Errors
/// [`Fault::Broken`] where the database was made with another key.
pub async fn remember_key(ctx: &Ctx) -> Result<(), Fault> {
    match check_key(ctx).await? {
        KeyFit::Right => Ok(()),
        KeyFit::Wrong => Err(Fault::Broken(
            "the installation key is not the one this database was made with; bring back the earlier key".into(),
        )),
        KeyFit::Unknown => note(ctx, &ctx.vault).await,
    }
}

async fn note(ctx: &Ctx, vault: &Vault) -> Result<(), Fault> {
    let sealed: Sealed<KeyCheck> = vault.seal(ctx.entropy(), ROW.as_bytes(), KNOWN)?;
    installation::insert(ctx, ROW, sealed.bytes().to_vec()).await
}

/// Gives a database in which nothing was made yet a root key of its own, wrapped under the installation key. Whoever
/// opens the database after this works with the root.
pub async fn make_root(ctx: &Ctx) -> Result<(), Fault> {
    if check_key(ctx).await? != KeyFit::Unknown {
        return Ok(());
    }

    let root = Vault::over_new_root(ctx.entropy()).map_err(|error| Fault::Broken(error.to_string()))?;
    let wrapped = root.wrapped_under(&ctx.vault, ctx.entropy())?;
    installation::insert(ctx, ROOT, wrapped.bytes().to_vec()).await?;
    note(ctx, &root).await
}

/// How changing the installation key went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rewrap {
    /// The new key opens the database, and the one of before as well, until it is finished.
    Begun,
    /// The key of before opens nothing any more.
    Finished,
    /// The new key is the one in use.
    SameKey,
    /// An earlier change is not finished.
    Unfinished,
    /// There is nothing to finish.
    NothingBegun,
    /// The key at hand is the one of before: nodes are not yet started with the new one.
    StillInUse,
    /// The key at hand does not open the database.
    WrongKey,
}

/// Wraps the root key under `new`, too. `at_hand` is the vault of the installation key in use.
pub async fn rewrap(ctx: &Ctx, at_hand: &Vault, new: &Vault) -> Result<Rewrap, Fault> {
    if check_key(ctx).await? != KeyFit::Right {
        return Ok(Rewrap::WrongKey);
    }
    if at_hand.is_same(new) {
        return Ok(Rewrap::SameKey);
    }
    if installation::value(ctx, FORMER_ROOT).await?.is_some() {
        return Ok(Rewrap::Unfinished);
    }

    let former = ctx.vault.wrapped_under(at_hand, ctx.entropy())?;
    let wrapped = ctx.vault.wrapped_under(new, ctx.entropy())?;
    installation::put(ctx, FORMER_ROOT, former.bytes().to_vec()).await?;
    installation::put(ctx, ROOT, wrapped.bytes().to_vec()).await?;
    record(ctx, "begun");
    Ok(Rewrap::Begun)
}

/// Makes the key of before useless. `at_hand` has to be the new one.
pub async fn finish_rewrap(ctx: &Ctx, at_hand: &Vault) -> Result<Rewrap, Fault> {
    if check_key(ctx).await? != KeyFit::Right {
        return Ok(Rewrap::WrongKey);
    }
    let Some(wrapped) = installation::value(ctx, ROOT).await? else { return Ok(Rewrap::NothingBegun) };
    if at_hand.unwrapped(&Sealed::<RootKey>::from_bytes(wrapped)).is_none() {
        return Ok(Rewrap::StillInUse);
    }

    if !installation::remove(ctx, FORMER_ROOT).await? {
        return Ok(Rewrap::NothingBegun);
    }
    record(ctx, "finished");
    Ok(Rewrap::Finished)
}

/// Whether the key of before opens the database as well.
pub async fn is_rewrap_unfinished(ctx: &Ctx) -> Result<bool, Fault> {
    Ok(installation::value(ctx, FORMER_ROOT).await?.is_some())
}

fn record(ctx: &Ctx, stage: &str) {
    ctx.record_with(EventKind::InstallationKeyChanged, None, Outcome::Done, json!({ "stage": stage }));
}
