//! The tables of docs/endpoints.md, walked: a request that breaks every row is mended at one place after another, and each
//! time the next row is answered. That proves order and code of each row from outside; that no row is missing is for
//! `tidy::checks` to say.

mod authorization_code;
mod authorize;
mod bc_authorize;
mod binding;
mod client;
mod client_credentials;
mod device_authorization;
mod end_session;
mod form;
mod par;
mod polled;
mod refresh_token;
mod register;
mod request_object;
mod token;
mod token_exchange;
mod userinfo;

use std::collections::VecDeque;

use harness::{Certificate, ClientKey, Database, Idp, Portal, Tokens, owned};
use idp_core::client::HttpsUri;
use idp_core::realm::RealmSettings;
use serde_json::{Value, json};

/// Where the tables are.
const DOCUMENT: &str = include_str!("../../../docs/endpoints.md");
/// The address of a resource that is registered.
const API: &str = "https://api.example/";
/// The one kind of details that the realm of these tests knows.
const KIND: &str = "payment";

/// A row of a table.
enum Row {
    /// What the client reads, and the codes that it may come with, with the parameter where the table has those.
    Refusal { text: &'static str, codes: &'static str },
    /// All rows of another table, with its codes unless this one has its own.
    See { anchor: &'static str, codes: &'static str },
}

/// The rows below the heading `title`.
fn rows(title: &str) -> Vec<Row> {
    let heading = format!("### {title}\n");
    let (_, section) = DOCUMENT.split_once(&heading).unwrap_or_else(|| panic!("the document has no heading {title}"));
    let section = section.split("\n#").next().unwrap();
    let (_, table) = section.split_once("<!-- refusals of ").unwrap_or_else(|| panic!("no table below {title}"));
    let lines = table.lines().skip(3).take_while(|line| *line != "<!-- end -->");
    lines.map(row).collect()
}

fn row(line: &'static str) -> Row {
    let mut cells = line.trim_matches('|').splitn(3, " | ").map(str::trim).skip(1);
    let (text, codes) = (cells.next().unwrap(), cells.next().unwrap());
    match text.strip_prefix('[').and_then(|rest| rest.split_once("](#")?.1.split_once(')')) {
        Some((anchor, _)) => Row::See { anchor, codes },
        None => Row::Refusal { text, codes },
    }
}

/// The heading that a link leads to.
fn heading(anchor: &str) -> &'static str {
    let is_it = |title: &&str| title.replace(' ', "-").replace([':', '/'], "").to_lowercase() == anchor;
    let mut titles = DOCUMENT.lines().filter_map(|line| line.strip_prefix("### "));
    titles.find(is_it).unwrap_or_else(|| panic!("no heading for {anchor}"))
}

/// Whether an answer has the text of a row: with something in the place of its braces, and perhaps behind a member's name.
fn says(answer: &Value, text: &str) -> bool {
    let told = answer["error_description"].as_str().unwrap_or_default();
    let is_it = |told: &str| match (text.split_once('{'), text.rsplit_once('}')) {
        (Some((start, _)), Some((_, end))) => told.starts_with(start) && told.ends_with(end),
        (None, _) | (_, None) => told == text,
    };
    is_it(told) || told.split_once(": ").is_some_and(|(_, rule)| is_it(rule))
}

/// Whether an answer is what a row says.
fn is_told(row: &Row, answer: &Value) -> bool {
    let names = |codes: &str, told: &Value| codes.split('`').skip(1).step_by(2).any(|code| told == code);
    let has_code = |codes: &str| {
        names(codes, &answer["error"]) && (answer["parameter"].is_null() || names(codes, &answer["parameter"]))
    };
    match *row {
        Row::Refusal { text, codes } => says(answer, text) && has_code(codes),
        // No table of refusals is there.
        Row::See { anchor: "for-portals", codes } => has_code(codes),
        Row::See { anchor, codes } => rows(heading(anchor)).iter().any(|row| match row {
            Row::Refusal { text, .. } if codes.contains('`') => says(answer, text) && has_code(codes),
            row => is_told(row, answer),
        }),
    }
}

/// A walk down one table.
struct Walk {
    title: &'static str,
    ahead: VecDeque<Row>,
    met: usize,
}

impl Walk {
    fn down(title: &'static str) -> Self {
        Self { title, ahead: rows(title).into(), met: 0 }
    }

    /// The answer is the next row's.
    fn meets(&mut self, answer: &Value) {
        let row = self.ahead.pop_front().unwrap_or_else(|| panic!("{} has no row left for {answer}", self.title));
        self.met += 1;
        let wanted = match &row {
            Row::Refusal { text, codes } => format!("{codes}: {text}"),
            Row::See { anchor, .. } => format!("a row of {anchor}"),
        };
        assert!(is_told(&row, answer), "{}, row {}: {wanted}; was told {answer}", self.title, self.met);
    }

    /// The next row is one that nothing reaches.
    fn passes(&mut self, text: &str) {
        let row = self.ahead.pop_front();
        assert!(matches!(row, Some(Row::Refusal { text: told, .. }) if told == text), "{}: {text}", self.title);
        self.met += 1;
    }

    /// Rows that another walk down the same table meets.
    fn leaves(&mut self, rows: usize) {
        self.met += rows;
        self.ahead.drain(..rows);
    }

    /// Whoever does not prove itself is told so before any row.
    async fn follows_the_client(&self, call: &Call) {
        let answer = call.made_by_nobody().await.json;
        let client = Row::See { anchor: "refused-the-client", codes: "" };
        assert!(is_told(&client, &answer), "{}: nobody was told {answer}", self.title);
    }

    /// Mends a call at one place after another, and meets a row each time before.
    async fn through(&mut self, call: &mut Call, mends: &[Mend<'_>]) {
        if self.met == 0 && self.title.contains(" at ") {
            self.follows_the_client(call).await;
        }
        for mend in mends {
            self.meets(&call.made().await.json);
            call.mend(mend);
        }
    }

    /// The table is at its end, and so are the refusals.
    fn ends(self, answer: &Tokens) {
        let left = self.ahead.len();
        let is_granted = matches!(answer.status, 200 | 201);
        assert!(left == 0 && is_granted, "{}: {left} rows left, {}", self.title, answer.json);
    }
}

impl Drop for Walk {
    fn drop(&mut self) {
        let is_done = self.ahead.is_empty() || std::thread::panicking();
        assert!(is_done, "{}: {} rows were never asked for", self.title, self.ahead.len());
    }
}

/// What is set right.
enum Mend<'a> {
    /// A parameter gets a value; an empty one is left out.
    Set(&'a str, &'a str),
    /// The client calls that may.
    By(&'a Portal),
    /// A fresh proof of possession by this key comes with each call.
    Proved(&'a ClientKey),
    /// The connection has this certificate.
    Certified(&'a Certificate),
}

/// What comes in `DPoP` headers.
enum Proof {
    Nothing,
    Text(String),
    Fresh(ClientKey),
}

/// A call at an endpoint of clients.
struct Call {
    idp: Idp,
    portal: Portal,
    path: &'static str,
    form: Vec<(String, String)>,
    proof: Proof,
    certificate: Option<String>,
}

impl Call {
    fn at(path: &'static str, (idp, portal): (&Idp, &Portal), form: &[(&str, &str)]) -> Self {
        let (idp, portal, form) = (idp.clone(), portal.clone(), owned(form));
        Self { idp, portal, path, form, proof: Proof::Nothing, certificate: None }
    }

    fn with_proof(self, text: &str) -> Self {
        Self { proof: Proof::Text(text.to_owned()), ..self }
    }

    fn mend(&mut self, mend: &Mend<'_>) {
        match mend {
            Mend::Set(name, value) => {
                self.form.retain(|(known, _)| known != name);
                self.form.extend(owned(&[(name, value)]).into_iter().filter(|(_, value)| !value.is_empty()));
            }
            Mend::By(portal) => self.portal = (*portal).clone(),
            Mend::Proved(key) => self.proof = Proof::Fresh((*key).clone()),
            Mend::Certified(certificate) => self.certificate = Some(certificate.header()),
        }
    }

    async fn made_by_nobody(&self) -> Tokens {
        let mut portal = self.portal.clone();
        portal.client_id = "nobody".into();
        portal.posts_to(self.path, self.form.clone(), &[("DPoP", "x")]).await
    }

    async fn made(&self) -> Tokens {
        let proof = match &self.proof {
            Proof::Nothing => None,
            Proof::Text(text) => Some(text.clone()),
            Proof::Fresh(key) => Some(key.proves(&key.proof_claims(&self.idp, "POST", self.path))),
        };
        let headers = [("DPoP", proof.as_ref()), ("client-cert", self.certificate.as_ref())];
        let headers: Vec<_> =
            headers.iter().filter_map(|(name, value)| Some((*name, value.as_ref()?.as_str()))).collect();
        self.portal.posts_to(self.path, self.form.clone(), &headers).await
    }
}

/// More than may be named at once.
fn crowd(name: &'static str) -> Vec<(&'static str, &'static str)> {
    const NINE: [&str; 9] = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
    NINE.map(|value| (name, value)).to_vec()
}

/// What a member allows in detail.
fn details(count: u64) -> String {
    json!([{"type": KIND, "identifier": count.to_string()}]).to_string()
}

/// A realm with that kind of details, and a client that is a resource.
async fn place(database: Database) -> Idp {
    place_with(database, |_| {}).await
}

/// The same with other settings.
async fn place_with(database: Database, adjust: impl FnOnce(&mut RealmSettings)) -> Idp {
    let adjust = |settings: &mut RealmSettings| {
        settings.authorization_details_types = vec![KIND.to_owned()];
        adjust(settings);
    };
    let idp = Idp::start_with(database, adjust).await;
    idp.portal_with("api", |settings| settings.resource = HttpsUri::parse(API).ok()).await;
    idp
}

fn thumbprint(key: &ClientKey) -> String {
    let jwk: jsonwebtoken::jwk::Jwk = serde_json::from_value(key.jwk.clone()).unwrap();
    idp_core::jose::thumbprint(&jwk).unwrap()
}

#[test]
fn every_table_is_walked() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/it/oidc/refusals");
    let walks = std::fs::read_dir(folder).unwrap().map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
    let walks: String = walks.collect();
    let sections = DOCUMENT.split("\n### ").filter(|section| section.contains("<!-- refusals of "));
    let titles: Vec<&str> = sections.filter_map(|section| section.lines().next()).collect();
    assert!(titles.len() > 15, "{titles:?}");
    for title in titles {
        assert!(walks.contains(&format!("\"{title}\"")), "nobody walks down: {title}");
    }
}
