//! The demo's member portal: an ordinary relying party (OpenID Connect Core 1.0) that shows what it learns.

pub mod http;
pub mod pages;
pub mod relying_party;
pub mod sessions;

use openidconnect::{ClientId, ClientSecret, IssuerUrl};

pub use pages::router;

/// Where the provider sends the browser back to after a sign-in.
pub const CALLBACK_PATH: &str = "/callback";

/// Where the provider sends the browser back to after a sign-out.
pub const SIGNED_OUT_PATH: &str = "/signed-out";

/// What a portal has to know beforehand; all else comes from discovery.
#[derive(Clone, Debug)]
pub struct PortalConfig {
    /// The provider, byte for byte as its discovery document says it.
    pub issuer: IssuerUrl,
    /// The portal's own origin, no slash at its end.
    pub own_origin: String,
    /// The client id that the provider knows the portal by.
    pub client_id: ClientId,
    /// The client's secret.
    pub client_secret: ClientSecret,
}

impl PortalConfig {
    /// The redirect URI to register.
    pub fn callback(&self) -> String {
        format!("{}{CALLBACK_PATH}", self.own_origin)
    }

    /// The post-logout redirect URI to register.
    pub fn signed_out(&self) -> String {
        format!("{}{SIGNED_OUT_PATH}", self.own_origin)
    }
}
