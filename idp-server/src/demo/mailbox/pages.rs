//! The mailbox in a browser, and its small JSON interface for tests.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::from_fn;
use axum::response::{Html, IntoResponse, Json, Response};
use axum::routing::get;

use super::message::Message;
use super::store::Mailbox;
use crate::demo::web::{self, Tongue};

const SCRIPT: &str = include_str!("../page/mailbox.js");

/// Nothing from elsewhere, nothing inline; the one frame shows a mail.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; frame-src 'self'; \
     img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// A mail brings its own styles, and no script, form or picture from elsewhere; its links open new pages.
const MAIL_POLICY: &str = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; \
     style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'";

/// The routes of the mailbox's site.
pub fn router(mailbox: Mailbox) -> Router {
    Router::new()
        .route("/", get(list))
        .route("/messages/{id}", get(show))
        .route("/messages/{id}/html", get(show_html))
        .route("/api/messages", get(messages).delete(clear))
        .route("/demo.css", get(web::stylesheet))
        .route("/mailbox.js", get(script))
        .layer(from_fn(web::only_from_here))
        .with_state(mailbox)
}

#[derive(Template)]
#[template(path = "demo/mailbox_list.html")]
struct ListPage {
    tongue: Tongue,
    newest: u64,
    rows: Vec<Row>,
}

struct Row {
    message: Arc<Message>,
    time: String,
}

#[derive(Template)]
#[template(path = "demo/mailbox_message.html")]
struct MessagePage {
    tongue: Tongue,
    message: Arc<Message>,
    time: String,
    pieces: Vec<Piece>,
}

#[derive(Template)]
#[template(path = "demo/mailbox_gone.html")]
struct GonePage {
    tongue: Tongue,
}

/// A piece of a mail's text.
#[derive(Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Link(String),
}

async fn list(State(mailbox): State<Mailbox>, headers: HeaderMap) -> Response {
    let messages = mailbox.messages();
    let newest = messages.last().map_or(0, |message| message.id);
    let rows = messages
        .into_iter()
        .rev()
        .map(|message| Row { time: message.received_at.time_for_people(), message })
        .collect();
    page(StatusCode::OK, &ListPage { tongue: Tongue::of(&headers), newest, rows })
}

async fn show(State(mailbox): State<Mailbox>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    let tongue = Tongue::of(&headers);
    let Some(message) = find(&mailbox, &id) else {
        return page(StatusCode::NOT_FOUND, &GonePage { tongue });
    };

    let (time, pieces) = (message.received_at.time_for_people(), with_links(&message.text));
    page(StatusCode::OK, &MessagePage { tongue, message, time, pieces })
}

async fn show_html(State(mailbox): State<Mailbox>, Path(id): Path<String>) -> Response {
    let Some(html) = find(&mailbox, &id).and_then(|message| message.html.clone()) else {
        return StatusCode::NOT_FOUND.into_response();
    };

    let mut response = Html(opening_new_pages(html)).into_response();
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(MAIL_POLICY));
    response
}

async fn messages(State(mailbox): State<Mailbox>) -> Response {
    let messages = mailbox.messages();
    Json(messages.iter().map(AsRef::as_ref).collect::<Vec<&Message>>()).into_response()
}

async fn clear(State(mailbox): State<Mailbox>) -> StatusCode {
    mailbox.clear();
    StatusCode::NO_CONTENT
}

async fn script() -> Response {
    web::asset("text/javascript; charset=utf-8", SCRIPT)
}

fn find(mailbox: &Mailbox, id: &str) -> Option<Arc<Message>> {
    mailbox.message(id.parse().ok()?)
}

fn page(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => {
            let policy = [(header::CONTENT_SECURITY_POLICY, PAGE_POLICY)];
            (status, policy, Html(html)).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "a mailbox page cannot be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// A mail's links would open within the frame, where no site lets itself be shown.
fn opening_new_pages(html: String) -> String {
    const BASE: &str = "<base target=\"_blank\">";

    match html.find("<head>") {
        Some(at) => {
            let (before, after) = html.split_at(at + "<head>".len());
            format!("{before}{BASE}{after}")
        }
        None => format!("{BASE}{html}"),
    }
}

fn with_links(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(at) = ["http://", "https://"].iter().filter_map(|scheme| rest.find(scheme)).min() {
        let (before, link) = rest.split_at(at);
        // Japanese text follows a link without a space; no link of ours has a character outside ASCII.
        let end = link.find(|c: char| !c.is_ascii_graphic() || "<>\"".contains(c)).unwrap_or(link.len());
        let link = link[..end].trim_end_matches(['.', ',', ')']);
        if !before.is_empty() {
            pieces.push(Piece::Text(before.to_owned()));
        }
        pieces.push(Piece::Link(link.to_owned()));
        rest = &rest[at + link.len()..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use idp_core::clock::{FixedClock, Timestamp};
    use tower::ServiceExt;

    use super::super::command::{Charset, Recipient};
    use super::super::message::Content;
    use super::*;

    fn mailbox() -> Mailbox {
        let mailbox = Mailbox::new(Arc::new(FixedClock::at(Timestamp::from_millis(0))));
        let recipient = |path| Recipient::parse(path, Charset::Ascii).unwrap();
        mailbox.deliver(
            &Content::parse(b"Subject: <First>\r\n\r\nSee http://localhost:8080/mail/verify?t=a&u=b.\r\n"),
            &[recipient("<a@example.jp>")],
        );
        mailbox.deliver(
            &Content::parse(b"Subject: Second\r\nContent-Type: text/html\r\n\r\n<p style=\"color:red\">Rich</p>\r\n"),
            &[recipient("<b@example.jp>")],
        );
        mailbox
    }

    async fn ask(mailbox: &Mailbox, method: &str, path: &str) -> (StatusCode, HeaderMap, String) {
        let request = Request::builder().method(method).uri(path).header("host", "localhost:1");
        let request = request.header("accept-language", "en").body(Body::empty()).unwrap();
        let response = router(mailbox.clone()).oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        (parts.status, parts.headers, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn the_interface_lists_every_mail_newest_last() {
        let (status, _, body) = ask(&mailbox(), "GET", "/api/messages").await;

        assert_eq!(status, StatusCode::OK);
        let messages: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(
            messages[0],
            serde_json::json!({
                "id": "1", "to": "a@example.jp", "subject": "<First>", "html": null,
                "text": "See http://localhost:8080/mail/verify?t=a&u=b.\n", "received_at": "1970-01-01T00:00:00Z",
            })
        );
        assert_eq!(messages[1]["subject"], "Second");
        assert_eq!(messages[1]["html"], "<p style=\"color:red\">Rich</p>\r\n");
    }

    #[tokio::test]
    async fn deleting_empties_the_box() {
        let mailbox = mailbox();

        assert_eq!(ask(&mailbox, "DELETE", "/api/messages").await.0, StatusCode::NO_CONTENT);

        assert_eq!(ask(&mailbox, "GET", "/api/messages").await.2, "[]");
        assert!(ask(&mailbox, "GET", "/").await.2.contains("No mail yet"));
    }

    #[tokio::test]
    async fn the_list_shows_the_newest_first_and_escapes() {
        let (status, headers, body) = ask(&mailbox(), "GET", "/").await;

        assert_eq!(status, StatusCode::OK);
        assert!(!headers["content-security-policy"].to_str().unwrap().contains("unsafe"));
        assert!(body.contains("09:00</time>"));
        assert!(!body.contains("<First>"));
        assert!(body.find("Second").unwrap() < body.find("First").unwrap());
    }

    #[tokio::test]
    async fn a_plain_mail_is_shown_with_links_to_click() {
        let (status, _, body) = ask(&mailbox(), "GET", "/messages/1").await;

        assert_eq!(status, StatusCode::OK);
        assert!(body.contains("href=\"http://localhost:8080/mail/verify?t=a&#38;u=b\""), "{body}");
        assert!(!body.contains("<iframe"));
    }

    #[tokio::test]
    async fn a_rich_mail_is_shown_in_a_sandbox() {
        let (_, _, body) = ask(&mailbox(), "GET", "/messages/2").await;
        assert!(body.contains("<iframe") && body.contains("sandbox=") && body.contains("/messages/2/html"));

        let (status, headers, body) = ask(&mailbox(), "GET", "/messages/2/html").await;
        assert_eq!(status, StatusCode::OK);
        assert!(headers["content-security-policy"].to_str().unwrap().starts_with("sandbox "));
        assert!(body.starts_with("<base target=\"_blank\"><p style"));
    }

    #[tokio::test]
    async fn a_mail_that_is_not_there_is_a_page_of_its_own() {
        for path in ["/messages/99", "/messages/x", "/messages/-1"] {
            let (status, _, body) = ask(&mailbox(), "GET", path).await;
            assert_eq!(status, StatusCode::NOT_FOUND);
            assert!(body.contains("data-page=\"mail-gone\""));
        }
        assert_eq!(ask(&mailbox(), "GET", "/messages/1/html").await.0, StatusCode::NOT_FOUND);
    }

    #[test]
    fn links_end_where_japanese_goes_on() {
        let pieces = with_links("（http://localhost:8080/mail/verify?t=x）を開く。https://example.jp");

        assert_eq!(
            pieces,
            [
                Piece::Text("（".into()),
                Piece::Link("http://localhost:8080/mail/verify?t=x".into()),
                Piece::Text("）を開く。".into()),
                Piece::Link("https://example.jp".into()),
            ]
        );
    }
}
