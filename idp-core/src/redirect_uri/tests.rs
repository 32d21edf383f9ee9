//! The matcher against what attackers and careless clients send.

use super::*;

fn registered(texts: &[&str]) -> Vec<RedirectUri> {
    texts.iter().map(|text| RedirectUri::parse(text).unwrap()).collect()
}

fn trusted(texts: &[&str], sent: &str) -> bool {
    TrustedRedirect::matched(&registered(texts), sent, LoopbackPort::Any).is_some()
}

#[test]
fn the_registered_address_is_trusted_byte_for_byte() {
    for uri in
        ["https://portal.example/cb", "https://portal.example/cb?x=1&y=", "com.example.app:/cb", "https://a.example"]
    {
        assert!(trusted(&[uri], uri), "{uri}");
    }
}

/// Each differs from `https://portal.example/cb` in one thing.
const MUTATIONS: [&str; 57] = [
    "",
    "https://portal.example/cb/",
    "https://portal.example/cb?",
    "https://portal.example/cb?x=1",
    "https://portal.example/cb#",
    "https://portal.example/cb#x",
    "https://portal.example/CB",
    "https://PORTAL.example/cb",
    "HTTPS://portal.example/cb",
    "http://portal.example/cb",
    "https://portal.example:443/cb",
    "https://portal.example:8443/cb",
    "https://portal.example./cb",
    "https://portal.example//cb",
    "https://portal.example/./cb",
    "https://portal.example/x/../cb",
    "https://portal.example/cb/..",
    "https://portal.example/%63b",
    "https://portal.example/cb%00",
    "https://portal.example/cb%2f",
    "https://portal.example/cb%0d%0aSet-Cookie:x",
    "https://portal.example/cb\r\n",
    "https://portal.example/cb\0",
    "https://portal.example/cb ",
    " https://portal.example/cb",
    "\thttps://portal.example/cb",
    "https://portal.example/cb;x",
    "https://portal.example/cb&x",
    "https://portal.example/cbx",
    "https://portal.example/c",
    "https://portal.example",
    "https://portal.example/",
    "https://portal.example.evil.example/cb",
    "https://evil.example/portal.example/cb",
    "https://evil.example?https://portal.example/cb",
    "https://evil.example#https://portal.example/cb",
    "https://evil.example\\@portal.example/cb",
    "https://portal.example@evil.example/cb",
    "https://user@portal.example/cb",
    "https://user:pw@portal.example/cb",
    "https://sub.portal.example/cb",
    "https:portal.example/cb",
    "https:/portal.example/cb",
    "https:///portal.example/cb",
    "//portal.example/cb",
    "/cb",
    "portal.example/cb",
    "javascript:alert(1)//https://portal.example/cb",
    "data:text/html,https://portal.example/cb",
    "https://portal。example/cb",
    "https://pörtal.example/cb",
    "https://portal.example/cb\u{200b}",
    "https://portal.example/cb,https://evil.example",
    "https://portal.example/cb https://evil.example",
    "https://portal.example\\cb",
    "https://portal.example/*",
    "https://*.example/cb",
];

#[test]
fn every_mutation_of_a_registered_address_is_refused() {
    for sent in MUTATIONS {
        assert!(!trusted(&["https://portal.example/cb"], sent), "{sent:?}");
    }
}

#[test]
fn a_registered_query_is_part_of_the_address() {
    for sent in [
        "https://portal.example/cb",
        "https://portal.example/cb?a=1",
        "https://portal.example/cb?b=2&a=1",
        "https://portal.example/cb?a=1&b=2&c=3",
        "https://portal.example/cb?a=%31&b=2",
    ] {
        assert!(!trusted(&["https://portal.example/cb?a=1&b=2"], sent), "{sent}");
    }
}

#[test]
fn on_loopback_any_port_will_do_and_nothing_else() {
    let uris = ["http://127.0.0.1/cb", "http://localhost/cb?x=1", "http://[::1]:4000/cb"];
    for sent in [
        "http://127.0.0.1/cb",
        "http://127.0.0.1:1/cb",
        "http://127.0.0.1:65535/cb",
        "http://localhost:49152/cb?x=1",
        "http://[::1]/cb",
        "http://[::1]:4001/cb",
    ] {
        assert!(trusted(&uris, sent), "{sent}");
    }
    for sent in [
        "http://127.0.0.1:/cb",
        "http://127.0.0.1:0/cb",
        "http://127.0.0.1:080/cb",
        "http://127.0.0.1:65536/cb",
        "http://127.0.0.1:+80/cb",
        "http://127.0.0.1:80x/cb",
        "http://127.0.0.1:80:90/cb",
        "http://127.0.0.1:80@evil.example/cb",
        "http://127.0.0.1@evil.example/cb",
        "http://127.0.0.1.evil.example/cb",
        "http://127.0.0.1evil.example/cb",
        "http://127.0.0.2/cb",
        "http://127.1/cb",
        "http://0.0.0.0/cb",
        "http://localhost:1/cb",
        "http://localhost.evil.example/cb?x=1",
        "http://LOCALHOST/cb?x=1",
        "http://127.0.0.1:80/cb/",
        "http://127.0.0.1:80/cb?x=1",
        "http://127.0.0.1:80",
        "https://127.0.0.1:80/cb",
        "http://[::1]:4000/cb#x",
        "http://[::2]:4000/cb",
        "http://::1/cb",
    ] {
        assert!(!trusted(&uris, sent), "{sent}");
    }
}

#[test]
fn an_https_loopback_address_keeps_its_port() {
    assert!(!trusted(&["https://localhost:8443/cb"], "https://localhost:8444/cb"));
}

#[test]
fn what_must_not_be_registered_is_refused_by_its_rule() {
    let cases = [
        ("/cb", RedirectUriError::Unreadable),
        ("https://", RedirectUriError::Unreadable),
        ("https:portal.example/cb", RedirectUriError::Unreadable),
        ("https://portal.example/cb#", RedirectUriError::Fragment),
        ("https://portal.example/cb#x", RedirectUriError::Fragment),
        ("https://user@portal.example/cb", RedirectUriError::User),
        ("https://*.example/cb", RedirectUriError::Wildcard),
        ("https://portal.example/a/../cb", RedirectUriError::DotSegment),
        ("https://portal.example/a/%2E%2e/cb", RedirectUriError::DotSegment),
        ("http://portal.example/cb", RedirectUriError::Insecure),
        ("http://localhost.evil.example/cb", RedirectUriError::Insecure),
        ("javascript:alert(1)", RedirectUriError::Scheme),
        ("data:text/html,x", RedirectUriError::Scheme),
        ("myapp:/cb", RedirectUriError::Scheme),
        ("https://portal.example/ cb", RedirectUriError::Character),
        ("https://portal.example\\cb", RedirectUriError::Character),
        ("https://portal.example/ｃｂ", RedirectUriError::Character),
    ];
    for (text, refused) in cases {
        assert_eq!(RedirectUri::parse(text), Err(refused), "{text}");
    }
    assert_eq!(RedirectUri::parse(&format!("https://a.example/{}", "x".repeat(2_000))), Err(RedirectUriError::TooLong));
}

#[test]
fn parameters_join_a_query_that_is_there() {
    let cases = [
        ("https://a.example/cb", "https://a.example/cb?code=x%26&state=%E3%81%82+b"),
        ("https://a.example/cb?q=1", "https://a.example/cb?q=1&code=x%26&state=%E3%81%82+b"),
        ("https://a.example/cb?", "https://a.example/cb?code=x%26&state=%E3%81%82+b"),
    ];
    for (uri, expected) in cases {
        let trusted = TrustedRedirect::matched(&registered(&[uri]), uri, LoopbackPort::AsRegistered).unwrap();
        assert_eq!(trusted.with_query([("code", "x&"), ("state", "あ b")]), expected);
        assert_eq!(trusted.with_query([]), uri);
    }
}

#[test]
fn a_port_that_was_registered_is_kept_to_unless_any_is_meant() {
    let matches = |uri: &str, sent: &str, port| TrustedRedirect::matched(&registered(&[uri]), sent, port).is_some();
    for (uri, names_port) in [
        ("http://127.0.0.1/cb", false),
        ("http://[::1]/cb", false),
        ("http://[::1]:8000/cb", true),
        ("http://localhost:8000/cb", true),
        ("http://127.0.0.1:80/cb", true),
    ] {
        let host = uri.strip_suffix("/cb").unwrap().trim_end_matches(":8000").trim_end_matches(":80");
        let sent = format!("{host}:4711/cb");
        assert!(matches(uri, &sent, LoopbackPort::Any), "{uri}");
        assert_eq!(matches(uri, &sent, LoopbackPort::AsRegistered), !names_port, "{uri}");
        assert!(matches(uri, uri, LoopbackPort::AsRegistered), "{uri}");
    }
}
