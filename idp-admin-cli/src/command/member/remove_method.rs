//! `member remove-method`

use idp_core::admin::remedy::{Removal, remove_method};
use idp_core::credential::Method;
use serde_json::json;

use super::view;
use crate::context::{Context, TypedUserId};
use crate::output::Failure;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Make sure who calls: whoever has the password then sets up a method of their own, after a mail to \
                        the verified address.\n\nExample:\n  idp-admin member remove-method 12-3456 totp"
)]
pub(crate) struct Arguments {
    /// The user id
    user_id: TypedUserId,
    /// Which method, as member show names it
    #[arg(value_parser = method)]
    method: Method,
}

fn method(text: &str) -> Result<Method, String> {
    let known = Method::ALL.map(Method::name).join(", ");
    Method::from_name(text).ok_or_else(|| format!("the method must be one of {known}"))
}

pub(crate) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let here = context.realm().await?;
    let (user_id, method) = (arguments.user_id.normal(), arguments.method);
    let removal = here
        .store
        .write(&here.scope, move |ctx| Box::pin(async move { remove_method(ctx, &user_id, Some(method)).await }))
        .await?;

    let (member, is_changed, said) = match removal {
        Removal::Removed(member) => (member, true, "Removed. Their sessions have ended."),
        Removal::NotSetUp(member) => (member, false, "The member has not set that up."),
        Removal::LastWayIn => return Err(last_way_in(&arguments.user_id)),
        Removal::NoSuchMember => return Err(arguments.user_id.unknown()),
    };
    let document = json!({ "changed": is_changed, "member": view::document(&member) });
    context.output.answer(&document, || said.to_owned())
}

pub(super) fn last_way_in(user_id: &TypedUserId) -> Failure {
    Failure::refused(format!(
        "The member has no password, so nothing would be left to sign in with. Issue a letter instead: idp-admin letter \
         reissue {}",
        user_id.word()
    ))
}
