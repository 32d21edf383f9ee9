//! Encrypted request objects (RFC 9101 §6.1): signed by the client, then encrypted to a key of the realm.
//!
//! | rule | |
//! |---|---|
//! | `alg`, `enc` | any of ours; the registered ones where the client registered some (OpenID Connect Registration §2) |
//! | `kid` | a key of this realm that decrypts; without one each is tried |
//! | `crit`, `zip` | refused (RFC 8725 §3.6) |
//! | inside | a signed JWT, to which every other rule applies |

use std::borrow::Cow;

use crate::client::{Client, Encryption};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::jwe;
use crate::key::DecryptionAlgorithm;
use crate::store;

/// A request object without its encryption.
pub(in crate::oidc) struct Opened<'a> {
    /// What the client signed.
    pub(in crate::oidc) signed: Cow<'a, str>,
    encryption: Option<Encryption>,
}

/// What a developer reads of an object that cannot be opened: never which part of it was wrong.
const SHUT: &str = "the request object is encrypted, and no key of this realm opens it";

impl Opened<'_> {
    /// Holds the client to the encryption that it registered.
    pub(in crate::oidc) fn fits(&self, client: &Client) -> Result<(), &'static str> {
        match (self.encryption, client.settings.requests.encryption) {
            (Some(used), Some(registered)) if used != registered => {
                Err("the request object is encrypted in another way than the client registered")
            }
            (Some(_) | None, Some(_) | None) => Ok(()),
        }
    }
}

/// Decrypts an object; one that is not encrypted comes back as it is.
pub(in crate::oidc) async fn open<'a>(ctx: &Ctx, object: &'a str) -> Result<Result<Opened<'a>, &'static str>, Fault> {
    if !jwe::is_encrypted(object) {
        return Ok(Ok(Opened { signed: Cow::Borrowed(object), encryption: None }));
    }
    let Some(header) = jwe::header(object) else { return Ok(Err(SHUT)) };
    let openers = store::signing_key::openers(ctx, header.kid(), DecryptionAlgorithm::opening(header.alg())).await?;
    let plain = openers.iter().find_map(|opener| opener.opens(object));
    let signed = plain.and_then(|plain| String::from_utf8(plain.to_vec()).ok());
    Ok(signed.map(|signed| Opened { signed: Cow::Owned(signed), encryption: Some(header.encryption()) }).ok_or(SHUT))
}
