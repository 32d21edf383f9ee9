//! What the provider answered, read as a browser and a person read it.

use std::collections::HashMap;

use reqwest::header::HeaderMap;
use scraper::{ElementRef, Html, Selector};
use serde_json::{Value, json};
use url::{Url, form_urlencoded};

use crate::browser::Browser;
use crate::portal::is_well_said;

/// One answer of the provider.
#[derive(Clone)]
pub struct Page {
    pub(crate) browser: Browser,
    /// The status.
    pub status: u16,
    /// The address asked.
    pub url: Url,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, as text.
    pub body: String,
}

/// A browser sent back to a relying party.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Where it was sent.
    pub url: Url,
    /// The parameters it carries.
    pub params: HashMap<String, String>,
}

impl Arrival {
    /// The parameter; empty when it is not there.
    pub fn get(&self, name: &str) -> &str {
        self.params.get(name).map_or("", String::as_str)
    }

    /// The authorization code.
    pub fn code(&self) -> &str {
        assert!(self.params.contains_key("code"), "no code arrived: {}", self.url);
        self.get("code")
    }
}

impl Page {
    /// `data-page` of the body; empty for what is no page.
    pub fn name(&self) -> String {
        self.first("body", |body| body.attr("data-page").unwrap_or_default().to_owned()).unwrap_or_default()
    }

    /// The short stable code of the error it shows, which has words of its own.
    pub fn error_code(&self) -> Option<String> {
        let code = self.text_of("error-code")?;
        let says = self.text_of("error-summary").unwrap_or_default();
        assert!(code == "fault" || !FAULT.iter().any(|words| says.contains(words)), "no words are written for {code}");
        Some(code)
    }

    /// The path asked.
    pub fn path(&self) -> &str {
        self.url.path()
    }

    /// Whether an element has this id.
    pub fn has(&self, id: &str) -> bool {
        self.text_of(id).is_some()
    }

    /// The text of the element with this id.
    pub fn text_of(&self, id: &str) -> Option<String> {
        self.first(&format!("[id='{id}']"), |element| element.text().collect::<String>().trim().to_owned())
    }

    /// The texts of the items of the list with this id.
    pub fn items_of(&self, id: &str) -> Vec<String> {
        let document = Html::parse_document(&self.body);
        let items = selector(&format!("[id='{id}'] > li"));
        document.select(&items).map(|item| item.text().collect::<String>().trim().to_owned()).collect()
    }

    /// An attribute of the element with this id.
    pub fn attribute_of(&self, id: &str, attribute: &str) -> Option<String> {
        self.first(&format!("[id='{id}']"), |element| element.attr(attribute).map(str::to_owned)).flatten()
    }

    /// The value of the field with this name.
    pub fn attribute_named(&self, name: &str) -> Option<String> {
        self.first(&format!("[name='{name}']"), |element| element.attr("value").map(str::to_owned)).flatten()
    }

    /// The browser that shows it.
    pub fn browser(&self) -> &Browser {
        &self.browser
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("no JSON ({error}): {}", self.body))
    }

    /// A header; empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap_or_default())
    }

    /// Where a redirect leads.
    pub fn location(&self) -> Option<Url> {
        let location = self.headers.get("location")?.to_str().ok()?;
        Some(self.url.join(location).unwrap())
    }

    /// The relying party's address and what it was told, if the browser was sent there.
    pub fn arrival(&self) -> Option<Arrival> {
        let url = self.location().filter(|url| url.origin() != self.url.origin())?;
        let fragment = url.fragment().unwrap_or_default().to_owned();
        let in_fragment = form_urlencoded::parse(fragment.as_bytes());
        let params = url.query_pairs().chain(in_fragment);
        let params: HashMap<String, String> =
            params.map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
        if let Some(said) = params.get("error_description") {
            is_well_said(&json!({ "error_description": said }));
        }
        Some(Arrival { url, params })
    }

    /// What the page's own form would post to a relying party (`response_mode=form_post`), if it is such a page.
    pub fn posted(&self) -> Option<Arrival> {
        let action = self.attribute_of("form-post", "action")?;
        let params = self.fields("form-post-submit").into_iter().collect();
        Some(Arrival { url: action.parse().unwrap(), params })
    }

    /// The same, where nothing else is right.
    pub fn arrived(&self) -> Arrival {
        self.arrival().unwrap_or_else(|| panic!("not sent to the relying party: {}", self.summary()))
    }

    /// Fills a field of the form.
    pub fn fill(&self, field: &str, value: &str) -> Form<'_> {
        Form { page: self, filled: Vec::new() }.fill(field, value)
    }

    /// Presses a button.
    pub async fn submit(&self, button: &str) -> Page {
        Form { page: self, filled: Vec::new() }.submit(button).await
    }

    /// Follows the link with this id.
    pub async fn follow(&self, id: &str) -> Page {
        let target = self.attribute_of(id, "href").unwrap_or_else(|| panic!("no link {id}: {}", self.summary()));
        self.browser.get(self.url.join(&target).unwrap().as_str()).await
    }

    /// Loads the same address again.
    pub async fn reload(&self) -> Page {
        self.browser.get(self.url.as_str()).await
    }

    /// The fields that a press of `button` would send, as they stand on the page.
    pub fn fields(&self, button: &str) -> Vec<(String, String)> {
        let document = Html::parse_document(&self.body);
        let Some(pressed) = document.select(&selector(&format!("[id='{button}']"))).next() else {
            panic!("no button {button}: {}", self.summary())
        };
        let form = pressed.ancestors().filter_map(ElementRef::wrap).find(|element| element.value().name() == "form");
        let form = form.unwrap_or_else(|| panic!("{button} stands in no form: {}", self.summary()));

        let mut fields: Vec<(String, String)> = form.select(&selector("input[name]")).filter_map(sent).collect();
        if let Some(name) = pressed.attr("name") {
            fields.push((name.to_owned(), pressed.attr("value").unwrap_or_default().to_owned()));
        }
        fields
    }

    /// Where the form of `button` is posted to.
    pub fn target(&self, button: &str) -> Url {
        let document = Html::parse_document(&self.body);
        let pressed = document.select(&selector(&format!("[id='{button}']"))).next();
        let form = pressed.and_then(|pressed| {
            pressed.ancestors().filter_map(ElementRef::wrap).find(|element| element.value().name() == "form")
        });
        let action = form.and_then(|form| form.attr("action").map(str::to_owned));
        action.map_or_else(|| self.url.clone(), |action| self.url.join(&action).unwrap())
    }

    /// Asks for a challenge, as the script of passkeys does: `{"ceremony":…,"options":…}`.
    pub async fn challenge(&self, button: &str) -> Value {
        let mut address = self.target(button);
        address.set_path(&format!("{}/options", address.path()));
        let answer = self.browser.post_once(address.as_str(), &self.fields(button)).await;
        assert_eq!(answer.status, 200, "{}", answer.summary());
        answer.json()
    }

    /// Posts what an authenticator answered, as the script of passkeys does.
    pub async fn presents(&self, button: &str, challenge: &Value, credential: &Value) -> Page {
        let ceremony = challenge["ceremony"].as_str().unwrap_or_default();
        self.fill("ceremony", ceremony).fill("credential", &credential.to_string()).submit(button).await
    }

    /// The hidden fields of its first form, which every form of a page carries.
    pub fn hidden(&self) -> Vec<(String, String)> {
        let document = Html::parse_document(&self.body);
        let Some(form) = document.select(&selector("form")).next() else { return Vec::new() };
        form.select(&selector("input[type='hidden'][name]")).filter_map(sent).collect()
    }

    /// Status, headers and body without what differs by chance: ids, tokens, numbers drawn, the user id that was typed.
    /// The names of the cookies set stay.
    pub fn without_chance(&self, typed: &str) -> (u16, Vec<String>, String) {
        let mut body = self.body.replace(typed, "<typed>");
        for (_, value) in self.hidden().iter().filter(|(_, value)| value.len() > 16) {
            body = body.replace(value.as_str(), "<token>");
        }
        for (_, id) in self.url.query_pairs().filter(|(name, _)| name == "interaction") {
            body = body.replace(id.as_ref(), "<token>");
        }
        if let Some(number) = self.text_of("match-number") {
            body = body.replace(&format!("\"match-number\">{number}<"), "\"match-number\"><number><");
        }
        let lines: Vec<&str> = body.lines().filter(|line| !line.contains("interaction=")).collect();
        let varying = ["date", "content-length", "x-request-id", "set-cookie", "location"];
        let headers = self.headers.iter().filter(|(name, _)| !varying.contains(&name.as_str()));
        let mut headers: Vec<String> = headers.map(|(name, value)| format!("{name}: {value:?}")).collect();
        let cookies = self.headers.get_all("set-cookie").iter().filter_map(|line| line.to_str().ok());
        headers.extend(cookies.filter_map(|line| line.split('=').next()).map(|name| format!("set-cookie: {name}")));
        headers.extend(self.location().map(|url| format!("location: {}", url.path())));
        headers.sort();
        (self.status, headers, lines.join("\n"))
    }

    /// For messages of failed tests.
    pub fn summary(&self) -> String {
        let location = self.location().map(|url| format!(" → {url}")).unwrap_or_default();
        let code = self.error_code().map(|code| format!(" error-code {code}")).unwrap_or_default();
        format!("{} {} page “{}”{code}{location}", self.status, self.url, self.name())
    }

    fn first<T>(&self, wanted: &str, read: impl Fn(ElementRef<'_>) -> T) -> Option<T> {
        Html::parse_document(&self.body).select(&selector(wanted)).next().map(read)
    }
}

/// What a page says when something is broken, and never about a refusal.
const FAULT: [&str; 2] = ["こちらの不具合で、手続きを進められませんでした", "Something went wrong on our side"];

/// A form being filled.
pub struct Form<'p> {
    page: &'p Page,
    filled: Vec<(String, String)>,
}

impl Form<'_> {
    /// Fills another field.
    #[must_use]
    pub fn fill(mut self, field: &str, value: &str) -> Self {
        self.filled.push((field.to_owned(), value.to_owned()));
        self
    }

    /// Presses a button.
    pub async fn submit(self, button: &str) -> Page {
        let mut fields = self.page.fields(button);
        fields.retain(|(name, _)| !self.filled.iter().any(|(filled, _)| filled == name));
        fields.extend(self.filled);
        self.page.browser.post(self.page.target(button).as_str(), &fields).await
    }
}

fn sent(input: ElementRef<'_>) -> Option<(String, String)> {
    let chosen = match input.attr("type") {
        Some("radio" | "checkbox") => input.attr("checked").is_some(),
        _ => true,
    };
    let value = input.attr("value").unwrap_or_default();
    chosen.then(|| (input.attr("name").unwrap_or_default().to_owned(), value.to_owned()))
}

fn selector(text: &str) -> Selector {
    Selector::parse(text).unwrap()
}
