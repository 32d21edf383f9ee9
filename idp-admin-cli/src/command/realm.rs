//! Realms.

mod apply;
mod create;
mod export;
mod import_keycloak;
mod list;
mod set;
mod show;
mod terms;

use clap::Subcommand;

pub(super) use self::import_keycloak::lines_of;
use crate::context::Context;
use crate::output::Failure;

/// What is done.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Create a realm, with its signing keys
    Create(create::Arguments),
    /// Show the settings of a realm
    Show(show::Arguments),
    /// List the realms
    List,
    /// Make a realm what a file says
    Apply(apply::Arguments),
    /// Take over a realm export of Keycloak
    ImportKeycloak(import_keycloak::Arguments),
    /// Write a realm as a file
    Export(export::Arguments),
    /// Change settings
    Set(set::Arguments),
    /// Show or publish the terms of use
    Terms(terms::Arguments),
}

impl Verb {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Create(arguments) => create::run(context, arguments).await,
            Self::Show(arguments) => show::run(context, arguments).await,
            Self::List => list::run(context).await,
            Self::Apply(arguments) => apply::run(context, arguments).await,
            Self::ImportKeycloak(arguments) => import_keycloak::run(context, arguments).await,
            Self::Export(arguments) => export::run(context, arguments).await,
            Self::Set(arguments) => set::run(context, arguments).await,
            Self::Terms(arguments) => terms::run(context, arguments).await,
        }
    }
}

/// A realm as machines see it.
fn document(realm: &idp_core::realm::Realm) -> serde_json::Value {
    serde_json::json!({
        "id": realm.id, "name": realm.name, "origin": realm.origin.as_str(), "settings": realm.settings,
    })
}
