//! Starts the demo: opens the doors, makes the society where there is none, and lets everybody in.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use axum::Router;
use idp_core::clock::SystemClock;
use idp_core::config::Config;
use idp_core::entropy::SystemEntropy;
use idp_core::store::migrate;
use openidconnect::{ClientId, ClientSecret, IssuerUrl};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::addresses::{DEFAULT_PORT, Door, Doors, Ports};
use super::document::DemoDocument;
use super::folder::{Folder, Keep};
use super::mailbox::{self, Mailbox};
use super::members::PORTAL_CLIENT_ID;
use super::portal::http::Http;
use super::portal::relying_party::RelyingParty;
use super::portal::{self, PortalConfig};
use super::seed;
use crate::serve::Listeners;
use crate::state::AppState;

/// What the command line says.
#[derive(Clone, Debug)]
pub struct Options {
    /// The demo's folder.
    pub data: PathBuf,
    /// The first of four ports, 0 for any; without one those of the folder's earlier demo, else from 8080 on.
    pub port: Option<u16>,
    /// Whether an earlier demo goes on.
    pub keep: Keep,
}

/// A demo whose doors are open and whose society is complete; nobody is served yet.
pub struct Demo {
    /// What was made, and where.
    pub document: DemoDocument,
    doors: Doors,
    state: AppState,
}

impl Demo {
    /// Prepares everything.
    ///
    /// # Errors
    /// A port or folder that cannot be used, or a database that cannot be filled; each says what to do.
    pub async fn prepare(options: Options) -> anyhow::Result<Self> {
        let (folder, earlier) = Folder::take(&options.data, options.keep)?;
        match earlier {
            Some(document) => Self::go_on(&folder, document, options.port).await,
            None => Self::make(&folder, options.port.unwrap_or(DEFAULT_PORT)).await,
        }
    }

    async fn make(folder: &Folder, first_port: u16) -> anyhow::Result<Self> {
        let doors = Doors::open(first_port).await?;
        let config = folder.start_afresh(&SystemEntropy, doors.provider.port(), doors.smtp.port())?;
        let state = open(Config::load(&config)?).await?;

        let (issuer, portal) = (doors.provider.origin(), doors.portal.origin());
        let seeded = seed::seed(&state.store, &state.passwords, &issuer, &portal).await?;
        let document = DemoDocument {
            issuer,
            portal,
            mailbox: doors.mailbox.origin(),
            config,
            members: seeded.members,
            clients: seeded.clients,
        };
        document.write(folder.path())?;
        Ok(Self { document, doors, state })
    }

    async fn go_on(folder: &Folder, document: DemoDocument, port: Option<u16>) -> anyhow::Result<Self> {
        let config = Config::load(&folder.config())?;
        let ports = Ports {
            provider: port_of(&document.issuer)?,
            portal: port_of(&document.portal)?,
            mailbox: port_of(&document.mailbox)?,
            smtp: config.mail.port,
        };
        // The society lives at the origin it was made at; another port would be another issuer.
        if let Some(port) = port.filter(|&port| port != 0 && port != ports.provider) {
            let folder = folder.path().display();
            bail!("the demo in {folder} was made for port {}; add --fresh to make one for {port}", ports.provider);
        }

        let doors = Doors::open_at(ports).await?;
        let state = open(config).await?;
        seed::lock_again(&state.store).await?;
        Ok(Self { document, doors, state })
    }

    /// Serves until `stop` is cancelled.
    ///
    /// # Errors
    /// A part that cannot go on; the others are stopped with it.
    pub async fn serve(self, stop: CancellationToken) -> anyhow::Result<()> {
        let Self { document, doors, state } = self;
        let box_of_mails = Mailbox::new(Arc::new(SystemClock));
        let relying_party = RelyingParty::new(portal_config(&document)?, Http::new()?);
        let portal = portal::router(relying_party)?;
        let mailbox_pages = mailbox::pages::router(box_of_mails.clone());

        let mut parts: JoinSet<anyhow::Result<()>> = JoinSet::new();
        parts.spawn(site(doors.portal, portal, stop.clone()));
        parts.spawn(site(doors.mailbox, mailbox_pages, stop.clone()));
        let (smtp, stop_smtp) = (doors.smtp, stop.clone());
        parts.spawn(async move {
            mailbox::smtp::serve(smtp, box_of_mails, stop_smtp).await;
            Ok(())
        });
        let listeners = Listeners { browsers: doors.provider.into_listeners(), clients: None };
        parts.spawn(crate::serve::serve(state, listeners, stop.clone()));

        let mut outcome = Ok(());
        while let Some(ended) = parts.join_next().await {
            stop.cancel();
            outcome = outcome.and(ended.context("a part of the demo failed").flatten());
        }
        outcome
    }
}

async fn open(config: Config) -> anyhow::Result<AppState> {
    migrate::up(&config.database).await?;
    let ambient = config.ambient();
    Ok(AppState::open(Arc::new(config), ambient).await?)
}

fn port_of(origin: &str) -> anyhow::Result<u16> {
    let port = Url::parse(origin).ok().and_then(|url| url.port());
    port.with_context(|| format!("demo.json names no port in {origin}; start with --fresh"))
}

fn portal_config(document: &DemoDocument) -> anyhow::Result<PortalConfig> {
    let client = document.clients.iter().find(|client| client.client_id == PORTAL_CLIENT_ID);
    let client_secret = client.and_then(|client| client.client_secret.clone());
    Ok(PortalConfig {
        issuer: IssuerUrl::new(document.issuer.clone())?,
        own_origin: document.portal.clone(),
        client_id: ClientId::new(PORTAL_CLIENT_ID.to_owned()),
        client_secret: ClientSecret::new(client_secret.context("demo.json has no portal; start with --fresh")?),
    })
}

async fn site(door: Door, router: Router, stop: CancellationToken) -> anyhow::Result<()> {
    Ok(axum::serve(door, router).with_graceful_shutdown(stop.cancelled_owned()).await?)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::demo::portal::http::choose_crypto_provider;

    fn options(data: &Path, port: Option<u16>) -> Options {
        Options { data: data.to_owned(), port, keep: Keep::Earlier }
    }

    #[tokio::test]
    async fn every_part_answers_and_stops_when_told() {
        let folder = tempfile::tempdir().unwrap();
        let demo = Demo::prepare(options(folder.path(), Some(0))).await.unwrap();
        let (document, stop) = (demo.document.clone(), CancellationToken::new());
        let serving = tokio::spawn(demo.serve(stop.clone()));

        choose_crypto_provider();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let status = async |url: String| client.get(url).send().await.unwrap().status().as_u16();
        assert_eq!(status(format!("{}/healthz", document.issuer)).await, 200);
        assert_eq!(status(document.portal.clone()).await, 200);
        assert_eq!(status(format!("{}/api/messages", document.mailbox)).await, 200);

        stop.cancel();
        serving.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn an_earlier_demo_goes_on_at_its_own_port_only() {
        let folder = tempfile::tempdir().unwrap();
        let made = Demo::prepare(options(folder.path(), Some(0))).await.unwrap().document;
        let port = port_of(&made.issuer).unwrap();

        let again = Demo::prepare(options(folder.path(), None)).await.unwrap().document;
        assert_eq!(
            (&again.issuer, &again.members[0].initial_password),
            (&made.issuer, &made.members[0].initial_password)
        );

        let other = if port == 9 { 10 } else { 9 };
        let refused = Demo::prepare(options(folder.path(), Some(other))).await.err().unwrap();
        assert!(refused.to_string().contains("--fresh"), "{refused}");
    }
}
