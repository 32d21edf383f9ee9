//! `letter reissue`

use idp_core::admin::letter::{ReEnrol, re_enrol, reissue};

use super::issue::tell;
use crate::context::{Context, TypedUserId};
use crate::output::Failure;
use crate::print::Target;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  idp-admin letter reissue 12-3456 --pdf letter.pdf\n  idp-admin letter reissue 12-3456 \
                         --purpose re-enrol\n\nThe earlier letter stops working, and the birth date is asked again."
)]
pub(crate) struct Arguments {
    /// The member
    user_id: TypedUserId,
    /// What the letter is for
    #[arg(long, value_enum, default_value_t)]
    purpose: For,
    #[command(flatten)]
    target: Target,
}

/// What the letter is for
#[derive(Debug, Clone, Copy, Default, clap::ValueEnum)]
pub(crate) enum For {
    /// A new password; the second step stays
    #[default]
    FirstLogin,
    /// A new password and, with a proof of the mail address, a new second step: for a lost phone
    ReEnrol,
}

pub(crate) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let here = context.realm().await?;
    let printer = arguments.target.open(&here.scope.realm)?;
    let user_id = arguments.user_id.normal();
    let issue = match arguments.purpose {
        For::FirstLogin => {
            here.store.write(&here.scope, move |ctx| Box::pin(async move { reissue(ctx, &user_id).await })).await?
        }
        For::ReEnrol => {
            let issue = here
                .store
                .write(&here.scope, move |ctx| Box::pin(async move { re_enrol(ctx, &user_id).await }))
                .await?;
            match issue {
                ReEnrol::Issue(issue) => issue,
                ReEnrol::NoMail => {
                    return Err(Failure::refused(
                        "The society has no mail address of the member, so the letter would open nothing. Import one first.",
                    ));
                }
            }
        }
    };
    tell(context.output, issue, &arguments.user_id, printer)
}
