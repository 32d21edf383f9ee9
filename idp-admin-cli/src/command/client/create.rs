//! `client create`

use std::path::PathBuf;

use idp_core::admin::client::{Created, NewClient, create};
use idp_core::client::{
    AuthMethod, CibaDelivery, ClientKeySet, ClientName, ClientSettings, GrantType, HttpsUri, KeySource, Party, Pkce,
    Profile, TlsSubject,
};
use idp_core::key::Algorithm;
use idp_core::oidc::acr::Acr;
use idp_core::oidc::register::metadata;
use idp_core::oidc::scope::{Scope, Scopes};
use idp_core::redirect_uri::RedirectUri;

use super::view;
use crate::context::{Context, sentence};
use crate::output::Failure;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  idp-admin client create --name KOSMO --redirect-uri https://portal.example/cb \\\n      --post-logout-redirect-uri https://portal.example/\n  idp-admin client create --name App --public --redirect-uri http://127.0.0.1/cb\n  idp-admin client create --name Batch --profile service\n  idp-admin client create --name Television --public --device\n  idp-admin client create --name Counter --ciba poll\n  idp-admin client create --name Bank --profile fapi2 --jwks-uri https://bank.example/jwks \\\n      --redirect-uri https://bank.example/cb"
)]
pub(crate) struct Arguments {
    /// What members and operators call it
    #[arg(long)]
    name: String,
    /// Its name on the wire; drawn at random when left out
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    /// What kind of application it is; sets everything safely in one word. The one that fits when left out
    #[arg(long, value_name = "PROFILE", value_parser = ["web", "spa", "native", "service", "fapi2", "legacy"])]
    profile: Option<String>,
    /// Where codes may be sent, any number of times
    #[arg(long = "redirect-uri", value_name = "URL", required_unless_present_any = ["profile", "metadata", "ciba", "device"])]
    redirect_uris: Vec<String>,
    /// Where the browser may be sent after sign-out, any number of times
    #[arg(long = "post-logout-redirect-uri", value_name = "URL")]
    post_logout_redirect_uris: Vec<String>,
    /// It cannot keep a secret: a browser, a phone
    #[arg(long, conflicts_with = "auth_method")]
    public: bool,
    /// How it proves itself
    #[arg(long, value_name = "METHOD", value_parser = ["client_secret_basic", "client_secret_post", "client_secret_jwt",
          "private_key_jwt", "tls_client_auth", "self_signed_tls_client_auth", "none"])]
    auth_method: Option<String>,
    /// A file with its public keys (JWK Set)
    #[arg(long, value_name = "FILE", conflicts_with = "jwks_uri")]
    jwks: Option<PathBuf>,
    /// Where its public keys are fetched
    #[arg(long, value_name = "URL")]
    jwks_uri: Option<String>,
    /// What its TLS certificate must name, for tls_client_auth
    #[arg(
        long,
        value_name = "KIND:VALUE",
        long_help = "What its TLS certificate must name, for tls_client_auth: dn:CN=portal,O=Kenpo,C=JP, dns:portal.example, uri:https://portal.example/, ip:192.0.2.1 or email:ops@portal.example"
    )]
    tls_subject: Option<TlsSubject>,
    /// Its access tokens are bound to its TLS certificate
    #[arg(long)]
    certificate_bound: bool,
    /// It asks for members who are elsewhere (CIBA), and learns of their answer so: poll, or ping:URL
    #[arg(long, value_name = "MODE")]
    ciba: Option<CibaDelivery>,
    /// It has no browser and shows a code (device grant)
    #[arg(long)]
    device: bool,
    /// Where a sign-in that begins on our side starts, for the link on the account pages
    #[arg(long, value_name = "URL")]
    initiate_login_uri: Option<HttpsUri>,
    /// A file with client metadata as JSON, by the names of RFC 7591 and OpenID Connect Registration
    #[arg(long, value_name = "FILE")]
    metadata: Option<PathBuf>,
    /// What its ID tokens are signed with
    #[arg(long, value_name = "ALG", value_parser = ["RS256", "ES256", "PS256", "EdDSA"])]
    id_token_alg: Option<String>,
    /// What its access tokens are signed with, where they are JWTs; ES256 when left out
    #[arg(long, value_name = "ALG", value_parser = ["RS256", "ES256", "PS256", "EdDSA"])]
    access_token_alg: Option<String>,
    /// What it may ask for, any number of times; everything when left out
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
    /// The least class of authentication that it accepts; from aal2 on no mailed codes
    #[arg(long, value_name = "CLASS", value_parser = ["aal1", "aal2", "phr"])]
    least_acr: Option<String>,
    /// The address by which other applications ask for tokens for it (RFC 8707)
    #[arg(long, value_name = "URL")]
    resource: Option<HttpsUri>,
    /// Someone else's application: members are asked for consent
    #[arg(long)]
    third_party: bool,
    /// Do not demand PKCE; for confidential applications that do not know it
    #[arg(long)]
    pkce_optional: bool,
}

pub(crate) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let new = arguments.into_client()?;
    let here = context.realm().await?;
    let created = here.store.write(&here.scope, move |ctx| Box::pin(create(ctx, new))).await?;

    match created {
        Created::Done { client, secret } => {
            let secret = secret.as_ref().map(|secret| secret.expose_text());
            context.output.answer(&view::document(&client, secret), || view::text(&client, secret))
        }
        Created::NameTaken => {
            Err(Failure::refused("There is a client of that id already. Choose another --client-id."))
        }
        Created::BadDisplayName => Err(Failure::refused("The name must have 1 to 100 characters.")),
        Created::BadSettings(error) => Err(refused(&error)),
    }
}

impl Arguments {
    fn into_client(self) -> Result<NewClient, Failure> {
        let uris = |texts: &[String]| -> Result<Vec<RedirectUri>, Failure> {
            let parse = |text: &String| {
                RedirectUri::parse(text)
                    .map_err(|error| Failure::refused(format!("“{text}” cannot be a redirect URI: {error}.")))
            };
            texts.iter().map(parse).collect()
        };
        let client_id =
            self.client_id.as_deref().map(ClientName::parse).transpose().map_err(|error| refused(&error))?;
        let profile = self.profile.as_deref().and_then(Profile::from_name);
        let mut settings = profile.map_or_else(ClientSettings::default, Profile::defaults);
        let document = view::metadata(self.metadata.as_deref())?;
        (_, settings) = metadata::read(&document, settings).map_err(|error| refused(&error))?;
        settings.redirect_uris.extend(uris(&self.redirect_uris)?);
        settings.post_logout_redirect_uris.extend(uris(&self.post_logout_redirect_uris)?);
        settings.keys = self.keys()?.or(settings.keys);
        if let Some(method) = self.auth_method.as_deref().and_then(AuthMethod::from_name) {
            settings.auth_method = method;
        }
        if self.public {
            settings.auth_method = AuthMethod::None;
        }
        if let Some(subject) = &self.tls_subject {
            settings.authentication.tls_subject = Some(subject.clone());
        }
        if let Some(delivery) = &self.ciba {
            settings.ciba = Some(delivery.clone());
            settings.grant_types.push(GrantType::Ciba);
        }
        if self.device {
            settings.grant_types.push(GrantType::DeviceCode);
        }
        if (self.device || self.ciba.is_some()) && settings.redirect_uris.is_empty() {
            settings.without_browser();
        }
        if let Some(address) = &self.initiate_login_uri {
            settings.initiate_login_uri = Some(address.clone());
        }
        settings.access_tokens.certificate_bound |= self.certificate_bound;
        if let Some(algorithm) = self.id_token_alg.as_deref().and_then(Algorithm::from_name) {
            settings.id_token_alg = algorithm;
        }
        if let Some(algorithm) = self.access_token_alg.as_deref().and_then(Algorithm::from_name) {
            settings.access_tokens.signing_alg = algorithm;
        }
        if !self.scopes.is_empty() {
            settings.scopes = scopes(&self.scopes)?;
        }
        if let Some(least) = self.least_acr.as_deref().and_then(Acr::from_name) {
            settings.least_acr = least;
        }
        settings.resource = self.resource.clone().or(settings.resource);
        if self.third_party {
            settings.party = Party::Third;
        }
        if self.pkce_optional {
            settings.pkce = Pkce::Optional;
        }
        settings.profile = profile.unwrap_or_else(|| Profile::fitting(&settings));
        Ok(NewClient { client_id, name: self.name, settings })
    }

    fn keys(&self) -> Result<Option<KeySource>, Failure> {
        if let Some(address) = &self.jwks_uri {
            let uri = HttpsUri::parse(address)
                .map_err(|error| Failure::refused(format!("“{address}” cannot be the jwks_uri: it {error}.")))?;
            return Ok(Some(KeySource::Fetched(uri)));
        }
        let Some(path) = &self.jwks else { return Ok(None) };
        let wrong = |reason: &dyn std::fmt::Display| Failure::refused(format!("{}: {reason}.", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| wrong(&error))?;
        let document = serde_json::from_str(&text).map_err(|error| wrong(&error))?;
        ClientKeySet::read(document).map(|keys| Some(KeySource::Registered(keys))).map_err(|error| wrong(&error))
    }
}

fn scopes(names: &[String]) -> Result<Scopes, Failure> {
    let known = |name: &str| {
        Scope::from_name(name)
            .ok_or_else(|| Failure::refused(format!("There is no scope “{name}”. The scopes are: {}", Scopes::all())))
    };
    names.iter().flat_map(|names| names.split([' ', ','])).filter(|name| !name.is_empty()).map(known).collect()
}

fn refused(error: &dyn std::error::Error) -> Failure {
    Failure::refused(format!("{}.", sentence(&error.to_string())))
}
