//! A browser: a jar of cookies, and redirects followed as long as they stay with the provider.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use reqwest::header::{ACCEPT_LANGUAGE, COOKIE, HOST, HeaderMap, SET_COOKIE};
use reqwest::{Client, Method, RequestBuilder};
use url::Url;

use crate::node::Node;
use crate::page::Page;

/// More redirects than that are a loop.
const REDIRECTS_MAX: usize = 10;

/// One browser; clones are tabs of it.
#[derive(Clone)]
pub struct Browser {
    http: Client,
    origin: Url,
    language: &'static str,
    host: Option<String>,
    jar: Arc<Mutex<BTreeMap<String, String>>>,
}

impl Browser {
    pub(crate) fn new(http: Client, origin: Url) -> Self {
        Self { http, origin, language: "ja", host: None, jar: Arc::default() }
    }

    /// The same browser asking for pages in another language.
    #[must_use]
    pub fn speaking(mut self, language: &'static str) -> Self {
        self.language = language;
        self
    }

    /// The same browser, sent to another node by whatever stands before them.
    #[must_use]
    pub fn through(mut self, node: &Node) -> Self {
        self.host = Some(format!("{}:{}", self.origin.host_str().unwrap(), self.origin.port().unwrap()));
        self.origin.set_port(Some(node.address.port())).unwrap();
        self
    }

    /// Opens an address and follows redirects.
    pub async fn get(&self, address: &str) -> Page {
        let page = self.get_once(address).await;
        self.follow(page).await
    }

    /// Opens an address.
    pub async fn get_once(&self, address: &str) -> Page {
        self.send(self.request(Method::GET, address)).await
    }

    /// Posts a form and follows redirects.
    pub async fn post(&self, address: &str, fields: &[(String, String)]) -> Page {
        let page = self.post_once(address, fields).await;
        self.follow(page).await
    }

    /// Posts a form.
    pub async fn post_once(&self, address: &str, fields: &[(String, String)]) -> Page {
        self.send(self.request(Method::POST, address).form(fields)).await
    }

    /// Begins a request with this browser's cookies.
    pub fn request(&self, method: Method, address: &str) -> RequestBuilder {
        let url = self.origin.join(address).unwrap();
        let request = self.http.request(method, url).header(ACCEPT_LANGUAGE, self.language);
        let request = match &self.host {
            Some(host) => request.header(HOST, host),
            None => request,
        };
        match self.cookie_header() {
            header if header.is_empty() => request,
            header => request.header(COOKIE, header),
        }
    }

    /// Sends a request as it is and keeps the cookies of the answer.
    pub async fn send(&self, request: RequestBuilder) -> Page {
        let answer = request.send().await.unwrap();
        let (status, url, headers) = (answer.status().as_u16(), answer.url().clone(), answer.headers().clone());
        self.keep(&headers);
        let body = answer.text().await.unwrap();
        Page { browser: self.clone(), status, url, headers, body }
    }

    /// Follows redirects as long as they stay with the provider.
    pub async fn follow(&self, mut page: Page) -> Page {
        for _ in 0..REDIRECTS_MAX {
            let Some(next) = page.location().filter(|next| next.origin() == self.origin.origin()) else { return page };
            page = self.get_once(next.as_str()).await;
        }
        panic!("redirected in a circle: {}", page.summary());
    }

    /// The cookie whose name contains `part`.
    pub fn cookie(&self, part: &str) -> Option<String> {
        self.cookies().iter().find(|(name, _)| name.contains(part)).map(|(_, value)| value.clone())
    }

    /// Puts another value into the cookie whose name contains `part`.
    pub fn tamper(&self, part: &str, value: &str) {
        for (_, kept) in self.cookies().iter_mut().filter(|(name, _)| name.contains(part)) {
            value.clone_into(kept);
        }
    }

    /// Forgets every cookie.
    pub fn forget(&self) {
        self.cookies().clear();
    }

    /// Another browser that got hold of this one's cookies.
    pub fn stolen(&self) -> Browser {
        let jar = Arc::new(Mutex::new(self.cookies().clone()));
        Browser { jar, ..self.clone() }
    }

    fn cookie_header(&self) -> String {
        let cookies = self.cookies();
        cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn keep(&self, headers: &HeaderMap) {
        for line in headers.get_all(SET_COOKIE) {
            let line = line.to_str().unwrap();
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            if line.to_ascii_lowercase().contains("max-age=0") {
                self.cookies().remove(name);
            } else {
                self.cookies().insert(name.to_owned(), value.to_owned());
            }
        }
    }

    fn cookies(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, String>> {
        self.jar.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
