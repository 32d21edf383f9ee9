//! Tokens that come from the authorization endpoint itself (OpenID Connect Core §3.2.2.5, §3.3.2.5): prepared inside the
//! transaction, signed after its commit.

use std::sync::Arc;

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::super::response::Answered;
use super::super::{AuthorizationRequest, ClaimsRequest};
use crate::client::{Client, ResponseType};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::grant::Grant;
use crate::jwe::Content;
use crate::jws::{Signer, Typ};
use crate::key::Algorithm;
use crate::member::Member;
use crate::oidc::acr::Authentication;
use crate::oidc::claims;
use crate::oidc::protect::{self, Means};
use crate::oidc::subject;
use crate::oidc::token::front::{self, IdTokenClaims, PreparedAccess};
use crate::store;

/// What the response type asks for beside a code. Worthless until signed, yet it holds a `jti`: no `Debug`.
pub(in super::super) struct FrontTokens {
    access: Option<(PreparedAccess, u64)>,
    scope: String,
    /// What was allowed in detail (RFC 9396 §7), as JSON.
    details: Option<String>,
    id: Option<(IdTokenClaims, Arc<Signer>)>,
    id_envelope: Option<protect::Envelope>,
}

impl FrontTokens {
    /// What the ID token is encrypted in, where its client wants that.
    pub(in super::super) fn envelope(&self) -> Option<&protect::Envelope> {
        self.id_envelope.as_ref().filter(|_| self.id.is_some())
    }

    /// Signs them, and encrypts the ID token where that is registered. The ID token names what it came with by its hash, so
    /// that nothing of the answer can be exchanged.
    pub(in super::super) fn sign(&self, means: Means<'_>, code: Option<&str>) -> Result<Answered, Fault> {
        let mut params = Vec::new();
        let mut access_token = None;
        if let Some((prepared, lifetime)) = &self.access {
            let signed = prepared.sign()?;
            params.push(("access_token", signed.clone()));
            params.push(("token_type", "Bearer".to_owned()));
            params.push(("expires_in", lifetime.to_string()));
            params.push(("scope", self.scope.clone()));
            params.extend(self.details.clone().map(|details| ("authorization_details", details)));
            access_token = Some(signed);
        }
        if let Some((claims, signer)) = &self.id {
            let hash = |text: &str| half_hash(signer.algorithm(), text);
            let mut claims = claims.clone();
            claims.at_hash = access_token.as_deref().map(hash);
            claims.c_hash = code.map(hash);
            let signed = signer.sign(Typ::IdToken, &claims)?;
            let told = match &self.id_envelope {
                None => signed,
                Some(envelope) => envelope.seal(means, Content::Jwt, signed.as_bytes())?,
            };
            params.push(("id_token", told));
        }
        Ok(params)
    }
}

/// Prepares what `request` asks for; `None` where that is a code alone.
pub(super) async fn prepare(
    ctx: &Ctx,
    client: &Client,
    request: &AuthorizationRequest,
    (grant, authentication): (&Grant, &Authentication),
) -> Result<Option<FrontTokens>, Fault> {
    let kind = request.response_type;
    if !kind.has_id_token() && !kind.has_token() {
        return Ok(None);
    }
    let Some(member) = store::member::by_id(ctx, authentication.member).await? else { return Ok(None) };
    subject::note(ctx, client, &member).await?;
    let access = match kind.has_token() {
        true => Some(front::access_token(ctx, client, (grant, &member), authentication, request).await?),
        false => None,
    };
    let id = match kind.has_id_token() {
        true => {
            let mut claims = front::id_token(ctx, client, &member, authentication);
            claims.nonce.clone_from(&request.nonce);
            claims.about = about(request, &member);
            Some((claims, store::signing_key::active(ctx, client.settings.id_token_alg).await?))
        }
        false => None,
    };
    let id_envelope = protect::Envelope::of(client, client.settings.answers.id_token_encryption);
    let details = (!request.authorization_details.is_empty())
        .then(|| serde_json::Value::from(request.authorization_details.clone()).to_string());
    Ok(Some(FrontTokens { access, scope: grant.scopes.to_string(), details, id, id_envelope }))
}

/// Where no access token will ever open userinfo, the claims of the scopes stand in the ID token (OpenID Connect Core
/// §5.4).
fn about(request: &AuthorizationRequest, member: &Member) -> serde_json::Map<String, serde_json::Value> {
    let ClaimsRequest { userinfo, id_token } = &request.claims;
    let mut about = claims::chosen(member, id_token);
    if request.response_type == ResponseType::IdToken {
        about.extend(claims::chosen(member, userinfo));
        about.extend(claims::about(member, &request.scopes));
        about.remove("sub");
    }
    about
}

/// The left half of the hash that the signature's algorithm uses (OpenID Connect Core §3.3.2.11).
fn half_hash(algorithm: Algorithm, text: &str) -> String {
    let function = match algorithm {
        Algorithm::Rs256 | Algorithm::Es256 | Algorithm::Ps256 => &digest::SHA256,
        Algorithm::EdDsa => &digest::SHA512,
    };
    let hash = digest::digest(function, text.as_bytes());
    let bytes = hash.as_ref();
    URL_SAFE_NO_PAD.encode(&bytes[..bytes.len() / 2])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_openid_connect_core_a_4_is_met() {
        let token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
        assert_eq!(half_hash(Algorithm::Rs256, token), "77QmUPtjPfzWtF2AnpK9RQ");
    }
}
