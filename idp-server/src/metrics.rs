//! What is counted for the monitoring, as Prometheus reads it (OpenMetrics text).
//!
//! No name, address or id is a label, and every label has values that the code knows beforehand, so that nobody can make
//! the series grow by what they send.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use idp_core::audit::tally::Tally;
use idp_core::ctx::Scope;
use idp_core::fault::Fault;
use idp_core::outbox;
use idp_core::realm::Realm;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric, text};
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use crate::state::AppState;

const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// Seconds: a lookup takes one millisecond, a password hash some tens, a queue of them seconds.
const BUCKETS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];
/// Where a request leads that no route answers.
const NO_ROUTE: &str = "none";

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Asked {
    route: String,
    method: &'static str,
    status: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Coded {
    code: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Ended {
    outcome: &'static str,
}

/// The counters of one server.
pub struct Metrics {
    registry: Registry,
    requests: Family<Asked, Histogram, fn() -> Histogram>,
    refusals: Family<Coded, Counter>,
    faults: Counter,
    mails: Family<Ended, Counter>,
    outbox_waiting: Gauge,
    outbox_age: Gauge,
    hashing_waiting: Gauge,
}

impl Metrics {
    /// Nothing counted yet; `tally` counts what the store commits.
    pub fn new(tally: Arc<Tally>) -> Self {
        let mut counts = Self {
            registry: Registry::default(),
            requests: Family::new_with_constructor(|| Histogram::new(BUCKETS)),
            refusals: Family::default(),
            faults: Counter::default(),
            mails: Family::default(),
            outbox_waiting: Gauge::default(),
            outbox_age: Gauge::default(),
            hashing_waiting: Gauge::default(),
        };
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        let registry = &mut counts.registry;
        registry.register("sekisho_build", "The version that runs", build);
        registry.register("sekisho_request_seconds", "How long answers took", counts.requests.clone());
        registry.register("sekisho_refusals", "Error pages and protocol errors by code", counts.refusals.clone());
        registry.register("sekisho_faults", "Answers that failed because something is broken", counts.faults.clone());
        registry.register("sekisho_mails", "Attempts to send a mail by outcome", counts.mails.clone());
        registry.register("sekisho_outbox_waiting", "Mails that wait", counts.outbox_waiting.clone());
        registry.register("sekisho_outbox_oldest_seconds", "Age of the oldest", counts.outbox_age.clone());
        registry.register("sekisho_hashing_waiting", "Passwords that wait", counts.hashing_waiting.clone());
        registry.register_collector(Box::new(Effects(tally)));
        counts
    }

    /// Counts an answer.
    pub(crate) fn answered(&self, route: Option<&str>, method: &Method, status: StatusCode, took: Duration) {
        let asked = Asked {
            route: route.unwrap_or(NO_ROUTE).to_owned(),
            method: method_name(method),
            status: status_class(status),
        };
        self.requests.get_or_create(&asked).observe(took.as_secs_f64());
        if status.is_server_error() {
            self.faults.inc();
        }
    }

    /// Counts a refusal by its code, which is one of ours.
    pub(crate) fn refused(&self, code: &str) {
        self.refusals.get_or_create(&Coded { code: code.to_owned() }).inc();
    }

    /// Counts an attempt to send a mail.
    pub(crate) fn mailed(&self, outcome: &'static str) {
        self.mails.get_or_create(&Ended { outcome }).inc();
    }
}

/// Methods are what a stranger sends; a strange one is not a series of its own.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

fn status_class(status: StatusCode) -> &'static str {
    match status.as_u16() / 100 {
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    }
}

/// What the store committed: sign-ins, steps of the journey and everything else that the audit log has a kind for.
#[derive(Debug)]
struct Effects(Arc<Tally>);

impl Collector for Effects {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let kind = ConstCounter::new(0_u64).metric_type();
        let mut family = encoder.encode_descriptor("sekisho_effects", "What was committed", None, kind)?;
        for (event, outcome, count) in self.0.counts() {
            let labels = [("event", event.as_str()), ("outcome", outcome)];
            ConstCounter::new(count).encode(family.encode_family(&labels)?)?;
        }
        Ok(())
    }
}

/// `/metrics`, at a listener of its own.
pub(crate) async fn show(State(state): State<AppState>) -> Response {
    match written(&state).await {
        Ok(text) => ([(header::CONTENT_TYPE, CONTENT_TYPE)], text).into_response(),
        Err(fault) => {
            tracing::error!(%fault, "the numbers cannot be told");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

async fn written(state: &AppState) -> Result<String, Fault> {
    let scope = Scope::system(Arc::new(Realm::installation()));
    let depth = state.store.read(&scope, |ctx| outbox::depth(ctx).boxed()).await?;
    let now = state.store.ambient().clock.now();
    let age = depth.oldest.map_or(0, |oldest| now.since(oldest).as_secs());
    let gauge = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);

    let metrics = &state.metrics;
    metrics.outbox_waiting.set(gauge(depth.waiting));
    metrics.outbox_age.set(gauge(age));
    metrics.hashing_waiting.set(gauge(state.passwords.waiting() as u64));
    let mut written = String::new();
    text::encode(&mut written, &metrics.registry).map_err(|_| Fault::Broken("numbers have no text".into()))?;
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_stranger_sends_makes_no_series() {
        let metrics = Metrics::new(Arc::default());
        for method in ["BREW", "PROPFIND"] {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            metrics.answered(None, &method, StatusCode::NOT_FOUND, Duration::from_millis(2));
        }
        let mut written = String::new();
        text::encode(&mut written, &metrics.registry).unwrap();
        let line = "sekisho_request_seconds_count{route=\"none\",method=\"other\",status=\"4xx\"} 2\n";
        assert!(written.contains(line), "{written}");
    }
}
