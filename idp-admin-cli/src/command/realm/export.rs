//! `realm export`

use idp_core::admin::realm::file::RealmFile;
use idp_core::admin::{client, realm};

use crate::context::Context;
use crate::output::Failure;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  idp-admin realm export > mgc.toml\n\nApplied again, the file changes nothing. It \
                        holds no secret: clients keep theirs.")]
pub(crate) struct Arguments {}

pub(crate) async fn run(context: &Context, _: Arguments) -> Result<(), Failure> {
    let here = context.realm().await?;
    let mut file = here
        .store
        .read(&here.scope, |ctx| {
            Box::pin(async move { RealmFile::of(ctx.realm(), realm::terms(ctx).await?, &client::list(ctx).await?) })
        })
        .await?;
    // An empty list would keep whoever edits the file from adding [[clients]].
    file.clients = file.clients.filter(|clients| !clients.is_empty());
    let text = file.text()?;
    context.output.answer(&file.document(), || text.trim_end().to_owned())
}
