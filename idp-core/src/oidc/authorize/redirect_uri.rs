//! `redirect_uri` (RFC 6749 §3.1.2.3, OpenID Connect Core §3.1.2.1): where the answer goes. Until it is trusted a refusal is a
//! page; only a plain OAuth request of a client with one address may leave it out, and none of profile `fapi2` (FAPI 2.0 Security
//! Profile §5.3.2.2).

use super::PageRefusal;
use crate::client::{Client, Profile};
use crate::oidc::params::Params;
use crate::oidc::scope::{Scope, Scopes};
use crate::redirect_uri::TrustedRedirect;

pub(super) fn trusted(client: &Client, params: &Params) -> Result<TrustedRedirect, PageRefusal> {
    if params.is_doubled("redirect_uri") {
        return Err(PageRefusal::RedirectUriRepeated);
    }
    let Some(sent) = params.find("redirect_uri") else {
        let is_plain = !Scopes::parse(params.find("scope").unwrap_or_default()).contains(Scope::Openid);
        let may_be_left_out = is_plain && client.settings.profile != Profile::Fapi2;
        return client.only_redirect().filter(|_| may_be_left_out).ok_or(PageRefusal::NoRedirectUri);
    };
    client.trusts(sent).ok_or(PageRefusal::InvalidRedirectUri)
}
