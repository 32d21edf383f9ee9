//! The tables as sea-orm sees them; private to the store.

pub(super) mod audit_base;
pub(super) mod audit_event;
pub(super) mod audit_head;
pub(super) mod authorization_code;
pub(super) mod ceremony;
pub(super) mod client;
pub(super) mod consent;
pub(super) mod grant;
pub(super) mod installation;
pub(super) mod interaction;
pub(super) mod known_browser;
pub(super) mod letter;
pub(super) mod mail_code_credential;
pub(super) mod member;
pub(super) mod outbox;
pub(super) mod password;
pub(super) mod realm;
pub(super) mod session;
pub(super) mod signing_key;
pub(super) mod terms;
pub(super) mod terms_acceptance;
pub(super) mod throttle;
pub(super) mod token;
pub(super) mod tombstone;
pub(super) mod totp_credential;
