//! Sekisho.
