//! The mails that members get: plain text and simple HTML, no picture, nothing that reports back.

use askama::Template;

use crate::view::colour::Colour;
use crate::view::locale::{Value, Words};

/// A mail, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailText {
    /// The subject: `【society】…`.
    pub subject: String,
    /// The plain text, lines ending in `\n`.
    pub text: String,
    /// The same in HTML.
    pub html: String,
}

/// Who writes: the society, and where it can be asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sender {
    /// The society's name in the language of the mail.
    pub society: String,
    /// The telephone number of its help line.
    pub help_line: Option<String>,
    /// When it answers.
    pub help_hours: Option<String>,
    /// The colour of buttons, as the operator gave it.
    pub colour: Colour,
}

/// What a mail is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailContent {
    /// Confirm this address, by link or code.
    VerifyAddress {
        /// The link, of the configured origin.
        link: String,
        /// How long it works, in hours.
        link_hours: u32,
        /// The code: `123456`.
        code: String,
        /// How long it works, in minutes.
        code_minutes: u32,
    },
    /// Confirm the new address of a member who is signed in, by link or code.
    ChangeAddress {
        /// The link, of the configured origin.
        link: String,
        /// How long it works, in hours.
        link_hours: u32,
        /// The code: `123456`.
        code: String,
        /// How long it works, in minutes.
        code_minutes: u32,
    },
    /// The code to sign in with.
    SignInCode {
        /// The code.
        code: String,
        /// How long it works, in minutes.
        code_minutes: u32,
    },
    /// The code to set a method up with.
    EnrolmentCode {
        /// The code.
        code: String,
        /// How long it works, in minutes.
        code_minutes: u32,
    },
    /// The password was changed.
    PasswordChanged {
        /// When, as written for people.
        at: String,
    },
    /// The address was changed; to the old one.
    AddressChanged {
        /// When, as written for people.
        at: String,
        /// The new address, masked.
        new_address: String,
    },
    /// A passkey was refused: there may be a second copy of it.
    PasskeyRefused {
        /// When, as written for people.
        at: String,
        /// What the member calls it.
        name: String,
    },
    /// A method was set up.
    MethodAdded {
        /// When, as written for people.
        at: String,
        /// `totp`, `mail` or `passkey`.
        method: &'static str,
    },
    /// A method got another name.
    MethodRenamed {
        /// When, as written for people.
        at: String,
        /// `totp`, `mail` or `passkey`.
        method: &'static str,
    },
    /// A method was removed.
    MethodRemoved {
        /// When, as written for people.
        at: String,
        /// `totp`, `mail` or `passkey`.
        method: &'static str,
    },
    /// Link and code that lead to a new password.
    ResetPassword {
        /// The link, of the configured origin.
        link: String,
        /// How long it works, in minutes.
        link_minutes: u32,
        /// The code.
        code: String,
        /// How long it works, in minutes.
        code_minutes: u32,
    },
    /// Link and code that end a lock-out.
    Unlock {
        /// The link, of the configured origin.
        link: String,
        /// How long it works, in minutes.
        link_minutes: u32,
        /// The code.
        code: String,
        /// How long it works, in minutes.
        code_minutes: u32,
    },
    /// The user ids of whoever proved the address.
    UserIds {
        /// One a line.
        user_ids: String,
    },
    /// An application asks for the member, who answers on their own pages.
    AnswerAsked {
        /// Which application.
        client: String,
        /// Where it is answered.
        link: String,
        /// Until when, as written for people.
        until: String,
    },
    /// A mailed code stood in for a stronger second step.
    FallbackUsed {
        /// When, as written for people.
        at: String,
    },
    /// A re-enrolment letter took the place of every second step.
    MethodsReplaced {
        /// When, as written for people.
        at: String,
    },
    /// New recovery codes were made.
    RecoveryCodesMade {
        /// When, as written for people.
        at: String,
    },
    /// A recovery code was used.
    RecoveryCodeUsed {
        /// When, as written for people.
        at: String,
        /// How many are left.
        left: u64,
    },
    /// Signing in was stopped for a while after too many wrong passwords.
    Locked {
        /// When it ends, as written for people.
        until: String,
    },
}

/// The one layout of all mails.
#[derive(Template)]
#[template(path = "mail/mail.txt", escape = "none")]
struct TextLayout<'a> {
    parts: &'a Parts,
}

#[derive(Template)]
#[template(path = "mail/mail.html")]
struct HtmlLayout<'a> {
    parts: &'a Parts,
}

/// What the layout fills in.
struct Parts {
    language: &'static str,
    subject: String,
    society: String,
    colour: Colour,
    lead: Vec<String>,
    link: Option<Link>,
    code: Option<Code>,
    tail: Vec<String>,
    help: Option<String>,
    automatic: String,
}

struct Link {
    label: String,
    url: String,
    lifetime: String,
}

struct Code {
    label: String,
    digits: String,
    lifetime: String,
}

impl MailContent {
    /// Writes the mail.
    ///
    /// # Errors
    /// A template that cannot be rendered, which is a fault of ours.
    pub fn write(&self, words: &Words, sender: &Sender) -> Result<MailText, askama::Error> {
        let parts = self.parts(words, sender);

        Ok(MailText {
            text: format!("{}\n", TextLayout { parts: &parts }.render()?.trim_end()),
            html: HtmlLayout { parts: &parts }.render()?,
            subject: parts.subject,
        })
    }

    /// The prefix of its keys in `locales/`.
    const fn key(&self) -> &'static str {
        match self {
            Self::VerifyAddress { .. } => "mail-verify",
            Self::ChangeAddress { .. } => "mail-change",
            Self::SignInCode { .. } => "mail-sign-in",
            Self::EnrolmentCode { .. } => "mail-enrol",
            Self::PasswordChanged { .. } => "mail-password-changed",
            Self::AddressChanged { .. } => "mail-address-changed",
            Self::PasskeyRefused { .. } => "mail-passkey-refused",
            Self::MethodAdded { .. } => "mail-method-added",
            Self::MethodRenamed { .. } => "mail-method-renamed",
            Self::MethodRemoved { .. } => "mail-method-removed",
            Self::ResetPassword { .. } => "mail-reset",
            Self::Unlock { .. } => "mail-unlock",
            Self::UserIds { .. } => "mail-user-ids",
            Self::AnswerAsked { .. } => "mail-answer",
            Self::FallbackUsed { .. } => "mail-fallback",
            Self::MethodsReplaced { .. } => "mail-methods-replaced",
            Self::RecoveryCodesMade { .. } => "mail-recovery-made",
            Self::RecoveryCodeUsed { .. } => "mail-recovery-used",
            Self::Locked { .. } => "mail-locked",
        }
    }

    fn parts(&self, words: &Words, sender: &Sender) -> Parts {
        let (values, link, code) = self.details(words);
        let mut values = values.iter().map(|(name, value)| (*name, Value::Text(value))).collect::<Vec<_>>();
        values.push(("society", Value::Text(&sender.society)));
        let say = |part: &str| words.with(&format!("{}{part}", self.key()), &values);

        // A subject is a header: a line break in a society's name must not start another one.
        let subject = say("-subject").replace(['\r', '\n'], " ");
        let help = sender.help_line.as_ref().map(|line| {
            let hours = sender.help_hours.as_deref().unwrap_or_default();
            words.with(
                "mail-help",
                &[("society", (&sender.society).into()), ("line", line.into()), ("hours", hours.into())],
            )
        });

        Parts {
            language: words.language().tag(),
            subject,
            society: sender.society.clone(),
            colour: sender.colour.on_light(),
            lead: vec![say("-lead")],
            link,
            code,
            tail: vec![say("-tail")],
            help: help.map(|help| help.trim_end().to_owned()),
            automatic: words.t("mail-automatic"),
        }
    }

    fn details(&self, words: &Words) -> (Vec<(&'static str, String)>, Option<Link>, Option<Code>) {
        let code_part = |digits: &String, minutes: &u32| {
            Some(Code {
                label: words.t("mail-code-label"),
                digits: digits.clone(),
                lifetime: words.with("mail-code-lifetime", &[("minutes", (*minutes).into())]),
            })
        };
        let method_title = |method: &str| words.t(&format!("method-{method}-title"));

        match self {
            Self::VerifyAddress { link, link_hours, code, code_minutes }
            | Self::ChangeAddress { link, link_hours, code, code_minutes } => {
                let link = Link {
                    label: words.t("mail-verify-link"),
                    url: link.clone(),
                    lifetime: words.with("mail-link-lifetime", &[("hours", (*link_hours).into())]),
                };
                (Vec::new(), Some(link), code_part(code, code_minutes))
            }
            Self::ResetPassword { link, link_minutes, code, code_minutes }
            | Self::Unlock { link, link_minutes, code, code_minutes } => {
                let link = Link {
                    label: words.t(&format!("{}-link", self.key())),
                    url: link.clone(),
                    lifetime: words.with("mail-link-lifetime-minutes", &[("minutes", (*link_minutes).into())]),
                };
                (Vec::new(), Some(link), code_part(code, code_minutes))
            }
            Self::AnswerAsked { client, link, until } => {
                let link = Link {
                    label: words.t("mail-answer-link"),
                    url: link.clone(),
                    lifetime: words.with("mail-answer-until", &[("until", until.into())]),
                };
                (vec![("client", client.clone())], Some(link), None)
            }
            Self::UserIds { user_ids } => (vec![("user_ids", user_ids.clone())], None, None),
            Self::SignInCode { code, code_minutes } | Self::EnrolmentCode { code, code_minutes } => {
                (Vec::new(), None, code_part(code, code_minutes))
            }
            Self::RecoveryCodeUsed { at, left } => (vec![("at", at.clone()), ("left", left.to_string())], None, None),
            Self::PasswordChanged { at }
            | Self::FallbackUsed { at }
            | Self::MethodsReplaced { at }
            | Self::RecoveryCodesMade { at } => (vec![("at", at.clone())], None, None),
            Self::AddressChanged { at, new_address } => {
                (vec![("at", at.clone()), ("address", new_address.clone())], None, None)
            }
            Self::PasskeyRefused { at, name } => (vec![("at", at.clone()), ("name", name.clone())], None, None),
            Self::MethodAdded { at, method }
            | Self::MethodRenamed { at, method }
            | Self::MethodRemoved { at, method } => {
                (vec![("at", at.clone()), ("method", method_title(method))], None, None)
            }
            Self::Locked { until } => (vec![("until", until.clone())], None, None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::locale::Language;

    fn sender() -> Sender {
        Sender {
            society: "みほん <健保>\r\nBcc: a@example.jp".to_owned(),
            help_line: Some("03-1234-5678".to_owned()),
            ..Sender::default()
        }
    }

    fn all() -> Vec<MailContent> {
        let (at, code) = ("11:23".to_owned(), "012345".to_owned());
        let link = "https://id.example/mail/verify?t=x".to_owned();
        vec![
            MailContent::VerifyAddress { link: link.clone(), link_hours: 24, code: code.clone(), code_minutes: 10 },
            MailContent::SignInCode { code: code.clone(), code_minutes: 10 },
            MailContent::EnrolmentCode { code: code.clone(), code_minutes: 10 },
            MailContent::ResetPassword { link: link.clone(), link_minutes: 30, code: code.clone(), code_minutes: 10 },
            MailContent::Unlock { link, link_minutes: 30, code, code_minutes: 10 },
            MailContent::AnswerAsked {
                client: "みほん <健保>".to_owned(),
                link: "https://id.example/account/requests".to_owned(),
                until: at.clone(),
            },
            MailContent::UserIds { user_ids: "12-3456".to_owned() },
            MailContent::FallbackUsed { at: at.clone() },
            MailContent::MethodsReplaced { at: at.clone() },
            MailContent::PasswordChanged { at: at.clone() },
            MailContent::AddressChanged { at: at.clone(), new_address: "h***@example.jp".to_owned() },
            MailContent::PasskeyRefused { at: at.clone(), name: "Windows Hello".to_owned() },
            MailContent::MethodAdded { at: at.clone(), method: "totp" },
            MailContent::MethodRenamed { at: at.clone(), method: "totp" },
            MailContent::MethodRemoved { at: at.clone(), method: "mail" },
            MailContent::RecoveryCodesMade { at: at.clone() },
            MailContent::RecoveryCodeUsed { at: at.clone(), left: 9 },
            MailContent::Locked { until: at },
        ]
    }

    #[test]
    fn a_subject_is_one_line_that_names_the_society() {
        for language in Language::ALL {
            for content in all() {
                let mail = content.write(&Words::new(language), &sender()).unwrap();

                assert!(mail.subject.starts_with("【みほん"), "{}", mail.subject);
                assert!(!mail.subject.contains(['\r', '\n']));
            }
        }
    }

    #[test]
    fn a_mail_loads_nothing_and_escapes_what_it_says() {
        for content in all() {
            let mail = content.write(&Words::new(Language::Ja), &sender()).unwrap();

            for forbidden in ["<img", "src=", "<link", "<script", "url(", "<健保>"] {
                assert!(!mail.html.contains(forbidden), "{forbidden}");
            }
            assert!(mail.text.contains("<健保>") && mail.text.contains("03-1234-5678"));
            assert!(mail.text.ends_with('\n') && !mail.text.contains("\n\n\n"), "{}", mail.text);
        }
    }

    #[test]
    fn the_address_is_confirmed_by_link_or_code() {
        let mail = all()[0].write(&Words::new(Language::Ja), &sender()).unwrap();

        for body in [&mail.text, &mail.html] {
            assert!(body.contains("https://id.example/mail/verify?t=x") && body.contains("012345"));
            assert!(body.contains("24時間") && body.contains("10分間"));
        }
    }
}
