//! Recovery codes are shown, and count once the member says that they are kept. Until then earlier ones stay good.
//!
//! | from \ event | kept | newer ones shown, everything ended, an hour |
//! |---|---|---|
//! | offered | the codes count, the offer is gone | gone |

use std::time::Duration;

use crate::audit::{EventKind, Outcome};
use crate::clock::{Timestamp, hours};
use crate::credential::recovery_code::{self, RecoveryCode};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::{CeremonyId, MemberId};
use crate::interaction::decide::Next;
use crate::interaction::sitting::{Place, Sitting};
use crate::mail::MailContent;
use crate::member::Member;
use crate::onboarding::table::Step;
use crate::outbox;
use crate::secret::{BrowserSecret, Hashed, RecoveryOffer, Sealed};
use crate::store;

/// How long codes that are shown may be kept.
const OFFER_LIFETIME: Duration = hours(1);

/// Codes that one browser shows and that do not count yet.
pub(crate) struct Offer {
    pub(crate) id: CeremonyId,
    pub(crate) member: MemberId,
    pub(crate) browser: Hashed<BrowserSecret>,
    pub(crate) codes: Sealed<RecoveryOffer>,
    pub(crate) expires_at: Timestamp,
}

/// What became of the page's buttons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The codes count, or are not wanted, as said.
    Noted,
    /// They were shown too long ago, or in another tab they were kept: new ones are shown.
    Expired,
    /// Another page is owed.
    Elsewhere,
}

/// Opens the page of the journey. `None`: another page is owed.
pub async fn open(ctx: &Ctx, place: &Place) -> Result<Option<Vec<RecoveryCode>>, Fault> {
    let Some(sitting) = Sitting::lock(ctx, place).await? else { return Ok(None) };
    let Some(member) = sitting.member_if(ctx, Next::Step(Step::RecoveryCodes)) else { return Ok(None) };
    offer(ctx, member.id, &place.browser).await.map(Some)
}

/// The codes that the page shows, to print or to save; `None` when it shows none.
pub async fn look(ctx: &Ctx, place: &Place) -> Result<Option<Vec<RecoveryCode>>, Fault> {
    let Some(sitting) = Sitting::load(ctx, place).await? else { return Ok(None) };
    match sitting.member_if(ctx, Next::Step(Step::RecoveryCodes)) {
        Some(member) => shown(ctx, member.id, &place.browser).await,
        None => Ok(None),
    }
}

/// "I have kept them".
pub async fn keep(ctx: &Ctx, place: &Place) -> Result<Answer, Fault> {
    let Some(sitting) = Sitting::lock(ctx, place).await? else { return Ok(Answer::Elsewhere) };
    let Some(member) = sitting.member_if(ctx, Next::Step(Step::RecoveryCodes)) else { return Ok(Answer::Elsewhere) };
    let answer = take_up(ctx, member, &place.browser).await?;
    store::interaction::save(ctx, &sitting.interaction).await?;
    Ok(answer)
}

/// "Not now": they can be made from the account at any time.
pub async fn decline(ctx: &Ctx, place: &Place) -> Result<Answer, Fault> {
    let Some(sitting) = Sitting::lock(ctx, place).await? else { return Ok(Answer::Elsewhere) };
    let Some(member) = sitting.member_if(ctx, Next::Step(Step::RecoveryCodes)) else { return Ok(Answer::Elsewhere) };
    store::recovery_code::forget_offers(ctx, member.id).await?;
    store::recovery_code::decline(ctx, member.id).await?;
    store::interaction::save(ctx, &sitting.interaction).await?;
    ctx.record(EventKind::RecoveryCodesDeclined, Some(member.id), Outcome::Done);
    Ok(Answer::Noted)
}

/// The codes this browser shows the member: those under way, or fresh ones. The member is locked.
pub(crate) async fn offer(
    ctx: &Ctx,
    member: MemberId,
    browser: &Hashed<BrowserSecret>,
) -> Result<Vec<RecoveryCode>, Fault> {
    if let Some(codes) = shown(ctx, member, browser).await? {
        return Ok(codes);
    }
    store::recovery_code::forget_offers(ctx, member).await?;
    let id: CeremonyId = ctx.new_id();
    let codes = recovery_code::fresh(ctx.entropy());
    let sealed = ctx.vault.seal(ctx.entropy(), id.uuid().as_bytes(), &recovery_code::joined(&codes))?;
    let offer = Offer { id, member, browser: browser.clone(), codes: sealed, expires_at: ctx.now + OFFER_LIFETIME };
    store::recovery_code::insert_offer(ctx, &offer).await?;
    Ok(codes)
}

/// The codes under way in this browser.
pub(crate) async fn shown(
    ctx: &Ctx,
    member: MemberId,
    browser: &Hashed<BrowserSecret>,
) -> Result<Option<Vec<RecoveryCode>>, Fault> {
    let offer = store::recovery_code::offer_of(ctx, member, browser).await?;
    offer.map(|offer| unseal(ctx, &offer)).transpose()
}

/// Has the codes under way count, in the place of all earlier ones. The member is locked.
pub(crate) async fn take_up(ctx: &Ctx, member: &Member, browser: &Hashed<BrowserSecret>) -> Result<Answer, Fault> {
    let Some(offer) = store::recovery_code::offer_of(ctx, member.id, browser).await? else {
        return Ok(Answer::Expired);
    };
    let codes = unseal(ctx, &offer)?;
    if !store::recovery_code::take_offer(ctx, offer.id).await? {
        return Ok(Answer::Expired);
    }
    let hashes: Vec<_> = codes.iter().map(|code| recovery_code::hash_of(&ctx.vault, member.id, code)).collect();
    store::recovery_code::replace(ctx, member.id, &hashes).await?;
    store::recovery_code::forget_refusal(ctx, member.id).await?;
    store::handover::void_of(ctx, member.id).await?;
    outbox::notify(ctx, member, MailContent::RecoveryCodesMade).await?;
    ctx.record(EventKind::RecoveryCodesMade, Some(member.id), Outcome::Done);
    Ok(Answer::Noted)
}

fn unseal(ctx: &Ctx, offer: &Offer) -> Result<Vec<RecoveryCode>, Fault> {
    recovery_code::parted(ctx.vault.unseal(offer.id.uuid().as_bytes(), &offer.codes)?.expose())
}
