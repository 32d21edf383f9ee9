//! What `client_secret_basic` and `client_secret_post` have in common: the secret itself (RFC 6749 §2.3.1).

use crate::client::Client;
use crate::ctx::Ctx;
use crate::secret::{ClientSecret, Plain};

pub(super) fn proves(ctx: &Ctx, client: &Client, sent: &Plain<ClientSecret>) -> bool {
    client.secret.as_ref().is_some_and(|hash| hash.matches(&ctx.vault.hash(sent.expose())))
}
