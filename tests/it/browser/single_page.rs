//! A single-page application on npm's `oidc-client-ts`, in the browser: another origin than the provider's, no secret, and
//! tokens renewed without a page.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use axum::response::Html;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;
use tokio::net::TcpListener;

use super::chromium::{Browser, Shape};
use super::demo::Demo;
use super::until;

/// Serves the application at any path, and answers its origin.
async fn application(issuer: String) -> Result<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("node");
    let page = std::fs::read_to_string(folder.join("single-page.html"))?;
    let script = std::fs::read_to_string(folder.join("single-page.js"))?;
    let library =
        std::fs::read_to_string(folder.join("node_modules/oidc-client-ts/dist/browser/oidc-client-ts.min.js"))
            .context("tests/run installs it (npm ci)")?;
    let javascript = |text: String| get(async move || ([("content-type", "text/javascript")], text));
    let settings = json!({ "issuer": issuer, "client_id": "demo-public" });
    let routes = Router::new()
        .route("/oidc-client-ts.js", javascript(library))
        .route("/single-page.js", javascript(script))
        .route("/settings.json", get(async move || Json(settings)))
        .fallback(get(async move || Html(page)));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let origin = format!("http://localhost:{}", listener.local_addr()?.port());
    tokio::spawn(axum::serve(listener, routes).into_future());
    Ok(origin)
}

impl Browser {
    /// Has the application renew its tokens, and answers the new access token.
    async fn renews(&self, by: &str) -> Result<String> {
        let (old, count) = (self.reads("token").await?, self.reads("renewals").await?);
        self.part("renew").await?.click().await?;
        until("the renewed tokens", async || {
            let error = self.reads("error").await?;
            ensure!(error.is_empty(), "{error}");
            Ok((self.reads("renewals").await? != count).then_some(()))
        })
        .await?;
        ensure!(self.reads("renewed-by").await? == by, "renewed by {}", self.reads("renewed-by").await?);
        let new = self.reads("token").await?;
        ensure!(!new.is_empty() && new != old, "the access token is the same");
        Ok(new)
    }
}

#[tokio::test]
async fn tokens_are_renewed_in_a_frame_until_the_member_signs_out() -> Result<()> {
    let demo = Demo::start().await?;
    let member = demo.member("mail")?;
    let origin = application(demo.at("")).await?;
    let browser = Browser::open(Shape::DESKTOP.unjudged()).await?;

    browser.goes(&format!("{origin}/?scope=openid%20email")).await?;
    browser.sees("spa-guest").await?;
    browser.presses("sign-in").await?;
    browser.arrives("/login").await?;
    browser.signs_in(&member.user_id, member.password()).await?;
    browser.arrives("/login/mail-code").await?;
    browser.types("mail-code", &demo.code(&member.mail).await?).await?;
    browser.presses("mail-code-submit").await?;
    browser.sees("spa-member").await?;
    ensure!(browser.reads("email").await? == member.mail, "userinfo was not read");

    let subject = browser.reads("sub").await?;
    browser.renews("a frame").await?;
    browser.renews("a frame").await?;
    ensure!(browser.reads("sub").await? == subject, "somebody else's tokens");

    // The same session, and a refresh token beside: nobody types anything.
    browser.goes(&format!("{origin}/?scope=openid%20email%20offline_access")).await?;
    browser.sees("spa-member").await?;
    browser.presses("sign-in").await?;
    browser.sees("spa-member").await?;
    browser.renews("a refresh token").await?;
    browser.renews("a refresh token").await?;

    browser.presses("sign-out").await?;
    browser.sees("spa-guest").await?;
    browser.presses("sign-in").await?;
    browser.arrives("/login").await?;
    browser.close().await
}
