//! OpenID Connect as a relying party meets it.

mod authorize;
mod consent;
mod discovery;
mod end_session;
mod id_token;
mod logout_channels;
mod protected;
mod register;
mod step_up;
mod subject;
mod token;
mod userinfo;
