//! Sekisho: HTTP, pages, workers and the demo.

mod assets;
pub mod demo;
pub mod error;
pub mod extract;
mod health;
pub mod look;
mod middleware;
pub mod paths;
pub mod router;
pub mod state;
pub mod view;
