//! What a member proves to be themselves with, and the rules it has to follow.

pub mod app;
pub mod card;
mod guessability;
pub mod method;
pub mod passkey;
pub mod password_context;
pub mod password_policy;
pub mod recovery_code;
mod romaji;
pub mod totp;

pub use method::Method;
