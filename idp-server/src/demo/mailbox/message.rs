//! A mail as its reader sees it (RFC 5322, MIME by the `mail-parser` crate).

use idp_core::clock::Timestamp;
use mail_parser::MessageParser;
use serde::Serialize;

use super::command::Recipient;

/// One mail in one member's box.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Message {
    /// Rises with every mail, never used twice.
    #[serde(serialize_with = "as_text")]
    pub id: u64,
    /// The address it was delivered to, as a person writes it.
    pub to: String,
    /// The subject, decoded.
    pub subject: String,
    /// The plain text part, decoded; made from the HTML part where there is none.
    pub text: String,
    /// The HTML part, decoded; `None` for a mail of plain text.
    pub html: Option<String>,
    /// When the mailbox had taken it; RFC 3339 in UTC outside.
    #[serde(serialize_with = "as_rfc3339")]
    pub received_at: Timestamp,
}

/// A mail as it came, before it has a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    subject: String,
    text: String,
    html: Option<String>,
}

impl Content {
    /// Reads the bytes between `DATA` and the lone dot. What cannot be read as a mail is kept as text, never lost.
    pub fn parse(bytes: &[u8]) -> Self {
        let Some(mail) = MessageParser::default().parse(bytes) else {
            return Self { subject: String::new(), text: String::from_utf8_lossy(bytes).into_owned(), html: None };
        };
        let is_html = mail.html_part(0).is_some_and(|part| part.is_text_html());

        Self {
            subject: mail.subject().unwrap_or_default().to_owned(),
            text: mail.body_text(0).unwrap_or_default().replace("\r\n", "\n"),
            html: if is_html { mail.body_html(0).map(|html| html.into_owned()) } else { None },
        }
    }

    /// The mail as delivered to one of its recipients.
    pub fn delivered(&self, id: u64, to: &Recipient, received_at: Timestamp) -> Message {
        Message {
            id,
            to: to.to_string(),
            subject: self.subject.clone(),
            text: self.text.clone(),
            html: self.html.clone(),
            received_at,
        }
    }
}

fn as_rfc3339<S: serde::Serializer>(instant: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&instant.rfc3339())
}

fn as_text<S: serde::Serializer>(id: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_parts_and_an_encoded_subject_are_read() {
        let content = Content::parse(
            "Subject: =?utf-8?B?44GT44KT44Gr44Gh44Gv?=\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/alternative; boundary=b\r\n\r\n\
             --b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
             確認コード\r\n123456\r\n\
             --b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
             <p>確認コード</p>\r\n--b--\r\n"
                .as_bytes(),
        );

        assert_eq!(content.subject, "こんにちは");
        assert_eq!(content.text.trim_end(), "確認コード\n123456");
        assert_eq!(content.html.as_deref().map(str::trim_end), Some("<p>確認コード</p>"));
    }

    #[test]
    fn a_mail_of_plain_text_has_no_html() {
        let content = Content::parse(b"Subject: Plain\r\n\r\nOne & two\r\n");

        assert_eq!(content.text.trim_end(), "One & two");
        assert_eq!(content.html, None);
    }

    #[test]
    fn a_mail_of_html_alone_can_be_read_as_text() {
        let content = Content::parse(b"Subject: Rich\r\nContent-Type: text/html\r\n\r\n<p>Hello</p>\r\n");

        assert!(content.text.contains("Hello") && !content.text.contains("<p>"), "{}", content.text);
        assert!(content.html.is_some());
    }

    #[test]
    fn bytes_that_are_no_mail_are_not_lost() {
        for bytes in [&b""[..], b"\xff\xfe\x00", b"\r\n\r\n", b"no header at all"] {
            let content = Content::parse(bytes);
            assert_eq!(content.html, None);
        }
    }
}
