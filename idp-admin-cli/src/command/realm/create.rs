//! `realm create`

use idp_core::admin::key;
use idp_core::admin::realm::setting::Assignment;
use idp_core::admin::realm::{Creation, create};
use idp_core::ctx::Scope;
use idp_core::realm::{Origin, RealmName, RealmSettings};
use std::sync::Arc;

use crate::context::{Context, sentence};
use crate::output::Failure;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  idp-admin realm create mgc --origin https://mgc.id.example \\\n      --set display_name.ja=めぐろ健康保険組合 --set help_line.ja=03-0000-0000"
)]
pub(crate) struct Arguments {
    /// A short name of small letters, digits and hyphens
    name: RealmName,
    /// Where its pages are; also the issuer
    #[arg(long, value_name = "URL")]
    origin: String,
    /// A setting, any number of times
    #[arg(long = "set", value_name = "KEY=VALUE")]
    settings: Vec<Assignment>,
}

pub(crate) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let refused = |error: &dyn std::error::Error| Failure::refused(format!("{}.", sentence(&error.to_string())));
    let origin = Origin::parse(&arguments.origin).map_err(|error| refused(&error))?;
    let mut settings = RealmSettings::default();
    for assignment in &arguments.settings {
        settings = assignment.apply(&settings).map_err(|error| refused(&error))?;
    }
    let (name, host) = (arguments.name, origin.host().to_owned());
    let typed = name.as_str().to_owned();

    let here = context.installation().await?;
    let creation = here.store.write(&here.scope, move |ctx| Box::pin(create(ctx, name, origin, settings))).await?;
    let realm = match creation {
        Creation::Created(realm) => realm,
        Creation::NameTaken => {
            return Err(Failure::refused(format!(
                "There is a realm “{typed}” already. Change it: idp-admin --realm {typed} realm set …"
            )));
        }
        Creation::HostTaken(other) => {
            return Err(Failure::refused(format!(
                "The realm “{other}” answers at {host} already. Choose another host."
            )));
        }
    };
    let scope = Scope::operator(Arc::new(realm.clone()), &context.operator);
    here.store.write(&scope, |ctx| Box::pin(key::ensure(ctx))).await?;

    let document = super::document(&realm);
    context.output.answer(&document, || {
        format!(
            "Realm {0} answers at {1}.\nNext: idp-admin --realm {0} realm terms --ja terms.ja.txt",
            realm.name,
            realm.origin.as_str()
        )
    })
}
