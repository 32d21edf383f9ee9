//! The public keys of a provider, by which some of its answers are verified.

use anyhow::{Context, Result};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::Value;

use crate::wire::Connection;

pub(crate) struct Keys(JwkSet);

impl Keys {
    /// Those that stand at `/jwks`.
    pub(crate) async fn of(connection: &mut Connection) -> Result<Self> {
        let request = connection.get("/jwks", "");
        let answer = connection.expects(200, &request).await?;
        Ok(Self(serde_json::from_slice(&answer.body).with_context(|| answer.text())?))
    }

    /// An error unless the token was signed by one of them with this algorithm, and has not expired.
    pub(crate) fn verify(&self, token: &Value, algorithm: Algorithm) -> Result<()> {
        let token = token.as_str().context("no token")?;
        let id = decode_header(token)?.kid.context("no kid")?;
        let key = self.0.find(&id).with_context(|| format!("no key {id}"))?;
        let mut validation = Validation::new(algorithm);
        validation.validate_aud = false;
        decode::<Value>(token, &DecodingKey::from_jwk(key)?, &validation)?;
        Ok(())
    }
}
