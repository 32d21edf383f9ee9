//! The demo: one society, its provider, a member portal and a mailbox, on loopback and in one process.
//!
//! Every part is the real thing: the portal is a relying party like any other, and the mailbox takes mail by SMTP.

pub mod addresses;
pub mod command;
pub mod document;
pub mod folder;
pub mod mailbox;
pub mod members;
pub mod portal;
pub mod screen;
pub mod seed;
pub mod start;
pub mod web;
