//! OpenID Connect: what relying parties ask of a realm and what they are answered.

mod access;
pub mod acr;
pub mod authorization_details;
pub mod authorize;
pub mod backchannel;
pub mod ciba;
mod claims;
pub mod client_keys;
pub mod device;
pub mod discovery;
pub mod dpop;
pub mod end_session;
pub mod frontchannel;
pub mod interaction_id;
pub mod introspect;
pub mod jwks;
pub mod par;
pub mod params;
pub mod paths;
pub mod protect;
pub mod register;
pub mod revoke;
pub mod scope;
mod signing;
mod subject;
pub mod token;
pub mod userinfo;

#[cfg(test)]
mod tests;
