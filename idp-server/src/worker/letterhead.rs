//! From what waits in the outbox to a message as it goes over the wire.

use std::time::{Duration, SystemTime};

use anyhow::{Context as _, anyhow};
use idp_core::ceremony::{CODE_LIFETIME, LINK_LIFETIME};
use idp_core::id::MailId;
use idp_core::language::Language;
use idp_core::mail::{MailContent, QueuedMail, Secret};
use idp_core::mail_address::MailAddress;
use idp_core::realm::Realm;
use idp_core::rescue::RESCUE_LIFETIME;
use lettre::Message;
use lettre::address::Envelope;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};

use crate::view::mail::{MailContent as Words, Sender};
use crate::{look, paths};

/// Writes the message. It is the same at each attempt, so that a second arrival can be known as such.
///
/// # Errors
/// An address that cannot be written in a message, a template that cannot be rendered.
pub fn message(realm: &Realm, id: MailId, mail: &QueuedMail) -> anyhow::Result<Message> {
    let address = MailAddress::parse(&mail.to).map_err(|_| anyhow!("the stored address cannot be read"))?;
    let to: lettre::Address = address.for_sending().parse().context("the address cannot be sent to")?;
    let from = sender(realm, mail.language)?;
    let text = words(realm, mail).write(&look::words(realm, mail.language), &society(realm, mail.language))?;

    let millis = u64::try_from(mail.at.millis()).unwrap_or(0);
    let message_id = format!("<{id}@{}>", from.email.domain());
    let message = Message::builder()
        .envelope(Envelope::new(Some(from.email.clone()), vec![to.clone()])?)
        .from(from)
        .to(Mailbox::new(None, to))
        .subject(text.subject)
        .date(SystemTime::UNIX_EPOCH + Duration::from_millis(millis))
        .message_id(Some(message_id))
        // RFC 3834 §5: nobody's out-of-office note answers this.
        .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".into()))
        .multipart(MultiPart::alternative_plain_html(text.text, text.html))?;
    Ok(message)
}

/// `Name <address>` as the realm has it; a bare address gets the society's name.
fn sender(realm: &Realm, language: Language) -> anyhow::Result<Mailbox> {
    let mut sender: Mailbox = realm.settings.mail_sender.parse().context("mail_sender is no address")?;
    sender.name.get_or_insert_with(|| look::society(realm, language));
    Ok(sender)
}

fn society(realm: &Realm, language: Language) -> Sender {
    Sender {
        colour: look::colour(realm),
        society: look::society(realm, language),
        help_line: look::some(realm.settings.help_line.in_language(language)),
        help_hours: look::some(realm.settings.help_hours.in_language(language)),
    }
}

fn words(realm: &Realm, mail: &QueuedMail) -> Words {
    let code_minutes = whole(CODE_LIFETIME.as_secs() / 60);
    match &mail.content {
        MailContent::VerifyAddress { link_secret, code } => Words::VerifyAddress {
            link: link(realm, link_secret),
            link_hours: whole(LINK_LIFETIME.as_secs() / 3600),
            code: code.expose().to_owned(),
            code_minutes,
        },
        MailContent::ChangeAddress { link_secret, code } => Words::ChangeAddress {
            link: format!("{}{}?t={}", realm.origin.as_str(), paths::MAIL_VERIFY, link_secret.expose()),
            link_hours: whole(LINK_LIFETIME.as_secs() / 3600),
            code: code.expose().to_owned(),
            code_minutes,
        },
        MailContent::SignInCode { code } => Words::SignInCode { code: code.expose().to_owned(), code_minutes },
        MailContent::EnrolmentCode { code } => Words::EnrolmentCode { code: code.expose().to_owned(), code_minutes },
        MailContent::PasswordChanged => Words::PasswordChanged { at: mail.at.for_people() },
        MailContent::AddressChanged { new_address } => {
            Words::AddressChanged { at: mail.at.for_people(), new_address: new_address.clone() }
        }
        MailContent::PasskeyRefused { name } => Words::PasskeyRefused { at: mail.at.for_people(), name: name.clone() },
        MailContent::ResetPassword { link_secret, code } => Words::ResetPassword {
            link: link(realm, link_secret),
            link_minutes: whole(RESCUE_LIFETIME.as_secs() / 60),
            code: code.expose().to_owned(),
            code_minutes,
        },
        MailContent::Unlock { link_secret, code } => Words::Unlock {
            link: link(realm, link_secret),
            link_minutes: whole(RESCUE_LIFETIME.as_secs() / 60),
            code: code.expose().to_owned(),
            code_minutes,
        },
        MailContent::UserIds { user_ids } => Words::UserIds { user_ids: user_ids.join("\n") },
        MailContent::AnswerAsked { client, until } => Words::AnswerAsked {
            client: client.clone(),
            link: format!("{}{}", realm.origin.as_str(), paths::ACCOUNT_REQUESTS),
            until: until.time_for_people(),
        },
        MailContent::FallbackUsed => Words::FallbackUsed { at: mail.at.for_people() },
        MailContent::MethodsReplaced => Words::MethodsReplaced { at: mail.at.for_people() },
        MailContent::RecoveryCodesMade => Words::RecoveryCodesMade { at: mail.at.for_people() },
        MailContent::RecoveryCodeUsed { left } => Words::RecoveryCodeUsed { at: mail.at.for_people(), left: *left },
        MailContent::MethodAdded { method } => Words::MethodAdded { at: mail.at.for_people(), method: method.name() },
        MailContent::MethodRenamed { method } => {
            Words::MethodRenamed { at: mail.at.for_people(), method: method.name() }
        }
        MailContent::MethodRemoved { method } => {
            Words::MethodRemoved { at: mail.at.for_people(), method: method.name() }
        }
    }
}

/// Of the configured origin, whatever the request said its host was.
fn link(realm: &Realm, secret: &Secret) -> String {
    format!("{}{}?t={}", realm.origin.as_str(), paths::MAIL_VERIFY, secret.expose())
}

fn whole(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use idp_core::clock::Timestamp;
    use idp_core::id::Id;
    use idp_core::realm::{Localised, Origin};

    use super::*;

    fn realm() -> Realm {
        let mut realm = Realm { origin: Origin::parse("https://id.example").unwrap(), ..Realm::installation() };
        realm.settings.display_name =
            Localised { ja: "みほん健康保険組合".into(), en: "Sample Society".into() };
        realm.settings.mail_sender = "no-reply@kenpo.example".into();
        realm
    }

    fn formatted(to: &str) -> String {
        let content = MailContent::VerifyAddress { link_secret: Secret::new("s3cr3t"), code: Secret::new("123456") };
        let mail = QueuedMail {
            to: to.into(),
            language: Language::En,
            at: Timestamp::from_millis(1_763_850_000_000),
            content,
        };
        let id: MailId = Id::from_uuid(Default::default());
        String::from_utf8(message(&realm(), id, &mail).unwrap().formatted()).unwrap()
    }

    #[test]
    fn the_message_is_the_same_at_each_attempt_but_for_its_boundary() {
        let text = formatted("taro@example.jp");
        let zero = "0".repeat(32);
        for line in [
            "From: \"Sample Society\" <no-reply@kenpo.example>".to_owned(),
            "To: taro@example.jp".to_owned(),
            format!("Message-ID: <mai_{zero}@kenpo.example>"),
            "Date: Sat, 22 Nov 2025 22:20:00 +0000".to_owned(),
            "Auto-Submitted: auto-generated".to_owned(),
        ] {
            assert!(text.contains(&line), "{line} not in\n{text}");
        }
        assert!(text.contains("123456"));
        assert!(
            text.replace("=\r\n", "").contains("https://id.example/mail/verify?t=3Ds3cr3t")
                || text.contains("https://id.example/mail/verify?t=s3cr3t"),
            "{text}"
        );
    }

    #[test]
    fn carrier_addresses_are_quoted_on_their_way() {
        assert!(formatted("da.me..@docomo.ne.jp").contains("To: \"da.me..\"@docomo.ne.jp"));
    }
}
