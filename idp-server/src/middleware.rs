//! What surrounds every handler.

pub(crate) mod frame;
pub(crate) mod headers;
