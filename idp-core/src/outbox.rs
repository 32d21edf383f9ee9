//! Queues mails, in the transaction of what causes them, and hands them to the worker that sends them.
//!
//! A mail is taken by one conditional update, so that of several nodes one sends it; a node that died gives it back
//! when its time is over.
//!
//! | from \ event | sent | refused for good | put off | time over |
//! |---|---|---|---|---|
//! | queued | sent | failed | queued, tried later | expired |
//! | sent, failed, expired | – | – | – | – |

use std::time::Duration;

use crate::clock::{Timestamp, days, minutes};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::{MailId, MemberId, RealmId};
use crate::mail::{MailContent, QueuedMail};
use crate::mail_address::MailAddress;
use crate::member::Member;
use crate::secret::{self, Sealed};
use crate::store;

/// How long a notice is worth sending.
const NOTICE_LIFETIME: Duration = days(3);
/// How long one node may take to send what it took; longer than the mail server is waited for.
const LEASE: Duration = minutes(3);
/// The longest answer that is kept, in characters.
const ANSWER_MAX: usize = 500;

/// A mail that waits.
pub(crate) struct Waiting {
    pub(crate) id: MailId,
    pub(crate) realm: RealmId,
    pub(crate) member: Option<MemberId>,
    pub(crate) attempts: i64,
    pub(crate) next_attempt_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) sealed: Sealed<secret::QueuedMail>,
}

/// A mail that the caller alone may send now.
pub struct Claimed {
    /// Its identifier: the same at each attempt, so that a second arrival can be known as such.
    pub id: MailId,
    /// Whose mail it is.
    pub realm: RealmId,
    /// Attempts so far, this one included.
    pub attempts: i64,
    /// It is not sent after this.
    pub expires_at: Timestamp,
    /// The mail.
    pub mail: Mail,
}

/// What there is to send.
pub enum Mail {
    /// This.
    To(QueuedMail),
    /// Nothing: a page answered for nobody as it does for a member. It is settled like a mail, so that the work done
    /// after the answer tells no more than the answer.
    Nobody,
}

/// What waits in the outbox, of all realms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Depth {
    /// Mails that are neither sent nor given up.
    pub waiting: u64,
    /// When the oldest of them was queued.
    pub oldest: Option<Timestamp>,
}

/// How much waits.
pub async fn depth(ctx: &Ctx) -> Result<Depth, Fault> {
    store::outbox::depth(ctx).await
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// The server took it.
    Sent {
        /// What the server said.
        answer: String,
    },
    /// The server will never take it.
    Failed {
        /// What the server said.
        answer: String,
    },
    /// Not now.
    Retry {
        /// What the server said, or why it was not reached.
        answer: String,
        /// When to try again.
        at: Timestamp,
    },
    /// Its time was over before it could be sent.
    Expired,
}

impl Delivery {
    /// The stored name of the state it leads to.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Sent { .. } => "sent",
            Self::Failed { .. } => "failed",
            Self::Retry { .. } => "queued",
            Self::Expired => "expired",
        }
    }

    /// What is kept for the operator.
    pub(crate) fn answer(&self) -> Option<String> {
        match self {
            Self::Sent { answer } | Self::Failed { answer } | Self::Retry { answer, .. } => {
                Some(answer.chars().take(ANSWER_MAX).collect())
            }
            Self::Expired => None,
        }
    }
}

/// Whether any mail is due, in any realm.
pub async fn is_due(ctx: &Ctx) -> Result<bool, Fault> {
    Ok(!store::outbox::due(ctx, 1).await?.is_empty())
}

/// Takes up to `limit` mails that are due in any realm; ends those whose time is over.
pub async fn claim(ctx: &Ctx, limit: u64) -> Result<Vec<Claimed>, Fault> {
    let mut claimed = Vec::new();
    for waiting in store::outbox::due(ctx, limit).await? {
        if waiting.expires_at <= ctx.now {
            store::outbox::settle(ctx, waiting.id, &Delivery::Expired).await?;
            continue;
        }
        if !store::outbox::take(ctx, &waiting, ctx.now + LEASE).await? {
            continue;
        }
        // Opened either way, and handed out to a member alone.
        let opened = store::outbox::open(ctx, &waiting).map(|mail| match waiting.member {
            Some(_) => Mail::To(mail),
            None => Mail::Nobody,
        });
        match opened {
            Ok(mail) => claimed.push(Claimed {
                id: waiting.id,
                realm: waiting.realm,
                attempts: waiting.attempts + 1,
                expires_at: waiting.expires_at,
                mail,
            }),
            // One mail that cannot be read must not keep all others back.
            Err(fault) => {
                let failed = Delivery::Failed { answer: fault.to_string() };
                store::outbox::settle(ctx, waiting.id, &failed).await?;
            }
        }
    }
    Ok(claimed)
}

/// Notes how an attempt ended.
pub async fn settle(ctx: &Ctx, id: MailId, delivery: Delivery) -> Result<(), Fault> {
    store::outbox::settle(ctx, id, &delivery).await
}

/// Queues a mail that is not sent after `expires_at`.
pub(crate) async fn enqueue(ctx: &Ctx, member: MemberId, mail: QueuedMail, expires_at: Timestamp) -> Result<(), Fault> {
    store::outbox::insert(ctx, member, &mail, expires_at).await?;
    ctx.mail_queued();
    Ok(())
}

/// Queues a mail to a member, or the like of one to nobody: a row of the same size that is taken and settled as well, but
/// never sent, so that neither the answer's time nor what follows it tells whether somebody is there.
pub(crate) async fn enqueue_perhaps(
    ctx: &Ctx,
    member: Option<MemberId>,
    mail: QueuedMail,
    expires_at: Timestamp,
) -> Result<(), Fault> {
    match member {
        Some(member) => store::outbox::insert(ctx, member, &mail, expires_at).await?,
        None => store::outbox::insert_for_nobody(ctx, &mail, expires_at).await?,
    }
    ctx.mail_queued();
    Ok(())
}

/// Queues a notice to the member's verified address, if there is one.
pub(crate) async fn notify(ctx: &Ctx, member: &Member, content: MailContent) -> Result<(), Fault> {
    let Some(address) = member.verified_mail() else { return Ok(()) };
    notify_at(ctx, member, address, content).await
}

/// Queues a notice to a given address of the member.
pub(crate) async fn notify_at(
    ctx: &Ctx,
    member: &Member,
    address: &MailAddress,
    content: MailContent,
) -> Result<(), Fault> {
    let mail = QueuedMail {
        to: address.as_typed().to_owned(),
        language: member.language.unwrap_or_default(),
        at: ctx.now,
        content,
    };
    enqueue(ctx, member.id, mail, ctx.now + NOTICE_LIFETIME).await
}

#[cfg(test)]
mod tests;
