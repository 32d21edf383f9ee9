//! `jwt` and its kinds: the parameters as one signed JWT (JARM §2.1), encrypted around it where the client wants that (§2.2).

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::client::Client;
use crate::clock::minutes;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::jwe::Content;
use crate::jws::{Signer, Typ};
use crate::oidc::protect::{self, Means};
use crate::store;

/// How long an answer is good; JARM §2.1 recommends ten minutes at most.
const LIFETIME: Duration = minutes(10);

/// What a signed answer needs, loaded inside the transaction; signature and encryption follow after its commit.
pub(in super::super) struct Envelope {
    signer: Arc<Signer>,
    around: Option<protect::Envelope>,
    iss: String,
    aud: String,
    exp: i64,
}

impl Envelope {
    /// The envelope of an answer to `client`.
    pub(in super::super) async fn prepare(ctx: &Ctx, client: &Client) -> Result<Self, Fault> {
        let settings = &client.settings;
        let algorithm = settings.answers.authorization.signed.unwrap_or_else(|| settings.unchosen_alg());
        Ok(Self {
            signer: store::signing_key::active(ctx, algorithm).await?,
            around: protect::Envelope::of(client, settings.answers.authorization.encrypted),
            iss: ctx.realm().origin.as_str().to_owned(),
            aud: client.client_id.as_str().to_owned(),
            exp: (ctx.now + LIFETIME).seconds(),
        })
    }

    /// What the answer is encrypted in, where its client wants that.
    pub(in super::super) fn around(&self) -> Option<&protect::Envelope> {
        self.around.as_ref()
    }

    /// The one parameter `response`.
    pub(in super::super) fn seal(
        &self,
        means: Means<'_>,
        params: Vec<(&'static str, String)>,
    ) -> Result<Vec<(&'static str, String)>, Fault> {
        let mut claims = Map::new();
        for (name, value) in params {
            // The one number among them (RFC 6749 §4.2.2) is one in JSON, too.
            let number = (name == "expires_in").then(|| value.parse::<u64>().ok()).flatten();
            claims.insert(name.into(), number.map_or_else(|| Value::from(value), Value::from));
        }
        claims.insert("iss".into(), self.iss.as_str().into());
        claims.insert("aud".into(), self.aud.as_str().into());
        claims.insert("exp".into(), self.exp.into());
        let signed = self.signer.sign(Typ::AuthorizationResponse, &claims)?;
        let told = match &self.around {
            None => signed,
            Some(around) => around.seal(means, Content::Jwt, signed.as_bytes())?,
        };
        Ok(vec![("response", told)])
    }
}
