//! What concerns the installation as a whole: whether its key is the one that the database was made with.

use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::secret::{KeyCheck, Sealed};
use crate::store::installation;

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
        KeyFit::Unknown => {
            let sealed: Sealed<KeyCheck> = ctx.vault.seal(ctx.entropy(), ROW.as_bytes(), KNOWN)?;
            installation::insert(ctx, ROW, sealed.bytes().to_vec()).await
        }
    }
}
