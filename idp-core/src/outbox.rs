//! Queues mails: in the transaction of what causes them, for a worker to send.

use std::time::Duration;

use crate::clock::{Timestamp, days};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::MemberId;
use crate::mail::{MailContent, QueuedMail};
use crate::mail_address::MailAddress;
use crate::member::Member;
use crate::store;

/// How long a notice is worth sending.
const NOTICE_LIFETIME: Duration = days(3);

/// Queues a mail that is not sent after `expires_at`.
pub(crate) async fn enqueue(ctx: &Ctx, member: MemberId, mail: QueuedMail, expires_at: Timestamp) -> Result<(), Fault> {
    store::outbox::insert(ctx, member, &mail, expires_at).await?;
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
