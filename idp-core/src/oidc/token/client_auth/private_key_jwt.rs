//! `private_key_jwt` (OpenID Connect Core §9): an assertion signed with a key of the client's key set.

use super::assertion;
use crate::client::{Client, Profile};
use crate::ctx::Ctx;
use crate::jose::{Keys, PublicKeys, SignatureAlgorithm};
use crate::oidc::token::{ClientCall, OneTime};

pub(super) fn proves(ctx: &Ctx, client: &Client, call: &ClientCall, assertion: &str) -> Option<OneTime> {
    let keys = known(ctx, client)?;
    let algorithms = match (&client.settings.authentication.signing_alg, client.settings.profile) {
        (Some(only), _) => std::slice::from_ref(only),
        (None, Profile::Fapi2) => &SignatureAlgorithm::FAPI,
        (None, Profile::Web | Profile::Spa | Profile::Native | Profile::Service | Profile::Legacy) => {
            SignatureAlgorithm::PUBLIC_KEY.as_slice()
        }
    };
    assertion::holds(ctx, client, call, assertion, (&Keys::Public(&keys), algorithms))
}

/// Registered or fetched; [`crate::oidc::client_keys`] says before the call what must be fetched.
fn known(ctx: &Ctx, client: &Client) -> Option<PublicKeys> {
    let keys = ctx.client_keys().of(client.settings.keys.as_ref()?)?;
    PublicKeys::read(&serde_json::to_value(keys.as_ref()).ok()?).ok()
}
