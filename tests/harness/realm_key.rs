//! The realm's own keys, as nobody but the realm has them: what they signed is refused for what it says, and for nothing else.

use idp_core::key::Algorithm;
use idp_core::secret::{Sealed, SigningKey};
use sqlx::{Connection, PgConnection, SqliteConnection};

use crate::idp::{self, Idp};
use crate::key::ClientKey;

const BY_KID: &str = "SELECT algorithm, private_sealed FROM signing_keys WHERE kid = $1";

impl Idp {
    /// The signing key that headers name so.
    pub async fn realm_key(&self, kid: &str) -> ClientKey {
        let url = self.database().url();
        let (algorithm, sealed): (String, Vec<u8>) = if url.starts_with("sqlite:") {
            let mut connection = SqliteConnection::connect(&url).await.unwrap();
            sqlx::query_as(BY_KID).bind(kid).fetch_one(&mut connection).await.unwrap()
        } else {
            let mut connection = PgConnection::connect(&url).await.unwrap();
            sqlx::query_as(BY_KID).bind(kid).fetch_one(&mut connection).await.unwrap()
        };
        let private = idp::vault().unseal(kid.as_bytes(), &Sealed::<SigningKey>::from_bytes(sealed)).unwrap();
        ClientKey::opened(kid, Algorithm::from_name(&algorithm).unwrap(), &private)
    }
}
