//! `realm set`

use idp_core::admin::realm::setting::Assignment;
use idp_core::admin::realm::{Change, set};

use crate::context::{Context, sentence};
use crate::output::Failure;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  idp-admin realm set enrol_at=same_sitting\n  idp-admin realm set methods=totp,mail help_line.ja=03-0000-0000\n  idp-admin realm set texts.ja.login-title=ようこそ\n\nidp-admin realm show lists every key."
)]
pub(crate) struct Arguments {
    /// Settings and their new values, all of them or none
    #[arg(required = true, value_name = "KEY=VALUE")]
    settings: Vec<Assignment>,
}

pub(crate) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let here = context.realm().await?;
    let change = here.store.write(&here.scope, move |ctx| Box::pin(set(ctx, arguments.settings))).await?;

    let (realm, said) = match change {
        Change::Changed(realm) => (realm, "Changed."),
        Change::Unchanged(realm) => (realm, "Nothing to change: the settings are so already."),
        Change::Refused(error) => return Err(Failure::refused(format!("{}.", sentence(&error.to_string())))),
    };
    context.output.answer(&super::document(&realm), || said.to_owned())
}
