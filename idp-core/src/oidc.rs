//! OpenID Connect: what relying parties ask of a realm and what they are answered.

pub mod acr;
pub mod authorize;
pub mod backchannel;
mod claims;
pub mod discovery;
pub mod end_session;
pub mod frontchannel;
pub mod jwks;
pub mod params;
pub mod paths;
pub mod protect;
pub mod register;
pub mod scope;
mod signing;
mod subject;
pub mod token;
pub mod userinfo;

#[cfg(test)]
mod tests;
