//! Single use under load, on both databases.

mod passkeys;
mod race;
mod two_nodes;
