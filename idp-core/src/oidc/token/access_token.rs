//! Access tokens: JWTs by RFC 9068, which need no row, or opaque ones, whose claims rest in the database.

use std::sync::Arc;

use futures::FutureExt;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Confirmation;
use crate::client::{Client, TokenFormat};
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::GrantId;
use crate::jws::good::{Fingerprint, GoodSignatures};
use crate::jws::{Signer, Typ};
use crate::oidc::acr::{Acr, Amr, Authentication};
use crate::oidc::scope::Scopes;
use crate::secret::{Plain, TokenSecret};
use crate::store;

/// As many resources (RFC 8707), and as many audiences (RFC 8693), may one request name: each is looked up, and stands in the
/// token.
pub(in crate::oidc) const NAMED_MAX: usize = 8;

/// Whom a token is for: a string where it is one, a list where there are more (RFC 7519 §4.1.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Audiences {
    One(String),
    Many(Vec<String>),
}

impl Audiences {
    fn of(mut named: Vec<String>, issuer: &str) -> Self {
        match named.len() {
            0 => Self::One(issuer.to_owned()),
            1 => Self::One(named.remove(0)),
            _ => Self::Many(named),
        }
    }

    pub(crate) fn listed(&self) -> Vec<String> {
        match self {
            Self::One(one) => vec![one.clone()],
            Self::Many(many) => many.clone(),
        }
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        match self {
            Self::One(one) => one == name,
            Self::Many(many) => many.iter().any(|one| one == name),
        }
    }
}

/// The claims of an access token (RFC 9068 §2.2). Times are seconds since the epoch, UTC.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct AccessTokenClaims {
    pub(crate) iss: String,
    pub(crate) sub: String,
    /// The resources asked for; the issuer itself where none was: the token opens our own endpoints.
    pub(crate) aud: Audiences,
    pub(crate) client_id: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) scope: String,
    pub(crate) exp: i64,
    pub(crate) iat: i64,
    pub(crate) jti: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) auth_time: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) acr: Option<Acr>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) amr: Vec<Amr>,
    #[serde(default, skip_serializing_if = "Confirmation::is_empty")]
    pub(crate) cnf: Confirmation,
    /// Who acts in the subject's place (RFC 8693 §4.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) act: Option<Value>,
    /// What was allowed in detail (RFC 9396 §9.1).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) authorization_details: Vec<Value>,
    /// The grant it rests on; none where no member stands behind it.
    #[serde(default, rename = "gid", skip_serializing_if = "Option::is_none")]
    pub(crate) grant: Option<GrantId>,
}

/// What a token is to say.
pub(super) struct Wanted<'a> {
    pub(super) subject: String,
    pub(super) scopes: &'a Scopes,
    pub(super) resources: Vec<String>,
    pub(super) authentication: Option<&'a Authentication>,
    pub(super) grant: Option<GrantId>,
    pub(super) confirmation: Confirmation,
    pub(super) act: Option<Value>,
    pub(super) authorization_details: Vec<Value>,
    /// It ends then at the latest.
    pub(super) ends_by: Option<Timestamp>,
}

/// A token but for its signature.
pub(in crate::oidc) enum PreparedAccess {
    Jwt { claims: Box<AccessTokenClaims>, signer: Arc<Signer>, good: Arc<GoodSignatures> },
    Opaque(Plain<TokenSecret>),
}

impl PreparedAccess {
    /// The token.
    pub(in crate::oidc) fn sign(&self) -> Result<String, Fault> {
        match self {
            Self::Jwt { claims, signer, good } => {
                let token = signer.sign(Typ::AccessToken, claims)?;
                // Whoever asks about it here need not wait until what we have just written is read and checked.
                good.remember(Fingerprint::of(&token));
                Ok(token)
            }
            Self::Opaque(secret) => Ok(secret.expose_text().to_owned()),
        }
    }
}

/// Prepares a token, and how many seconds it lives.
pub(super) async fn prepare(ctx: &Ctx, client: &Client, wanted: Wanted<'_>) -> Result<(PreparedAccess, u64), Fault> {
    let secret = Plain::<TokenSecret>::random(ctx.entropy());
    let ends = ctx.now + client.access_token_lifetime();
    let ends = wanted.ends_by.map_or(ends, |latest| latest.min(ends));
    let issuer = ctx.realm().origin.as_str();
    let is_opaque = client.settings.access_tokens.format == TokenFormat::Opaque;
    let claims = AccessTokenClaims {
        iss: issuer.to_owned(),
        sub: wanted.subject,
        aud: Audiences::of(wanted.resources, issuer),
        client_id: client.client_id.as_str().to_owned(),
        scope: wanted.scopes.to_string(),
        exp: ends.seconds(),
        iat: ctx.now.seconds(),
        // The value of an opaque token is a secret that must not rest beside its hash.
        jti: if is_opaque { String::new() } else { secret.expose_text().to_owned() },
        auth_time: wanted.authentication.map(|authentication| authentication.at.seconds()),
        acr: wanted.authentication.map(|authentication| authentication.acr),
        amr: wanted.authentication.map(|authentication| authentication.amr.clone()).unwrap_or_default(),
        cnf: wanted.confirmation,
        act: wanted.act,
        authorization_details: wanted.authorization_details,
        grant: wanted.grant,
    };
    let lifetime = u64::try_from(claims.exp - claims.iat).unwrap_or(0);
    if is_opaque {
        let row = store::opaque_token::Row {
            secret: &ctx.vault.hash(secret.expose()),
            client: client.id,
            grant: claims.grant,
            claims: serde_json::to_string(&claims).map_err(|_| Fault::Broken("claims have no JSON form".into()))?,
            expires_at: ends,
        };
        store::opaque_token::insert(ctx, row).boxed().await?;
        return Ok((PreparedAccess::Opaque(secret), lifetime));
    }
    let signer = store::signing_key::active(ctx, client.settings.access_tokens.signing_alg).await?;
    let good = Arc::clone(&ctx.held.signatures);
    Ok((PreparedAccess::Jwt { claims: Box::new(claims), signer, good }, lifetime))
}
