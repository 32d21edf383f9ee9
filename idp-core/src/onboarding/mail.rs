//! The mail address: kept or changed, and proved by a link (on any device) or a code (on the waiting page).

use crate::audit::{EventKind, Outcome};
use crate::authn::mail_code::{self, MailCode, Sending};
use crate::ceremony::{Ceremony, CeremonyKind};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::{InteractionId, MemberId};
use crate::interaction::decide::Next;
use crate::interaction::sitting::{self, Place, Sitting};
use crate::interaction::{Evidence, Proof};
use crate::mail::MailContent;
use crate::mail_address::{MailAddress, MailAddressError};
use crate::member::MailOnFile;
use crate::onboarding::facts::LetterFact;
use crate::onboarding::table::Step;
use crate::outbox;
use crate::realm::PatternGuard;
use crate::secret::{Hashed, LinkSecret};
use crate::session::end;
use crate::store;

/// What became of a typed address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// A mail is on its way.
    Sent,
    /// No address.
    Unreadable(MailAddressError),
    /// After a pattern password only the address on file can be proved.
    MustBeOnFile,
    /// Too many mails within a short time.
    Wait {
        /// When the next can be asked for.
        until: crate::clock::Timestamp,
    },
    /// Another page is owed.
    Elsewhere,
}

/// Takes the address and sends link and code to it.
pub async fn submit(ctx: &Ctx, place: &Place, typed: &str) -> Result<Answer, Fault> {
    let Some(sitting) = Sitting::lock(ctx, place).await? else { return Ok(Answer::Elsewhere) };
    let Some(member) = sitting.member_if(ctx, Next::Step(Step::MailAddress)) else { return Ok(Answer::Elsewhere) };
    let address = match MailAddress::parse(typed) {
        Ok(address) => address,
        Err(error) => return Ok(Answer::Unreadable(error)),
    };
    let held = member.mail.as_ref().is_some_and(|mail| mail.address.normal() == address.normal());
    if !held && address_is_fixed(ctx, &sitting) {
        return Ok(Answer::MustBeOnFile);
    }
    match mail_code::may_send(ctx, member, None).await? {
        Sending::Sent => {}
        Sending::Wait { until } => return Ok(Answer::Wait { until }),
        Sending::Elsewhere => return Ok(Answer::Elsewhere),
    }
    mail_code::challenge(ctx, &sitting.interaction, member, (CeremonyKind::VerifyMail, address)).await?;
    store::interaction::save(ctx, &sitting.interaction).await?;
    Ok(Answer::Sent)
}

/// Whether the member may not type another address: whoever came with a pattern password has proved too little for it,
/// and a letter that replaces what is set up needs the address that the society knew.
pub fn address_is_fixed(ctx: &Ctx, sitting: &Sitting) -> bool {
    let pattern = sitting::primary(&sitting.interaction) == Some(Evidence::Pattern)
        && ctx.realm().settings.pattern_guard == PatternGuard::MailOnFile;
    let replaces = sitting.seated.as_ref().is_some_and(|(_, facts)| facts.letter == LetterFact::ReEnrol);
    pattern || replaces
}

/// The mail under way, for the waiting page; `None` when another page is owed.
pub async fn waiting(ctx: &Ctx, place: &Place) -> Result<Option<Ceremony>, Fault> {
    let Some(sitting) = Sitting::load(ctx, place).await? else { return Ok(None) };
    match sitting.member_if(ctx, Next::Step(Step::MailProof)) {
        Some(member) => store::ceremony::newest(ctx, member.id, sitting.interaction.id, CeremonyKind::VerifyMail).await,
        None => Ok(None),
    }
}

/// "Send again": the earlier link and code are void.
pub async fn resend(ctx: &Ctx, place: &Place) -> Result<Sending, Fault> {
    let Some(sitting) = Sitting::lock(ctx, place).await? else { return Ok(Sending::Elsewhere) };
    let Some(member) = sitting.member_if(ctx, Next::Step(Step::MailProof)) else { return Ok(Sending::Elsewhere) };
    let newest = store::ceremony::newest(ctx, member.id, sitting.interaction.id, CeremonyKind::VerifyMail).await?;
    let Some(address) = newest.as_ref().and_then(|ceremony| ceremony.address.clone()) else {
        return Ok(Sending::Elsewhere);
    };
    let permission = mail_code::may_send(ctx, member, newest.as_ref()).await?;
    if permission == Sending::Sent {
        mail_code::challenge(ctx, &sitting.interaction, member, (CeremonyKind::VerifyMail, address)).await?;
    }
    Ok(permission)
}

/// "Change the address": what was sent is void, the address page is owed again.
pub async fn change(ctx: &Ctx, place: &Place) -> Result<(), Fault> {
    let Some(sitting) = Sitting::lock(ctx, place).await? else { return Ok(()) };
    let Some(member) = sitting.member_if(ctx, Next::Step(Step::MailProof)) else { return Ok(()) };
    store::ceremony::void(ctx, member.id, CeremonyKind::VerifyMail).await
}

/// Judges the code typed on the waiting page.
pub async fn answer_code(ctx: &Ctx, place: &Place, typed: &str) -> Result<MailCode, Fault> {
    let Some(sitting) = Sitting::lock(ctx, place).await? else { return Ok(MailCode::Elsewhere) };
    let Some(member) = sitting.member_if(ctx, Next::Step(Step::MailProof)) else { return Ok(MailCode::Elsewhere) };
    let ceremony = store::ceremony::newest(ctx, member.id, sitting.interaction.id, CeremonyKind::VerifyMail).await?;
    let answer = mail_code::judge(ctx, ceremony.clone(), typed).await?;
    match (answer, ceremony) {
        (MailCode::Accepted, Some(ceremony)) => verified(ctx, &ceremony).await?,
        (_, Some(_) | None) => ctx.record(EventKind::MailVerified, Some(member.id), Outcome::Refused),
    }
    Ok(answer)
}

/// What the page of a mailed link shows.
pub enum Link {
    /// A click confirms this address.
    Open {
        /// The address.
        address: MailAddress,
    },
    /// It was confirmed before.
    Answered,
    /// Too old, replaced by a newer one, or no link of ours.
    Closed,
}

/// Looks at a link; changes nothing, since mail scanners open links too.
pub async fn look(ctx: &Ctx, link: &Hashed<LinkSecret>) -> Result<Link, Fault> {
    let ceremony = store::ceremony::by_link(ctx, link).await?;
    Ok(match ceremony {
        Some(Ceremony { state: crate::ceremony::CeremonyState::Answered { .. }, .. }) => Link::Answered,
        Some(ceremony) if ceremony.is_pending(ctx.now) => {
            ceremony.address.map_or(Link::Closed, |address| Link::Open { address })
        }
        Some(_) | None => Link::Closed,
    })
}

/// The click on the link's page: verifies the address; the browser that clicks gets nothing else from it.
pub async fn confirm(ctx: &Ctx, link: &Hashed<LinkSecret>) -> Result<Link, Fault> {
    let Some(ceremony) = store::ceremony::by_link(ctx, link).await? else { return Ok(Link::Closed) };
    // Member, interaction, ceremony: the order in which every verb locks them.
    store::member::lock(ctx, ceremony.member).await?;
    if let Some(interaction) = ceremony.interaction {
        store::interaction::lock_any(ctx, interaction).await?;
    }
    if store::ceremony::answer(ctx, ceremony.id).await? {
        verified(ctx, &ceremony).await?;
        return Ok(Link::Answered);
    }
    look(ctx, link).await
}

/// "This was not me": the link is void and nothing is verified.
pub async fn disown(ctx: &Ctx, link: &Hashed<LinkSecret>) -> Result<(), Fault> {
    let Some(ceremony) = store::ceremony::by_link(ctx, link).await? else { return Ok(()) };
    store::ceremony::void(ctx, ceremony.member, ceremony.kind).await?;
    ctx.record(EventKind::MailDisowned, Some(ceremony.member), Outcome::Done);
    Ok(())
}

/// The effect of a right answer. Only a ceremony that was answered in this very transaction comes here.
pub(crate) async fn verified(ctx: &Ctx, ceremony: &Ceremony) -> Result<(), Fault> {
    let Some(address) = ceremony.address.clone() else { return Ok(()) };
    let mut member = store::member::lock(ctx, ceremony.member).await?;
    let old = member.verified_mail().cloned().filter(|old| old.normal() != address.normal());
    member.mail = Some(MailOnFile { address: address.clone(), verified_at: Some(ctx.now) });
    store::member::update(ctx, &member).await?;
    if let Some(old) = old {
        let content = MailContent::AddressChanged { new_address: address.masked() };
        outbox::notify_at(ctx, &member, &old, content).await?;
        ctx.record(EventKind::MailChanged, Some(member.id), Outcome::Done);
        // Codes under way to the old address, and browsers spared the second step, end with it.
        store::ceremony::void_all(ctx, member.id).await?;
        end::trust(ctx, member.id).await?;
    }
    if let Some(interaction) = ceremony.interaction {
        note_proof(ctx, interaction, member.id).await?;
    }
    ctx.record(EventKind::MailVerified, Some(member.id), Outcome::Done);
    Ok(())
}

async fn note_proof(ctx: &Ctx, interaction: InteractionId, member: MemberId) -> Result<(), Fault> {
    let interaction = store::interaction::lock_any(ctx, interaction).await?;
    let Some(mut interaction) = interaction.filter(|interaction| interaction.member == Some(member)) else {
        return Ok(());
    };
    interaction.progress.proofs.push(Proof { evidence: Evidence::MailCode, at: ctx.now });
    store::interaction::save(ctx, &interaction).await
}
