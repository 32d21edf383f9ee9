//! Where the parts of the demo listen: four neighbouring ports of the loopback interface.
//!
//! `localhost` is `127.0.0.1` to one program and `::1` to another, so a door opens on both where the machine has both.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::serve::Listener;
use tokio::net::{TcpListener, TcpStream};

/// The port of the provider unless the command line names another.
pub const DEFAULT_PORT: u16 = 8080;

/// How often a free port is looked for before giving up: `::1` may have lent the number to another program.
const FREE_PORT_TRIES: usize = 16;

/// The doors of the demo, open from the moment they are bound, so that no part can come too early for another.
#[derive(Debug)]
pub struct Doors {
    /// The OpenID provider, port N.
    pub provider: Door,
    /// The member portal, port N + 1.
    pub portal: Door,
    /// The mailbox page, port N + 2.
    pub mailbox: Door,
    /// The mailbox's SMTP server, port N + 3.
    pub smtp: Door,
}

/// The four port numbers of a demo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ports {
    /// The OpenID provider's.
    pub provider: u16,
    /// The member portal's.
    pub portal: u16,
    /// The mailbox page's.
    pub mailbox: u16,
    /// The mailbox's SMTP server's.
    pub smtp: u16,
}

/// One port, open on `127.0.0.1` and, where there is one, on `::1`.
#[derive(Debug)]
pub struct Door {
    v4: TcpListener,
    v6: Option<TcpListener>,
    port: u16,
}

/// A port that could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("port {port} on loopback cannot be used; is a demo running already? Else choose others with --port")]
pub struct DoorFault {
    /// The port that was asked for.
    pub port: u16,
    /// What the system said.
    pub source: io::Error,
}

impl Doors {
    /// Opens four ports from `first` on; 0 takes any that are free.
    ///
    /// # Errors
    /// [`DoorFault`] names the first port that is taken or forbidden.
    pub async fn open(first: u16) -> Result<Self, DoorFault> {
        if first == 0 {
            return Ok(Self {
                provider: Door::open_any().await?,
                portal: Door::open_any().await?,
                mailbox: Door::open_any().await?,
                smtp: Door::open_any().await?,
            });
        }

        // Past the last port there is none: asking for it again gives the system's own refusal.
        let nth = |n| first.saturating_add(n);
        Self::open_at(Ports { provider: first, portal: nth(1), mailbox: nth(2), smtp: nth(3) }).await
    }

    /// Opens exactly these ports.
    ///
    /// # Errors
    /// [`DoorFault`] names the first port that is taken or forbidden.
    pub async fn open_at(ports: Ports) -> Result<Self, DoorFault> {
        Ok(Self {
            provider: Door::open(ports.provider).await?,
            portal: Door::open(ports.portal).await?,
            mailbox: Door::open(ports.mailbox).await?,
            smtp: Door::open(ports.smtp).await?,
        })
    }
}

impl Door {
    /// Opens one port.
    ///
    /// # Errors
    /// [`DoorFault`] if `127.0.0.1` refuses it, or `::1` exists and refuses it.
    pub async fn open(port: u16) -> Result<Self, DoorFault> {
        let fault = |source| DoorFault { port, source };
        let v4 = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(fault)?;
        let port = v4.local_addr().map_err(fault)?.port();
        let v6 = match TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await {
            Ok(listener) => Some(listener),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => return Err(fault(error)),
            // A machine or a container without IPv6 is complete without it.
            Err(_) => None,
        };

        Ok(Self { v4, v6, port })
    }

    /// Opens any port that is free on both.
    ///
    /// # Errors
    /// [`DoorFault`] if none was found.
    pub async fn open_any() -> Result<Self, DoorFault> {
        let mut tries = 1;
        loop {
            match Self::open(0).await {
                Err(fault) if tries == FREE_PORT_TRIES => return Err(fault),
                Err(_) => tries += 1,
                Ok(door) => return Ok(door),
            }
        }
    }

    /// The port number.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The origin to show and to compare with: `http://localhost:PORT`, no slash at its end.
    pub fn origin(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// The listeners themselves, for a server that brings its own loop.
    pub fn into_listeners(self) -> Vec<TcpListener> {
        std::iter::once(self.v4).chain(self.v6).collect()
    }
}

impl Listener for Door {
    type Io = TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        let Some(v6) = &mut self.v6 else {
            return Listener::accept(&mut self.v4).await;
        };

        tokio::select! {
            accepted = Listener::accept(&mut self.v4) => accepted,
            accepted = Listener::accept(v6) => accepted,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.v4.local_addr()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn port_zero_opens_four_different_doors() {
        let doors = Doors::open(0).await.unwrap();
        let mut ports = [doors.provider.port(), doors.portal.port(), doors.mailbox.port(), doors.smtp.port()];
        ports.sort_unstable();

        assert!(ports[0] > 0);
        assert!(ports.windows(2).all(|pair| pair[0] != pair[1]));
    }

    #[tokio::test]
    async fn a_taken_port_is_named() {
        let taken = Door::open_any().await.unwrap();

        let fault = Door::open(taken.port()).await.unwrap_err();

        assert_eq!(fault.port, taken.port());
        assert!(fault.to_string().contains("--port"), "{fault}");
    }

    #[tokio::test]
    async fn a_door_lets_in_from_every_loopback_address_it_has() {
        let mut door = Door::open_any().await.unwrap();
        let mut callers = vec![SocketAddr::from((Ipv4Addr::LOCALHOST, door.port()))];
        if door.v6.is_some() {
            callers.push(SocketAddr::from((Ipv6Addr::LOCALHOST, door.port())));
        }

        for address in callers {
            let (caller, (_, seen)) = tokio::join!(TcpStream::connect(address), Listener::accept(&mut door));
            assert_eq!(caller.unwrap().local_addr().unwrap(), seen);
        }
    }
}
