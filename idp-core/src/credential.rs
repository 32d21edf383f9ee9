//! What a member proves to be themselves with, and the rules it has to follow.

pub mod totp;
