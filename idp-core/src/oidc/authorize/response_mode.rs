//! `response_mode` (OAuth 2.0 Multiple Response Types §2.1, OAuth 2.0 Form Post, JARM §2.3): how the answer travels back.
//!
//! | asked for | answer with a code alone | answer with a token |
//! |---|---|---|
//! | nothing | `query` | `fragment` |
//! | `jwt` | `query.jwt` | `fragment.jwt` |
//! | `query`, `query.jwt` | as asked | refused, in the fragment: queries end in logs |
//! | `fragment`, `form_post`, each with or without `.jwt` | as asked | as asked |
//! | anything else | refused, in the default mode | the same |
//!
//! It is read before the response type is judged, so that every refusal after it goes back the way the client listens.

pub(super) mod form_post;
pub(super) mod fragment;
pub(super) mod jwt;
pub(super) mod query;

use serde::{Deserialize, Serialize};

use super::{Asked, AuthorizationRequest, Rejection};

/// Where in the answer the parameters stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carrier {
    /// In the query of the redirect URI.
    Query,
    /// In its fragment, which browsers send to nobody.
    Fragment,
    /// In a form that the browser posts there.
    FormPost,
}

/// How the answer travels back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum ResponseMode {
    /// In the query.
    #[default]
    #[serde(rename = "query")]
    Query,
    /// In the fragment.
    #[serde(rename = "fragment")]
    Fragment,
    /// In a posted form.
    #[serde(rename = "form_post")]
    FormPost,
    /// Signed, in the query.
    #[serde(rename = "query.jwt")]
    QueryJwt,
    /// Signed, in the fragment.
    #[serde(rename = "fragment.jwt")]
    FragmentJwt,
    /// Signed, in a posted form.
    #[serde(rename = "form_post.jwt")]
    FormPostJwt,
}

impl ResponseMode {
    /// Every mode, in the order discovery lists them.
    pub const ALL: [Self; 6] =
        [Self::Query, Self::Fragment, Self::FormPost, Self::QueryJwt, Self::FragmentJwt, Self::FormPostJwt];

    /// The value on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Fragment => "fragment",
            Self::FormPost => "form_post",
            Self::QueryJwt => "query.jwt",
            Self::FragmentJwt => "fragment.jwt",
            Self::FormPostJwt => "form_post.jwt",
        }
    }

    /// Reads the value on the wire; `jwt` alone is a wish whose meaning depends on the response type.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == name)
    }

    /// Where the parameters stand.
    pub const fn carrier(self) -> Carrier {
        match self {
            Self::Query | Self::QueryJwt => Carrier::Query,
            Self::Fragment | Self::FragmentJwt => Carrier::Fragment,
            Self::FormPost | Self::FormPostJwt => Carrier::FormPost,
        }
    }

    /// Whether they are one signed JWT (JARM).
    pub const fn is_signed(self) -> bool {
        match self {
            Self::QueryJwt | Self::FragmentJwt | Self::FormPostJwt => true,
            Self::Query | Self::Fragment | Self::FormPost => false,
        }
    }
}

pub(super) fn check(asked: &Asked<'_>, request: &mut AuthorizationRequest) -> Result<(), Rejection> {
    // Also a response type that we do not have: its error goes where the client would look for its answer.
    let tokens = asked.params.find("response_type").unwrap_or_default().split(' ').any(|part| part.ends_with("token"));
    let plain = if tokens { ResponseMode::Fragment } else { ResponseMode::Query };
    request.response_mode = plain;
    let mode = match asked.params.find("response_mode") {
        None => return Ok(()),
        Some("jwt") if tokens => ResponseMode::FragmentJwt,
        Some("jwt") => ResponseMode::QueryJwt,
        Some(name) => ResponseMode::from_name(name).ok_or(Rejection::invalid("the response_mode is not supported"))?,
    };
    if tokens && mode.carrier() == Carrier::Query {
        return Err(Rejection::invalid("the response_mode query cannot carry tokens"));
    }
    request.response_mode = mode;
    Ok(())
}
