//! An address behind the walls: it counts who connects, and answers nobody.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// One port of this machine at which nobody is expected.
pub struct Trap {
    /// The port.
    pub port: u16,
    doors: Mutex<Vec<Door>>,
}

struct Door {
    address: SocketAddr,
    came: UnboundedReceiver<SocketAddr>,
}

impl Trap {
    /// Waits at this address; at `::1` beside `127.0.0.1`, where the machine has it.
    pub async fn at(address: Ipv4Addr) -> Self {
        let first = TcpListener::bind((address, 0)).await.unwrap();
        let port = first.local_addr().unwrap().port();
        let mut doors = vec![watched(first)];
        if address == Ipv4Addr::LOCALHOST
            && let Ok(second) = TcpListener::bind((IpAddr::V6(Ipv6Addr::LOCALHOST), port)).await
        {
            doors.push(watched(second));
        }
        Self { port, doors: Mutex::new(doors) }
    }

    /// How many have connected since it was asked last. Connections are taken in their order: once one of our own was
    /// taken, everybody who came before it was.
    pub async fn visits(&self) -> usize {
        let mut visits = 0;
        for door in self.doors.lock().await.iter_mut() {
            let own = TcpStream::connect(door.address).await.unwrap().local_addr().unwrap();
            while door.came.recv().await.unwrap() != own {
                visits += 1;
            }
        }
        visits
    }
}

fn watched(listener: TcpListener) -> Door {
    let address = listener.local_addr().unwrap();
    let (sender, came) = unbounded_channel();
    tokio::spawn(watch(listener, sender));
    Door { address, came }
}

async fn watch(listener: TcpListener, came: UnboundedSender<SocketAddr>) {
    while let Ok((_, peer)) = listener.accept().await {
        if came.send(peer).is_err() {
            return;
        }
    }
}
