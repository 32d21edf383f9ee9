//! `key rotate`

use idp_core::admin::key::{Urgency, rotate};
use idp_core::key::{KeyAlgorithm, KeyState};

use crate::context::Context;
use crate::output::Failure;

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  idp-admin key rotate RS256\n  idp-admin key rotate RS256 --compromised")]
pub(crate) struct Arguments {
    /// What the key signs with: RS256, ES256, PS256 or EdDSA; or is encrypted to with: RSA-OAEP-256 or ECDH-ES
    #[arg(value_parser = algorithm)]
    algorithm: KeyAlgorithm,
    /// Use it at once, instead of after it was published for a day
    #[arg(long, conflicts_with = "compromised")]
    at_once: bool,
    /// The private half leaked: use a new key at once, and accept the old one no more
    #[arg(long)]
    compromised: bool,
}

pub(crate) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let algorithm = arguments.algorithm;
    let urgency = match (arguments.at_once, arguments.compromised) {
        (_, true) => Urgency::Compromised,
        (true, false) => Urgency::AtOnce,
        (false, false) => Urgency::Planned,
    };
    let here = context.realm().await?;
    let key = here.store.write(&here.scope, move |ctx| Box::pin(rotate(ctx, algorithm, urgency))).await?;

    let term = here.scope.realm.settings.key_rotation();
    context.output.answer(&super::document(&key, term), || {
        let does = match key.algorithm {
            KeyAlgorithm::Signing(_) => "signs",
            KeyAlgorithm::Decryption(_) => "stands alone in the key set",
        };
        match key.state {
            KeyState::Next => format!("{} is published, and {does} from tomorrow on.", key.kid),
            KeyState::Active | KeyState::Retiring | KeyState::Gone => format!("{} {does} from now on.", key.kid),
        }
    })
}

fn algorithm(text: &str) -> Result<KeyAlgorithm, String> {
    let names = || KeyAlgorithm::ALL.map(KeyAlgorithm::name).join(", ");
    KeyAlgorithm::from_name(text).ok_or_else(|| format!("there are {}", names()))
}
