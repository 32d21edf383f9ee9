//! Every parser of what comes from outside, as a function of bytes, with what must hold whatever the bytes are. Shared by
//! the crate of fuzz targets beside it and by the bounded run of the test command (`tests/it/fuzz.rs`).
//!
//! A function panics where a property does not hold. Where the parser takes a text, bytes that are none end the run: the
//! door before it refuses them.

use std::io::Cursor;
use std::sync::OnceLock;

use axum::http::{HeaderMap, HeaderValue};
use idp_core::admin::import;
use idp_core::admin::import::ColumnMap;
use idp_core::admin::realm::file::RealmFile;
use idp_core::birth_date::BirthDate;
use idp_core::client::{Client, ClientKeySet, ClientName, ClientSettings, HttpsUri, Profile, TlsSubject, WebUri};
use idp_core::client_certificate::{ClientCertificate, Voucher};
use idp_core::clock::Timestamp;
use idp_core::credential::passkey::message;
use idp_core::id::ClientRowId;
use idp_core::jose::{self, Audience, Keys, PublicKeys, Rules, SignatureAlgorithm, Times};
use idp_core::jwe::{self, Opener};
use idp_core::key::DecryptionAlgorithm;
use idp_core::letter_secret::LetterSecret;
use idp_core::mail_address::MailAddress;
use idp_core::oidc::device::UserCodeText;
use idp_core::oidc::params::Params;
use idp_core::oidc::register::{answer, metadata};
use idp_core::oidc::scope::Scopes;
use idp_core::oidc::token::ClientCall;
use idp_core::realm::{Origin, Transport};
use idp_core::redirect_uri::RedirectUri;
use idp_core::user_id::{USER_ID_MAX_CHARS, UserId, UserIdError};
use idp_server::extract::{Fields, cookies};
use jiff::civil::Date;
use serde_json::Value;

/// A parser by the name of its folder under `corpus`.
pub type Target = (&'static str, fn(&[u8]));

/// Every parser that SECURITY.md lists, and those of operators' files.
pub const TARGETS: [Target; 14] = [
    ("authorize_query", authorize_query),
    ("birth_date", birth_date),
    ("certificate", certificate),
    ("client_auth", client_auth),
    ("client_metadata", client_metadata),
    ("cookie", cookie),
    ("import_row", import_row),
    ("jwe", encrypted),
    ("jwt_header", jwt_header),
    ("mail_address", mail_address),
    ("realm_file", realm_file),
    ("redirect_uri", redirect_uri),
    ("typed_secret", typed_secret),
    ("webauthn", webauthn),
];

/// Of a client that is nobody.
const ROW: &str = "cli_00000000000000000000000000000000";
const TODAY: Date = jiff::civil::date(2026, 11, 26);

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

/// The part before the first line break, and what follows it.
fn halves(bytes: &[u8]) -> Option<(&str, &str)> {
    text(bytes)?.split_once('\n')
}

/// Parameters of a query: what was read is written and read again as the same, and pages read the same of it, but for what
/// names something twice.
pub fn authorize_query(bytes: &[u8]) {
    let fields = Fields::parse(bytes);
    let Ok(params) = Params::parse(bytes) else {
        assert!(fields.is_err(), "a page reads what endpoints do not");
        return;
    };
    let is_single = params.doubled().is_none() && !["resource", "audience"].iter().any(|name| params.is_doubled(name));
    assert_eq!(fields.is_ok(), is_single);
    for (name, value) in fields.iter().flat_map(Fields::iter).take(16) {
        assert_eq!(params.find(name).unwrap_or_default(), value);
    }
    let query = params.to_query();
    assert!(query.is_ascii(), "a query is ASCII: {query}");
    assert!(Params::parse(query.as_bytes()).is_ok_and(|again| again == params), "{query}");
    let scopes = Scopes::parse(params.find("scope").unwrap_or_default());
    assert_eq!(Scopes::parse(&scopes.to_string()), scopes);
    assert!(params.doubled().is_none_or(|name| params.is_doubled(name)));
}

/// A birth date as it is typed: whatever spelling is taken means one day, and that day reads back.
pub fn birth_date(bytes: &[u8]) {
    let Some(typed) = text(bytes) else { return };
    let Ok(date) = BirthDate::parse(typed, TODAY) else { return };
    assert!(date.date() <= TODAY, "{typed}");
    assert!(BirthDate::from_iso(&date.iso()) == Ok(date), "{typed}");
    assert!(BirthDate::parse(&date.iso(), TODAY) == Ok(date), "{typed}");
}

/// A client's certificate, and the names that it is compared with.
pub fn certificate(bytes: &[u8]) {
    if let Some(certificate) = ClientCertificate::read(bytes, Voucher::Nobody) {
        assert_eq!(certificate.thumbprint().len(), 43);
    }
    if let Some(typed) = text(bytes) {
        let _ = typed.parse::<TlsSubject>();
    }
}

/// Header, a line break, and a form: whom the call says it comes from.
pub fn client_auth(bytes: &[u8]) {
    let Some(at) = bytes.iter().position(|byte| *byte == b'\n') else { return };
    let Ok(params) = Params::parse(&bytes[at + 1..]) else { return };
    let authorization = text(&bytes[..at]).filter(|header| !header.is_empty()).map(str::to_owned);
    let by_header = authorization.is_some();
    let call = ClientCall { authorization, ..ClientCall::new("/token", params) };
    let (named, again) = (call.claimed_client(), call.claimed_client());
    assert_eq!(named, again);
    let Err(refusal) = named else { return };
    assert!(refusal.description.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' '));
    assert!(by_header || refusal.status() == 400, "a challenge answers the header alone (RFC 6749 §5.2)");
}

/// A registration: what was taken is answered by the same names, and read again as the same.
pub fn client_metadata(bytes: &[u8]) {
    let Ok(Value::Object(document)) = serde_json::from_slice(bytes) else { return };
    let Ok((name, settings)) = metadata::read(&document, ClientSettings::default()) else { return };
    if settings.check().is_err() {
        return;
    }
    let written = answer::written(name.as_deref().unwrap_or("x"), &settings);
    let again = metadata::read(&written, ClientSettings::default()).map(|(_, settings)| settings);
    assert_eq!(again.as_ref(), Ok(&settings), "{written:?}");
    let stored = serde_json::to_string(&settings).expect("settings have a JSON form");
    assert_eq!(serde_json::from_str::<ClientSettings>(&stored).ok(), Some(settings));
}

/// The header `Cookie`: a secret is 256 bits in base64url, and nothing else is one.
pub fn cookie(bytes: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(bytes) else { return };
    let headers = HeaderMap::from_iter([(axum::http::header::COOKIE, value)]);
    for transport in [Transport::Https, Transport::LoopbackHttp] {
        for name in [cookies::Name::Browser, cookies::Name::Session, cookies::Name::Language, cookies::Name::Device] {
            let Some(found) = cookies::of(&headers, name, transport) else { continue };
            assert!(!cookies::is_secret(&found) || found.len() == 43 && found.is_ascii());
        }
    }
}

/// A file of members, by its headings and by a column file that stands before an empty line.
pub fn import_row(bytes: &[u8]) {
    let _ = import::rows_of(&mut Cursor::new(bytes), None, TODAY);
    let Some((columns, rows)) = text(bytes).and_then(|text| text.split_once("\n\n")) else { return };
    if let Ok(columns) = ColumnMap::parse(columns) {
        let _ = import::rows_of(&mut Cursor::new(rows.as_bytes()), Some(&columns), TODAY);
    }
}

/// What others encrypt to us: nothing opens that was not made with our public key.
pub fn encrypted(bytes: &[u8]) {
    static KEY: OnceLock<Opener> = OnceLock::new();
    let Some(token) = text(bytes) else { return };
    let key = KEY.get_or_init(|| Opener::generate(DecryptionAlgorithm::EcdhEs).expect("a key can be made").0);
    assert!(key.opens(token).is_none(), "{token}");
    assert!(jwe::header(token).is_none() || jwe::is_encrypted(token));
}

/// A JWT that somebody else signed, by its own key and by nobody's; and key sets.
pub fn jwt_header(bytes: &[u8]) {
    let Some(token) = text(bytes) else { return };
    let rules = Rules {
        typ: &[None, Some("jwt"), Some("dpop+jwt")],
        algorithms: &SignatureAlgorithm::ALL,
        issuer: None,
        audience: Audience::Unchecked,
        times: Times::AsSent,
    };
    let now = Timestamp::from_millis(1_795_000_000_000);
    let none = PublicKeys::default();
    assert!(jose::verify(token, &Keys::Public(&none), &rules, now).is_err());
    assert!(jose::verify(token, &Keys::Secret(b"a secret that is not in the corpus"), &rules, now).is_err());
    if let Ok(verified) = jose::verify(token, &Keys::Embedded, &rules, now) {
        assert!(verified.header.jwk.is_some() && !verified.header.algorithm.is_secret());
    }
    let _ = (jose::unverified(token), jose::unverified_header(token));
    if let Ok(document) = serde_json::from_str::<Value>(token) {
        let _ = PublicKeys::read(&document);
        if let Ok(keys) = ClientKeySet::read(document) {
            let written = serde_json::to_value(&keys).expect("keys have a JSON form");
            assert_eq!(ClientKeySet::read(written), Ok(keys));
        }
    }
}

/// A mail address: two spellings of one mailbox are one, and nothing in it breaks a header.
pub fn mail_address(bytes: &[u8]) {
    let Some(typed) = text(bytes) else { return };
    let Ok(address) = MailAddress::parse(typed) else { return };
    let sent = address.for_sending();
    assert!(sent.is_ascii() && !sent.contains(|sign: char| sign.is_control()), "{sent:?}");
    assert_eq!(MailAddress::parse(&address.normal()).map(|again| again.normal()), Ok(address.normal()), "{typed:?}");
    let masked = MailAddress::parse(&alike(&address)).map_or_else(|_| address.masked(), |other| other.masked());
    assert_eq!(masked, address.masked(), "{typed:?}");
}

/// An address that has in common with `address` what may be shown of it: the ends before the `@`, and those after it.
fn alike(address: &MailAddress) -> String {
    let (local, domain) = (address.local_part(), address.domain());
    let ending = domain.rsplit('.').next().unwrap_or_default();
    let shown = match local.len() {
        1 | 2 => local[..1].to_owned(),
        length => format!("{}01{}", &local[..1], &local[length - 1..]),
    };
    // Quoted, since it may begin with a space.
    format!("\"{}\"@{}2.{ending}", shown.replace('\\', "\\\\").replace('"', "\\\""), &domain[..1])
}

/// A society as a file: what was read is written and read again as the same.
pub fn realm_file(bytes: &[u8]) {
    let Some(typed) = text(bytes) else { return };
    let Ok(file) = RealmFile::parse(typed) else { return };
    let written = file.text().expect("what was read can be written");
    assert_eq!(RealmFile::parse(&written), Ok(file), "{written}");
}

/// What is registered, a line break, and what is sent: it is taken byte for byte, but for the port of a loopback address,
/// which is open to a native application.
pub fn redirect_uri(bytes: &[u8]) {
    let Some((registered, sent)) = halves(bytes) else { return };
    let _ = (HttpsUri::parse(sent), WebUri::parse(sent), Origin::parse(sent));
    let Ok(registered) = RedirectUri::parse(registered) else { return };
    let (own, is_loopback) = (registered.as_str().to_owned(), registered.is_loopback());
    let client = client(registered);
    assert!(client.trusts(&own).is_some(), "{own}");
    let Some(trusted) = client.trusts(sent) else { return };
    assert_eq!(trusted.as_str(), sent);
    assert!(sent == own || is_loopback && without_port(sent) == without_port(&own), "{own} took {sent}");
    for address in [trusted.with_query([("code", "a&b\r\n")]), trusted.with_fragment([("code", "a&b\r\n")])] {
        assert!(HeaderValue::from_str(&address).is_ok(), "{address:?} is no header");
    }
}

fn without_port(uri: &str) -> String {
    let Some((scheme, rest)) = uri.split_once("://") else { return uri.to_owned() };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host = match authority.rfind(':') {
        Some(at) if authority[at + 1..].bytes().all(|byte| byte.is_ascii_digit()) => &authority[..at],
        Some(_) | None => authority,
    };
    format!("{scheme}://{host}{path}")
}

fn client(redirect_uri: RedirectUri) -> Client {
    Client {
        id: ROW.parse::<ClientRowId>().expect("an id"),
        client_id: ClientName::parse("c").expect("a name"),
        name: String::new(),
        secret: None,
        sealed_secret: None,
        management: None,
        settings: ClientSettings { redirect_uris: vec![redirect_uri], ..Profile::Native.defaults() },
        created_at: Timestamp::from_millis(0),
        updated_at: Timestamp::from_millis(0),
    }
}

/// What members type from paper or from a screen: user ids, letter secrets, the codes of devices.
pub fn typed_secret(bytes: &[u8]) {
    let Some(typed) = text(bytes) else { return };
    if let Ok(user_id) = UserId::parse(typed) {
        let normal = user_id.normal().as_str();
        match UserId::parse(normal) {
            Ok(again) => assert_eq!(again.normal(), user_id.normal()),
            // One character may unfold to several.
            Err(error) => assert!(error == UserIdError::TooLong && normal.chars().count() > USER_ID_MAX_CHARS),
        }
    }
    let _ = LetterSecret::parse(typed);
    if let Some(code) = UserCodeText::parse(typed) {
        let again = UserCodeText::parse(&code.shown());
        assert_eq!(again.map(|again| again.as_str().to_owned()).as_deref(), Some(code.as_str()));
    }
}

/// The answer of an authenticator, as JSON.
pub fn webauthn(bytes: &[u8]) {
    let Some(typed) = text(bytes) else { return };
    let _ = message::Registration::parse(typed);
    if let Ok(assertion) = message::Assertion::parse(typed) {
        let _ = (assertion.credential_id().len(), assertion.user_handle().is_some());
    }
}
