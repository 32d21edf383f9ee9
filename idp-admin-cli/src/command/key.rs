//! The realm's keys, and the installation key.

mod list;
mod rewrap;
mod rotate;

use clap::Subcommand;

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

/// A key as machines see it, without its private half.
fn document(key: &idp_core::key::Key) -> serde_json::Value {
    serde_json::json!({
        "kid": key.kid,
        "algorithm": key.algorithm,
        "state": key.state,
        "created_at": key.created_at.rfc3339(),
        "changed_at": key.changed_at.rfc3339(),
    })
}
