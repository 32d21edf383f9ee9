//! The users of a workload: each does one thing after the other over a connection of its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use futures::FutureExt;
use futures::future::BoxFuture;
use jsonwebtoken::Algorithm;
use serde_json::Value;

use crate::flow::{Account, Way};
use crate::keys::Keys;
use crate::wire::{Answer, Connection};

/// One answer in so many is verified.
const VERIFIED: usize = 1_000;

/// One user.
pub(crate) trait Worker: Send {
    /// Does the thing once. An error voids the row.
    fn once(&mut self) -> BoxFuture<'_, Result<()>>;
}

/// Sends the same requests in turn.
pub(crate) struct Fixed {
    pub(crate) connection: Connection,
    pub(crate) requests: Vec<Vec<u8>>,
    pub(crate) done: usize,
    /// Verifies an answer.
    pub(crate) is_right: Check,
}

/// An error says what is wrong with an answer.
pub(crate) type Check = Arc<dyn Fn(&Answer) -> Result<()> + Send + Sync>;

impl Worker for Fixed {
    fn once(&mut self) -> BoxFuture<'_, Result<()>> {
        async move {
            let request = &self.requests[self.done % self.requests.len()];
            let answer = self.connection.expects(200, request).await?;
            self.done += 1;
            if self.done % VERIFIED == 1 { (self.is_right)(&answer) } else { Ok(()) }
        }
        .boxed()
    }
}

/// Rotates a refresh token.
pub(crate) struct Refresh {
    pub(crate) connection: Connection,
    pub(crate) way: Way,
    pub(crate) account: Account,
    /// The browser's, with its session.
    pub(crate) cookies: BTreeMap<String, String>,
    pub(crate) keys: Arc<Keys>,
    pub(crate) token: String,
    /// The token before the last.
    pub(crate) spent: Option<String>,
    pub(crate) done: usize,
}

/// What the families of refresh tokens are for.
pub(crate) const OFFLINE: &str = "openid offline_access";

impl Worker for Refresh {
    fn once(&mut self) -> BoxFuture<'_, Result<()>> {
        async move {
            let request = self.request(&self.token);
            let answer = self.connection.expects(200, &request).await?.json()?;
            ensure!(is_jwt(&answer["access_token"]), "{answer}");
            let next = refresh_token(&answer)?;
            ensure!(next != self.token, "the token was not rotated");
            let spent = self.spent.replace(std::mem::replace(&mut self.token, next));
            self.done += 1;
            match spent {
                Some(spent) if self.done % VERIFIED == 2 => self.verify(&answer, &spent).await,
                _ => Ok(()),
            }
        }
        .boxed()
    }
}

impl Refresh {
    fn request(&self, token: &str) -> Vec<u8> {
        let form = format!("grant_type=refresh_token&refresh_token={token}");
        self.connection.post(self.way.token, &self.way.portal, &form)
    }

    /// The signatures; and that neither a spent token is taken, nor any of its family after it was tried.
    async fn verify(&mut self, answer: &Value, spent: &str) -> Result<()> {
        verify_both(&self.keys, answer)?;
        for refused in [spent, &self.token] {
            let request = self.request(refused);
            let answer = self.connection.expects(400, &request).await?.json()?;
            ensure!(answer["error"] == "invalid_grant", "{answer}");
        }
        self.connection.cookies.clone_from(&self.cookies);
        let begun = self.way.tokens(&mut self.connection, &self.account, OFFLINE).await?;
        self.connection.cookies.clear();
        (self.token, self.spent) = (refresh_token(&begun)?, None);
        Ok(())
    }
}

/// The refresh token of an answer.
pub(crate) fn refresh_token(answer: &Value) -> Result<String> {
    Ok(answer["refresh_token"].as_str().with_context(|| format!("no refresh token: {answer}"))?.to_owned())
}

/// Whoever signs one token less is not measured beside whoever signs two.
fn is_jwt(token: &Value) -> bool {
    token.as_str().is_some_and(|token| token.split('.').count() == 3)
}

fn verify_both(keys: &Keys, answer: &Value) -> Result<()> {
    ["access_token", "id_token"].iter().try_for_each(|name| keys.verify(&answer[*name], Algorithm::ES256))
}

/// Signs in at a portal, with a password or by a session.
pub(crate) struct SignIn {
    pub(crate) connection: Connection,
    pub(crate) way: Way,
    pub(crate) account: Account,
    /// The cookies the browser begins with each time: a session among them, or not.
    pub(crate) cookies: BTreeMap<String, String>,
    pub(crate) keys: Arc<Keys>,
    pub(crate) done: usize,
}

impl Worker for SignIn {
    fn once(&mut self) -> BoxFuture<'_, Result<()>> {
        async move {
            self.connection.cookies.clone_from(&self.cookies);
            let tokens = self.way.tokens(&mut self.connection, &self.account, "openid").await?;
            ensure!(tokens["id_token"].is_string() && is_jwt(&tokens["access_token"]), "{tokens}");
            self.done += 1;
            if self.done % VERIFIED == 1 { verify_both(&self.keys, &tokens) } else { Ok(()) }
        }
        .boxed()
    }
}

/// Asks what is known of one token after the other, and takes back one in a hundred.
pub(crate) struct Introspect {
    pub(crate) connection: Connection,
    pub(crate) tokens: Arc<Vec<String>>,
    pub(crate) paths: Paths,
    pub(crate) client: String,
    /// The tokens are shared out by number: this one, and every `stride` further.
    pub(crate) at: usize,
    pub(crate) stride: usize,
    pub(crate) done: usize,
}

/// Where tokens are asked about, and taken back if that is possible.
#[derive(Clone, Copy)]
pub(crate) struct Paths {
    pub(crate) introspect: &'static str,
    pub(crate) revoke: Option<&'static str>,
}

impl Introspect {
    async fn is_active(&mut self, form: &str) -> Result<bool> {
        let request = self.connection.post(self.paths.introspect, &self.client, form);
        let answer = self.connection.expects(200, &request).await?;
        Ok(answer.body.windows(13).any(|part| part == b"\"active\":true"))
    }
}

impl Worker for Introspect {
    fn once(&mut self) -> BoxFuture<'_, Result<()>> {
        async move {
            let form = format!("token={}", self.tokens[self.at]);
            self.at = (self.at + self.stride) % self.tokens.len();
            self.done += 1;
            if let (0, Some(path)) = (self.done % 100, self.paths.revoke) {
                let request = self.connection.post(path, &self.client, &form);
                self.connection.expects(200, &request).await?;
                ensure!(!self.is_active(&form).await?, "a token that was taken back is still good");
                return Ok(());
            }
            // It may be one that was taken back in an earlier round.
            let is_active = self.is_active(&form).await?;
            ensure!(is_active || self.paths.revoke.is_some(), "a live token is unknown");
            Ok(())
        }
        .boxed()
    }
}
