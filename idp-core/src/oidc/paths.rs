//! Where the endpoints are, relative to the issuer: discovery publishes them, the server routes them.

/// OpenID Connect Discovery §4.
pub const OPENID_CONFIGURATION: &str = "/.well-known/openid-configuration";
/// RFC 8414 §3.
pub const OAUTH_AUTHORIZATION_SERVER: &str = "/.well-known/oauth-authorization-server";
/// RFC 6749 §3.1.
pub const AUTHORIZE: &str = "/authorize";
/// RFC 9126 §2.
pub const PAR: &str = "/par";
/// RFC 6749 §3.2.
pub const TOKEN: &str = "/token";
/// RFC 7662 §2.
pub const INTROSPECT: &str = "/introspect";
/// RFC 7009 §2.
pub const REVOKE: &str = "/revoke";
/// RFC 8628 §3.1.
pub const DEVICE_AUTHORIZATION: &str = "/device_authorization";
/// RFC 8628 §3.3: where the member types the code.
pub const DEVICE: &str = "/device";
/// OpenID Connect CIBA Core §7.
pub const CIBA: &str = "/bc-authorize";
/// OpenID Connect Core §5.3.
pub const USERINFO: &str = "/userinfo";
/// RFC 7517 §5.
pub const JWKS: &str = "/jwks";
/// RFC 7591 §3.
pub const REGISTER: &str = "/register";
/// OpenID Connect RP-Initiated Logout §2.
pub const END_SESSION: &str = "/end_session";
