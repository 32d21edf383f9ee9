//! Single use under load, on both databases.

mod race;
