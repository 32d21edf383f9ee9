//! The userinfo endpoint (OpenID Connect Core §5.3). What the token rests on is asked each time, so that a revocation
//! counts at once; a bound token is taken only with its proof (RFC 9449 §7, RFC 8705 §3).

use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Map, Value};

use super::access::{self, Access};
use super::dpop::{self, DpopRefusal, Target};
use super::protect::{Protected, Protecting};
use super::scope::{Scope, Scopes};
use super::token::{OneTime, SentProof};
use super::{claims, paths};
use crate::client::{FetchedKeys, HttpsUri};
use crate::client_certificate::ClientCertificate;
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::entropy::Entropy;
use crate::fault::Fault;
use crate::jws::Typ;
use crate::store;

/// The scheme an access token came with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// RFC 6750.
    Bearer,
    /// RFC 9449 §7.1.
    Dpop,
}

/// An access token as it was presented. Holds a secret: no `Debug`.
#[derive(Clone)]
pub struct PresentedToken {
    /// The token.
    pub token: String,
    /// How it came.
    pub scheme: Scheme,
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The `DPoP` header.
    pub proof: SentProof,
    /// The certificate of the connection.
    pub certificate: Option<ClientCertificate>,
}

/// What userinfo answers.
pub enum Userinfo {
    /// The claims, as the client wants them.
    Told(Box<Told>),
    /// The token is unreadable, foreign, expired or revoked, or its member was disabled: 401 `invalid_token`.
    InvalidToken,
    /// The token does not carry `openid`: 403 `insufficient_scope`.
    InsufficientScope,
    /// The proof does not hold: 401 `invalid_dpop_proof`.
    InvalidProof(&'static str),
    /// The proof must carry a nonce: 401 `use_dpop_nonce`.
    NonceNeeded,
}

/// Claims with what protects them; signed and encrypted after the transaction.
pub struct Told {
    claims: Map<String, Value>,
    protecting: Protecting,
}

impl Told {
    /// The address of the client's keys, where they must be fetched first.
    pub fn missing(&self, fetched: &FetchedKeys, now: Timestamp) -> Option<HttpsUri> {
        self.protecting.missing(fetched, now)
    }

    /// The answer as it is sent.
    pub fn protected(self, means: (&FetchedKeys, &dyn Entropy)) -> Result<Protected<Map<String, Value>>, Fault> {
        self.protecting.protect(means, Typ::Userinfo, self.claims)
    }
}

/// The answer, and what must be used up before it is given.
pub struct Asked {
    /// The answer.
    pub answer: Userinfo,
    /// The proof's identifier: the answer counts only if [`OneTime::spend`] agrees.
    pub once: Option<OneTime>,
}

impl From<Userinfo> for Asked {
    fn from(answer: Userinfo) -> Self {
        Self { answer, once: None }
    }
}

/// Tells about the member whom the access token stands for.
///
/// It is boxed here and not where it is called, so that it is compiled with the rules, for speed; pages are compiled for size.
pub fn userinfo<'a>(ctx: &'a Ctx, presented: &'a PresentedToken) -> BoxFuture<'a, Result<Asked, Fault>> {
    told(ctx, presented).boxed()
}

async fn told(ctx: &Ctx, presented: &PresentedToken) -> Result<Asked, Fault> {
    let Some(access) = access::live(ctx, &presented.token).await? else { return Ok(Userinfo::InvalidToken.into()) };
    if !access.claims.aud.contains(ctx.realm().origin.as_str()) {
        return Ok(Userinfo::InvalidToken.into());
    }
    let once = match bound(ctx, &access, presented) {
        Ok(once) => once,
        Err(refused) => return Ok(refused.into()),
    };
    let scopes = Scopes::parse(&access.claims.scope);
    let Some(member) = access.member.filter(|_| scopes.contains(Scope::Openid)) else {
        return Ok(Userinfo::InsufficientScope.into());
    };

    let grant = match access.claims.grant {
        Some(grant) => store::grant::by_id(ctx, grant).await?,
        None => None,
    };
    // What was allowed one by one was allowed to one client: a token that another one exchanged tells no more than its scopes.
    let single = grant.filter(|grant| grant.client == access.client.id).map(|grant| grant.claims).unwrap_or_default();
    let chosen = claims::chosen(&member, &single);
    let mut claims = claims::about(&member, &scopes);
    claims.extend(chosen);
    claims.insert("sub".into(), access.claims.sub.into());
    let protection = &access.client.settings.answers.userinfo;
    if protection.signed.is_some() {
        // Who says it and to whom (§5.3.2).
        claims.insert("iss".into(), ctx.realm().origin.as_str().into());
        claims.insert("aud".into(), access.client.client_id.as_str().into());
    }
    let protecting = Protecting::prepare(ctx, &access.client, protection).await?;
    Ok(Asked { answer: Userinfo::Told(Box::new(Told { claims, protecting })), once })
}

/// Holds the token to what it is bound to.
fn bound(ctx: &Ctx, access: &Access, presented: &PresentedToken) -> Result<Option<OneTime>, Userinfo> {
    let binding = &access.claims.cnf;
    let certificate = presented.certificate.as_ref().map(ClientCertificate::thumbprint);
    if binding.x5t.is_some() && binding.x5t != certificate {
        return Err(Userinfo::InvalidToken);
    }
    let proof = match (presented.scheme, &binding.jkt, &presented.proof) {
        (Scheme::Bearer, None, _) => return Ok(None),
        // A bound token without its scheme could be a stolen one; a proof without a binding proves nothing.
        (Scheme::Bearer, Some(_), _) | (Scheme::Dpop, None, _) => return Err(Userinfo::InvalidToken),
        (Scheme::Dpop, Some(_), SentProof::Proof(proof)) => proof,
        (Scheme::Dpop, Some(_), SentProof::Nothing | SentProof::Unreadable) => {
            return Err(Userinfo::InvalidProof("exactly one DPoP header is needed"));
        }
    };
    let target = Target::presenting(presented.method, paths::USERINFO, &presented.token);
    match dpop::check(ctx, access.client.settings.profile, proof, &target) {
        Ok(proof) if binding.jkt.as_deref() == Some(&proof.jkt) => Ok(Some(proof.once)),
        Ok(_) => Err(Userinfo::InvalidToken),
        Err(DpopRefusal::Nonce) => Err(Userinfo::NonceNeeded),
        Err(DpopRefusal::Proof(why)) => Err(Userinfo::InvalidProof(why)),
    }
}
