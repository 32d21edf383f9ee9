//! The software that a client is one installation of (RFC 7591 §2, §2.3).

use serde::{Deserialize, Serialize};

/// What is registered of it. Nothing here is trusted for anything: it is told as it was said.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Software {
    /// `software_id`: the same for every installation.
    pub id: Option<String>,
    /// `software_version`.
    pub version: Option<String>,
    /// `software_statement`: the JWT by which it was registered, unchanged.
    pub statement: Option<String>,
}
