//! The key set (RFC 7517 §5): the successor, the active and the retiring keys of the realm.

use serde::Serialize;

use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::key::{Algorithm, PublicJwk};
use crate::store;

/// The document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeySet {
    /// One entry per published key.
    pub keys: Vec<PublishedKey>,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublishedKey {
    /// Distinct for every key.
    pub kid: String,
    /// Always `sig`.
    #[serde(rename = "use")]
    pub usage: &'static str,
    /// What it signs with.
    pub alg: Algorithm,
    /// The public members.
    #[serde(flatten)]
    pub public: PublicJwk,
}

/// The realm's key set.
pub async fn jwks(ctx: &Ctx) -> Result<KeySet, Fault> {
    let held = store::signing_key::list(ctx).await?;
    let published = held.into_iter().filter(|key| key.state.is_published());
    let keys = published.map(|key| PublishedKey { kid: key.kid, usage: "sig", alg: key.algorithm, public: key.public });
    Ok(KeySet { keys: keys.collect() })
}
