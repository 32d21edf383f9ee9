//! The mailbox's SMTP server (RFC 5321; 8BITMIME, SIZE, SMTPUTF8 and PIPELINING by RFC 6152, 1870, 6531, 2920).

use std::io;
use std::time::Duration;

use axum::serve::Listener;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio_util::sync::CancellationToken;

use super::command::{BadCommand, Charset, Command, Recipient};
use super::message::Content;
use super::store::Mailbox;

/// The largest message, in bytes.
pub const MESSAGE_MAX_BYTES: usize = 10 * 1024 * 1024;

/// The longest command line, in bytes: 512 by RFC 5321 §4.5.3.1.4, more for the extensions.
const COMMAND_MAX_BYTES: usize = 2048;

/// The most recipients of one message (RFC 5321 §4.5.3.1.8).
const RECIPIENTS_MAX: usize = 100;

/// How long a silent client is waited for (RFC 5321 §4.5.3.2.7).
const SILENCE: Duration = Duration::from_secs(300);

/// Serves until `stop` is cancelled; each connection has a task of its own and ends with it.
pub async fn serve<L: Listener>(mut listener: L, mailbox: Mailbox, stop: CancellationToken) {
    loop {
        let stream = tokio::select! {
            () = stop.cancelled() => return,
            (stream, _) = listener.accept() => stream,
        };
        let (mailbox, stop) = (mailbox.clone(), stop.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                ended = converse(stream, mailbox) => {
                    if let Err(error) = ended {
                        tracing::debug!(%error, "an SMTP client went away");
                    }
                }
            }
        });
    }
}

/// One message being put together.
struct Envelope {
    charset: Charset,
    recipients: Vec<Recipient>,
}

struct Dialogue<S> {
    stream: BufReader<S>,
    mailbox: Mailbox,
    greeted: Greeted,
    envelope: Option<Envelope>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Greeted {
    Yes,
    NotYet,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    GoOn,
    HangUp,
}

enum Line {
    Whole,
    TooLong,
    End,
}

async fn converse<S: AsyncRead + AsyncWrite + Unpin>(stream: S, mailbox: Mailbox) -> io::Result<()> {
    let mut dialogue = Dialogue { stream: BufReader::new(stream), mailbox, greeted: Greeted::NotYet, envelope: None };
    dialogue.reply("220 localhost Sekisho demo mailbox").await?;
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = read_line(&mut dialogue.stream, &mut line, COMMAND_MAX_BYTES);
        let Ok(read) = tokio::time::timeout(SILENCE, read).await else {
            return dialogue.reply("421 localhost Too long a silence").await;
        };

        match read? {
            Line::Whole => {
                if dialogue.answer(&line).await? == Next::HangUp {
                    return Ok(());
                }
            }
            Line::TooLong => dialogue.reply("500 Line too long").await?,
            Line::End => return Ok(()),
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Dialogue<S> {
    async fn reply(&mut self, reply: &str) -> io::Result<()> {
        // One write per reply: a client that pipelines reads them in one go, and none waits for a delayed packet.
        self.stream.get_mut().write_all(format!("{reply}\r\n").as_bytes()).await?;
        self.stream.get_mut().flush().await
    }

    async fn answer(&mut self, line: &[u8]) -> io::Result<Next> {
        let reply = match Command::parse(line) {
            Ok(Command::Helo) => self.greet("250 localhost"),
            Ok(Command::Ehlo) => {
                self.greet("250-localhost\r\n250-SIZE 10485760\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 PIPELINING")
            }
            Ok(Command::Mail { charset, size }) => self.begin(charset, size),
            Ok(Command::Rcpt(path)) => self.add(&path),
            Ok(Command::Data) => return self.take_message().await,
            Ok(Command::Rset) => {
                self.envelope = None;
                "250 Forgotten"
            }
            Ok(Command::Noop) => "250 OK",
            Ok(Command::Vrfy) => "252 Send some mail and see",
            Ok(Command::Quit) => {
                self.reply("221 localhost Goodbye").await?;
                return Ok(Next::HangUp);
            }
            Err(bad) => refusal(bad),
        };
        self.reply(reply).await?;
        Ok(Next::GoOn)
    }

    fn greet(&mut self, reply: &'static str) -> &'static str {
        self.greeted = Greeted::Yes;
        self.envelope = None;
        reply
    }

    fn begin(&mut self, charset: Charset, size: Option<u64>) -> &'static str {
        if self.greeted == Greeted::NotYet {
            return "503 Greet first";
        }
        if self.envelope.is_some() {
            return "503 One message at a time";
        }
        if size.is_some_and(|size| size > MESSAGE_MAX_BYTES as u64) {
            return "552 Message too large";
        }

        self.envelope = Some(Envelope { charset, recipients: Vec::new() });
        "250 Sender OK"
    }

    fn add(&mut self, path: &str) -> &'static str {
        let Some(envelope) = &mut self.envelope else {
            return "503 MAIL first";
        };
        if envelope.recipients.len() == RECIPIENTS_MAX {
            return "452 Too many recipients";
        }

        match Recipient::parse(path, envelope.charset) {
            Ok(recipient) => {
                envelope.recipients.push(recipient);
                "250 Recipient OK"
            }
            Err(bad) => refusal(bad),
        }
    }

    async fn take_message(&mut self) -> io::Result<Next> {
        let Some(envelope) = self.envelope.take_if(|envelope| !envelope.recipients.is_empty()) else {
            self.reply(if self.envelope.is_some() { "554 No valid recipients" } else { "503 MAIL first" }).await?;
            return Ok(Next::GoOn);
        };
        self.reply("354 End with a lone dot").await?;

        let mut body = Vec::new();
        let Ok(read) = tokio::time::timeout(SILENCE, read_message(&mut self.stream, &mut body)).await else {
            self.reply("421 localhost Too long a silence").await?;
            return Ok(Next::HangUp);
        };
        match read? {
            Line::Whole => {
                self.mailbox.deliver(&Content::parse(&body), &envelope.recipients);
                self.reply("250 Delivered").await?;
                Ok(Next::GoOn)
            }
            Line::TooLong => {
                self.reply("552 Message too large").await?;
                Ok(Next::GoOn)
            }
            Line::End => Ok(Next::HangUp),
        }
    }
}

const fn refusal(bad: BadCommand) -> &'static str {
    match bad {
        BadCommand::Unknown => "500 Unknown command",
        BadCommand::Syntax => "501 Syntax error",
        BadCommand::NotImplemented => "502 Not implemented",
        BadCommand::UnknownParameter => "555 Unknown parameter",
        BadCommand::BadAddress => "553 No such form of address",
    }
}

/// Reads up to and with the next LF; of a line beyond `limit` the rest is read and dropped.
async fn read_line<R: AsyncBufRead + Unpin>(stream: &mut R, line: &mut Vec<u8>, limit: usize) -> io::Result<Line> {
    let mut outcome = Line::Whole;
    loop {
        let buffer = stream.fill_buf().await?;
        if buffer.is_empty() {
            return Ok(Line::End);
        }
        let end = buffer.iter().position(|&byte| byte == b'\n');
        let taken = end.map_or(buffer.len(), |at| at + 1);
        if line.len() + taken > limit {
            outcome = Line::TooLong;
            line.clear();
        }
        if matches!(outcome, Line::Whole) {
            line.extend_from_slice(&buffer[..taken]);
        }
        stream.consume(taken);

        if end.is_some() {
            return Ok(outcome);
        }
    }
}

/// Reads to the lone dot and undoes the dot-stuffing (RFC 5321 §4.5.2).
async fn read_message<R: AsyncBufRead + Unpin>(stream: &mut R, body: &mut Vec<u8>) -> io::Result<Line> {
    let mut outcome = Line::Whole;
    let mut line = Vec::new();
    // Only CRLF ends a line: a dot between bare LFs is content, else one message could smuggle in another.
    let mut at_line_start = true;
    loop {
        line.clear();
        match read_line(stream, &mut line, MESSAGE_MAX_BYTES).await? {
            Line::Whole => {}
            Line::TooLong => {
                outcome = Line::TooLong;
                at_line_start = true;
                continue;
            }
            Line::End => return Ok(Line::End),
        }
        if at_line_start && line == b".\r\n" {
            return Ok(outcome);
        }

        let content = if at_line_start { line.strip_prefix(b".").unwrap_or(&line) } else { &line };
        at_line_start = line.ends_with(b"\r\n");
        if body.len() + content.len() > MESSAGE_MAX_BYTES {
            outcome = Line::TooLong;
            body.clear();
        }
        if matches!(outcome, Line::Whole) {
            body.extend_from_slice(content);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use idp_core::clock::{FixedClock, Timestamp};
    use tokio::io::AsyncReadExt;
    use tokio::net::TcpStream;

    use super::*;
    use crate::demo::addresses::Door;

    struct Sink {
        mailbox: Mailbox,
        port: u16,
        _stop: tokio_util::sync::DropGuard,
    }

    struct Client(BufReader<TcpStream>);

    impl Sink {
        async fn open() -> Self {
            let door = Door::open_any().await.unwrap();
            let (mailbox, stop, port) = (
                Mailbox::new(Arc::new(FixedClock::at(Timestamp::from_millis(0)))),
                CancellationToken::new(),
                door.port(),
            );
            tokio::spawn(serve(door, mailbox.clone(), stop.clone()));
            Self { mailbox, port, _stop: stop.drop_guard() }
        }

        async fn client(&self) -> Client {
            let mut client = Client(BufReader::new(TcpStream::connect(("127.0.0.1", self.port)).await.unwrap()));
            assert!(client.read_reply().await.starts_with("220 "));
            client
        }
    }

    impl Client {
        async fn read_reply(&mut self) -> String {
            let mut reply = String::new();
            loop {
                let start = reply.len();
                self.0.read_line(&mut reply).await.unwrap();
                if reply.len() == start || reply.as_bytes().get(start + 3) == Some(&b' ') {
                    return reply;
                }
            }
        }

        async fn says(&mut self, text: impl AsRef<[u8]>) -> String {
            self.0.get_mut().write_all(text.as_ref()).await.unwrap();
            self.0.get_mut().write_all(b"\r\n").await.unwrap();
            self.read_reply().await
        }

        async fn starts_data_to(&mut self, path: &str) {
            assert!(self.says("EHLO test").await.ends_with("250 PIPELINING\r\n"));
            assert!(self.says("MAIL FROM:<no-reply@example.jp>").await.starts_with("250"));
            assert!(self.says(format!("RCPT TO:{path}")).await.starts_with("250"));
            assert!(self.says("DATA").await.starts_with("354"));
        }
    }

    #[tokio::test]
    async fn a_mail_is_delivered_and_its_dots_are_unstuffed() {
        let sink = Sink::open().await;
        let mut client = sink.client().await;
        client.starts_data_to("<\"da.me..\"@example.jp>").await;

        let reply = client.says("Subject: Dots\r\n\r\n..one\r\n...\r\n.").await;

        assert!(reply.starts_with("250"), "{reply}");
        let messages = sink.mailbox.messages();
        assert_eq!(messages.len(), 1);
        assert_eq!(messages[0].to, "da.me..@example.jp");
        assert_eq!(messages[0].subject, "Dots");
        assert_eq!(messages[0].text.trim_end(), ".one\n..");
        assert!(client.says("QUIT").await.starts_with("221"));
        assert_eq!(client.0.read(&mut [0]).await.unwrap(), 0);
    }

    #[tokio::test]
    async fn a_dot_between_bare_line_feeds_ends_nothing() {
        let sink = Sink::open().await;
        let mut client = sink.client().await;
        client.starts_data_to("<a@example.jp>").await;

        client.says("Subject: One\r\n\r\nbefore\n.\nMAIL FROM:<x@example.jp>\r\n.\nafter\r\n.").await;

        let messages = sink.mailbox.messages();
        assert_eq!(messages.len(), 1);
        assert!(messages[0].text.contains("after"), "{}", messages[0].text);
    }

    #[tokio::test]
    async fn commands_may_come_all_at_once() {
        let sink = Sink::open().await;
        let mut client = sink.client().await;

        let first =
            client.says("EHLO test\r\nMAIL FROM:<>\r\nRCPT TO:<a@example.jp>\r\nRCPT TO:<b@example.jp>\r\nDATA").await;
        assert!(first.starts_with("250-localhost"), "{first}");
        for expected in ["250", "250", "250", "354"] {
            assert!(client.read_reply().await.starts_with(expected));
        }
        client.says("Subject: Both\r\n\r\nHi\r\n.\r\nNOOP").await;
        assert!(client.read_reply().await.starts_with("250"));

        assert_eq!(sink.mailbox.messages().len(), 2);
    }

    #[tokio::test]
    async fn commands_out_of_order_and_out_of_form_are_refused_and_harm_nothing() {
        let sink = Sink::open().await;
        let mut client = sink.client().await;

        for (said, expected) in [
            ("MAIL FROM:<a@example.jp>", "503"),
            ("HELO test", "250"),
            ("RCPT TO:<a@example.jp>", "503"),
            ("DATA", "503"),
            ("MAIL FROM:<a@example.jp> SIZE=10485761", "552"),
            ("MAIL FROM:<a@example.jp> SIZE=10485760", "250"),
            ("MAIL FROM:<a@example.jp>", "503"),
            ("DATA", "554"),
            ("RCPT TO:<da.me..@example.jp>", "553"),
            ("RCPT TO:<a@example.jp> NOTIFY=NEVER", "555"),
            ("RCPT TO:a@example.jp", "501"),
            ("RSET", "250"),
            ("DATA", "503"),
            ("VRFY a@example.jp", "252"),
            ("AUTH PLAIN x", "502"),
            ("NONSENSE", "500"),
        ] {
            let reply = client.says(said).await;
            assert!(reply.starts_with(expected), "{said}: {reply}");
        }
        assert!(client.says("x".repeat(COMMAND_MAX_BYTES)).await.starts_with("500"));
        assert!(client.says(b"NOOP \xff").await.starts_with("501"));

        client.starts_data_to("<a@example.jp>").await;
        assert!(client.says("Subject: Fine\r\n\r\n.").await.starts_with("250"));
        assert_eq!(sink.mailbox.messages().len(), 1);
    }

    #[tokio::test]
    async fn a_message_past_the_limit_is_refused_and_the_next_one_taken() {
        let sink = Sink::open().await;
        let mut client = sink.client().await;
        client.starts_data_to("<a@example.jp>").await;
        let mut large = b"Subject: Large\r\n\r\n".to_vec();
        while large.len() <= MESSAGE_MAX_BYTES {
            large.extend_from_slice(&[b'x'; 1022]);
            large.extend_from_slice(b"\r\n");
        }
        large.push(b'.');

        assert!(client.says(large).await.starts_with("552"));
        client.starts_data_to("<a@example.jp>").await;
        assert!(client.says("Subject: Small\r\n\r\n.").await.starts_with("250"));

        let subjects: Vec<_> = sink.mailbox.messages().iter().map(|message| message.subject.clone()).collect();
        assert_eq!(subjects, ["Small"]);
    }

    #[tokio::test]
    async fn a_client_that_hangs_up_within_a_message_delivers_nothing() {
        let sink = Sink::open().await;
        let mut client = sink.client().await;
        client.starts_data_to("<a@example.jp>").await;
        client.0.get_mut().write_all(b"Subject: Half\r\n").await.unwrap();
        client.0.get_mut().shutdown().await.unwrap();

        // The server's end of the connection is the sign that it has read ours.
        assert_eq!(client.0.read(&mut [0]).await.unwrap(), 0);
        assert!(sink.mailbox.messages().is_empty());
    }

    #[tokio::test]
    async fn many_clients_are_served_at_once() {
        let sink = Sink::open().await;
        let mut clients = Vec::new();
        for _ in 0..20 {
            clients.push(sink.client().await);
        }
        for client in &mut clients {
            client.starts_data_to("<a@example.jp>").await;
        }
        for client in &mut clients {
            assert!(client.says("Subject: Hi\r\n\r\n.").await.starts_with("250"));
        }

        assert_eq!(sink.mailbox.messages().len(), 20);
    }
}
