//! The newest mails, in memory: a demo that is stopped forgets them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use idp_core::clock::Clock;
use tokio::sync::Notify;

use super::command::Recipient;
use super::message::{Content, Message};

/// How many mails are kept; older ones make room.
pub const KEPT_MESSAGES: usize = 1_000;

/// The mails of every member of the demo. Clones share one box.
#[derive(Clone)]
pub struct Mailbox {
    shelf: Arc<Mutex<Shelf>>,
    arrived: Arc<Notify>,
    clock: Arc<dyn Clock>,
}

#[derive(Default)]
struct Shelf {
    messages: VecDeque<Arc<Message>>,
    last_id: u64,
}

impl Mailbox {
    /// An empty box that dates mails by `clock`.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { shelf: Arc::default(), arrived: Arc::default(), clock }
    }

    /// Puts a mail into the box of each recipient.
    pub fn deliver(&self, content: &Content, recipients: &[Recipient]) {
        let received_at = self.clock.now();
        let mut shelf = self.shelf();
        for recipient in recipients {
            shelf.last_id += 1;
            let message = content.delivered(shelf.last_id, recipient, received_at);
            shelf.messages.push_back(Arc::new(message));
            if shelf.messages.len() > KEPT_MESSAGES {
                shelf.messages.pop_front();
            }
        }
        drop(shelf);
        self.arrived.notify_waiters();
    }

    /// Ends with the next delivery after this call, also where it is awaited later.
    pub fn arrival(&self) -> impl Future<Output = ()> + '_ {
        self.arrived.notified()
    }

    /// All mails that are kept, newest last.
    pub fn messages(&self) -> Vec<Arc<Message>> {
        self.shelf().messages.iter().cloned().collect()
    }

    /// One mail; `None` once it has made room for newer ones.
    pub fn message(&self, id: u64) -> Option<Arc<Message>> {
        self.shelf().messages.iter().find(|message| message.id == id).cloned()
    }

    /// Throws every mail away.
    pub fn clear(&self) {
        self.shelf().messages.clear();
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        // No operation on the shelf can stop half-way, so a poisoned lock still guards a whole shelf.
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use idp_core::clock::{FixedClock, Timestamp};

    use super::super::command::Charset;
    use super::*;

    fn recipient(address: &str) -> Recipient {
        Recipient::parse(&format!("<{address}>"), Charset::Ascii).unwrap()
    }

    #[test]
    fn each_recipient_gets_a_mail_of_their_own() {
        let mailbox = Mailbox::new(Arc::new(FixedClock::at(Timestamp::from_millis(0))));

        mailbox
            .deliver(&Content::parse(b"Subject: Hi\r\n\r\n"), &[recipient("a@example.jp"), recipient("b@example.jp")]);

        let to: Vec<_> = mailbox.messages().iter().map(|message| (message.id, message.to.clone())).collect();
        assert_eq!(to, [(1, "a@example.jp".to_owned()), (2, "b@example.jp".to_owned())]);
    }

    #[test]
    fn the_oldest_make_room_and_ids_are_never_used_twice() {
        let mailbox = Mailbox::new(Arc::new(FixedClock::at(Timestamp::from_millis(0))));
        let content = Content::parse(b"Subject: Hi\r\n\r\n");
        for _ in 0..=KEPT_MESSAGES {
            mailbox.deliver(&content, &[recipient("a@example.jp")]);
        }
        assert_eq!(mailbox.messages().len(), KEPT_MESSAGES);
        assert!(mailbox.message(1).is_none());

        mailbox.clear();
        mailbox.deliver(&content, &[recipient("a@example.jp")]);

        assert_eq!(mailbox.messages()[0].id, KEPT_MESSAGES as u64 + 2);
    }
}
