//! What our mails tell, as they wait in the outbox.

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::clock::Timestamp;
use crate::credential::Method;
use crate::language::Language;

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
    /// A passkey was refused because its counter went back: there may be a second copy of it.
    PasskeyRefused {
        /// What the member calls it.
        name: String,
    },
    /// Link and code that prove a new address, for a member who is signed in.
    ChangeAddress {
        /// The secret in the link.
        link_secret: Secret,
        /// The code.
        code: Secret,
    },
    /// A method was set up.
    MethodAdded {
        /// Which.
        method: Method,
    },
    /// A method got another name.
    MethodRenamed {
        /// Which.
        method: Method,
    },
    /// A method was removed.
    MethodRemoved {
        /// Which.
        method: Method,
    },
    /// Link and code that lead to a new password.
    ResetPassword {
        /// The secret in the link.
        link_secret: Secret,
        /// The code.
        code: Secret,
    },
    /// Link and code that end a lock-out.
    Unlock {
        /// The secret in the link.
        link_secret: Secret,
        /// The code.
        code: Secret,
    },
    /// The user ids of whoever proved the address.
    UserIds {
        /// As on the letters.
        user_ids: Vec<String>,
    },
    /// A client asks for the member, who answers on our own pages.
    AnswerAsked {
        /// Which, by its name.
        client: String,
        /// Until when.
        until: Timestamp,
    },
    /// A mailed code stood in for a stronger second step.
    FallbackUsed,
    /// A re-enrolment letter took the place of every second step.
    MethodsReplaced,
    /// New recovery codes were made; earlier ones are void.
    RecoveryCodesMade,
    /// A recovery code was used.
    RecoveryCodeUsed {
        /// How many are left.
        left: u64,
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
            Self::PasskeyRefused { .. } => "passkey_refused",
            Self::ChangeAddress { .. } => "change_address",
            Self::MethodAdded { .. } => "method_added",
            Self::MethodRenamed { .. } => "method_renamed",
            Self::MethodRemoved { .. } => "method_removed",
            Self::ResetPassword { .. } => "reset_password",
            Self::Unlock { .. } => "unlock",
            Self::UserIds { .. } => "user_ids",
            Self::AnswerAsked { .. } => "answer_asked",
            Self::FallbackUsed => "fallback_used",
            Self::MethodsReplaced => "methods_replaced",
            Self::RecoveryCodesMade => "recovery_codes_made",
            Self::RecoveryCodeUsed { .. } => "recovery_code_used",
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
