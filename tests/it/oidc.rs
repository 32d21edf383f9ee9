//! OpenID Connect as a relying party meets it.

mod authorize;
mod client_auth;
mod client_credentials;
mod consent;
mod device;
mod discovery;
mod dpop;
mod end_session;
mod id_token;
mod introspect;
mod logout_channels;
mod par;
mod parameters;
mod protected;
mod redirect_uri;
mod refresh_token;
mod register;
mod request_object;
mod required_class;
mod response;
mod revoke;
mod step_up;
mod subject;
mod token;
mod token_exchange;
mod userinfo;
