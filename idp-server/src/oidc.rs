//! The endpoints that relying parties use. Each parses, runs one verb of core, and renders what it answers.

pub(crate) mod authorize;
pub(crate) mod ciba;
mod client_call;
pub(crate) mod deliver;
pub(crate) mod device_authorization;
pub(crate) mod discovery;
pub(crate) mod document;
pub(crate) mod end_session;
pub(crate) mod introspect;
pub(crate) mod jwks;
pub(crate) mod par;
pub(crate) mod published;
pub(crate) mod register;
pub(crate) mod revoke;
mod sent;
pub(crate) mod token;
pub(crate) mod userinfo;

#[cfg(test)]
mod tests {
    use idp_core::mutual_tls::MutualTls;
    use idp_core::oidc::discovery::metadata;
    use idp_core::realm::Realm;

    use crate::paths;

    #[test]
    fn discovery_names_the_paths_that_are_routed() {
        // The installation's issuer is empty, which leaves the paths.
        let named = metadata(&Realm::installation(), MutualTls::Off);
        assert_eq!(named.authorization_endpoint, paths::AUTHORIZE);
        assert_eq!(named.token_endpoint, paths::TOKEN);
        assert_eq!(named.introspection_endpoint, paths::INTROSPECT);
        assert_eq!(named.revocation_endpoint, paths::REVOKE);
        assert_eq!(named.device_authorization_endpoint, paths::DEVICE_AUTHORIZATION);
        assert_eq!(named.backchannel_authentication.backchannel_authentication_endpoint, paths::CIBA);
        assert_eq!(named.userinfo_endpoint, paths::USERINFO);
        assert_eq!(named.jwks_uri, paths::JWKS);
        assert_eq!(named.end_session_endpoint, paths::END_SESSION);
        assert_eq!(named.pushed_authorization_request_endpoint, paths::PAR);
    }
}
