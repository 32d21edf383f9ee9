//! The way back by mail: begun for every user id alike, answered by a code here or a link anywhere.
//!
//! Known, unknown, disabled and pending ids cause the same statements: a rescue, an outbox row and an audit event each.
//! Where there is nobody to write to, the outbox row is settled from the start.

use crate::audit::{EventKind, Outcome};
use crate::authn::throttle::{self, Turn};
use crate::ceremony::CODE_LIFETIME;
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::entropy;
use crate::fault::Fault;
use crate::id::{CeremonyKind, InteractionId};
use crate::interaction::sitting::Place;
use crate::interaction::{Evidence, Progress, Proof};
use crate::language::Language;
use crate::mail::{MailContent, QueuedMail, Secret};
use crate::member::{Member, MemberState};
use crate::one_time_code::OneTimeCode;
use crate::outbox;
use crate::rescue::{RESCUE_LIFETIME, Rescue, RescuePurpose, RescueState};
use crate::secret::{Hashed, LinkSecret, Plain, ThrottleSubject};
use crate::store;
use crate::user_id::{UserId, UserIdError};

/// Mails for one user id before they rest, as guesses do.
const MAILS: i64 = 3;
/// Mails asked for from one network before they rest.
const MAILS_PER_NETWORK: i64 = 30;
/// Where a mail to nobody would go.
const NOBODY: &str = "nobody@invalid.example";

/// What became of the form with the user id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// The waiting page follows, whoever was asked for.
    Begun,
    /// No user id.
    Unreadable(UserIdError),
    /// Too many mails for this id or from this network.
    Wait {
        /// When the next can be asked for.
        until: Timestamp,
    },
    /// The interaction is over or another browser's.
    Elsewhere,
}

/// What became of a typed code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Right, and spent.
    Accepted(RescuePurpose),
    /// Not six digits.
    Unreadable,
    /// Wrong.
    Wrong,
    /// Too old, or a newer one was sent.
    Expired,
    /// Too many wrong ones.
    Exhausted,
    /// Nothing is waited for here.
    Elsewhere,
}

/// What the page of a mailed link shows.
pub enum Link {
    /// A click carries on the browser that asked.
    Open(Box<Rescue>),
    /// It was answered before.
    Answered(RescuePurpose),
    /// Too old, replaced by a newer one, or no link of ours.
    Closed,
}

/// Begins a rescue for the typed user id.
pub async fn ask(
    ctx: &Ctx,
    place: &Place,
    purpose: RescuePurpose,
    (typed, language): (&str, Language),
) -> Result<Asked, Fault> {
    let user_id = match UserId::parse(typed) {
        Ok(user_id) => user_id,
        Err(error) => return Ok(Asked::Unreadable(error)),
    };
    let Some(id) = place.interaction else { return Ok(Asked::Elsewhere) };
    let interaction = store::interaction::by_id(ctx, id, &place.browser).await?;
    if !interaction.is_some_and(|interaction| interaction.is_open(ctx.now)) {
        return Ok(Asked::Elsewhere);
    }
    let found = store::member::by_user_id(ctx, user_id.normal()).await?;
    let subject = subject(ctx, &user_id, found.as_ref(), place).await?;
    if let Turn::Held { until } = take(ctx, &subject).await? {
        return Ok(Asked::Wait { until });
    }

    let member = reachable(ctx, found, purpose).await?;
    begin(ctx, place, id, (purpose, subject, member, language)).await?;
    Ok(Asked::Begun)
}

/// What mails for a user id are counted under. A browser of the member's counts its own, so that a stranger's asking
/// does not keep the member from it.
async fn subject(
    ctx: &Ctx,
    user_id: &UserId,
    found: Option<&Member>,
    place: &Place,
) -> Result<Hashed<ThrottleSubject>, Fault> {
    let known = store::session::knows_browser(ctx, Member::id_to_ask_with(found), &place.browser).await?;
    let own: &[u8] = if known { place.browser.bytes() } else { b"" };
    Ok(ctx.vault.hash_within(&[b"rescue", own].concat(), user_id.normal().as_str().as_bytes()))
}

async fn take(ctx: &Ctx, subject: &Hashed<ThrottleSubject>) -> Result<Turn, Fault> {
    let network = throttle::network_for(ctx, b"rescue network");
    let counts = network.into_iter().map(|network| (network, MAILS_PER_NETWORK)).chain([(subject.clone(), MAILS)]);
    for (subject, limit) in counts {
        if let held @ Turn::Held { .. } = throttle::take(ctx, &subject, limit).await? {
            return Ok(held);
        }
    }
    Ok(Turn::Taken)
}

/// The member, if mail can help: active, past the first login, with a verified address.
async fn reachable(ctx: &Ctx, found: Option<Member>, purpose: RescuePurpose) -> Result<Option<Member>, Fault> {
    let has_password = store::credential::password_of(ctx, Member::id_to_ask_with(found.as_ref())).await?.is_some();
    let helps = match purpose {
        RescuePurpose::Password => has_password,
        RescuePurpose::Unlock => true,
    };
    Ok(found.filter(|member| helps && member.state == MemberState::Active && member.verified_mail().is_some()))
}

async fn begin(
    ctx: &Ctx,
    place: &Place,
    interaction: InteractionId,
    (purpose, subject, member, language): (RescuePurpose, Hashed<ThrottleSubject>, Option<Member>, Language),
) -> Result<(), Fault> {
    let member_id = member.as_ref().map(|member| member.id);
    store::rescue::void(ctx, interaction).await?;
    store::rescue::void_of(ctx, Member::id_to_ask_with(member.as_ref()), purpose).await?;
    let id = ctx.new_id::<CeremonyKind>();
    let code = OneTimeCode::from_entropy(&entropy::bytes(ctx.entropy()));
    let link = Plain::<LinkSecret>::random(ctx.entropy());
    let rescue = Rescue {
        id,
        purpose,
        interaction,
        browser: place.browser.clone(),
        subject,
        member: member_id,
        state: RescueState::Pending,
        code: ctx.vault.hash_within(id.uuid().as_bytes(), code.as_str().as_bytes()),
        link: ctx.vault.hash(link.expose()),
        match_number: entropy::match_number(ctx.entropy()),
        user_agent: ctx.scope.source.user_agent.clone(),
        guesses: 0,
        created_at: ctx.now,
        code_expires_at: ctx.now + CODE_LIFETIME,
        expires_at: ctx.now + RESCUE_LIFETIME,
    };
    store::rescue::insert(ctx, &rescue).await?;

    let (link_secret, code) = (Secret::new(link.expose_text()), Secret::new(code.as_str()));
    let content = match purpose {
        RescuePurpose::Password => MailContent::ResetPassword { link_secret, code },
        RescuePurpose::Unlock => MailContent::Unlock { link_secret, code },
    };
    let address = member.as_ref().and_then(Member::verified_mail);
    let mail = QueuedMail {
        to: address.map_or(NOBODY, |address| address.as_typed()).to_owned(),
        language: member.as_ref().and_then(|member| member.language).unwrap_or(language),
        at: ctx.now,
        content,
    };
    outbox::enqueue_perhaps(ctx, member_id, mail, rescue.expires_at).await?;
    let details = serde_json::json!({ "for": purpose.name() });
    ctx.record_with(EventKind::RescueAsked, member_id, Outcome::Done, details);
    Ok(())
}

/// The rescue that this browser waits for.
pub async fn waiting(ctx: &Ctx, place: &Place) -> Result<Option<Rescue>, Fault> {
    let Some(id) = place.interaction else { return Ok(None) };
    let rescue = store::rescue::newest(ctx, id, &place.browser).await?;
    Ok(rescue.filter(|rescue| rescue.is_pending(ctx.now)))
}

/// "Send again": the earlier link and code are void.
pub async fn resend(ctx: &Ctx, place: &Place, language: Language) -> Result<Asked, Fault> {
    let Some(rescue) = waiting(ctx, place).await? else { return Ok(Asked::Elsewhere) };
    if ctx.now < rescue.resend_at() {
        return Ok(Asked::Wait { until: rescue.resend_at() });
    }
    if let Turn::Held { until } = take(ctx, &rescue.subject).await? {
        return Ok(Asked::Wait { until });
    }
    let found = store::member::by_id(ctx, rescue.member.unwrap_or(Member::id_to_ask_with(None))).await?;
    let member = reachable(ctx, found, rescue.purpose).await?;
    begin(ctx, place, rescue.interaction, (rescue.purpose, rescue.subject, member, language)).await?;
    Ok(Asked::Begun)
}

/// Judges the code typed on the waiting page.
pub async fn answer_code(ctx: &Ctx, place: &Place, typed: &str) -> Result<Answer, Fault> {
    let Some(rescue) = waiting(ctx, place).await? else { return Ok(Answer::Elsewhere) };
    let Ok(code) = OneTimeCode::parse(typed) else { return Ok(Answer::Unreadable) };
    if ctx.now >= rescue.code_expires_at {
        return Ok(Answer::Expired);
    }
    let typed = ctx.vault.hash_within(rescue.id.uuid().as_bytes(), code.as_str().as_bytes());
    // The member is looked at for a right code alone: for a wrong one, whose code it is would tell by the time.
    let member = if rescue.code.matches(&typed) { lock(ctx, &rescue).await? } else { None };
    if !store::rescue::take_guess(ctx, rescue.id).await? {
        return Ok(Answer::Exhausted);
    }
    let Some(member) = member else {
        ctx.record(EventKind::RescueAnswered, rescue.member, Outcome::Refused);
        return Ok(Answer::Wrong);
    };
    if !store::rescue::answer(ctx, rescue.id).await? {
        return Ok(Answer::Expired);
    }
    answered(ctx, &rescue, &member).await?;
    Ok(Answer::Accepted(rescue.purpose))
}

/// Member, interaction, rescue: the order in which every verb locks them. `None` where nobody can be helped any more.
async fn lock(ctx: &Ctx, rescue: &Rescue) -> Result<Option<Member>, Fault> {
    let member = match rescue.member {
        Some(member) => Some(store::member::lock(ctx, member).await?),
        None => None,
    };
    store::interaction::lock_any(ctx, rescue.interaction).await?;
    reachable(ctx, member, rescue.purpose).await
}

/// Looks at a link; changes nothing, since mail scanners open links too.
pub async fn look(ctx: &Ctx, link: &Hashed<LinkSecret>) -> Result<Link, Fault> {
    Ok(match store::rescue::by_link(ctx, link).await? {
        Some(rescue) if rescue.state == RescueState::Answered => Link::Answered(rescue.purpose),
        Some(rescue) if rescue.is_pending(ctx.now) => Link::Open(Box::new(rescue)),
        Some(_) | None => Link::Closed,
    })
}

/// The click on the link's page: the browser that asked goes on; the browser that clicks gets nothing from it.
pub async fn confirm(ctx: &Ctx, link: &Hashed<LinkSecret>) -> Result<Link, Fault> {
    let Some(rescue) = store::rescue::by_link(ctx, link).await? else { return Ok(Link::Closed) };
    let Some(member) = lock(ctx, &rescue).await? else { return Ok(Link::Closed) };
    if store::rescue::answer(ctx, rescue.id).await? {
        answered(ctx, &rescue, &member).await?;
        return Ok(Link::Answered(rescue.purpose));
    }
    look(ctx, link).await
}

/// "This was not me": the link and its code are void.
pub async fn disown(ctx: &Ctx, link: &Hashed<LinkSecret>) -> Result<(), Fault> {
    let Some(rescue) = store::rescue::by_link(ctx, link).await? else { return Ok(()) };
    store::rescue::void(ctx, rescue.interaction).await?;
    ctx.record(EventKind::MailDisowned, rescue.member, Outcome::Done);
    Ok(())
}

/// The effect of a right answer. Only a rescue that was answered in this very transaction comes here.
async fn answered(ctx: &Ctx, rescue: &Rescue, member: &Member) -> Result<(), Fault> {
    let details = serde_json::json!({ "for": rescue.purpose.name() });
    ctx.record_with(EventKind::RescueAnswered, Some(member.id), Outcome::Done, details);
    match rescue.purpose {
        RescuePurpose::Password => seat(ctx, rescue, member).await,
        RescuePurpose::Unlock => {
            throttle::release(ctx, member).await?;
            store::session::know_browser(ctx, member.id, &rescue.browser).await?;
            ctx.record(EventKind::MemberUnlocked, Some(member.id), Outcome::Done);
            Ok(())
        }
    }
}

/// The interaction that waits is the member's now: a second step, if there is one, and a new password follow.
async fn seat(ctx: &Ctx, rescue: &Rescue, member: &Member) -> Result<(), Fault> {
    let interaction = store::interaction::lock_any(ctx, rescue.interaction).await?;
    let Some(mut interaction) = interaction.filter(|interaction| interaction.is_open(ctx.now)) else { return Ok(()) };
    let proof = |evidence| Proof { evidence, at: ctx.now };
    interaction.member = Some(member.id);
    // The answer reached the verified address: it is a mailed code as well, and no more than that.
    let proofs = vec![proof(Evidence::Rescue), proof(Evidence::MailCode)];
    interaction.progress = Progress { proofs, ..Progress::default() };
    store::interaction::save(ctx, &interaction).await
}
