//! A relying party's address that listens: what is posted there, and what is answered.

use std::collections::VecDeque;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

type Heard = Vec<(String, String)>;

/// An address on loopback that hands over what is posted there.
pub struct Ear {
    /// Where it listens for forms.
    pub address: String,
    /// Where it listens for JSON with a bearer token.
    pub ping_address: String,
    heard: tokio::sync::Mutex<UnboundedReceiver<Heard>>,
}

type Answers = (UnboundedSender<Heard>, Arc<Mutex<VecDeque<u16>>>);

impl Ear {
    /// Listens, and answers with these statuses in turn; with 200 when they are used up.
    pub async fn open(statuses: &[u16]) -> Self {
        let (sender, receiver) = unbounded_channel();
        let statuses: VecDeque<u16> = statuses.iter().copied().collect();
        let state: Answers = (sender, Arc::new(Mutex::new(statuses)));
        let routes = Router::new().route("/bye", post(hear)).route("/ping", post(hear_ping)).with_state(state);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let origin = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        let (address, ping_address) = (format!("{origin}/bye"), format!("{origin}/ping"));
        Self { address, ping_address, heard: tokio::sync::Mutex::new(receiver) }
    }

    /// The next form that arrives.
    pub async fn hears(&self) -> Heard {
        let next = async { self.heard.lock().await.recv().await.unwrap() };
        tokio::time::timeout(Duration::from_secs(20), next).await.expect("nothing was posted")
    }

    /// The claims of the logout token that arrives next, not verified, and the token.
    pub async fn hears_logout(&self) -> (Value, String) {
        let heard = self.hears().await;
        assert_eq!(heard.len(), 1, "{heard:?}");
        assert_eq!(heard[0].0, "logout_token");
        let token = heard[0].1.clone();
        (crate::portal::part(&token, 1), token)
    }

    /// The same, while time passes: what is put off arrives when its time has come.
    pub async fn hears_logout_while(&self, time_passes: impl Fn()) -> (Value, String) {
        for _ in 0..40 {
            time_passes();
            if let Ok(heard) = tokio::time::timeout(Duration::from_millis(500), self.hears_logout()).await {
                return heard;
            }
        }
        panic!("nothing was posted");
    }

    /// The bearer token and the document of the notification that arrives next.
    pub async fn hears_ping(&self) -> (String, Value) {
        let heard = self.hears().await;
        let sent = |name: &str| heard.iter().find(|(sent, _)| sent == name).unwrap().1.clone();
        assert_eq!(sent("content-type"), "application/json");
        let bearer = sent("authorization").strip_prefix("Bearer ").unwrap().to_owned();
        (bearer, serde_json::from_str(&sent("body")).unwrap())
    }

    /// The same, while time passes.
    pub async fn hears_ping_while(&self, time_passes: impl Fn()) -> (String, Value) {
        for _ in 0..40 {
            time_passes();
            if let Ok(heard) = tokio::time::timeout(Duration::from_millis(500), self.hears_ping()).await {
                return heard;
            }
        }
        panic!("nothing was posted");
    }

    /// Whether nothing has arrived that was not taken.
    pub async fn is_silent(&self) -> bool {
        self.heard.lock().await.is_empty()
    }
}

async fn hear_ping(State((sender, statuses)): State<Answers>, headers: HeaderMap, body: String) -> StatusCode {
    let status = statuses.lock().unwrap().pop_front().unwrap_or(204);
    let named = ["authorization", "content-type"].into_iter().filter_map(|name| headers.get(name).map(|v| (name, v)));
    let mut heard: Heard = named.map(|(name, v)| (name.to_owned(), v.to_str().unwrap().to_owned())).collect();
    heard.push(("body".to_owned(), body));
    sender.send(heard).unwrap();
    StatusCode::from_u16(status).unwrap()
}

async fn hear(State((sender, statuses)): State<Answers>, Form(form): Form<Heard>) -> StatusCode {
    let status = statuses.lock().unwrap().pop_front().unwrap_or(200);
    sender.send(form).unwrap();
    StatusCode::from_u16(status).unwrap()
}
