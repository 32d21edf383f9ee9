//! Where a request comes from. `X-Forwarded-For` is believed from listed networks alone.

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use idp_core::actor::Source;
use ipnet::IpNet;

/// The longest `User-Agent` that is kept, in characters.
const USER_AGENT_MAX: usize = 300;

/// Reads address and browser.
pub(crate) fn read(parts: &Parts, trusted: &[IpNet]) -> Source {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    let user_agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    Source {
        address: peer.map(|peer| origin(peer.to_canonical(), &parts.headers, trusted)),
        user_agent: user_agent.map(|text| text.chars().take(USER_AGENT_MAX).collect()),
    }
}

/// Follows the chain of proxies from our end: the first address that is no trusted proxy is where it came from. What
/// stands before it was written by that address and proves nothing.
fn origin(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|network| network.contains(address));
    let mut nearest = peer;
    let forwarded: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    for entry in forwarded.into_iter().rev() {
        if !is_trusted(&nearest) {
            break;
        }
        let Some(address) = address(entry.trim()) else { break };
        nearest = address;
    }
    nearest
}

/// Some proxies write the port, too.
fn address(entry: &str) -> Option<IpAddr> {
    let address = entry.parse::<IpAddr>().or_else(|_| entry.parse::<SocketAddr>().map(|address| address.ip()));
    address.ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, forwarded: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        let trusted = ["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
        origin(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn a_stranger_cannot_forge_an_address() {
        assert_eq!(seen("203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
        assert_eq!(seen("203.0.113.9", &[]), "203.0.113.9");
    }

    #[test]
    fn a_listed_proxy_is_believed_and_what_stands_before_is_not() {
        assert_eq!(seen("10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(seen("10.0.0.1", &["192.0.2.7, 198.51.100.1, 10.0.0.2"]), "198.51.100.1");
        assert_eq!(seen("10.0.0.1", &["192.0.2.7", "198.51.100.1:4711"]), "198.51.100.1");
        assert_eq!(seen("::1", &["[2001:db8::1]:80"]), "2001:db8::1");
    }

    #[test]
    fn nonsense_stops_the_chain_at_the_proxy() {
        assert_eq!(seen("10.0.0.1", &["198.51.100.1, unknown"]), "10.0.0.1");
        assert_eq!(seen("10.0.0.1", &[""]), "10.0.0.1");
    }
}
