//! The frameworks of docs/relying-parties.md, each in a small application whose code the document quotes: a member signs in
//! and out by a browser, and the application knows them by their `sub`.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;

use axum::Router;
use axum::http::HeaderMap;
use axum::routing::get;
use harness::{Application, Browser, Idp, MemberSeed, Page, Portal, on_both};
use idp_core::redirect_uri::RedirectUri;
use reqwest::Method;
use serde_json::json;
use url::Url;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// An application that comes back here after signing in and out.
async fn client(idp: &Idp, listen: SocketAddr, back: &str, signed_out: &str) -> Portal {
    let loopback = |path: &str| vec![RedirectUri::parse(&format!("http://{listen}{path}")).unwrap()];
    let (back, signed_out) = (loopback(back), loopback(signed_out));
    idp.portal_with("application", |settings| {
        settings.redirect_uris = back;
        settings.post_logout_redirect_uris = signed_out;
    })
    .await
}

/// Goes where the application sends the browser.
async fn sent_on(browser: &Browser, page: Page) -> Page {
    let next = page.location().unwrap_or_else(|| panic!("it leads nowhere: {} {}", page.status, page.body));
    browser.get(next.as_str()).await
}

/// A member who walks from a page of the application through the provider and back to where the application leads them.
struct Visit {
    browser: Browser,
    idp: Idp,
    subject: String,
    mail: String,
}

impl Visit {
    /// Signs a new member in from this page of the application.
    async fn begins(idp: &Idp, page: &str) -> (Self, Page) {
        let (member, browser) = (idp.member(MemberSeed::new("F-1")).await, idp.browser());
        let asked = sent_on(&browser, browser.get_once(page).await).await;
        let arrival = member.walks(asked).await.arrived();
        let back = browser.get_once(arrival.url.as_str()).await;
        let subject = idp.record_of("F-1").await.member.subject.to_string();
        let home = back.location().unwrap_or_else(|| panic!("not let in: {} {}", back.status, back.body));
        let page = browser.get_once(home.as_str()).await;
        (Self { browser, idp: idp.clone(), subject, mail: member.mail }, page)
    }

    /// Follows the application's way out through the provider; where the browser is led then.
    async fn ends(&self, page: Page) -> String {
        let left = sent_on(&self.browser, page).await;
        let url = left.arrived().url;
        let account = self.browser.get(&format!("{}/account", self.idp.origin())).await;
        assert_eq!(account.path(), "/login", "the session here is over, too: {}", account.summary());
        url.into()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn flask_with_authlib_signs_a_member_in_and_out() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let listen = Application::place();
        let client = client(&idp, listen, "/callback", "/").await;
        let mut flask = Command::new("/usr/bin/python3");
        flask.arg(folder("frameworks/portal.py"));
        let application = Application::start(flask, listen, &idp, &client).await;
        let home = format!("{}/", application.address);

        let (visit, page) = Visit::begins(&idp, &format!("{home}sign-in")).await;
        assert_eq!((page.status, page.json()), (200, json!({ "sub": visit.subject })));
        let out = visit.browser.post_once(&format!("{home}sign-out"), &[]).await;
        assert_eq!(visit.ends(out).await, home);
        assert_eq!(visit.browser.get_once(&home).await.status, 401);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn express_with_its_middleware_signs_a_member_in_and_out() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let listen = Application::place();
        let client = client(&idp, listen, "/callback", "/").await;
        let mut node = Command::new("node");
        node.arg("express.mjs").current_dir(folder("node"));
        let application = Application::start(node, listen, &idp, &client).await;
        let home = format!("{}/", application.address);

        let (visit, page) = Visit::begins(&idp, &format!("{home}login")).await;
        assert_eq!((page.status, page.json()), (200, json!({ "sub": visit.subject })));
        let account = visit.browser.get_once(&format!("{home}account")).await;
        assert_eq!(account.json(), json!({ "sub": visit.subject, "email": visit.mail }));
        let out = visit.browser.get_once(&format!("{home}logout")).await;
        assert_eq!(visit.ends(out).await, home);
        assert_eq!(visit.browser.get_once(&home).await.status, 401);
    })
    .await;
}

/// An application that believes the proxy before it; its address.
async fn believing() -> String {
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let says = async |headers: HeaderMap| {
        let claims: Vec<_> = headers.get_all("oidc_claim_sub").iter().map(|sub| sub.to_str().unwrap()).collect();
        claims.join(" and ")
    };
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(get(says))).await });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn apache_with_mod_auth_openidc_signs_a_member_in_and_out() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let listen = Application::place();
        let client = client(&idp, listen, "/callback", "/signed-out").await;
        let mut apache = Command::new("/usr/sbin/apache2");
        apache.arg("-X").arg("-f").arg(folder("frameworks/portal.conf")).env("APPLICATION", believing().await);
        let application = Application::start(apache, listen, &idp, &client).await;
        let home = format!("{}/", application.address);

        let (visit, page) = Visit::begins(&idp, &home).await;
        assert_eq!((page.status, &page.body), (200, &visit.subject));
        let forges = async |page: &str| {
            let request = visit.browser.request(Method::GET, page).header("OIDC_CLAIM_sub", "somebody");
            visit.browser.send(request).await.body
        };
        assert_eq!(forges(&home).await, visit.subject, "the claims are Apache's alone");
        let signed_out = format!("{home}signed-out");
        let mut way_out = Url::parse(&format!("{home}callback")).unwrap();
        way_out.query_pairs_mut().append_pair("logout", &signed_out);
        let out = visit.browser.get_once(way_out.as_str()).await;
        assert_eq!(visit.ends(out).await, signed_out);
        assert_eq!(visit.browser.get_once(&home).await.status, 302);
        assert_eq!((visit.browser.get_once(&signed_out).await.status, forges(&signed_out).await), (200, String::new()));
    })
    .await;
}
