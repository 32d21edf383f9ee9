//! One more node of the same installation: its own process state, the same database.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Mutex;

use idp_server::serve::serve;
use idp_server::state::AppState;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::idp::Idp;

/// A node beside [`Idp`]'s own.
pub struct Node {
    idp: Idp,
    /// Where it listens.
    pub address: SocketAddr,
    running: Mutex<Option<(CancellationToken, JoinHandle<anyhow::Result<()>>)>>,
}

impl Idp {
    /// Starts another node over the same database. Browsers reach it with [`Browser::through`](crate::Browser::through).
    pub async fn another_node(&self) -> Node {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let running = Mutex::new(Some(run(self, listener).await));
        Node { idp: self.clone(), address, running }
    }
}

impl Node {
    /// Tells it to stop, lets open requests finish, and starts it again at the same address.
    pub async fn restart(&self) {
        let (stop, task) = self.running.lock().unwrap().take().unwrap();
        stop.cancel();
        task.await.unwrap().unwrap();
        let listener = TcpListener::bind(self.address).await.unwrap();
        let running = run(&self.idp, listener).await;
        *self.running.lock().unwrap() = Some(running);
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Some((stop, _)) = self.running.get_mut().unwrap() {
            stop.cancel();
        }
    }
}

async fn run(idp: &Idp, listener: TcpListener) -> (CancellationToken, JoinHandle<anyhow::Result<()>>) {
    let state = AppState::open(idp.config(), idp.ambient()).await.unwrap();
    let stop = CancellationToken::new();
    let task = tokio::spawn(serve(state, vec![listener], stop.clone()));
    (stop, task)
}
