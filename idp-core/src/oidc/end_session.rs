//! Sign-out that starts at a client (OpenID Connect RP-Initiated Logout §2).
//!
//! | hint | session in the browser | redirect URI | so |
//! |---|---|---|---|
//! | good | the one of the hint, or none | registered | signed out at once, back with `state` |
//! | good | the one of the hint, or none | not sent | signed out at once, our own page |
//! | good | another one | any | the member is asked; our own page |
//! | bad, or none | any | any | the member is asked; our own page |
//! | good | any | not registered | the member is asked; our own page |
//!
//! Without a good hint anybody could have written the link, so that it neither signs out nor leads away.

use super::authorize::Explanation;
use super::frontchannel::Frame;
use super::params::Params;
use super::{frontchannel, signing, subject};
use crate::client::Client;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::interaction::begin::{self, Visitor};
use crate::redirect_uri::TrustedRedirect;
use crate::session::Session;
use crate::session::end::{self, Cause};
use crate::store;

/// What the browser is shown.
#[derive(Debug, PartialEq, Eq)]
pub enum EndSession {
    /// Signed out; back to the client.
    Redirect {
        /// Where to, `state` included.
        location: String,
    },
    /// Signed out; our own page says so.
    SignedOut,
    /// The member is asked whether to sign out.
    Confirm(Doubt),
}

/// Why the member is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// No `id_token_hint` came.
    NoHint,
    /// The hint is no ID token of ours, or not of the client named.
    BadHint,
    /// The hint names another session or member than the browser's.
    OtherSession,
    /// The redirect URI is not registered.
    UnregisteredUri,
    /// A parameter came twice.
    Malformed,
}

impl Doubt {
    /// Every doubt.
    pub const ALL: [Self; 5] =
        [Self::NoHint, Self::BadHint, Self::OtherSession, Self::UnregisteredUri, Self::Malformed];

    /// The one with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|doubt| doubt.code() == code)
    }

    /// Parameter, rule and section, for a realm in which portals are developed.
    pub const fn explanation(self) -> Explanation {
        let (parameter, rule, section) = match self {
            Self::NoHint => (
                "id_token_hint",
                "Without it anybody could have written the link: the member is asked, and stays here.",
                "OpenID Connect RP-Initiated Logout §2, §6",
            ),
            Self::BadHint => (
                "id_token_hint",
                "It must be an ID token that this issuer signed, expired or not; client_id, where it is sent, must be its \
                 audience.",
                "OpenID Connect RP-Initiated Logout §2, §4",
            ),
            Self::OtherSession => (
                "id_token_hint",
                "It must be of the session, or of the member, that is signed in in this browser.",
                "OpenID Connect RP-Initiated Logout §2, §4",
            ),
            Self::UnregisteredUri => (
                "post_logout_redirect_uri",
                "It must be a registered one of the client that the hint names, byte for byte.",
                "OpenID Connect RP-Initiated Logout §3",
            ),
            Self::Malformed => ("(all)", "No parameter may come more than once.", "RFC 6749 §3.1"),
        };
        Explanation { parameter, rule, section, found: None }
    }

    /// A short stable code, for the log and for the page that explains it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoHint => "no_hint",
            Self::BadHint => "bad_hint",
            Self::OtherSession => "other_session",
            Self::UnregisteredUri => "invalid_redirect_uri",
            Self::Malformed => "invalid_request",
        }
    }
}

/// Answers a request to sign out.
///
/// The second half is what the browser opens for clients that want to hear of it there; none while the member is asked.
pub async fn from_browser(ctx: &Ctx, params: &Params, visitor: &Visitor) -> Result<(EndSession, Vec<Frame>), Fault> {
    let session = begin::live_session(ctx, visitor).await?;
    let frames = frontchannel::frames(ctx, session.as_ref()).await?;

    let answer = end_session(ctx, params, session.as_ref()).await?;

    Ok(match answer {
        EndSession::Confirm(_) => (answer, Vec::new()),
        EndSession::Redirect { .. } | EndSession::SignedOut => (answer, frames),
    })
}

/// Answers a request to sign out from a browser with this live session.
pub(super) async fn end_session(ctx: &Ctx, params: &Params, session: Option<&Session>) -> Result<EndSession, Fault> {
    let (client, redirect) = match trusted(ctx, params, session).await? {
        Ok(trusted) => trusted,
        Err(doubt) => return Ok(EndSession::Confirm(doubt)),
    };

    if let Some(session) = session {
        end::one(ctx, session, Cause::Client { client: client.id }).await?;
    }
    Ok(match redirect {
        None => EndSession::SignedOut,
        Some(redirect) => {
            let state = params.find("state").map(|state| ("state", state));
            EndSession::Redirect { location: redirect.with_query(state) }
        }
    })
}

type Trusted = (Client, Option<TrustedRedirect>);

async fn trusted(ctx: &Ctx, params: &Params, session: Option<&Session>) -> Result<Result<Trusted, Doubt>, Fault> {
    if params.doubled().is_some() {
        return Ok(Err(Doubt::Malformed));
    }
    let Some(hint) = params.find("id_token_hint") else { return Ok(Err(Doubt::NoHint)) };
    let Some(claims) = signing::id_token_of_ours(ctx, hint).await? else { return Ok(Err(Doubt::BadHint)) };
    if params.find("client_id").is_some_and(|client_id| client_id != claims.aud) {
        return Ok(Err(Doubt::BadHint));
    }
    let Some(client) = store::client::by_client_id(ctx, &claims.aud).await? else { return Ok(Err(Doubt::BadHint)) };
    if let Some(session) = session {
        let same_session = claims.sid == Some(session.id.to_string());
        let member = store::member::by_id(ctx, session.member).await?;
        // A later session of the same member is what the client means, too.
        if !same_session && member.is_none_or(|member| subject::of(ctx, &client, &member) != claims.sub) {
            return Ok(Err(Doubt::OtherSession));
        }
    }
    let Some(sent) = params.find("post_logout_redirect_uri") else { return Ok(Ok((client, None))) };
    let Some(redirect) = client.trusts_after_logout(sent) else { return Ok(Err(Doubt::UnregisteredUri)) };
    Ok(Ok((client, Some(redirect))))
}
