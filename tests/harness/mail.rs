//! The members' mailbox: a real SMTP server that tells when a mail has come.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use idp_core::clock::Clock;
use idp_server::demo::mailbox::message::Message;
use idp_server::demo::mailbox::{self, smtp};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// How long a mail is waited for; far more than it ever takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// Every mail that went out.
pub struct Mailbox {
    shelf: mailbox::Mailbox,
    /// Where the provider hands its mails over.
    pub(crate) address: SocketAddr,
    read: Mutex<HashMap<String, u64>>,
    stop: CancellationToken,
}

impl Mailbox {
    pub(crate) async fn open(clock: Arc<dyn Clock>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let (shelf, stop) = (mailbox::Mailbox::new(clock), CancellationToken::new());
        let address = listener.local_addr().unwrap();
        tokio::spawn(smtp::serve(listener, shelf.clone(), stop.clone()));
        Self { shelf, address, read: Mutex::default(), stop }
    }

    /// The six digits of the next unread mail to this address that has them.
    pub async fn code_to(&self, address: &str) -> String {
        self.next(address, |message| code_in(&message.text)).await
    }

    /// The link of the next unread mail to this address that has one; the mail is read with it.
    pub async fn link_to(&self, address: &str) -> String {
        self.next(address, |message| link_in(&message.text)).await
    }

    /// Code and link of the next unread mail to this address that has both.
    pub async fn code_and_link_to(&self, address: &str) -> (String, String) {
        self.next(address, |message| Some((code_in(&message.text)?, link_in(&message.text)?))).await
    }

    /// The next unread mail to this address whose subject contains `part`.
    pub async fn mail_to(&self, address: &str, part: &str) -> Arc<Message> {
        self.next(address, |message| message.subject.contains(part).then(|| Arc::clone(message))).await
    }

    /// The code of the newest mail to this address that has one and has come by now.
    pub fn newest_code_to(&self, address: &str) -> Option<String> {
        self.newest(address, code_in)
    }

    /// The link of the newest mail to this address that has one and has come by now.
    pub fn newest_link_to(&self, address: &str) -> Option<String> {
        self.newest(address, link_in)
    }

    fn newest(&self, address: &str, wanted: impl Fn(&str) -> Option<String>) -> Option<String> {
        let messages = self.shelf.messages();
        messages.iter().rev().filter(|message| message.to == address).find_map(|message| wanted(&message.text))
    }

    /// How many mails came for this address until now.
    pub fn count_to(&self, address: &str) -> usize {
        self.shelf.messages().iter().filter(|message| message.to == address).count()
    }

    /// How many of them have this in their text.
    pub fn count_saying(&self, address: &str, part: &str) -> usize {
        self.shelf.messages().iter().filter(|mail| mail.to == address && mail.text.contains(part)).count()
    }

    async fn next<T>(&self, address: &str, wanted: impl Fn(&Arc<Message>) -> Option<T>) -> T {
        let found = tokio::time::timeout(PATIENCE, async {
            loop {
                let arrival = self.shelf.arrival();
                if let Some(found) = self.unread(address, &wanted) {
                    return found;
                }
                arrival.await;
            }
        });
        let subjects = || self.shelf.messages().iter().map(|mail| format!("{}: {}", mail.to, mail.subject)).collect();
        found.await.unwrap_or_else(|_| {
            let subjects: Vec<String> = subjects();
            panic!("no such mail came to {address}; there are {subjects:?}")
        })
    }

    fn unread<T>(&self, address: &str, wanted: impl Fn(&Arc<Message>) -> Option<T>) -> Option<T> {
        let mut read = self.read.lock().unwrap();
        let last = read.get(address).copied().unwrap_or(0);
        let messages = self.shelf.messages();
        let mut unread = messages.iter().filter(|message| message.to == address && message.id > last);
        let (id, found) = unread.find_map(|message| Some((message.id, wanted(message)?)))?;
        read.insert(address.to_owned(), id);
        Some(found)
    }
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn code_in(text: &str) -> Option<String> {
    let is_code = |line: &&str| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit());
    text.lines().map(str::trim).find(is_code).map(str::to_owned)
}

fn link_in(text: &str) -> Option<String> {
    text.lines().map(str::trim).find(|line| line.contains("/mail/verify?")).map(str::to_owned)
}
