//! `client change`

use std::path::PathBuf;

use idp_core::admin::client::{Revised, Revision, revise};
use idp_core::client::{ClientName, HttpsUri, Profile};
use idp_core::oidc::acr::Acr;

use super::view;
use crate::context::{Context, sentence};
use crate::output::Failure;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "The file holds client metadata as JSON, by the names of RFC 7591 and OpenID Connect Registration:\n  {\"backchannel_logout_uri\": \"https://portal.example/bye\", \"subject_type\": \"pairwise\"}\nWhat it does not name stays.\n\nExample:\n  idp-admin client change portal --metadata portal.json"
)]
pub(crate) struct Arguments {
    /// The client's id
    client_id: String,
    /// A file with client metadata as JSON
    #[arg(long, value_name = "FILE", required_unless_present_any = ["profile", "least_acr", "resource", "no_resource"])]
    metadata: Option<PathBuf>,
    /// What kind of application it is
    #[arg(long, value_name = "PROFILE", value_parser = ["web", "spa", "native", "service", "fapi2", "legacy"])]
    profile: Option<String>,
    /// The least class of authentication that it accepts; from aal2 on no mailed codes
    #[arg(long, value_name = "CLASS", value_parser = ["aal1", "aal2", "phr"])]
    least_acr: Option<String>,
    /// The address by which other applications ask for tokens for it (RFC 8707)
    #[arg(long, value_name = "URL")]
    resource: Option<HttpsUri>,
    /// Nobody can ask anew for tokens for it; what was granted goes on
    #[arg(long, conflicts_with = "resource")]
    no_resource: bool,
}

pub(crate) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let client_id = ClientName::parse(&arguments.client_id).map_err(|_| view::unknown(&arguments.client_id))?;
    let document = view::metadata(arguments.metadata.as_deref())?;
    let revision = Revision {
        profile: arguments.profile.as_deref().and_then(Profile::from_name),
        least_acr: arguments.least_acr.as_deref().and_then(Acr::from_name),
        resource: if arguments.no_resource { Some(None) } else { arguments.resource.map(Some) },
    };
    let here = context.realm().await?;
    let revised = here
        .store
        .write(&here.scope, move |ctx| Box::pin(async move { revise(ctx, &client_id, &document, revision).await }))
        .await?;

    match revised {
        Revised::Done { client, secret } => {
            let secret = secret.as_ref().map(|secret| secret.expose_text());
            context.output.answer(&view::document(&client, secret), || view::text(&client, secret))
        }
        Revised::Unknown => Err(view::unknown(&arguments.client_id)),
        Revised::BadMetadata(error) => Err(Failure::refused(format!("{}.", sentence(&error.to_string())))),
        Revised::BadSettings(error) => Err(Failure::refused(format!("{}.", sentence(&error.to_string())))),
    }
}
