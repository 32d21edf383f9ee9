//! The key set (RFC 7517 §5): the successor, the active and the retiring keys of the realm, and what to encrypt to it with.

use serde::Serialize;

use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::key::{Key, PublicJwk};
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
    /// `sig`, or `enc` for request objects.
    #[serde(rename = "use")]
    pub usage: &'static str,
    /// What it is used with, where that is one thing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alg: Option<&'static str>,
    /// The public members.
    #[serde(flatten)]
    pub public: PublicJwk,
}

/// The realm's key set.
pub async fn jwks(ctx: &Ctx) -> Result<KeySet, Fault> {
    let held = store::signing_key::list(ctx).await?;
    let published = held.into_iter().filter(Key::is_published);
    let keys = published.map(|key| PublishedKey {
        kid: key.kid,
        usage: key.algorithm.usage(),
        alg: key.algorithm.published(),
        public: key.public,
    });
    Ok(KeySet { keys: keys.collect() })
}
