//! A relying party's address that listens: what is posted there, and what is answered.

use std::collections::VecDeque;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::routing::post;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

type Heard = Vec<(String, String)>;

/// An address on loopback that hands over what is posted there.
pub struct Ear {
    /// Where it listens.
    pub address: String,
    heard: tokio::sync::Mutex<UnboundedReceiver<Heard>>,
}

type Answers = (UnboundedSender<Heard>, Arc<Mutex<VecDeque<u16>>>);

impl Ear {
    /// Listens, and answers with these statuses in turn; with 200 when they are used up.
    pub async fn open(statuses: &[u16]) -> Self {
        let (sender, receiver) = unbounded_channel();
        let statuses: VecDeque<u16> = statuses.iter().copied().collect();
        let state: Answers = (sender, Arc::new(Mutex::new(statuses)));
        let routes = Router::new().route("/bye", post(hear)).with_state(state);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = format!("http://127.0.0.1:{}/bye", listener.local_addr().unwrap().port());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { address, heard: tokio::sync::Mutex::new(receiver) }
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

    /// Whether nothing has arrived that was not taken.
    pub async fn is_silent(&self) -> bool {
        self.heard.lock().await.is_empty()
    }
}

async fn hear(State((sender, statuses)): State<Answers>, Form(form): Form<Heard>) -> StatusCode {
    let status = statuses.lock().unwrap().pop_front().unwrap_or(200);
    sender.send(form).unwrap();
    StatusCode::from_u16(status).unwrap()
}
