//! Sekisho: HTTP, pages, workers and the demo.

pub mod demo;
pub mod view;
