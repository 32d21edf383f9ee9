//! What operators do; the command line and an admin API share it.

pub mod client;
pub mod hold;
pub mod key;
pub mod transfer;
