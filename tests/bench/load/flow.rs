//! The authorization code flow with PKCE, as a browser and its portal go through it.

use anyhow::{Context, Result};
use openidconnect::{PkceCodeChallenge, PkceCodeVerifier};
use url::form_urlencoded;

use crate::wire::{Answer, Connection};

const CALLBACK: &str = "https://portal.example/callback";
/// More redirects than any provider needs.
const REDIRECTS_MAX: usize = 8;

/// Who signs in, in a browser that need not take the second step.
#[derive(Clone)]
pub(crate) struct Account {
    pub(crate) user_id: String,
    pub(crate) password: String,
    pub(crate) browser: String,
}

/// How a provider is spoken to.
#[derive(Clone)]
pub(crate) struct Way {
    pub(crate) authorize: &'static str,
    pub(crate) token: &'static str,
    pub(crate) client_id: &'static str,
    /// The `Authorization` header of the portal.
    pub(crate) portal: String,
    /// What the authorization request has besides.
    pub(crate) more: &'static str,
}

impl Way {
    /// Goes to the provider and answers its sign-in page, if it shows one; then redeems the code.
    pub(crate) async fn tokens(
        &self,
        connection: &mut Connection,
        account: &Account,
        scope: &str,
    ) -> Result<serde_json::Value> {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("response_type", "code")
            .append_pair("client_id", self.client_id)
            .append_pair("redirect_uri", CALLBACK)
            .append_pair("scope", scope)
            .append_pair("state", "af0ifjsldkj")
            .append_pair("code_challenge", challenge.as_str())
            .append_pair("code_challenge_method", "S256")
            .finish();
        let request = connection.get(&format!("{}?{query}{}", self.authorize, self.more), "");
        let mut answer = connection.send(&request).await?;
        for _ in 0..REDIRECTS_MAX {
            answer = match answer.header("location").map(str::to_owned) {
                Some(location) if location.starts_with(CALLBACK) => {
                    return self.redeem(connection, &location, &verifier).await;
                }
                Some(location) => {
                    let path = location.splitn(4, '/').nth(3).map(|path| format!("/{path}"));
                    let path = if location.starts_with('/') { location } else { path.context("no path")? };
                    let request = connection.get(&path, "");
                    connection.send(&request).await?
                }
                None => sign_in(connection, account, &answer).await?,
            };
        }
        anyhow::bail!("redirected in a circle")
    }

    async fn redeem(
        &self,
        connection: &mut Connection,
        location: &str,
        verifier: &PkceCodeVerifier,
    ) -> Result<serde_json::Value> {
        let url = url::Url::parse(location)?;
        let code = url.query_pairs().find(|(name, _)| name == "code").with_context(|| location.to_owned())?.1;
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "authorization_code")
            .append_pair("code", &code)
            .append_pair("redirect_uri", CALLBACK)
            .append_pair("code_verifier", verifier.secret())
            .finish();
        let request = connection.post(self.token, &self.portal, &form);
        connection.expects(200, &request).await?.json()
    }
}

/// Types user id and password into the page.
async fn sign_in(connection: &mut Connection, account: &Account, page: &Answer) -> Result<Answer> {
    let text = page.text();
    let hidden = |name: &str| {
        let rest = text.split(&format!("name=\"{name}\" value=\"")).nth(1)?;
        rest.split('"').next().map(str::to_owned)
    };
    let interaction = hidden("interaction").with_context(|| format!("{} is no sign-in page: {text}", page.status))?;
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("interaction", &interaction)
        .append_pair("csrf", &hidden("csrf").context("no token")?)
        .append_pair("username", &account.user_id)
        .append_pair("password", &account.password)
        .append_pair("action", "password")
        .finish();
    let request = connection.post("/login", &connection.origin(), &form);
    connection.expects(303, &request).await
}
