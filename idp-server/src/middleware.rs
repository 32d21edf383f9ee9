//! What surrounds every handler.

pub(crate) mod frame;
mod headers;
