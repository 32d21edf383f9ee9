//! OpenID Connect as a relying party meets it.

mod authorize;
mod consent;
mod discovery;
mod end_session;
mod id_token;
mod step_up;
mod token;
mod userinfo;
