//! The harness of the black-box tests: the product run in this process, and the people and machines around it.
//!
//! [`Idp`] is the provider on loopback with a database, a clock and randomness of its own; [`Browser`] walks its pages;
//! [`Member`] answers them as an honest member would; [`Authenticator`] holds passkeys and signs what a test makes it sign; [`Portal`] is a relying party; [`Mailbox`] receives the mails.

mod application;
mod authenticator;
mod browser;
mod certificate;
mod database;
mod ear;
mod idp;
mod key;
mod mail;
mod member;
mod node;
mod page;
mod portal;
mod program;
mod public_half;
mod realm_key;
mod seed;
mod shelf;
mod society;
mod stranger;
mod template;
mod trap;

pub use application::Application;
pub use authenticator::{Algorithm, Authenticator, Claim};
pub use browser::Browser;
pub use certificate::{Authority, Certificate};
pub use database::{Database, on_both, on_both_empty};
pub use ear::Ear;
pub use idp::Idp;
pub use key::{ClientKey, hmac, hmac_by_public_key, with_changes};
pub use mail::Mailbox;
pub use member::{Member, base32, totp_at};
pub use node::Node;
pub use page::{Arrival, Form, Page};
pub use portal::{Asked, Portal, Tokens, every_response_type, is_well_said, owned, part};
pub use program::{Answer, Program};
pub use seed::MemberSeed;
pub use shelf::Shelf;
pub use stranger::Stranger;
pub use template::Template;
pub use trap::Trap;
