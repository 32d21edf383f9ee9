//! `client registration-token`

use idp_core::oidc::register::{NewToken, issue_token};
use serde_json::json;

use crate::context::Context;
use crate::output::Failure;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  idp-admin realm set registration=token\n  idp-admin client registration-token --name Vendor --uses 3"
)]
pub(crate) struct Arguments {
    /// What it is for
    #[arg(long)]
    name: String,
    /// How many applications it registers, 1 to 1000
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    uses: u16,
    /// How long it counts, 1 to 365 days
    #[arg(long, value_name = "NUMBER", default_value_t = 7)]
    days: u16,
}

pub(crate) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let new = NewToken { name: arguments.name, uses: arguments.uses, days: arguments.days };
    let (uses, days) = (new.uses, new.days);
    let here = context.realm().await?;
    let issued = here.store.write(&here.scope, move |ctx| Box::pin(issue_token(ctx, new))).await?;

    let Some(token) = issued else {
        return Err(Failure::refused("Choose a name, 1 to 1000 --uses and 1 to 365 --days."));
    };
    let document = json!({ "registration_token": token.expose_text(), "uses": uses, "days": days });
    context.output.answer(&document, || format!("registration token  {}   (shown once)", token.expose_text()))
}
