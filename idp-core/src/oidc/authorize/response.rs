//! What goes back to the client (RFC 6749 §4.1.2, RFC 9207). Needs a [`TrustedRedirect`]: there is no other way out.

use std::borrow::Cow;

use futures::FutureExt;

use super::issue::FrontTokens;
use super::response_mode::jwt::Envelope;
use super::response_mode::{Carrier, form_post, fragment, query};
use super::{AuthorizationError, AuthorizationRequest, ResponseMode};
use crate::client::{Client, FetchedKeys, HttpsUri};
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::oidc::protect::Means;
use crate::redirect_uri::TrustedRedirect;

/// The parameters of an answer, in order.
pub(super) type Answered = Vec<(&'static str, String)>;

/// An answer of the authorization endpoint. May hold a code: no `Debug` of its parameters.
pub struct AuthorizationResponse {
    redirect: TrustedRedirect,
    mode: ResponseMode,
    params: Answered,
    tokens: Option<FrontTokens>,
    envelope: Option<Envelope>,
}

/// How the browser carries an answer.
pub enum Delivery {
    /// It is sent to this address (303).
    Redirect(String),
    /// It posts a form.
    FormPost(FormPost),
}

/// A form for the browser to post.
pub struct FormPost {
    /// Where to.
    pub action: String,
    /// Its fields.
    pub fields: Vec<(&'static str, String)>,
}

impl AuthorizationResponse {
    /// The successful answer, with what the response type asks for.
    pub(super) async fn success(
        ctx: &Ctx,
        to: (&Client, TrustedRedirect),
        request: &AuthorizationRequest,
        code: Option<String>,
        tokens: Option<FrontTokens>,
    ) -> Result<Self, Fault> {
        let params = code.into_iter().map(|code| ("code", code)).collect();
        Self::complete(ctx, to, request, params, tokens).await
    }

    /// An error.
    pub(super) async fn error(
        ctx: &Ctx,
        to: (&Client, TrustedRedirect),
        request: &AuthorizationRequest,
        error: AuthorizationError,
        description: Cow<'static, str>,
    ) -> Result<Self, Fault> {
        let params = vec![("error", error.code().to_owned()), ("error_description", description.into_owned())];
        Self::complete(ctx, to, request, params, None).await
    }

    async fn complete(
        ctx: &Ctx,
        (client, redirect): (&Client, TrustedRedirect),
        request: &AuthorizationRequest,
        mut params: Answered,
        tokens: Option<FrontTokens>,
    ) -> Result<Self, Fault> {
        if let Some(state) = &request.state {
            params.push(("state", state.clone()));
        }
        // Tells a client of several providers whose answer it holds (RFC 9207).
        params.push(("iss", ctx.realm().origin.as_str().to_owned()));
        let mode = request.response_mode;
        let envelope = if mode.is_signed() { Some(Envelope::prepare(ctx, client).boxed().await?) } else { None };
        Ok(Self { redirect, mode, params, tokens, envelope })
    }

    /// The address of the client's keys, where they must be fetched before the answer can be encrypted.
    pub fn missing(&self, fetched: &FetchedKeys, now: Timestamp) -> Option<HttpsUri> {
        let around = self.envelope.as_ref().and_then(Envelope::around);
        let inside = self.tokens.as_ref().and_then(FrontTokens::envelope);
        [around, inside].into_iter().flatten().find_map(|envelope| envelope.missing(fetched, now))
    }

    /// Signs and encrypts what is to be, and puts the answer where the client listens: after the commit, as signing takes
    /// its time.
    pub fn deliver(&self, means: Means<'_>) -> Result<Delivery, Fault> {
        let mut params = self.params.clone();
        if let Some(tokens) = &self.tokens {
            let code = params.iter().find(|(name, _)| *name == "code").map(|(_, code)| code.clone());
            params.extend(tokens.sign(means, code.as_deref())?);
        }
        if let Some(envelope) = &self.envelope {
            params = envelope.seal(means, params)?;
        }
        Ok(match self.mode.carrier() {
            Carrier::Query => query::deliver(&self.redirect, &params),
            Carrier::Fragment => fragment::deliver(&self.redirect, &params),
            Carrier::FormPost => form_post::deliver(&self.redirect, params),
        })
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
