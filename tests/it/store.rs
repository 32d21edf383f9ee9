//! Single use, and what is written, under load, on both databases.

mod chain;
mod cleanup;
mod indexes;
mod passkeys;
mod protocol_races;
mod race;
mod resources;
mod sign_out;
mod two_nodes;
