//! OpenID Connect: what relying parties ask of a realm and what they are answered.

pub mod authorize;
pub mod scope;
