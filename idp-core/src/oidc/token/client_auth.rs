//! Client authentication (RFC 6749 §2.3, OpenID Connect Core §9): exactly one method, the registered one.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::error::{Challenge, TokenError, TokenRefusal};
use crate::client::{AuthMethod, Client};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::oidc::params::{Params, decoded};
use crate::secret::{ClientSecret, Plain};
use crate::store;

/// What a client sent to prove itself.
pub(super) struct SentCredentials {
    client_id: String,
    secret: Option<Plain<ClientSecret>>,
    method: AuthMethod,
}

impl SentCredentials {
    /// Reads header and form.
    pub(super) fn read(authorization: Option<&str>, params: &Params) -> Result<Self, TokenRefusal> {
        let (id, secret) = (params.find("client_id"), params.find("client_secret"));
        let Some(header) = authorization else { return Self::from_form(id, secret) };
        let Some((client_id, password)) = basic(header) else {
            return Err(refused(Challenge::Basic, "the Authorization header is not readable as Basic"));
        };
        if secret.is_some() {
            let description = "the client used more than one method to authenticate";
            return Err(TokenRefusal::new(TokenError::InvalidRequest, description));
        }
        if id.is_some_and(|id| id != client_id) {
            let description = "the client_id differs from the one in the Authorization header";
            return Err(TokenRefusal::new(TokenError::InvalidRequest, description));
        }
        let secret = Some(Plain::new(password.into_bytes()));
        Ok(Self { client_id, secret, method: AuthMethod::ClientSecretBasic })
    }

    fn from_form(id: Option<&str>, secret: Option<&str>) -> Result<Self, TokenRefusal> {
        let Some(id) = id else { return Err(refused(Challenge::None, "the client did not say who it is")) };
        let method = if secret.is_some() { AuthMethod::ClientSecretPost } else { AuthMethod::None };
        let secret = secret.map(|secret| Plain::new(secret.as_bytes().to_vec()));
        Ok(Self { client_id: id.to_owned(), secret, method })
    }

    fn challenge(&self) -> Challenge {
        match self.method {
            AuthMethod::ClientSecretBasic => Challenge::Basic,
            AuthMethod::ClientSecretPost
            | AuthMethod::ClientSecretJwt
            | AuthMethod::PrivateKeyJwt
            | AuthMethod::TlsClientAuth
            | AuthMethod::SelfSignedTlsClientAuth
            | AuthMethod::None => Challenge::None,
        }
    }
}

/// Id and secret out of `Basic …`; both were form-encoded before they were joined (RFC 6749 §2.3.1).
fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, credentials) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let joined = STANDARD.decode(credentials.trim()).ok()?;
    let colon = joined.iter().position(|byte| *byte == b':')?;
    Some((decoded(&joined[..colon]).ok()?, decoded(&joined[colon + 1..]).ok()?))
}

const fn refused(challenge: Challenge, description: &'static str) -> TokenRefusal {
    TokenRefusal { error: TokenError::InvalidClient, description, challenge }
}

/// The client, if it proved itself the way it is registered. Every failure reads alike.
pub(super) async fn authenticated(ctx: &Ctx, sent: &SentCredentials) -> Result<Result<Client, TokenRefusal>, Fault> {
    let failed = Err(refused(sent.challenge(), "client authentication failed"));
    let Some(client) = store::client::by_client_id(ctx, &sent.client_id).await? else { return Ok(failed) };
    if client.settings.auth_method != sent.method {
        return Ok(failed);
    }
    let proved = match (&client.secret, &sent.secret) {
        (Some(hash), Some(secret)) => hash.matches(&ctx.vault.hash(secret.expose())),
        (None, None) => client.settings.auth_method == AuthMethod::None,
        (Some(_), None) | (None, Some(_)) => false,
    };
    Ok(if proved { Ok(client) } else { failed })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(id: &str, secret: &str) -> String {
        format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
    }

    fn read(authorization: Option<&str>, form: &[(&str, &str)]) -> Result<(String, Option<String>, AuthMethod), u16> {
        let params = form.iter().copied().collect();
        let sent = SentCredentials::read(authorization, &params).map_err(|refusal| refusal.status())?;
        Ok((sent.client_id, sent.secret.map(|secret| secret.expose_text().to_owned()), sent.method))
    }

    #[test]
    fn each_method_is_told_from_the_others() {
        let basic = header("portal", "s%3Acret+%25");
        assert_eq!(
            read(Some(&basic), &[]),
            Ok(("portal".into(), Some("s:cret %".into()), AuthMethod::ClientSecretBasic))
        );
        assert_eq!(
            read(None, &[("client_id", "portal"), ("client_secret", "s")]),
            Ok(("portal".into(), Some("s".into()), AuthMethod::ClientSecretPost))
        );
        assert_eq!(read(None, &[("client_id", "spa")]), Ok(("spa".into(), None, AuthMethod::None)));
        assert_eq!(
            read(None, &[("client_id", "spa"), ("client_secret", "")]),
            Ok(("spa".into(), None, AuthMethod::None))
        );
    }

    #[test]
    fn the_scheme_is_read_in_any_case_and_a_colon_may_stand_in_the_secret() {
        let text = STANDARD.encode("portal:a:b");
        assert_eq!(read(Some(&format!("bAsIc {text}")), &[]).unwrap().1.as_deref(), Some("a:b"));
    }

    #[test]
    fn two_methods_at_once_or_two_names_are_a_bad_request() {
        let basic = header("portal", "s");
        assert_eq!(read(Some(&basic), &[("client_secret", "s")]), Err(400));
        assert_eq!(read(Some(&basic), &[("client_id", "other")]), Err(400));
        assert!(read(Some(&basic), &[("client_id", "portal")]).is_ok());
    }

    #[test]
    fn an_unreadable_header_is_challenged() {
        for wrong in ["", "Basic", "Basic ", "Basic !!!", "Bearer abc", "Basic cG9ydGFs", "Basic /////w=="] {
            assert_eq!(read(Some(wrong), &[("client_id", "portal")]), Err(401), "{wrong}");
        }
        assert_eq!(read(None, &[]), Err(400));
    }
}
