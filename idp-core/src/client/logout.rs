//! How a client learns that a session ended (OpenID Connect Back-Channel and Front-Channel Logout §2.2).

use serde::{Deserialize, Serialize};

use super::WebUri;

/// How a client learns that a session ended.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LogoutChannels {
    /// `backchannel_logout_uri`: we post a logout token there.
    pub backchannel_uri: Option<WebUri>,
    /// `backchannel_logout_session_required`: `sid` is always in it; kept because registrations say it.
    pub backchannel_session_required: bool,
    /// `frontchannel_logout_uri`: the member's browser opens it in a frame.
    pub frontchannel_uri: Option<WebUri>,
    /// `frontchannel_logout_session_required`: `iss` and `sid` are always added; kept because registrations say it.
    pub frontchannel_session_required: bool,
}

impl LogoutChannels {
    /// Whether the client learns of it when a session ends.
    pub const fn is_told(&self) -> bool {
        self.backchannel_uri.is_some() || self.frontchannel_uri.is_some()
    }
}
