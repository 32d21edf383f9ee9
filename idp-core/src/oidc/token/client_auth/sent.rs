//! What a client sent to prove itself, and that it was one thing.

use super::{assertion, client_secret_basic, client_secret_post, refused};
use crate::oidc::token::{Challenge, ClientCall, TokenError, TokenRefusal};
use crate::secret::{ClientSecret, Plain};

/// What a client shows.
pub(super) enum Proof {
    Basic(Plain<ClientSecret>),
    Post(Plain<ClientSecret>),
    Assertion(String),
    /// Nothing in the request: either its certificate speaks for it, or it cannot prove itself.
    Nothing,
}

impl Proof {
    pub(super) const fn challenge(&self) -> Challenge {
        match self {
            Self::Basic(_) => Challenge::Basic,
            Self::Post(_) | Self::Assertion(_) | Self::Nothing => Challenge::None,
        }
    }
}

/// Who it says it is, and its proof.
pub(super) struct Sent {
    pub(super) client_id: String,
    pub(super) proof: Proof,
}

const MORE_THAN_ONE: TokenRefusal =
    TokenRefusal::new(TokenError::InvalidRequest, "the client used more than one method to authenticate");

impl Sent {
    /// Reads header and form.
    pub(super) fn read(call: &ClientCall) -> Result<Self, TokenRefusal> {
        let find = |name| call.params.find(name);
        let (id, secret, assertion) = (find("client_id"), find("client_secret"), find("client_assertion"));
        match (&call.authorization, secret, assertion) {
            (None, None, None) => Self::named(id, Proof::Nothing),
            (None, Some(secret), None) => client_secret_post::read(id, secret),
            (None, None, Some(assertion)) => assertion::read(id, assertion, find("client_assertion_type")),
            (Some(header), None, None) => client_secret_basic::read(header, id),
            _ => Err(MORE_THAN_ONE),
        }
    }

    /// Of a proof that does not say whose it is.
    pub(super) fn named(id: Option<&str>, proof: Proof) -> Result<Self, TokenRefusal> {
        let Some(id) = id else { return Err(refused(Challenge::None, "the client did not say who it is")) };
        Ok(Self { client_id: id.to_owned(), proof })
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    use super::assertion::ASSERTION_TYPE;
    use super::*;

    fn header(id: &str, secret: &str) -> String {
        format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
    }

    fn read(authorization: Option<&str>, form: &[(&str, &str)]) -> Result<(String, String), u16> {
        let call = ClientCall {
            authorization: authorization.map(str::to_owned),
            ..ClientCall::new("/token", form.iter().copied().collect())
        };
        let sent = Sent::read(&call).map_err(|refusal| refusal.status())?;
        let proof = match sent.proof {
            Proof::Basic(secret) => format!("basic {}", secret.expose_text()),
            Proof::Post(secret) => format!("post {}", secret.expose_text()),
            Proof::Assertion(_) => "assertion".into(),
            Proof::Nothing => "nothing".into(),
        };
        Ok((sent.client_id, proof))
    }

    #[test]
    fn each_method_is_told_from_the_others() {
        let basic = header("portal", "s%3Acret+%25");
        assert_eq!(read(Some(&basic), &[]), Ok(("portal".into(), "basic s:cret %".into())));
        let post = [("client_id", "portal"), ("client_secret", "s")];
        assert_eq!(read(None, &post), Ok(("portal".into(), "post s".into())));
        assert_eq!(read(None, &[("client_id", "spa")]), Ok(("spa".into(), "nothing".into())));
        let empty = [("client_id", "spa"), ("client_secret", "")];
        assert_eq!(read(None, &empty), Ok(("spa".into(), "nothing".into())));
        // {"sub":"portal"}
        let assertion =
            [("client_assertion", "e30.eyJzdWIiOiJwb3J0YWwifQ.x"), ("client_assertion_type", ASSERTION_TYPE)];
        assert_eq!(read(None, &assertion), Ok(("portal".into(), "assertion".into())));
    }

    #[test]
    fn the_scheme_is_read_in_any_case_and_a_colon_may_stand_in_the_secret() {
        let text = STANDARD.encode("portal:a:b");
        assert_eq!(read(Some(&format!("bAsIc {text}")), &[]).unwrap().1, "basic a:b");
    }

    #[test]
    fn two_methods_at_once_or_two_names_are_a_bad_request() {
        let basic = header("portal", "s");
        assert_eq!(read(Some(&basic), &[("client_secret", "s")]), Err(400));
        assert_eq!(read(Some(&basic), &[("client_assertion", "s")]), Err(400));
        assert_eq!(read(None, &[("client_id", "a"), ("client_secret", "s"), ("client_assertion", "s")]), Err(400));
        assert_eq!(read(Some(&basic), &[("client_id", "other")]), Err(400));
        assert!(read(Some(&basic), &[("client_id", "portal")]).is_ok());
        let assertion = [("client_assertion", "e30.eyJzdWIiOiJwb3J0YWwifQ.x"), ("client_id", "portal")];
        assert_eq!(read(None, &assertion), Err(400), "without its type");
    }

    #[test]
    fn an_unreadable_header_is_challenged() {
        for wrong in ["", "Basic", "Basic ", "Basic !!!", "Bearer abc", "Basic cG9ydGFs", "Basic /////w=="] {
            assert_eq!(read(Some(wrong), &[("client_id", "portal")]), Err(401), "{wrong}");
        }
        assert_eq!(read(None, &[]), Err(400));
    }
}
