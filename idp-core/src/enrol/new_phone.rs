//! The phone's side of a hand-over: it asks, waits for the "yes" on the page that showed the QR code, and makes one passkey
//! or sets one app up. It never gets a session: it signs in with that like everybody else.

use super::app;
use super::passkey::{self, Answer, Begun, Form};
use crate::audit::{EventKind, Outcome};
use crate::credential::Method;
use crate::credential::passkey::relying_party::Hint;
use crate::ctx::Ctx;
use crate::entropy;
use crate::fault::Fault;
use crate::handover::{Handover, Phone, State};
use crate::member::{Member, MemberState};
use crate::secret::{BrowserSecret, HandoverLink, Hashed};
use crate::session::end;
use crate::store;

/// Whether the address of a QR code still leads somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// A phone may ask.
    Open,
    /// Too old, taken back, another phone's, or none of ours.
    Closed,
}

/// What this phone has before it.
pub enum Standing {
    /// The page has to say yes.
    Asked {
        /// What both show.
        match_number: String,
    },
    /// The passkey may be made, or the app set up.
    Confirmed {
        /// Whose account it is for.
        member: Box<Member>,
    },
    /// It was.
    Used,
    /// Nothing, or nothing any more.
    Over,
}

/// Looks at the address of a QR code; changes nothing.
pub async fn look(ctx: &Ctx, link: &Hashed<HandoverLink>) -> Result<Link, Fault> {
    let handover = store::handover::by_link(ctx, link).await?;
    let offered = handover.filter(|handover| matches!(handover.state, State::Offered { .. }));
    Ok(match carried(ctx, offered).await? {
        Some(_) => Link::Open,
        None => Link::Closed,
    })
}

/// The phone asks. The first one is the only one.
pub async fn ask(ctx: &Ctx, link: &Hashed<HandoverLink>, phone: &Hashed<BrowserSecret>) -> Result<Link, Fault> {
    let Some(handover) = store::handover::by_link(ctx, link).await? else { return Ok(Link::Closed) };
    store::member::lock(ctx, handover.member).await?;
    let Some((handover, _)) = carried(ctx, Some(handover)).await? else { return Ok(Link::Closed) };
    let phone = Phone {
        browser: phone.clone(),
        user_agent: ctx.scope.source.user_agent.clone(),
        match_number: entropy::match_number(ctx.entropy()),
    };
    store::handover::void_asked_by(ctx, &phone.browser).await?;
    let asked = store::handover::ask(ctx, handover.id, &phone).await?;
    let outcome = if asked { Outcome::Done } else { Outcome::Refused };
    let details = serde_json::json!({ "handover": handover.id });
    ctx.record_with(EventKind::NewPhoneAsked, Some(handover.member), outcome, details);
    Ok(if asked { Link::Open } else { Link::Closed })
}

/// What this phone has before it.
pub async fn standing(ctx: &Ctx, phone: &Hashed<BrowserSecret>) -> Result<Standing, Fault> {
    let newest = store::handover::asked_by(ctx, phone).await?;
    if let Some(used) = newest.as_ref().filter(|handover| matches!(handover.state, State::Used(_))) {
        return Ok(if ctx.now < used.expires_at { Standing::Used } else { Standing::Over });
    }
    let Some((handover, member)) = carried(ctx, newest).await? else { return Ok(Standing::Over) };
    Ok(match handover.state {
        State::Asked(phone) => Standing::Asked { match_number: phone.match_number },
        State::Confirmed(_) => Standing::Confirmed { member: Box::new(member) },
        State::Offered { .. } | State::Used(_) | State::Void => Standing::Over,
    })
}

/// Begins the set-up of a passkey. `None` unless the page said yes, and the realm has passkeys.
pub async fn begin(ctx: &Ctx, phone: &Hashed<BrowserSecret>) -> Result<Option<Begun>, Fault> {
    let Some((_, member)) = confirmed(ctx, phone, Method::Passkey).await? else { return Ok(None) };
    passkey::challenge(ctx, &member, (None, phone), &[Hint::ClientDevice]).await
}

/// Judges the authenticator's answer; a right one sets the passkey up, and the hand-over is used.
pub async fn answer(ctx: &Ctx, phone: &Hashed<BrowserSecret>, form: &Form) -> Result<Answer, Fault> {
    let Some((handover, member)) = confirmed(ctx, phone, Method::Passkey).await? else { return Ok(Answer::Elsewhere) };
    if let Err(refused) = passkey::judge(ctx, &member, (None, phone), form).await? {
        return Ok(refused);
    }
    finish(ctx, &handover).await?;
    Ok(Answer::Enrolled)
}

/// Begins the set-up of an app, or goes on with it. `None` unless the page said yes, and the realm has apps.
pub async fn begin_app(ctx: &Ctx, phone: &Hashed<BrowserSecret>) -> Result<Option<app::Setup>, Fault> {
    let Some((handover, member)) = confirmed(ctx, phone, Method::App).await? else { return Ok(None) };
    app::begin(ctx, &member, (None, phone), handover.expires_at).await.map(Some)
}

/// Judges the app's code; a right one sets the app up, and the hand-over is used.
pub async fn answer_app(ctx: &Ctx, phone: &Hashed<BrowserSecret>, form: &app::Form) -> Result<app::Answer, Fault> {
    let Some((handover, member)) = confirmed(ctx, phone, Method::App).await? else {
        return Ok(app::Answer::Elsewhere);
    };
    if let Err(refused) = app::judge(ctx, &member, (None, phone), form).await? {
        return Ok(refused);
    }
    finish(ctx, &handover).await?;
    Ok(app::Answer::Enrolled)
}

async fn finish(ctx: &Ctx, handover: &Handover) -> Result<(), Fault> {
    if !store::handover::finish(ctx, handover.id).await? {
        return Err(Fault::Broken("a hand-over ended under the lock of its member".into()));
    }
    end::trust(ctx, handover.member).await
}

/// The hand-over that the page said yes to, if this way in is the realm's.
async fn confirmed(
    ctx: &Ctx,
    phone: &Hashed<BrowserSecret>,
    method: Method,
) -> Result<Option<(Handover, Member)>, Fault> {
    if !ctx.realm().settings.methods.contains(&method) {
        return Ok(None);
    }
    let Some(seen) = store::handover::asked_by(ctx, phone).await? else { return Ok(None) };
    store::member::lock(ctx, seen.member).await?;
    let newest = store::handover::asked_by(ctx, phone).await?;
    let confirmed = newest.filter(|handover| matches!(handover.state, State::Confirmed(_)));
    carried(ctx, confirmed.filter(|handover| handover.id == seen.id)).await
}

/// The hand-over with its member, while it is open and the session that showed it lives.
async fn carried(ctx: &Ctx, handover: Option<Handover>) -> Result<Option<(Handover, Member)>, Fault> {
    let Some(handover) = handover.filter(|handover| handover.is_open(ctx.now)) else { return Ok(None) };
    let session = store::session::by_id(ctx, handover.session).await?;
    let lives = session
        .is_some_and(|session| session.is_live(&ctx.realm().settings, ctx.now) && session.member == handover.member);
    let member = store::member::by_id(ctx, handover.member).await?;
    let member = member.filter(|member| lives && member.state == MemberState::Active);
    Ok(member.map(|member| (handover, member)))
}
