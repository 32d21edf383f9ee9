//! A forgotten user id: mailed to the typed address if a member proved it, answered alike for every address.

use crate::audit::{EventKind, Outcome};
use crate::authn::throttle::{self, Turn};
use crate::clock::{Timestamp, hours};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::language::Language;
use crate::mail::{MailContent, QueuedMail};
use crate::mail_address::{MailAddress, MailAddressError};
use crate::outbox;
use crate::store;

/// Mails to one address before they rest.
const MAILS: i64 = 3;
/// Mails asked for from one network before they rest.
const MAILS_PER_NETWORK: i64 = 30;
/// Family members who share one address; more are not listed in a mail.
const MEMBERS: u64 = 10;

/// What became of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Sent, if anybody proved this address.
    Sent,
    /// No address.
    Unreadable(MailAddressError),
    /// Too many for this address or from this network.
    Wait {
        /// When the next can be asked for.
        until: Timestamp,
    },
}

/// Mails the user ids of whoever proved the typed address.
pub async fn ask(ctx: &Ctx, typed: &str, language: Language) -> Result<Asked, Fault> {
    let address = match MailAddress::parse(typed) {
        Ok(address) => address,
        Err(error) => return Ok(Asked::Unreadable(error)),
    };
    let own = ctx.vault.hash_within(b"forgotten id", address.normal().to_ascii_lowercase().as_bytes());
    let network = throttle::network_for(ctx, b"forgotten id network").map(|network| (network, MAILS_PER_NETWORK));
    for (subject, limit) in network.into_iter().chain([(own, MAILS)]) {
        if let Turn::Held { until } = throttle::take(ctx, &subject, limit).await? {
            return Ok(Asked::Wait { until });
        }
    }

    let members = store::member::by_verified_mail(ctx, &address, MEMBERS).await?;
    let first = members.first();
    let mail = QueuedMail {
        // To the address that was proved, as it was proved: what was typed may differ from it in case.
        to: first.and_then(|member| member.verified_mail()).unwrap_or(&address).as_typed().to_owned(),
        language: first.and_then(|member| member.language).unwrap_or(language),
        at: ctx.now,
        content: MailContent::UserIds {
            user_ids: members.iter().map(|member| member.user_id.as_str().to_owned()).collect(),
        },
    };
    outbox::enqueue_perhaps(ctx, first.map(|member| member.id), mail, ctx.now + hours(1)).await?;
    ctx.record(EventKind::UserIdAsked, first.map(|member| member.id), Outcome::Done);
    Ok(Asked::Sent)
}
