//! The rules of a client's settings that concern more than one value.

use super::auth::ClientType;
use super::{ClientSettings, GrantType, HttpsUri, KeySource, Pkce, Profile, SecretUse, SubjectType};
use crate::key::Algorithm;
use crate::realm::Origin;

/// Addresses of one kind a client may register.
const ADDRESSES: usize = 64;
/// The longest address that a token carries as its audience, in characters.
pub(crate) const RESOURCE_MAX: usize = 512;

/// Why settings are refused. The text names the rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// Nowhere to send a code.
    #[error("at least one redirect URI is needed")]
    NoRedirectUri,
    /// The scope without which nothing works.
    #[error("the scopes must include openid where ID tokens are issued without a code")]
    NoOpenid,
    /// Too short to be used, or so long that a revocation could be missed.
    #[error("an access token lives between 60 and 86400 seconds")]
    Lifetime,
    /// A public client without a proof key loses its codes to whoever catches them.
    #[error("PKCE cannot be optional for a public client")]
    PkceOptionalForPublic,
    /// The list is too long to be meant.
    #[error("at most 64 addresses can be registered of each kind")]
    TooMany,
    /// Contacts are shown to operators.
    #[error("at most 16 contacts of 200 characters can be registered, without control characters")]
    Contacts,
    /// A response type without its grant, or a grant without a response type (RFC 7591 §2.1).
    #[error("grant types and response types must belong together (RFC 7591 section 2.1)")]
    GrantMismatch,
    /// A grant for which nobody vouches.
    #[error("a client without a proof of its own cannot use {0}")]
    GrantForPublic(&'static str),
    /// Nothing to verify an assertion or certificate with.
    #[error("this auth method needs the client's keys: jwks or jwks_uri")]
    NoKeys,
    /// Nothing to compare the certificate with.
    #[error("tls_client_auth needs what the certificate must name (RFC 8705 section 2.1.2)")]
    NoTlsSubject,
    /// Something to compare without a method that does.
    #[error("a certificate's subject belongs to tls_client_auth alone")]
    TlsSubjectUnused,
    /// Nothing to encrypt to.
    #[error("encrypted answers need the client's keys: jwks or jwks_uri")]
    NothingToEncryptTo,
    /// What the authorization endpoint hands out is bound to nothing.
    #[error(
        "a client whose access tokens are bound to a key gets none from the authorization endpoint: leave out the response types with token (RFC 9700 section 2.1.2)"
    )]
    UnboundToken,
    /// Redirect URIs on several hosts are no sector by themselves.
    #[error(
        "pairwise subjects with redirect URIs on several hosts need a sector_identifier_uri (OIDC Core section 8.1)"
    )]
    NoSector,
    /// Tokens for the realm itself open userinfo, and are known to every client.
    #[error("the realm's own address is the resource of no client")]
    OwnIssuer,
    /// Nobody could ask for tokens for it.
    #[error("the address of a resource has at most 512 characters")]
    LongResource,
    /// CIBA needs to know how the client learns of the answer, and the other way round.
    #[error("the CIBA grant needs a delivery mode, and a delivery mode the grant")]
    CibaDelivery,
    /// A rule of the client's profile.
    #[error("profile {profile}: {rule}")]
    Profile {
        /// The profile.
        profile: &'static str,
        /// The rule.
        rule: &'static str,
    },
}

impl ClientSettings {
    /// Whether the client can keep a secret.
    pub const fn client_type(&self) -> ClientType {
        self.auth_method.client_type()
    }

    /// Leaves out what needs a browser that comes back: no code is ever sent anywhere.
    pub fn without_browser(&mut self) {
        self.grant_types.retain(|grant| !matches!(grant, GrantType::AuthorizationCode | GrantType::Implicit));
        self.response_types.clear();
    }

    /// Whether `grant` was registered.
    pub fn may_use(&self, grant: GrantType) -> bool {
        self.grant_types.contains(&grant)
    }

    /// Holds every rule for a client of the realm at `origin`.
    pub fn check_at(&self, origin: &Origin) -> Result<(), SettingsError> {
        self.check_resource(origin)?;
        self.check()
    }

    /// Holds the rule that concerns the realm, too.
    pub(crate) fn check_resource(&self, origin: &Origin) -> Result<(), SettingsError> {
        let is_issuer = |resource: &HttpsUri| resource.as_str().trim_end_matches('/') == origin.as_str();
        match self.resource.as_ref().is_some_and(is_issuer) {
            true => Err(SettingsError::OwnIssuer),
            false => Ok(()),
        }
    }

    /// Holds the rules that concern more than one value.
    pub fn check(&self) -> Result<(), SettingsError> {
        self.check_addresses()?;
        self.check_grants()?;
        self.check_keys()?;
        self.check_subject()?;
        if !(60..=86_400).contains(&self.access_token_lifetime) {
            return Err(SettingsError::Lifetime);
        }
        if self.client_type() == ClientType::Public && self.pkce == Pkce::Optional {
            return Err(SettingsError::PkceOptionalForPublic);
        }
        let is_contact = |text: &String| text.chars().count() <= 200 && !text.chars().any(char::is_control);
        if self.contacts.len() > 16 || !self.contacts.iter().all(is_contact) {
            return Err(SettingsError::Contacts);
        }
        self.profile.check(self)
    }

    fn check_addresses(&self) -> Result<(), SettingsError> {
        let lengths =
            [self.redirect_uris.len(), self.post_logout_redirect_uris.len(), self.requests.request_uris.len()];
        if lengths.into_iter().any(|length| length > ADDRESSES) {
            return Err(SettingsError::TooMany);
        }
        if self.resource.as_ref().is_some_and(|resource| resource.as_str().len() > RESOURCE_MAX) {
            return Err(SettingsError::LongResource);
        }
        if !self.response_types.is_empty() && self.redirect_uris.is_empty() {
            return Err(SettingsError::NoRedirectUri);
        }
        Ok(())
    }

    fn check_grants(&self) -> Result<(), SettingsError> {
        let has_all = self.response_types.iter().flat_map(|response| response.needs()).all(|grant| self.may_use(grant));
        let is_asked_for =
            |grant: GrantType| self.response_types.iter().any(|r| r.needs().any(|needed| needed == grant));
        let browser_grants = [GrantType::AuthorizationCode, GrantType::Implicit];
        let has_no_idle = browser_grants.into_iter().all(|grant| !self.may_use(grant) || is_asked_for(grant));
        if self.grant_types.is_empty() || !has_all || !has_no_idle {
            return Err(SettingsError::GrantMismatch);
        }
        let vouched = [GrantType::ClientCredentials, GrantType::TokenExchange, GrantType::Ciba];
        let is_public = self.client_type() == ClientType::Public;
        if let Some(grant) = vouched.into_iter().find(|grant| is_public && self.may_use(*grant)) {
            return Err(SettingsError::GrantForPublic(grant.name()));
        }
        if self.may_use(GrantType::Ciba) != self.ciba.is_some() {
            return Err(SettingsError::CibaDelivery);
        }
        let signs_members_in = [GrantType::DeviceCode, GrantType::Ciba].into_iter().any(|grant| self.may_use(grant));
        // A client without it sends plain OAuth requests, which give no ID token.
        let gives_id_token = self.response_types.iter().any(|response| response.has_id_token());
        let needs_openid = gives_id_token || signs_members_in;
        if needs_openid && !self.scopes.contains(crate::oidc::scope::Scope::Openid) {
            return Err(SettingsError::NoOpenid);
        }
        Ok(())
    }

    fn check_keys(&self) -> Result<(), SettingsError> {
        let is_tls = self.auth_method == super::AuthMethod::TlsClientAuth;
        match (&self.authentication.tls_subject, is_tls) {
            (None, true) => return Err(SettingsError::NoTlsSubject),
            (Some(_), false) => return Err(SettingsError::TlsSubjectUnused),
            (Some(_), true) | (None, false) => {}
        }
        if self.auth_method.needs_keys() && self.keys.is_none() {
            return Err(SettingsError::NoKeys);
        }
        if self.answers.encryptions().next().is_some() && self.keys.is_none() {
            return Err(SettingsError::NothingToEncryptTo);
        }
        if self.access_tokens.are_bound() && self.response_types.iter().any(|response| response.has_token()) {
            return Err(SettingsError::UnboundToken);
        }
        Ok(())
    }

    fn check_subject(&self) -> Result<(), SettingsError> {
        let is_pairwise = self.subject.kind == SubjectType::Pairwise;
        if is_pairwise && self.sector().is_none() {
            return Err(SettingsError::NoSector);
        }
        Ok(())
    }

    /// The sector of pairwise subjects: the host of the sector identifier, else the one host of all redirect URIs
    /// (OpenID Connect Core §8.1). A client without redirect URIs uses the host of its keys or home page.
    pub fn sector(&self) -> Option<String> {
        if let Some(uri) = &self.subject.sector_identifier_uri {
            return Some(uri.host());
        }
        let mut hosts = self.redirect_uris.iter().map(|uri| uri.host());
        let Some(first) = hosts.next() else {
            let own = match &self.keys {
                Some(KeySource::Fetched(uri)) => Some(uri),
                Some(KeySource::Registered(_)) | None => self.client_uri.as_ref(),
            };
            return own.map(super::HttpsUri::host);
        };
        hosts.all(|host| host == first).then_some(first)
    }

    /// What we keep of the secret its method takes.
    pub const fn secret_use(&self) -> SecretUse {
        self.auth_method.secret_use()
    }

    /// What signs an answer for which none was registered: RS256 (JARM §3, RFC 9701 §6), which FAPI 2.0 Security Profile
    /// §5.4.1 rules out.
    pub const fn unchosen_alg(&self) -> Algorithm {
        match self.profile {
            Profile::Web | Profile::Spa | Profile::Native | Profile::Service | Profile::Legacy => Algorithm::Rs256,
            Profile::Fapi2 => self.id_token_alg,
        }
    }
}
