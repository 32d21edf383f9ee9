//! `redirect_uri` (RFC 6749 §3.1.2.3, OpenID Connect Core §3.1.2.1): where the answer goes. Until it is trusted a refusal is a
//! page; only a plain OAuth request of a client with one address may leave it out.

use super::PageRefusal;
use crate::client::Client;
use crate::oidc::params::Params;
use crate::oidc::scope::{Scope, Scopes};
use crate::redirect_uri::TrustedRedirect;

pub(super) fn trusted(client: &Client, params: &Params) -> Result<TrustedRedirect, PageRefusal> {
    if params.is_doubled("redirect_uri") {
        return Err(PageRefusal::RedirectUriRepeated);
    }
    let Some(sent) = params.find("redirect_uri") else {
        let is_plain = !Scopes::parse(params.find("scope").unwrap_or_default()).contains(Scope::Openid);
        return client.only_redirect().filter(|_| is_plain).ok_or(PageRefusal::NoRedirectUri);
    };
    client.trusts(sent).ok_or(PageRefusal::InvalidRedirectUri)
}
