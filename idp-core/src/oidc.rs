//! OpenID Connect: what relying parties ask of a realm and what they are answered.

pub mod acr;
pub mod authorize;
mod claims;
pub mod discovery;
pub mod end_session;
pub mod jwks;
pub mod params;
pub mod paths;
pub mod scope;
mod signing;
pub mod token;
pub mod userinfo;

#[cfg(test)]
mod tests;
