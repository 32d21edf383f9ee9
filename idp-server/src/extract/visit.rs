//! One request of a browser: at which realm, from where, in which language, with which cookies.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum_extra::extract::cookie::CookieJar;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use idp_core::actor::{Actor, Source};
use idp_core::client_certificate::ClientCertificate;
use idp_core::ctx::Scope;
use idp_core::fault::Fault;
use idp_core::id::InteractionId;
use idp_core::language::Language;
use idp_core::realm::{Realm, Transport};
use idp_core::secret::{BrowserSecret, CsrfToken, Hashed, Plain, SessionSecret};
use idp_core::store::Ambient;
use url::form_urlencoded;

use super::cookies::{self, Name};
use super::source;
use crate::error::Failure;
use crate::look;
use crate::state::AppState;
use crate::view::chrome::{Chrome, LanguageLink};
use crate::view::locale::{self, Words};

/// The query parameter that chooses the language (OpenID Connect Core 1.0 §3.1.2.1).
const UI_LOCALES: &str = "ui_locales";

/// One request of a browser; clones are cheap and share the cookies that the answer will set.
#[derive(Clone)]
pub struct Visit(Arc<Inner>);

struct Inner {
    realm: Arc<Realm>,
    certificate: Option<ClientCertificate>,
    source: Source,
    language: Language,
    uri: String,
    request_id: String,
    ambient: Ambient,
    jar: CookieJar,
    known_browser: Option<Plain<BrowserSecret>>,
    new_browser: OnceLock<Plain<BrowserSecret>>,
    answer: Mutex<Vec<String>>,
    refused: OnceLock<String>,
}

impl Visit {
    pub(crate) fn read(
        parts: &Parts,
        state: &AppState,
        (realm, certificate): (Arc<Realm>, Option<ClientCertificate>),
        request_id: String,
    ) -> Self {
        let transport = realm.origin.transport();
        let jar = CookieJar::from_headers(&parts.headers);
        let asked = asked_language(parts.uri.query().unwrap_or_default());
        let stored = cookies::read(&jar, Name::Language, transport).and_then(|tag| Language::from_tag(&tag));
        let accepted = parts.headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let language = locale::choose(asked.map(Language::tag), stored, accepted);
        // What was asked for once holds on the pages that follow.
        let remembered = asked.filter(|asked| stored != Some(*asked));
        let remembered = remembered.map(|language| cookies::keep(Name::Language, transport, language.tag()));
        let known_browser = cookies::read(&jar, Name::Browser, transport)
            .filter(|text| cookies::is_secret(text))
            .map(|text| Plain::new(text.into_bytes()));

        Self(Arc::new(Inner {
            source: source::read(parts, &state.config.http.trusted_proxies),
            language,
            uri: parts.uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
            request_id,
            ambient: state.store.ambient().clone(),
            jar,
            known_browser,
            new_browser: OnceLock::new(),
            answer: Mutex::new(remembered.into_iter().collect()),
            refused: OnceLock::new(),
            realm,
            certificate,
        }))
    }

    /// The realm at whose host the request came in.
    pub fn realm(&self) -> &Arc<Realm> {
        &self.0.realm
    }

    /// The certificate it came with.
    pub(crate) fn certificate(&self) -> Option<&ClientCertificate> {
        self.0.certificate.as_ref()
    }

    /// Where it came from.
    pub fn source(&self) -> &Source {
        &self.0.source
    }

    /// The language of the page.
    pub fn language(&self) -> Language {
        self.0.language
    }

    /// The words of the page.
    pub fn words(&self) -> Words {
        look::words(self.realm(), self.language())
    }

    /// Finds this request in the log.
    pub fn request_id(&self) -> &str {
        &self.0.request_id
    }

    /// Notes with which code of ours the request was refused, for the monitoring.
    pub(crate) fn refuse(&self, code: &str) {
        self.0.refused.get_or_init(|| code.to_owned());
    }

    /// With which code it was refused.
    pub(crate) fn refused(&self) -> Option<&str> {
        self.0.refused.get().map(String::as_str)
    }

    /// Clock, randomness and vault.
    pub(crate) fn ambient(&self) -> &Ambient {
        &self.0.ambient
    }

    /// For the store: a browser of which it is not yet known whose it is.
    pub fn scope(&self) -> Scope {
        self.scope_of(Actor::Browser)
    }

    /// For the store: somebody else, from here.
    pub fn scope_of(&self, actor: Actor) -> Scope {
        Scope { realm: Arc::clone(&self.0.realm), actor, source: self.0.source.clone() }
    }

    /// Which browser it is. One that has no cookie yet gets it with the answer.
    pub fn browser(&self) -> Hashed<BrowserSecret> {
        self.0.ambient.vault.hash(self.browser_secret().expose())
    }

    /// Whether the browser brought its cookie along. A browser that posts a form without it takes no cookies.
    pub fn has_browser_cookie(&self) -> bool {
        self.0.known_browser.is_some()
    }

    /// The token that a form of this browser and interaction carries.
    pub fn csrf(&self, interaction: Option<InteractionId>) -> String {
        URL_SAFE_NO_PAD.encode(self.csrf_hash(interaction).bytes())
    }

    /// Whether the token was made for this browser and interaction; compares in constant time.
    pub(crate) fn is_own_csrf(&self, token: &str, interaction: Option<InteractionId>) -> bool {
        let token = Hashed::from_bytes(URL_SAFE_NO_PAD.decode(token).unwrap_or_default());
        self.has_browser_cookie() && self.csrf_hash(interaction).matches(&token)
    }

    /// The session whose cookie the browser brought along; the store knows whether it is live.
    pub fn session(&self) -> Option<Hashed<SessionSecret>> {
        let value = cookies::read(&self.0.jar, Name::Session, self.transport())?;
        cookies::is_secret(&value).then(|| self.0.ambient.vault.hash(value.as_bytes()))
    }

    /// Gives the browser the cookie of a new session with this answer.
    pub fn start_session(&self, secret: &Plain<SessionSecret>) {
        self.set(cookies::keep(Name::Session, self.transport(), secret.expose_text()));
    }

    /// Takes the cookie of the session away with this answer.
    pub fn end_session(&self) {
        self.set(cookies::forget(Name::Session, self.transport()));
    }

    /// Has the member led back to the page of the device once they are signed in.
    pub fn come_back_to_device(&self, user_code: &str) {
        let kept: String = user_code.chars().filter(|c| c.is_ascii_alphabetic() || *c == '-').take(9).collect();
        let value = if kept.is_empty() { "-" } else { &kept };
        self.set(cookies::keep(Name::Device, self.transport(), value));
    }

    /// The member is there.
    pub fn came_back_to_device(&self) {
        if self.waiting_device().is_some() {
            self.set(cookies::forget(Name::Device, self.transport()));
        }
    }

    /// The code of the device that waits for the member, as it was typed.
    pub fn waiting_device(&self) -> Option<String> {
        let value = cookies::read(&self.0.jar, Name::Device, self.transport())?;
        let good = !value.is_empty() && value.len() <= 9 && value.bytes().all(|b| b.is_ascii_alphabetic() || b == b'-');
        good.then_some(value)
    }

    /// The frame of a page, with the links to the same page in the other languages.
    pub fn chrome(&self, interaction: Option<InteractionId>) -> Chrome {
        let mut chrome = Chrome::new(self.words(), look::look(self.realm(), self.language()), self.csrf(interaction));
        chrome.interaction = interaction.map(|id| id.to_string());
        chrome.language_links = self.language_links();
        chrome
    }

    /// The frame of an error page: without forms, hence without making a cookie.
    pub(crate) fn bare_chrome(&self) -> Chrome {
        let look = look::look(self.realm(), self.language());
        Chrome::new(self.words(), look, String::new())
    }

    /// The `Set-Cookie` headers of the answer.
    pub(crate) fn set_cookies(&self) -> Vec<HeaderValue> {
        let mut lines = std::mem::take(&mut *self.0.answer.lock().unwrap_or_else(PoisonError::into_inner));
        if let Some(secret) = self.0.new_browser.get() {
            lines.push(cookies::keep(Name::Browser, self.transport(), secret.expose_text()));
        }
        lines.iter().filter_map(|line| HeaderValue::from_str(line).ok()).collect()
    }

    fn transport(&self) -> Transport {
        self.0.realm.origin.transport()
    }

    fn set(&self, line: String) {
        self.0.answer.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }

    fn browser_secret(&self) -> &Plain<BrowserSecret> {
        match &self.0.known_browser {
            Some(secret) => secret,
            None => self.0.new_browser.get_or_init(|| Plain::random(self.0.ambient.entropy.as_ref())),
        }
    }

    fn csrf_hash(&self, interaction: Option<InteractionId>) -> Hashed<CsrfToken> {
        let row = interaction.map_or_else(Vec::new, |id| id.uuid().as_bytes().to_vec());
        self.0.ambient.vault.hash_within(&row, self.browser_secret().expose())
    }

    fn language_links(&self) -> Vec<LanguageLink> {
        let (path, query) = self.0.uri.split_once('?').unwrap_or((&self.0.uri, ""));
        let others = Language::ALL.into_iter().filter(|language| *language != self.language());
        others
            .map(|language| {
                let kept = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name != UI_LOCALES);
                let query = form_urlencoded::Serializer::new(String::new())
                    .extend_pairs(kept)
                    .append_pair(UI_LOCALES, language.tag())
                    .finish();
                LanguageLink { language, url: format!("{path}?{query}") }
            })
            .collect()
    }
}

fn asked_language(query: &str) -> Option<Language> {
    let (_, list) = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == UI_LOCALES)?;
    locale::from_ui_locales(&list)
}

impl FromRequestParts<AppState> for Visit {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _state: &AppState) -> Result<Self, Failure> {
        let visit = parts.extensions.get::<Self>().cloned();
        visit.ok_or_else(|| Fault::Broken("a route stands outside the frame".into()).into())
    }
}
