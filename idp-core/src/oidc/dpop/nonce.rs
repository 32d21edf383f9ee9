//! Nonces of the server (RFC 9449 §8): they say when they were made and prove that we made them, so that no node needs to
//! remember them.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::clock::{Timestamp, minutes};
use crate::ctx::Ctx;
use crate::id::RealmId;
use crate::secret::{DpopNonce, Hashed, Vault};

/// How long a nonce is good.
const LIFETIME: Duration = minutes(5);
const STAMP: usize = 8;

/// A nonce for proofs sent to `realm` from `now` on.
pub fn fresh(vault: &Vault, realm: RealmId, now: Timestamp) -> String {
    let stamp = now.millis().to_be_bytes();
    URL_SAFE_NO_PAD.encode([stamp.as_slice(), mac(vault, realm, &stamp).bytes()].concat())
}

pub(super) fn is_good(ctx: &Ctx, sent: &str) -> bool {
    let Ok(bytes) = URL_SAFE_NO_PAD.decode(sent) else { return false };
    let Some((stamp, sent_mac)) = bytes.split_first_chunk::<STAMP>() else { return false };
    let made = Timestamp::from_millis(i64::from_be_bytes(*stamp));
    let own = mac(&ctx.vault, ctx.realm().id, stamp);
    own.matches(&Hashed::from_bytes(sent_mac.to_vec())) && ctx.now.since(made) <= LIFETIME
}

fn mac(vault: &Vault, realm: RealmId, stamp: &[u8]) -> Hashed<DpopNonce> {
    vault.hash_within(realm.uuid().as_bytes(), stamp)
}
