//! `member require`

use idp_core::admin::member::{Change, require_new_password};
use idp_core::admin::remedy::{Removal, remove_method, require_terms};
use serde_json::json;

use super::view;
use crate::context::{Context, TypedUserId};
use crate::output::Failure;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  idp-admin member require password 12-3456\n  idp-admin member require terms 12-3456"
)]
pub(crate) struct Arguments {
    /// What the member owes at the next sign-in
    #[arg(value_enum)]
    duty: Duty,
    /// The user id
    user_id: TypedUserId,
}

/// What can be asked for again.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Duty {
    /// A new password
    Password,
    /// Another method: every present one is taken away and the member is signed out
    Method,
    /// Agreeing to the terms of use
    Terms,
}

pub(crate) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let here = context.realm().await?;
    let (duty, user_id) = (arguments.duty, arguments.user_id.normal());
    let change = here
        .store
        .write(&here.scope, move |ctx| {
            Box::pin(async move {
                match duty {
                    Duty::Password => require_new_password(ctx, &user_id).await.map(Ok),
                    Duty::Terms => require_terms(ctx, &user_id).await.map(Ok),
                    Duty::Method => Ok(match remove_method(ctx, &user_id, None).await? {
                        Removal::Removed(member) => Ok(Change::Changed(member)),
                        Removal::NotSetUp(member) => Ok(Change::Unchanged(member)),
                        Removal::NoSuchMember => Ok(Change::NoSuchMember),
                        Removal::LastWayIn => Err(()),
                    }),
                }
            })
        })
        .await?;

    let change = change.map_err(|()| super::remove_method::last_way_in(&arguments.user_id))?;
    let (member, is_changed) = match change {
        Change::Changed(member) => (member, true),
        Change::Unchanged(member) => (member, false),
        Change::NoSuchMember => return Err(arguments.user_id.unknown()),
    };
    let said = match (is_changed, duty) {
        (true, Duty::Password) => "A new password is asked for at the next sign-in.",
        (true, Duty::Method) => "A method is chosen and set up at the next sign-in. Their sessions have ended.",
        (true, Duty::Terms) => "The terms are shown again at the next sign-in.",
        (false, Duty::Password | Duty::Method | Duty::Terms) => "The member owes that already.",
    };
    let document = json!({ "changed": is_changed, "member": view::document(&member) });
    context.output.answer(&document, || said.to_owned())
}
