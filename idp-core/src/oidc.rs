//! OpenID Connect: what relying parties ask of a realm and what they are answered.

mod access;
pub mod acr;
pub mod authorize;
mod claims;
pub mod device;
pub mod discovery;
pub mod dpop;
pub mod end_session;
pub mod introspect;
pub mod jwks;
pub mod params;
pub mod paths;
pub mod revoke;
pub mod scope;
mod signing;
pub mod token;
pub mod userinfo;

#[cfg(test)]
mod tests;
