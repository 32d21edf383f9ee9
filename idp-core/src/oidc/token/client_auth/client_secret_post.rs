//! `client_secret_post` (RFC 6749 §2.3.1, OpenID Connect Core §9): id and secret in the form.

use super::sent::{Proof, Sent};
use crate::oidc::token::TokenRefusal;
use crate::secret::Plain;

pub(super) fn read(id: Option<&str>, secret: &str) -> Result<Sent, TokenRefusal> {
    Sent::named(id, Proof::Post(Plain::new(secret.as_bytes().to_vec())))
}
