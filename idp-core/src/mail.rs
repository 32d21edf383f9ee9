//! Mails that wait in the outbox. They are queued in the transaction of what causes them and sent by a worker.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::clock::{Timestamp, days};
use crate::credential::Method;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::MemberId;
use crate::language::Language;
use crate::mail_address::MailAddress;
use crate::member::Member;
use crate::store;

/// How long a notice is worth sending.
const NOTICE_LIFETIME: Duration = days(3);

/// What a mail tells.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum MailContent {
    /// Link and code that verify the address.
    VerifyAddress {
        /// The secret in the link.
        link_secret: Secret,
        /// The code.
        code: Secret,
    },
    /// A code to sign in with.
    SignInCode {
        /// The code.
        code: Secret,
    },
    /// A code to set mailed codes up with.
    EnrolmentCode {
        /// The code.
        code: Secret,
    },
    /// The password was changed.
    PasswordChanged,
    /// The address was changed; goes to the old one.
    AddressChanged {
        /// The new one, masked.
        new_address: String,
    },
    /// A method was set up.
    MethodAdded {
        /// Which.
        method: Method,
    },
}

impl MailContent {
    /// The name of the kind, as operators see it.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::VerifyAddress { .. } => "verify_address",
            Self::SignInCode { .. } => "sign_in_code",
            Self::EnrolmentCode { .. } => "enrolment_code",
            Self::PasswordChanged => "password_changed",
            Self::AddressChanged { .. } => "address_changed",
            Self::MethodAdded { .. } => "method_added",
        }
    }
}

/// A secret on its way into a mail: wiped when dropped and at rest only inside the sealed mail.
#[derive(Clone, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Takes the text over.
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The text, for the one who writes the mail.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// A mail, whole: sealed in the outbox.
#[derive(Serialize, Deserialize)]
pub struct QueuedMail {
    /// The address as typed.
    pub to: String,
    /// Which language to write in.
    pub language: Language,
    /// When it was queued.
    pub at: Timestamp,
    /// What it tells.
    pub content: MailContent,
}

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
