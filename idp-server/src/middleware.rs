//! What surrounds every handler.

pub(crate) mod frame;
pub(crate) mod headers;
pub(crate) mod request_id;
