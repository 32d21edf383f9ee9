//! The realm's keys, and the installation key.

mod list;
mod rewrap;
mod rotate;

use std::time::Duration;

use clap::Subcommand;
use idp_core::clock::Timestamp;
use idp_core::key::Key;

use crate::context::Context;
use crate::output::Failure;

/// What is done.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// List the keys of the realm
    List,
    /// Make a new key
    Rotate(rotate::Arguments),
    /// Change the installation key, while nodes run
    Rewrap(rewrap::Arguments),
}

impl Verb {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::List => list::run(context).await,
            Self::Rotate(arguments) => rotate::run(context, arguments).await,
            Self::Rewrap(arguments) => rewrap::run(context, &arguments).await,
        }
    }
}

/// A key as machines see it, without its private half; `term` is for how long keys of the realm sign.
fn document(key: &Key, term: Option<Duration>) -> serde_json::Value {
    serde_json::json!({
        "kid": key.kid,
        "algorithm": key.algorithm,
        "state": key.state,
        "created_at": key.created_at.rfc3339(),
        "changed_at": key.changed_at.rfc3339(),
        "moves_on_at": key.moves_on_at(term).map(Timestamp::rfc3339),
    })
}
