//! Sends what waits in the outbox, by SMTP (RFC 5321).

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use futures::FutureExt;
use futures::future::join_all;
use idp_core::admin;
use idp_core::clock::Timestamp;
use idp_core::config::{MailConfig, MailTls};
use idp_core::fault::Fault;
use idp_core::id::RealmId;
use idp_core::mail::QueuedMail;
use idp_core::outbox::{self, Claimed, Delivery, Mail};
use idp_core::realm::Realm;
use lettre::transport::smtp::PoolConfig;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use super::{Pause, installation, letterhead, pause};
use crate::state::AppState;

/// How often the outbox is looked at without being called: for retries, and for mail that other nodes queued.
const PERIOD: Duration = Duration::from_secs(3);
/// How many mails are on their way at once.
const AT_ONCE: u64 = 8;
/// How long the mail server may take for one command.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How long to wait after each attempt that failed; the last one repeats until the mail's end.
const BACKOFF: [u64; 7] = [5, 15, 60, 180, 600, 1800, 3600];

type Smtp = AsyncSmtpTransport<Tokio1Executor>;

pub(super) async fn work(state: AppState) {
    let smtp = match smtp(&state.config.mail) {
        Ok(smtp) => smtp,
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "mail cannot be sent");
            return;
        }
    };
    while !state.stopping.is_cancelled() {
        match round(&state, &smtp).await {
            Ok(Round::Full) => continue,
            Ok(Round::Done) => {}
            Err(fault) => tracing::error!(%fault, "the outbox cannot be worked on"),
        }
        let called = state.store.mail_queued().notified();
        tokio::select! {
            () = called => {}
            rest = pause(PERIOD, &state.stopping) => if rest == Pause::Stopping { return },
        }
    }
}

/// Whether more may wait.
enum Round {
    Full,
    Done,
}

async fn round(state: &AppState, smtp: &Smtp) -> Result<Round, Fault> {
    let scope = installation();
    if !state.store.read(&scope, |ctx| outbox::is_due(ctx).boxed()).await? {
        return Ok(Round::Done);
    }
    let claimed = state.store.write(&scope, |ctx| outbox::claim(ctx, AT_ONCE).boxed()).await?;
    let realms = state.store.read(&scope, |ctx| admin::realm::list(ctx).boxed()).await?;
    let realms: HashMap<RealmId, Arc<Realm>> = realms.into_iter().map(|realm| (realm.id, Arc::new(realm))).collect();

    let full = claimed.len() as u64 >= AT_ONCE;
    let sent = join_all(claimed.iter().map(|claimed| deliver(state, smtp, realms.get(&claimed.realm), claimed))).await;
    sent.into_iter().collect::<Result<(), Fault>>()?;
    Ok(if full { Round::Full } else { Round::Done })
}

async fn deliver(state: &AppState, smtp: &Smtp, realm: Option<&Arc<Realm>>, claimed: &Claimed) -> Result<(), Fault> {
    let delivery = match &claimed.mail {
        Mail::To(mail) => send(state, smtp, realm, (claimed, mail)).await,
        Mail::Nobody => Delivery::Expired,
    };
    // What the server said is kept with the mail, for the operator; it may hold the address, so the log goes without.
    let id = claimed.id;
    state.store.write(&installation(), move |ctx| outbox::settle(ctx, id, delivery).boxed()).await
}

async fn send(
    state: &AppState,
    smtp: &Smtp,
    realm: Option<&Arc<Realm>>,
    (claimed, queued): (&Claimed, &QueuedMail),
) -> Delivery {
    let message = realm.context("its realm is gone").and_then(|realm| letterhead::message(realm, claimed.id, queued));
    let delivery = match message {
        Ok(message) => attempt(state, smtp, message, claimed).await,
        Err(error) => Delivery::Failed { answer: format!("{error:#}") },
    };
    let (mail, kind, outcome) = (claimed.id, queued.content.kind(), delivery.name());
    state.metrics.mailed(outcome);
    match &delivery {
        Delivery::Sent { .. } | Delivery::Expired => tracing::info!(%mail, kind, outcome, "mail"),
        Delivery::Failed { .. } | Delivery::Retry { .. } => tracing::warn!(%mail, kind, outcome, "mail"),
    }
    delivery
}

async fn attempt(state: &AppState, smtp: &Smtp, message: lettre::Message, claimed: &Claimed) -> Delivery {
    let sent = smtp.send(message).await;
    let now = state.store.ambient().clock.now();
    match sent {
        Ok(response) => {
            let said = response.message().collect::<Vec<_>>().join(" ");
            Delivery::Sent { answer: format!("{} {said}", response.code()) }
        }
        Err(error) if error.is_permanent() => Delivery::Failed { answer: chain(&error) },
        // A server that is not reached, that is busy, or whose certificate is wrong just now.
        Err(error) => retry(chain(&error), claimed.attempts, claimed.expires_at, now),
    }
}

fn retry(answer: String, attempts: i64, expires_at: Timestamp, now: Timestamp) -> Delivery {
    let at = now + wait(attempts);
    // A retry after its end would never happen; it is looked at once more, and ended, when its time is over.
    Delivery::Retry { answer, at: at.min(expires_at) }
}

fn wait(attempts: i64) -> Duration {
    let done = usize::try_from(attempts).unwrap_or(0).saturating_sub(1);
    Duration::from_secs(BACKOFF[done.min(BACKOFF.len() - 1)])
}

/// An error with what caused it.
fn chain(error: &lettre::transport::smtp::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(deeper) = cause {
        let said = deeper.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        cause = deeper.source();
    }
    text
}

/// The way to the mail server, as configured.
///
/// # Errors
/// A certificate that cannot be read.
pub(crate) fn smtp(config: &MailConfig) -> anyhow::Result<Smtp> {
    let tls = match config.tls {
        MailTls::Off => Tls::None,
        MailTls::Opportunistic => Tls::Opportunistic(tls_parameters(config)?),
        // Port 465 speaks TLS from the first byte (RFC 8314 §3.3).
        MailTls::Required if config.port == 465 => Tls::Wrapper(tls_parameters(config)?),
        MailTls::Required => Tls::Required(tls_parameters(config)?),
    };
    let mut builder = Smtp::builder_dangerous(config.host.as_str())
        .port(config.port)
        .tls(tls)
        .timeout(Some(TIMEOUT))
        .pool_config(PoolConfig::new().max_size(4).idle_timeout(Duration::from_secs(20)));
    if let Some(login) = &config.login {
        builder =
            builder.credentials(Credentials::new(login.username.clone(), login.password.expose_text().to_owned()));
    }
    Ok(builder.build())
}

fn tls_parameters(config: &MailConfig) -> anyhow::Result<TlsParameters> {
    let mut builder = TlsParameters::builder(config.host.clone());
    if let Some(path) = &config.ca_certificate {
        let pem = std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
        builder = builder.add_root_certificate(Certificate::from_pem(&pem)?);
    }
    Ok(builder.build()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_then_stay() {
        assert_eq!(wait(1), Duration::from_secs(5));
        assert_eq!(wait(3), Duration::from_secs(60));
        assert_eq!(wait(7), Duration::from_secs(3600));
        assert_eq!(wait(1000), Duration::from_secs(3600));
        assert_eq!(wait(0), Duration::from_secs(5));
    }

    #[test]
    fn a_retry_is_never_set_past_the_end_of_the_mail() {
        let (now, end) = (Timestamp::from_millis(0), Timestamp::from_millis(20_000));
        let at = |attempts| match retry("later".into(), attempts, end, now) {
            Delivery::Retry { at, .. } => at.millis(),
            Delivery::Sent { .. } | Delivery::Failed { .. } | Delivery::Expired => panic!("no retry"),
        };
        assert_eq!(at(1), 5_000);
        assert_eq!(at(4), 20_000);
    }
}
