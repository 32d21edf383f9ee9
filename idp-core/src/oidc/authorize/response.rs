//! What goes back to the client (RFC 6749 §4.1.2, RFC 9207). Needs a [`TrustedRedirect`]: there is no other way out.

use super::{AuthorizationError, AuthorizationRequest, ResponseMode};
use crate::realm::Realm;
use crate::redirect_uri::TrustedRedirect;
use crate::secret::{AuthorizationCode, Plain};

/// An answer of the authorization endpoint. May hold a code: no `Debug` of its parameters.
pub struct AuthorizationResponse {
    redirect: TrustedRedirect,
    mode: ResponseMode,
    params: Vec<(&'static str, String)>,
}

impl AuthorizationResponse {
    pub(super) fn code(
        realm: &Realm,
        redirect: TrustedRedirect,
        request: &AuthorizationRequest,
        code: &Plain<AuthorizationCode>,
    ) -> Self {
        let params = vec![("code", code.expose_text().to_owned())];
        Self::complete(realm, redirect, request, params)
    }

    pub(super) fn error(
        realm: &Realm,
        redirect: TrustedRedirect,
        request: &AuthorizationRequest,
        error: AuthorizationError,
        description: &'static str,
    ) -> Self {
        let params = vec![("error", error.code().to_owned()), ("error_description", description.to_owned())];
        Self::complete(realm, redirect, request, params)
    }

    fn complete(
        realm: &Realm,
        redirect: TrustedRedirect,
        request: &AuthorizationRequest,
        mut params: Vec<(&'static str, String)>,
    ) -> Self {
        if let Some(state) = &request.state {
            params.push(("state", state.clone()));
        }
        // Tells a client of several providers whose answer it holds (RFC 9207).
        params.push(("iss", realm.origin.as_str().to_owned()));
        Self { redirect, mode: request.response_mode, params }
    }

    /// Where to send the browser (303).
    pub fn location(&self) -> String {
        match self.mode {
            ResponseMode::Query => {
                self.redirect.with_query(self.params.iter().map(|(name, value)| (*name, value.as_str())))
            }
        }
    }

    /// The `error` it carries, for the log.
    pub fn error_code(&self) -> Option<&str> {
        self.params.iter().find(|(name, _)| *name == "error").map(|(_, value)| value.as_str())
    }
}

impl std::fmt::Debug for AuthorizationResponse {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.params.iter().map(|(name, _)| *name).collect();
        write!(formatter, "AuthorizationResponse({}, {names:?})", self.redirect.as_str())
    }
}
