//! Clients that register and manage themselves (RFC 7591, RFC 7592, OpenID Connect Dynamic Client Registration).
//!
//! | realm's `registration` | who may register |
//! |---|---|
//! | `closed` | nobody |
//! | `token` | who holds an initial access token of an operator |
//! | `open` | anybody; for CIBA and token exchange with such a token, or with a software statement |

use serde_json::{Map, Value};

use crate::admin::client::{self, Created, NewClient};
use crate::audit::{EventKind, Outcome};
use crate::client::{
    AccessTokens, Client, ClientName, ClientSettings, ClientType, GrantType, HttpsUri, Party, Pkce, Profile,
    ResponseType, SecretUse,
};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::realm::{RealmSettings, RegistrationPolicy};
use crate::secret::{ClientSecret, Hashed, Plain, RegistrationAccess, RegistrationToken};
use crate::store;

pub mod answer;
pub mod metadata;
pub mod statement;

use self::metadata::MetadataError;

/// Members that only we write: a client that sends them back has mistaken the answer for the request (RFC 7592 §2.2).
const OURS: [&str; 4] =
    ["registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at"];

/// Grants by which a client makes us write to members, or turns tokens of others into its own: they are for clients for
/// which somebody speaks whom the realm trusts.
const VOUCHED: [GrantType; 2] = [GrantType::Ciba, GrantType::TokenExchange];

/// Why a registration is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The realm takes no registrations.
    Closed,
    /// No token, or one that does not count: 401.
    Unauthorized,
    /// The metadata break a rule.
    Metadata(MetadataError),
    /// Statements are accepted from issuers a realm trusts, and this one is not among them (RFC 7591 §3.2.2).
    UnapprovedStatement,
    /// The statement does not hold (RFC 7591 §3.2.2).
    InvalidStatement(&'static str),
}

/// What a client is answered.
pub struct Registered {
    /// The client.
    pub client: Client,
    /// Its secret, where one was just drawn.
    pub secret: Option<Plain<ClientSecret>>,
    /// What it manages its registration with.
    pub access: Plain<RegistrationAccess>,
}

/// A registration that was read, and is not yet judged as a whole.
#[derive(Debug, Clone)]
pub struct Draft {
    name: Option<String>,
    settings: ClientSettings,
    sent: Map<String, Value>,
}

impl Draft {
    /// Reads a registration (RFC 7591 §2). Clients that register themselves are third parties.
    pub fn read(ctx: &Ctx, sent: Value) -> Result<Self, Refusal> {
        let Value::Object(sent) = sent else {
            return Err(refused("the metadata must be a JSON object"));
        };
        let base = ClientSettings {
            party: Party::Third,
            pkce: ctx.realm().settings.registration_pkce,
            grant_types: vec![GrantType::AuthorizationCode],
            ..ClientSettings::default()
        };
        let (name, mut settings) = metadata::read(&statement::merged(ctx, &sent)?, base).map_err(Refusal::Metadata)?;
        if !ctx.mutual_tls().offers(settings.auth_method) {
            return Err(refused("token_endpoint_auth_method: certificates are not taken here"));
        }
        if settings.access_tokens.certificate_bound && !ctx.mutual_tls().is_on() {
            return Err(refused("tls_client_certificate_bound_access_tokens: certificates are not taken here"));
        }
        if settings.client_type() == ClientType::Public {
            settings.pkce = Pkce::Required;
        }
        settings.profile = Profile::fitting(&settings);
        Ok(Self { name, settings, sent })
    }

    /// The sector document that must be read first; it lists every redirect URI (OpenID Connect Registration §5).
    pub fn sector_document(&self) -> Option<&HttpsUri> {
        self.settings.subject.sector_identifier_uri.as_ref()
    }

    /// Whether `listed`, the sector document, has every redirect URI; `None` stands for a document that could not be read.
    fn check_sector(&self, listed: Option<&[String]>) -> Result<(), Refusal> {
        if self.sector_document().is_none() {
            return Ok(());
        }
        let Some(listed) = listed else {
            return Err(refused(
                "sector_identifier_uri: the document cannot be fetched, or is no JSON list of addresses",
            ));
        };
        let is_listed = |uri: &crate::redirect_uri::RedirectUri| listed.iter().any(|listed| listed == uri.as_str());
        if self.settings.redirect_uris.iter().all(is_listed) {
            Ok(())
        } else {
            Err(refused("sector_identifier_uri: the document lacks a redirect URI"))
        }
    }

    fn check(&self, realm: &RealmSettings, listed: Option<&[String]>) -> Result<(), Refusal> {
        self.check_sector(listed)?;
        self.check_offered(realm)?;
        if !self.settings.response_types.is_empty() && self.settings.redirect_uris.is_empty() {
            let text = "redirect_uris: at least one is needed".to_owned();
            return Err(Refusal::Metadata(MetadataError::RedirectUri(text)));
        }
        self.settings.check().map_err(|rule| refused(&rule.to_string()))
    }

    /// Whether the realm has what the client would use: discovery names nothing else.
    fn check_offered(&self, realm: &RealmSettings) -> Result<(), Refusal> {
        let is_off = |response: &&ResponseType| !realm.response_types.contains(response);
        match self.settings.response_types.iter().find(is_off) {
            Some(response) => Err(refused(&format!("response_types: {} is not offered here", response.name()))),
            None => Ok(()),
        }
    }

    /// A grant that somebody must vouch for, beyond those that the client `has`. A software statement does.
    fn needs_voucher(&self, has: &[GrantType]) -> Option<GrantType> {
        let is_stated = self.sent.get(statement::MEMBER).is_some_and(|sent| !sent.is_null());
        let is_new = |grant: &GrantType| self.settings.may_use(*grant) && !has.contains(grant);
        VOUCHED.into_iter().find(is_new).filter(|_| !is_stated)
    }

    fn display_name(&self) -> String {
        let given = self.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
        let host = self.settings.redirect_uris.first().map(|uri| uri.host()).filter(|host| !host.is_empty());
        given.map(str::to_owned).or(host).unwrap_or_else(|| "client".to_owned())
    }
}

fn refused(text: &str) -> Refusal {
    Refusal::Metadata(MetadataError::Metadata(text.to_owned()))
}

fn unvouched(grant: GrantType) -> Refusal {
    let grant = grant.name();
    refused(&format!("grant_types: {grant} takes an initial access token or a software statement"))
}

/// The initial access token that a registration uses up; none where anybody may register, and nobody must vouch.
fn voucher(ctx: &Ctx, token: Option<&str>, draft: &Draft) -> Result<Option<Hashed<RegistrationToken>>, Refusal> {
    let sent = token.map(|token| hashed(ctx, token));
    match ctx.realm().settings.registration {
        RegistrationPolicy::Closed => Err(Refusal::Closed),
        RegistrationPolicy::Token => sent.map(Some).ok_or(Refusal::Unauthorized),
        RegistrationPolicy::Open => match draft.needs_voucher(&[]) {
            None => Ok(None),
            Some(grant) => sent.map(Some).ok_or_else(|| unvouched(grant)),
        },
    }
}

/// Whether a registration with this initial access token would be taken. Changes nothing: judged again by [`register`].
pub async fn may_register(ctx: &Ctx, token: Option<&str>) -> Result<Result<(), Refusal>, Fault> {
    match ctx.realm().settings.registration {
        RegistrationPolicy::Closed => Ok(Err(Refusal::Closed)),
        RegistrationPolicy::Open => Ok(Ok(())),
        RegistrationPolicy::Token => {
            let Some(token) = token else { return Ok(Err(Refusal::Unauthorized)) };
            let known = store::registration_token::is_good(ctx, &hashed(ctx, token)).await?;
            Ok(if known { Ok(()) } else { Err(Refusal::Unauthorized) })
        }
    }
}

/// Registers a client. The token is used up together with it.
pub async fn register(
    ctx: &Ctx,
    token: Option<&str>,
    draft: Draft,
    listed: Option<&[String]>,
) -> Result<Result<Registered, Refusal>, Fault> {
    if let Err(refusal) = may_register(ctx, token).await? {
        return Ok(Err(refusal));
    }
    if let Err(refusal) = draft.check(&ctx.realm().settings, listed) {
        return Ok(Err(refusal));
    }
    let name = draft.display_name();
    if !client::is_display_name(&name) {
        return Ok(Err(refused("client_name: 1 to 100 characters are expected")));
    }
    match voucher(ctx, token, &draft) {
        Ok(None) => {}
        Ok(Some(token)) if store::registration_token::consume(ctx, &token).await? => {}
        Ok(Some(_)) => return Ok(Err(Refusal::Unauthorized)),
        Err(refusal) => return Ok(Err(refusal)),
    }

    let created = client::create(ctx, NewClient { client_id: None, name, settings: draft.settings }).await?;
    let Created::Done { client, secret } = created else {
        return Err(Fault::Broken("a client that passed every rule was refused".into()));
    };
    let mut client = *client;
    let access = Plain::random(ctx.entropy());
    client.management = Some(ctx.vault.hash(access.expose()));
    store::client::update(ctx, &client).await?;

    Ok(Ok(Registered { client, secret, access }))
}

/// The client that a registration access token manages (RFC 7592 §2).
pub async fn managed(ctx: &Ctx, client_id: &str, access: Option<&str>) -> Result<Result<Client, Refusal>, Fault> {
    let Some(client) = store::client::by_client_id(ctx, client_id).await? else {
        return Ok(Err(Refusal::Unauthorized));
    };
    Ok(if is_managed_by(ctx, &client, access) { Ok(client) } else { Err(Refusal::Unauthorized) })
}

fn is_managed_by(ctx: &Ctx, client: &Client, access: Option<&str>) -> bool {
    let sent: Option<Hashed<RegistrationAccess>> = access.map(|access| ctx.vault.hash(access.as_bytes()));
    client.management.as_ref().zip(sent).is_some_and(|(kept, sent)| kept.matches(&sent))
}

/// Replaces a client's metadata (RFC 7592 §2.2).
pub async fn replace(
    ctx: &Ctx,
    (client_id, access): (&str, Option<&str>),
    draft: Draft,
    listed: Option<&[String]>,
) -> Result<Result<Registered, Refusal>, Fault> {
    let Some(mut client) = locked(ctx, client_id, access).await? else { return Ok(Err(Refusal::Unauthorized)) };
    if OURS.iter().any(|name| draft.sent.contains_key(*name)) {
        return Ok(Err(refused("the request has a member that only the answer has (RFC 7592 section 2.2)")));
    }
    if draft.sent.get("client_id").and_then(Value::as_str) != Some(client_id) {
        return Ok(Err(refused("client_id: the one being managed is expected")));
    }
    if draft.sent.get("client_secret").is_some_and(|sent| !is_secret_of(ctx, &client, sent)) {
        return Ok(Err(refused("client_secret: a client cannot choose its own")));
    }
    let draft = Draft { settings: with_operators_word(&client.settings, draft.settings), ..draft };
    if let Err(refusal) = draft.check(&ctx.realm().settings, listed) {
        return Ok(Err(refusal));
    }
    if let Some(grant) = draft.needs_voucher(&client.settings.grant_types) {
        return Ok(Err(unvouched(grant)));
    }
    let name = draft.display_name();
    if !client::is_display_name(&name) {
        return Ok(Err(refused("client_name: 1 to 100 characters are expected")));
    }

    client.name = name;
    client.settings = draft.settings;
    let secret = client::settle(ctx, &mut client).await?;

    let access = Plain::new(access.unwrap_or_default().as_bytes().to_vec());
    Ok(Ok(Registered { client, secret, access }))
}

/// What a client asks for by its metadata, with what these have no name for as it is: that is the operator's to say.
fn with_operators_word(present: &ClientSettings, asked: ClientSettings) -> ClientSettings {
    let mut settings = ClientSettings {
        party: present.party,
        pkce: present.pkce,
        least_acr: present.least_acr,
        access_token_lifetime: present.access_token_lifetime,
        access_tokens: AccessTokens {
            format: present.access_tokens.format,
            signing_alg: present.access_tokens.signing_alg,
            rotation: present.access_tokens.rotation,
            ..asked.access_tokens
        },
        exchange: present.exchange,
        resource: present.resource.clone(),
        ..asked
    };
    if settings.client_type() == ClientType::Public {
        settings.pkce = Pkce::Required;
    }
    // One that follows from the metadata follows them further; any other was chosen.
    let was_chosen = present.profile != Profile::fitting(present);
    settings.profile = if was_chosen { present.profile } else { Profile::fitting(&settings) };
    settings
}

/// Takes a registration back with everything members granted the client (RFC 7592 §2.3).
pub async fn delete(ctx: &Ctx, client_id: &str, access: Option<&str>) -> Result<Result<(), Refusal>, Fault> {
    let Some(client) = locked(ctx, client_id, access).await? else { return Ok(Err(Refusal::Unauthorized)) };
    client::delete(ctx, &client.client_id).await?;
    Ok(Ok(()))
}

async fn locked(ctx: &Ctx, client_id: &str, access: Option<&str>) -> Result<Option<Client>, Fault> {
    let Ok(name) = ClientName::parse(client_id) else { return Ok(None) };
    let client = store::client::lock_by_client_id(ctx, &name).await?;
    Ok(client.filter(|client| is_managed_by(ctx, client, access)))
}

fn is_secret_of(ctx: &Ctx, client: &Client, sent: &Value) -> bool {
    let Some(sent) = sent.as_str() else { return false };
    match client.settings.secret_use() {
        SecretUse::Compared => {
            client.secret.as_ref().is_some_and(|kept| kept.matches(&ctx.vault.hash(sent.as_bytes())))
        }
        SecretUse::Keyed => {
            let opened = client.sealed_secret.as_ref();
            let opened = opened.and_then(|sealed| ctx.vault.unseal(client.id.uuid().as_bytes(), sealed).ok());
            let kept: Option<Hashed<ClientSecret>> = opened.map(|opened| ctx.vault.hash(opened.expose()));
            kept.is_some_and(|kept| kept.matches(&ctx.vault.hash(sent.as_bytes())))
        }
        SecretUse::None => false,
    }
}

fn hashed(ctx: &Ctx, token: &str) -> Hashed<RegistrationToken> {
    ctx.vault.hash(token.as_bytes())
}

/// An initial access token as an operator wants it.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// What it is for.
    pub name: String,
    /// How many clients it registers, 1 to 1,000.
    pub uses: u16,
    /// How long it counts, 1 to 365 days.
    pub days: u16,
}

/// Makes an initial access token, which is shown now and never again; `None` when a number is out of range.
pub async fn issue_token(ctx: &Ctx, new: NewToken) -> Result<Option<Plain<RegistrationToken>>, Fault> {
    let is_good =
        (1..=1_000).contains(&new.uses) && (1..=365).contains(&new.days) && client::is_display_name(&new.name);
    if !is_good {
        return Ok(None);
    }

    let token = Plain::random(ctx.entropy());
    store::registration_token::insert(ctx, &new, &ctx.vault.hash(token.expose())).await?;
    let about = serde_json::json!({ "name": new.name, "uses": new.uses, "days": new.days });
    ctx.record_with(EventKind::RegistrationTokenIssued, None, Outcome::Done, about);
    Ok(Some(token))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::{AuthMethod, ExchangePolicy, RefreshRotation, TokenFormat};
    use crate::key::Algorithm;
    use crate::oidc::acr::Acr;

    fn present() -> ClientSettings {
        ClientSettings {
            profile: Profile::Legacy,
            party: Party::First,
            pkce: Pkce::Optional,
            least_acr: Acr::Phr,
            access_token_lifetime: 90,
            access_tokens: AccessTokens {
                format: TokenFormat::Opaque,
                signing_alg: Algorithm::Rs256,
                rotation: RefreshRotation::Off,
                ..AccessTokens::default()
            },
            exchange: ExchangePolicy::Impersonation,
            resource: HttpsUri::parse("https://api.example/").ok(),
            ..ClientSettings::default()
        }
    }

    #[test]
    fn what_metadata_has_no_name_for_is_kept_and_all_else_is_as_asked() {
        let bound = AccessTokens { dpop_bound: true, ..AccessTokens::default() };
        let asked = ClientSettings { party: Party::Third, access_tokens: bound, ..ClientSettings::default() };
        let kept = with_operators_word(&present(), asked);
        let mut expected = present();
        expected.access_tokens.dpop_bound = true;
        assert_eq!(kept, expected);
    }

    #[test]
    fn a_profile_that_nobody_chose_follows_the_metadata() {
        let fitted = ClientSettings::default();
        assert_eq!(fitted.profile, Profile::fitting(&fitted));
        let public = ClientSettings { auth_method: AuthMethod::None, ..ClientSettings::default() };
        assert_eq!(with_operators_word(&fitted, public.clone()).profile, Profile::Native);
        let chosen = ClientSettings { profile: Profile::Fapi2, ..present() };
        let kept = with_operators_word(&chosen, public);
        assert_eq!((kept.profile, kept.pkce), (Profile::Fapi2, Pkce::Required));
    }
}
