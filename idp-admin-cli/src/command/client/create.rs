//! `client create`

use idp_core::admin::client::{Created, NewClient, create};
use idp_core::client::{AuthMethod, ClientName, ClientSettings, Party, Pkce};
use idp_core::key::Algorithm;
use idp_core::oidc::scope::{Scope, Scopes};
use idp_core::redirect_uri::RedirectUri;

use super::view;
use crate::context::{Context, sentence};
use crate::output::Failure;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  idp-admin client create --name KOSMO --redirect-uri https://portal.example/cb \\\n      --post-logout-redirect-uri https://portal.example/\n  idp-admin client create --name App --public --redirect-uri http://127.0.0.1/cb"
)]
pub(crate) struct Arguments {
    /// What members and operators call it
    #[arg(long)]
    name: String,
    /// Its name on the wire; drawn at random when left out
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    /// Where codes may be sent, any number of times
    #[arg(long = "redirect-uri", value_name = "URL", required = true)]
    redirect_uris: Vec<String>,
    /// Where the browser may be sent after sign-out, any number of times
    #[arg(long = "post-logout-redirect-uri", value_name = "URL")]
    post_logout_redirect_uris: Vec<String>,
    /// It cannot keep a secret: a browser, a phone
    #[arg(long, conflicts_with = "auth_method")]
    public: bool,
    /// How it proves itself
    #[arg(long, value_name = "METHOD", default_value = "client_secret_basic",
          value_parser = ["client_secret_basic", "client_secret_post", "none"])]
    auth_method: String,
    /// What its ID tokens are signed with
    #[arg(long, value_name = "ALG", default_value = "RS256", value_parser = ["RS256", "ES256"])]
    id_token_alg: String,
    /// What it may ask for, any number of times; everything when left out
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
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
        let auth_method = if self.public { Some(AuthMethod::None) } else { AuthMethod::from_name(&self.auth_method) };
        let scopes = if self.scopes.is_empty() { Scopes::all() } else { scopes(&self.scopes)? };
        let settings = ClientSettings {
            redirect_uris: uris(&self.redirect_uris)?,
            post_logout_redirect_uris: uris(&self.post_logout_redirect_uris)?,
            auth_method: auth_method.unwrap_or_default(),
            id_token_alg: Algorithm::from_name(&self.id_token_alg).unwrap_or(Algorithm::Rs256),
            scopes,
            party: if self.third_party { Party::Third } else { Party::First },
            pkce: if self.pkce_optional { Pkce::Optional } else { Pkce::Required },
            ..ClientSettings::default()
        };
        Ok(NewClient { client_id, name: self.name, settings })
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
