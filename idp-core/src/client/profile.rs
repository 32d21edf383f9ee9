//! Client profiles: one word that sets everything safely, and the rules that keep it so.
//!
//! | profile | is | starts as |
//! |---|---|---|
//! | `web` | a portal with a server | secret in the header, code with PKCE, refresh tokens |
//! | `spa` | an application in the browser | no secret, code with PKCE, refresh tokens |
//! | `native` | an application on a phone or PC | no secret, code with PKCE, refresh tokens, loopback or private-use redirects |
//! | `service` | a machine that acts for itself | secret in the header, client credentials, no redirects |
//! | `fapi2` | a portal under the FAPI 2.0 Security Profile | `private_key_jwt`, pushed requests, DPoP, ES256 |
//! | `legacy` | a portal that cannot do better | secret in the header, PKCE when sent, other response types on wish |

use serde::{Deserialize, Serialize};

use super::access::{AccessTokens, RefreshRotation};
use super::auth::{AssertionAudience, AuthMethod, ClientType};
use super::grants::{GrantType, ResponseType};
use super::requests::Requests;
use super::{ClientSettings, Pkce, SettingsError};
use crate::jose::SignatureAlgorithm;
use crate::key::Algorithm;
use crate::oidc::scope::Scopes;
use crate::redirect_uri::RedirectUri;

/// What kind of application a client is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// A portal with a server.
    #[default]
    Web,
    /// An application in the browser.
    Spa,
    /// An application on a phone or PC.
    Native,
    /// A machine that acts for itself.
    Service,
    /// A portal under the FAPI 2.0 Security Profile.
    Fapi2,
    /// A portal that cannot do better.
    Legacy,
}

impl Profile {
    /// Every profile.
    pub const ALL: [Self; 6] = [Self::Web, Self::Spa, Self::Native, Self::Service, Self::Fapi2, Self::Legacy];

    /// The name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Spa => "spa",
            Self::Native => "native",
            Self::Service => "service",
            Self::Fapi2 => "fapi2",
            Self::Legacy => "legacy",
        }
    }

    /// Reads the name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.name() == name)
    }

    /// The profile that fits settings chosen one by one.
    pub fn fitting(settings: &ClientSettings) -> Self {
        let is_own_device = |uri: &RedirectUri| uri.is_loopback() || !uri.as_str().starts_with("http");
        let is_plain = settings.response_types.iter().all(|response| *response == ResponseType::Code);
        match settings.auth_method.client_type() {
            // Without an address to come back to it is a device that shows a code.
            ClientType::Public if settings.redirect_uris.iter().all(is_own_device) => Self::Native,
            ClientType::Public => Self::Spa,
            ClientType::Confidential if settings.response_types.is_empty() && settings.redirect_uris.is_empty() => {
                Self::Service
            }
            ClientType::Confidential if settings.pkce == Pkce::Optional || !is_plain => Self::Legacy,
            ClientType::Confidential => Self::Web,
        }
    }

    /// What a client of this profile starts as.
    pub fn defaults(self) -> ClientSettings {
        let settings = ClientSettings { profile: self, ..ClientSettings::default() };
        match self {
            Self::Web => settings,
            Self::Spa | Self::Native => ClientSettings { auth_method: AuthMethod::None, ..settings },
            Self::Service => ClientSettings {
                grant_types: vec![GrantType::ClientCredentials],
                response_types: Vec::new(),
                scopes: Scopes::default(),
                ..settings
            },
            Self::Fapi2 => ClientSettings {
                auth_method: AuthMethod::PrivateKeyJwt,
                id_token_alg: Algorithm::Es256,
                requests: Requests { require_pushed: true, ..Requests::default() },
                access_tokens: AccessTokens {
                    dpop_bound: true,
                    rotation: RefreshRotation::Off,
                    ..AccessTokens::default()
                },
                ..settings
            },
            Self::Legacy => ClientSettings { pkce: Pkce::Optional, ..settings },
        }
    }

    /// Whom a client's assertion must be addressed to.
    pub const fn assertion_audience(self) -> AssertionAudience {
        match self {
            Self::Fapi2 => AssertionAudience::IssuerAlone,
            Self::Web | Self::Spa | Self::Native | Self::Service | Self::Legacy => AssertionAudience::IssuerOrEndpoint,
        }
    }

    /// Holds the profile's own rules.
    pub(super) fn check(self, settings: &ClientSettings) -> Result<(), SettingsError> {
        let broken = |rule| Err(SettingsError::Profile { profile: self.name(), rule });
        let is_public = settings.auth_method.client_type() == ClientType::Public;
        match self {
            Self::Web if is_public => return broken("a server proves itself: choose spa or native for what cannot"),
            Self::Service if is_public => return broken("a machine proves itself: no other proof stands behind it"),
            Self::Legacy if is_public => return broken("a server proves itself: choose spa or native for what cannot"),
            Self::Spa | Self::Native if !is_public => {
                return broken("what runs at the member's cannot keep a secret: its auth method is none");
            }
            Self::Service if !settings.redirect_uris.is_empty() || !settings.response_types.is_empty() => {
                return broken("no member signs in: no redirect URIs and no response types");
            }
            Self::Fapi2 => return fapi2(settings).map_or(Ok(()), broken),
            Self::Web | Self::Spa | Self::Native | Self::Service | Self::Legacy => {}
        }
        let is_plain = settings.response_types.iter().all(|response| *response == ResponseType::Code);
        if self != Self::Legacy && !is_plain {
            return broken(
                "tokens do not come through the browser's address: response types beyond code are for legacy",
            );
        }
        if self != Self::Legacy && settings.pkce == Pkce::Optional {
            return broken("PKCE is required: only legacy may do without");
        }
        Ok(())
    }
}

/// FAPI 2.0 Security Profile §5.3.2: the first rule broken.
fn fapi2(settings: &ClientSettings) -> Option<&'static str> {
    let is_strong = match settings.auth_method {
        AuthMethod::PrivateKeyJwt | AuthMethod::TlsClientAuth | AuthMethod::SelfSignedTlsClientAuth => true,
        AuthMethod::ClientSecretBasic
        | AuthMethod::ClientSecretPost
        | AuthMethod::ClientSecretJwt
        | AuthMethod::None => false,
    };
    let ours = [settings.id_token_alg, settings.access_tokens.signing_alg];
    let theirs =
        [settings.authentication.signing_alg, settings.requests.signing_alg, settings.requests.backchannel_signing_alg];
    let is_weak = |alg: &SignatureAlgorithm| !SignatureAlgorithm::FAPI.contains(alg);
    if !is_strong {
        Some("the auth method is private_key_jwt, tls_client_auth or self_signed_tls_client_auth (section 5.3.2.1)")
    } else if !settings.requests.require_pushed {
        Some("authorization requests are pushed (section 5.3.2.2)")
    } else if !settings.access_tokens.are_bound() {
        Some("access tokens are bound by DPoP or a certificate (section 5.3.2.1)")
    } else if settings.pkce == Pkce::Optional {
        Some("PKCE is required (section 5.3.2.2)")
    } else if settings.response_types.iter().any(|response| *response != ResponseType::Code) {
        Some("the response type is code (section 5.3.2.2)")
    } else if ours.into_iter().chain(settings.answers.signatures()).any(|alg| alg == Algorithm::Rs256)
        || theirs.iter().flatten().any(is_weak)
    {
        Some("signatures are ES256, PS256 or EdDSA (section 5.4.1)")
    } else if settings.redirect_uris.iter().any(|uri| !uri.as_str().starts_with("https://") && !uri.is_loopback()) {
        Some("redirect URIs are https (section 5.3.2.2)")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::keys::{ClientKey, ClientKeySet, KeySource};
    use crate::key::PublicJwk;

    fn good(profile: Profile) -> ClientSettings {
        let mut settings = profile.defaults();
        if profile != Profile::Service {
            settings.redirect_uris = vec![RedirectUri::parse("https://portal.example/cb").unwrap()];
        }
        if settings.auth_method.needs_keys() {
            let public = PublicJwk::Okp { crv: "Ed25519".into(), x: "A".repeat(43) };
            let key = ClientKey { kid: Some("a".into()), usage: None, alg: None, x5c: Vec::new(), public };
            settings.keys = Some(KeySource::Registered(ClientKeySet { keys: vec![key] }));
        }
        settings
    }

    #[test]
    fn every_profile_is_one_word_and_passes_its_own_rules() {
        for profile in Profile::ALL {
            assert_eq!(good(profile).check(), Ok(()), "{}", profile.name());
            assert_eq!(Profile::from_name(profile.name()), Some(profile));
            let fitting = Profile::fitting(&good(profile));
            let expected = match profile {
                Profile::Native => Profile::Spa,
                Profile::Fapi2 => Profile::Web,
                Profile::Web | Profile::Spa | Profile::Service | Profile::Legacy => profile,
            };
            assert_eq!(fitting, expected);
            assert_eq!(serde_json::to_value(profile).unwrap(), profile.name());
        }
    }

    type Change = fn(&mut ClientSettings);

    #[test]
    fn a_refused_setting_names_the_rule() {
        let cases: [(Profile, Change, &str); 15] = [
            (Profile::Web, |s| s.auth_method = AuthMethod::None, "proves itself"),
            (Profile::Web, |s| s.pkce = Pkce::Optional, "PKCE"),
            (Profile::Web, implicit, "beyond code"),
            (Profile::Spa, |s| s.auth_method = AuthMethod::ClientSecretPost, "cannot keep a secret"),
            (Profile::Native, |s| s.auth_method = AuthMethod::ClientSecretBasic, "cannot keep a secret"),
            (Profile::Legacy, |s| (s.auth_method, s.pkce) = (AuthMethod::None, Pkce::Required), "proves itself"),
            (Profile::Service, |s| s.auth_method = AuthMethod::None, "without a proof"),
            (Profile::Service, |s| s.redirect_uris = good(Profile::Web).redirect_uris, "no redirect URIs"),
            (Profile::Fapi2, |s| s.auth_method = AuthMethod::ClientSecretBasic, "private_key_jwt"),
            (Profile::Fapi2, |s| s.requests.require_pushed = false, "pushed"),
            (Profile::Fapi2, |s| s.access_tokens.dpop_bound = false, "bound"),
            (Profile::Fapi2, |s| s.id_token_alg = Algorithm::Rs256, "ES256"),
            (Profile::Fapi2, |s| s.access_tokens.signing_alg = Algorithm::Rs256, "ES256"),
            (Profile::Fapi2, |s| s.pkce = Pkce::Optional, "PKCE"),
            (Profile::Fapi2, |s| s.redirect_uris = vec![RedirectUri::parse("com.example:/cb").unwrap()], "https"),
        ];
        for (profile, change, rule) in cases {
            let mut settings = good(profile);
            change(&mut settings);
            let refused = settings.check().unwrap_err().to_string();
            assert!(refused.contains(rule), "{}: {refused}", profile.name());
        }
    }

    fn implicit(settings: &mut ClientSettings) {
        settings.grant_types.push(GrantType::Implicit);
        settings.response_types.push(ResponseType::CodeIdToken);
    }

    #[test]
    fn legacy_may_have_the_other_response_types() {
        let mut settings = good(Profile::Legacy);
        implicit(&mut settings);
        assert_eq!(settings.check(), Ok(()));
    }
}
