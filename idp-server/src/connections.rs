//! How many connections one address may hold open, so that one peer cannot take them all.

use std::collections::HashMap;
use std::future::{Ready, ready};
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use axum_server::accept::Accept;
use idp_core::config::Config;
use ipnet::IpNet;
use tokio::net::TcpStream;
use tower::Service;

/// Lets connections in, up to a number for each address.
#[derive(Clone)]
pub(crate) struct Capped(Arc<Door>);

struct Door {
    limit: usize,
    // Proxies bring many people, and loopback is the operator.
    free: Vec<IpNet>,
    open: Mutex<HashMap<IpAddr, usize>>,
}

impl Capped {
    pub(crate) fn new(config: &Config) -> Self {
        let limit = config.limits.connections_per_address;
        Self(Arc::new(Door { limit, free: config.http.trusted_proxies.clone(), open: Mutex::default() }))
    }

    fn enter(&self, address: IpAddr) -> Option<Seat> {
        let address = address.to_canonical();
        if address.is_loopback() || self.0.free.iter().any(|network| network.contains(&address)) {
            return Some(Seat { door: Arc::clone(&self.0), taken: None });
        }
        let mut open = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(address).or_insert(0);
        if *count >= self.0.limit {
            return None;
        }
        *count += 1;
        Some(Seat { door: Arc::clone(&self.0), taken: Some(address) })
    }
}

/// Given back when the connection ends.
struct Seat {
    door: Arc<Door>,
    taken: Option<IpAddr>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let Some(address) = self.taken else { return };
        let mut open = self.door.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                open.remove(&address);
            }
        }
    }
}

/// The service of one connection, which keeps its seat.
#[derive(Clone)]
pub(crate) struct Held<S> {
    service: S,
    _seat: Arc<Seat>,
}

impl<S, R> Service<R> for Held<S>
where
    S: Service<R>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.service.poll_ready(context)
    }

    fn call(&mut self, request: R) -> S::Future {
        self.service.call(request)
    }
}

impl<S> Accept<TcpStream, S> for Capped {
    type Stream = TcpStream;
    type Service = Held<S>;
    type Future = Ready<io::Result<(TcpStream, Held<S>)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        ready(self.take(stream, service))
    }
}

impl Capped {
    fn take<S>(&self, stream: TcpStream, service: S) -> io::Result<(TcpStream, Held<S>)> {
        stream.set_nodelay(true)?;
        let seat = self.enter(stream.peer_addr()?.ip());
        let seat = seat.ok_or_else(|| io::Error::other("too many connections from one address"))?;
        Ok((stream, Held { service, _seat: Arc::new(seat) }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn door(limit: usize) -> Capped {
        Capped(Arc::new(Door { limit, free: vec!["10.0.0.0/8".parse().unwrap()], open: Mutex::default() }))
    }

    #[test]
    fn an_address_that_holds_too_many_waits_for_one_to_end() {
        let door = door(2);
        let (peer, other) = ("203.0.113.9".parse().unwrap(), "203.0.113.10".parse().unwrap());
        let (first, second) = (door.enter(peer), door.enter(peer));
        assert!(first.is_some() && second.is_some() && door.enter(peer).is_none());
        assert!(door.enter(other).is_some());
        drop(first);
        assert!(door.enter(peer).is_some());
        drop(second);
        assert!(door.0.open.lock().unwrap().is_empty());
    }

    #[test]
    fn proxies_and_loopback_are_not_counted() {
        let door = door(1);
        for address in ["10.1.2.3", "127.0.0.1", "::1", "::ffff:127.0.0.1"] {
            let seats: Vec<_> = (0..3).map(|_| door.enter(address.parse().unwrap())).collect();
            assert!(seats.iter().all(Option::is_some), "{address}");
        }
    }
}
