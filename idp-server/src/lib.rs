//! Sekisho: HTTP, pages, workers and the demo.

pub mod view;
