//! A sitting: an interaction with everything that decides its next page. Every verb of a page starts here.

use std::time::Duration;

use futures::FutureExt;

use super::decide::{self, Next, Situation, Standing};
use super::demand::Demand;
use super::errand::Errand;
use super::{Evidence, Interaction, Progress, Proof, RecoveryOffer, State};
use crate::ceremony::CeremonyKind;
use crate::client::{Client, Party};
use crate::clock::{Timestamp, minutes};
use crate::consent::ConsentFact;
use crate::credential::Method;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::{ClientRowId, InteractionId, MemberId};
use crate::letter::Purpose;
use crate::member::{Member, MemberState};
use crate::oidc::acr::Acr;
use crate::oidc::authorize::Prompt;
use crate::onboarding::facts::{
    Adding, BirthDateFact, BrowserFact, Facts, FallbackFact, LetterFact, MailFact, MailProof, PasswordFact,
    RecoveryFact,
};
use crate::onboarding::table::{self, Step};
use crate::realm::{MailFallback, PatternGuard};
use crate::secret::{BrowserSecret, Hashed};
use crate::store;

/// How old a proof to the mail address may be when a method is set up.
const MAIL_PROOF_AGE: Duration = minutes(30);

/// Which interaction a page means, and the browser that asks.
#[derive(Clone)]
pub struct Place {
    /// From the form or the address; `None` means the browser's newest.
    pub interaction: Option<InteractionId>,
    /// The browser.
    pub browser: Hashed<BrowserSecret>,
}

/// An interaction, its member and their facts.
pub struct Sitting {
    /// The interaction.
    pub interaction: Interaction,
    /// The member and their facts, once it is known who it is.
    pub seated: Option<(Member, Facts)>,
    /// Whether the member has to be asked for consent.
    pub consent: ConsentFact,
}

impl Sitting {
    /// Loads the sitting of a place; `None` when the browser has no such interaction.
    pub async fn load(ctx: &Ctx, place: &Place) -> Result<Option<Self>, Fault> {
        let interaction = match place.interaction {
            Some(id) => store::interaction::by_id(ctx, id, &place.browser).await?,
            None => store::interaction::newest_open(ctx, &place.browser).await?,
        };
        Self::of(ctx, interaction, None).await
    }

    /// The same for a change: nobody else changes the interaction or its member until the transaction ends.
    ///
    /// Every verb locks the member before the interaction, since a change of credentials takes the member out of all
    /// their interactions: in the other order two verbs of one member would wait for each other.
    pub async fn lock(ctx: &Ctx, place: &Place) -> Result<Option<Self>, Fault> {
        let seen = match place.interaction {
            Some(id) => store::interaction::by_id(ctx, id, &place.browser).await?,
            None => store::interaction::newest_open(ctx, &place.browser).await?,
        };
        let Some(seen) = seen else { return Ok(None) };
        let member = locked(ctx, seen.member).await?;
        let interaction = store::interaction::lock(ctx, seen.id, &place.browser).await?;
        // Where another tab signed somebody else in between the two statements, the page asks again.
        let own = interaction.filter(|interaction| interaction.member.is_none() || interaction.member == seen.member);
        Self::of(ctx, own, member).await
    }

    /// The sitting of an interaction that begins now, for an answer: nobody else changes its member until the transaction
    /// ends.
    pub(crate) async fn begun(ctx: &Ctx, interaction: Interaction) -> Result<Self, Fault> {
        let member = locked(ctx, interaction.member).await?;
        Self::with(ctx, interaction, member).await
    }

    /// The sitting in which the member was last seen, for an operator who looks.
    pub async fn of_member(ctx: &Ctx, member: MemberId) -> Result<Option<Self>, Fault> {
        let Some(id) = store::desk::newest_interaction(ctx, member).await? else { return Ok(None) };
        let interaction = store::interaction::any_by_id(ctx, id).await?;
        Self::of(ctx, interaction, None).await
    }

    async fn of(ctx: &Ctx, interaction: Option<Interaction>, locked: Option<Member>) -> Result<Option<Self>, Fault> {
        match interaction {
            Some(interaction) => Self::with(ctx, interaction, locked).await.map(Some),
            None => Ok(None),
        }
    }

    /// Whoever locked the member has read them.
    async fn with(ctx: &Ctx, interaction: Interaction, locked: Option<Member>) -> Result<Self, Fault> {
        let Some(member) = seated_member(ctx, &interaction, locked).await? else {
            return Ok(Self { interaction, seated: None, consent: ConsentFact::Settled });
        };
        let facts = facts(ctx, &interaction, &member).await?;
        let consent = consent_fact(ctx, &interaction, &member).await?;
        Ok(Self { interaction, seated: Some((member, facts)), consent })
    }

    /// What comes next.
    pub fn next(&self, ctx: &Ctx) -> Next {
        self.next_at(ctx.now)
    }

    /// What comes next at an instant.
    pub fn next_at(&self, now: Timestamp) -> Next {
        let standing = match self.interaction.state {
            State::Declined => Standing::Declined,
            State::Answered => Standing::Over,
            State::Open if now >= self.interaction.expires_at => Standing::Over,
            State::Open => Standing::Open,
        };
        let facts = self.seated.as_ref().map(|(_, facts)| facts);
        let (demand, consent) = (Demand::of(&self.interaction), self.consent);
        decide::next(&Situation { standing, progress: &self.interaction.progress, demand: &demand, facts, consent })
    }

    /// The member, if `next` is what the page is for; otherwise the page sends the browser to where it belongs.
    pub fn member_if(&self, ctx: &Ctx, owed: Next) -> Option<&Member> {
        let (member, _) = self.seated.as_ref()?;
        (self.next(ctx) == owed).then_some(member)
    }

    /// The member, if a second step is owed and this is one of those that may be taken.
    pub fn member_taking(&self, ctx: &Ctx, method: Method) -> Option<&Member> {
        let (member, _) = self.seated.as_ref()?;
        self.may_take(ctx.now, method).then_some(member)
    }

    /// Whether a second step is owed and this is one of those that may be taken.
    pub fn may_take(&self, now: Timestamp, method: Method) -> bool {
        matches!(self.next_at(now), Next::SecondStep(_)) && self.second_steps().contains(&method)
    }

    /// The second steps that may be taken, strongest first.
    pub fn second_steps(&self) -> Vec<Method> {
        self.seated.as_ref().map(|(_, facts)| facts.second_steps()).unwrap_or_default()
    }

    /// Notes what was proved just now.
    pub fn prove(&mut self, ctx: &Ctx, evidence: Evidence) {
        self.interaction.progress.proofs.push(Proof { evidence, at: ctx.now });
    }
}

async fn locked(ctx: &Ctx, member: Option<MemberId>) -> Result<Option<Member>, Fault> {
    let Some(member) = member else { return Ok(None) };
    store::member::lock(ctx, member).await.map(Some)
}

/// Who sits here, as long as what they proved still counts.
async fn seated_member(ctx: &Ctx, interaction: &Interaction, locked: Option<Member>) -> Result<Option<Member>, Fault> {
    let Some(id) = interaction.member else { return Ok(None) };
    if !interaction.proofs_are_fresh(ctx.now) {
        // Whoever waits for the mail may wait as long as its link is good.
        let mail = store::ceremony::newest(ctx, id, interaction.id, CeremonyKind::VerifyMail).boxed().await?;
        if mail.is_none_or(|ceremony| !ceremony.is_pending(ctx.now)) {
            return Ok(None);
        }
    }
    let member = match locked {
        Some(member) => Some(member),
        None => store::member::by_id(ctx, id).await?,
    };
    let Some(member) = member.filter(|member| member.state == MemberState::Active) else { return Ok(None) };
    Ok(evidence_holds(ctx, interaction).await?.then_some(member))
}

/// A letter that was voided, exchanged elsewhere or has expired carries no journey on.
async fn evidence_holds(ctx: &Ctx, interaction: &Interaction) -> Result<bool, Fault> {
    match primary(interaction) {
        None => Ok(false),
        // Whoever removes a passkey ends what rests on it.
        Some(Evidence::Passkey { id, .. }) => match interaction.member {
            Some(member) => store::passkey::has(ctx, member, id).boxed().await,
            None => Ok(false),
        },
        Some(Evidence::Letter { id }) => {
            let letter = store::letter::by_id(ctx, id).boxed().await?;
            Ok(letter.is_some_and(|letter| letter.openness(ctx.now) == crate::letter::Openness::Open))
        }
        Some(
            Evidence::Pattern
            | Evidence::Password
            | Evidence::MailCode
            | Evidence::App { .. }
            | Evidence::RecoveryCode
            | Evidence::MailFallback
            | Evidence::Rescue,
        ) => Ok(true),
    }
}

/// The evidence that the sitting rests on: the last password of any kind, or a passkey.
pub fn primary(interaction: &Interaction) -> Option<Evidence> {
    interaction.progress.primary().map(|proof| proof.evidence)
}

/// The step that the member would owe first, had they just signed in with their own password or, before they have one,
/// with their letter.
pub async fn owed_by(ctx: &Ctx, member: &Member) -> Result<Option<Step>, Fault> {
    let evidence = match store::credential::password_set_at(ctx, member.id).await? {
        Some(_) => Evidence::Password,
        None => store::letter::live_of(ctx, member.id)
            .await?
            .map_or(Evidence::Pattern, |letter| Evidence::Letter { id: letter.id }),
    };
    let interaction = Interaction {
        id: ctx.new_id(),
        browser: ctx.vault.hash(b""),
        request: None,
        errand: None,
        state: State::Open,
        member: Some(member.id),
        progress: Progress { proofs: vec![Proof { evidence, at: ctx.now }], ..Progress::default() },
        created_at: ctx.now,
        seen_at: ctx.now,
        expires_at: ctx.now,
    };
    Ok(table::next_step(&facts(ctx, &interaction, member).await?))
}

async fn facts(ctx: &Ctx, interaction: &Interaction, member: &Member) -> Result<Facts, Fault> {
    let letter = letter_fact(ctx, interaction).await?;
    let enrolled = match letter {
        LetterFact::ReEnrol => Vec::new(),
        LetterFact::Ordinary => store::credential::methods_of(ctx, member.id).await?,
    };
    let strong = enrolled.iter().any(|method| method.is_strong()); // It answers for what is added: nobody asks for mail.
    Ok(Facts {
        birth_date: match (&member.birth_date, member.birth_date_confirmed_at) {
            (None, _) => BirthDateFact::Unknown,
            (Some(_), None) => BirthDateFact::Unconfirmed,
            (Some(_), Some(_)) => BirthDateFact::Confirmed,
        },
        terms_in_force: store::realm::terms_version_in_force(ctx).await?,
        terms_accepted: store::member::terms_accepted(ctx, member.id).await?,
        mail: mail_fact(ctx, interaction, member, letter).await?,
        letter,
        fallback: fallback_fact(ctx, interaction, member, &enrolled),
        offered: ctx.realm().offered_methods(),
        chosen: member.chosen_method,
        recovery: recovery_fact(ctx, interaction, member, &enrolled).boxed().await?,
        password: password_fact(interaction, member),
        completion: interaction.progress.completed,
        mail_proof: if strong { MailProof::Stale } else { mail_proof(ctx, &interaction.browser, member).await? },
        enrolled,
        passkey_offer: interaction.progress.passkey_offer,
        adding: adding(interaction),
        browser: browser(ctx, interaction, member).await?,
    })
}

fn adding(interaction: &Interaction) -> Option<Adding> {
    match interaction.errand? {
        Errand::Add { method } => interaction.progress.added.is_none().then_some(Adding::Here(method)),
        Errand::LetIn => Some(Adding::OnNewPhone),
        Errand::See { .. } | Errand::Change { .. } | Errand::Allow { .. } | Errand::AllowDevice { .. } => None,
    }
}

/// Only the member's own password is helped by a remembered browser, and only while the realm says so.
async fn browser(ctx: &Ctx, interaction: &Interaction, member: &Member) -> Result<BrowserFact, Fault> {
    let allowed = ctx.realm().settings.remember_browser_days > 0 && primary(interaction) == Some(Evidence::Password);
    let known = allowed && store::remembered_browser::knows(ctx, member.id, &interaction.browser).boxed().await?;
    Ok(if known { BrowserFact::Remembered } else { BrowserFact::Unknown })
}

/// Only beside the member's own password: after a forgotten one the mailbox alone would open the account.
fn fallback_fact(ctx: &Ctx, interaction: &Interaction, member: &Member, enrolled: &[Method]) -> FallbackFact {
    let allowed = ctx.realm().settings.mail_fallback == MailFallback::On;
    let strong = enrolled.first().is_some_and(|strongest| strongest.is_strong());
    let content = Demand::of(interaction).is_content_with(Acr::Aal1);
    let own = primary(interaction) == Some(Evidence::Password);
    if allowed && strong && content && own && member.verified_mail().is_some() {
        FallbackFact::Offered
    } else {
        FallbackFact::Off
    }
}

/// Whether codes are offered: in the sitting in which a method was set up, or the last code was used.
async fn recovery_fact(
    ctx: &Ctx,
    interaction: &Interaction,
    member: &Member,
    enrolled: &[Method],
) -> Result<RecoveryFact, Fault> {
    let due = interaction.progress.recovery_codes == RecoveryOffer::Due;
    let fitting = enrolled.iter().any(|method| ctx.realm().settings.recovery_codes.contains(method));
    if !due
        || !fitting
        || store::recovery_code::left(ctx, member.id).await? > 0
        || store::recovery_code::is_declined(ctx, member.id).await?
    {
        return Ok(RecoveryFact::Settled);
    }
    Ok(RecoveryFact::Offered)
}

fn password_fact(interaction: &Interaction, member: &Member) -> PasswordFact {
    match primary(interaction) {
        Some(Evidence::Letter { .. } | Evidence::Pattern) => PasswordFact::Initial,
        Some(Evidence::Rescue) => PasswordFact::Forgotten,
        Some(
            Evidence::Password
            | Evidence::MailCode
            | Evidence::App { .. }
            | Evidence::Passkey { .. }
            | Evidence::RecoveryCode
            | Evidence::MailFallback,
        )
        | None => {
            if member.new_password_required_at.is_some() {
                PasswordFact::ToBeReplaced
            } else {
                PasswordFact::Own
            }
        }
    }
}

async fn letter_fact(ctx: &Ctx, interaction: &Interaction) -> Result<LetterFact, Fault> {
    let Some(Evidence::Letter { id }) = primary(interaction) else { return Ok(LetterFact::Ordinary) };
    let letter = store::letter::by_id(ctx, id).boxed().await?;
    Ok(match letter.map(|letter| letter.purpose) {
        Some(Purpose::ReEnrol) => LetterFact::ReEnrol,
        Some(Purpose::FirstLogin) | None => LetterFact::Ordinary,
    })
}

async fn mail_fact(
    ctx: &Ctx,
    interaction: &Interaction,
    member: &Member,
    letter: LetterFact,
) -> Result<MailFact, Fault> {
    let proved_here = interaction.progress.last(|evidence| *evidence == Evidence::MailCode).is_some();
    // A pattern password is known to many: only mail to the address on file, answered in this sitting, carries it on.
    let pattern = primary(interaction) == Some(Evidence::Pattern)
        && ctx.realm().settings.pattern_guard == PatternGuard::MailOnFile;
    // A letter that replaces what is set up is one proof of two: the other one goes over another channel.
    let weak = pattern || letter == LetterFact::ReEnrol;
    if member.verified_mail().is_some() && (proved_here || !weak) {
        return Ok(MailFact::Proved);
    }
    let newest = store::ceremony::newest(ctx, member.id, interaction.id, CeremonyKind::VerifyMail).boxed().await?;
    let waiting = newest.is_some_and(|ceremony| ceremony.is_pending(ctx.now));
    Ok(if waiting { MailFact::Waiting } else { MailFact::Unproved })
}

/// Whether the mail address was proved here a while ago.
pub(crate) async fn mail_proof(
    ctx: &Ctx,
    browser: &Hashed<BrowserSecret>,
    member: &Member,
) -> Result<MailProof, Fault> {
    let last = store::ceremony::last_mail_proof(ctx, member.id, browser).await?;
    let fresh = last.is_some_and(|(at, address)| {
        ctx.now.since(at) <= MAIL_PROOF_AGE
            && member.verified_mail().is_some_and(|verified| verified.normal() == address.normal())
    });
    Ok(if fresh { MailProof::Fresh } else { MailProof::Stale })
}

/// Third parties ask once for everything new; a client that says `prompt=consent` asks every time.
async fn consent_fact(ctx: &Ctx, interaction: &Interaction, member: &Member) -> Result<ConsentFact, Fault> {
    let Some((client, request)) = &interaction.request else { return Ok(ConsentFact::Settled) };
    if request.prompts(Prompt::Consent) && interaction.progress.consented != Some(member.id) {
        return Ok(ConsentFact::Owed);
    }
    let Some(client) = store::client::by_id(ctx, *client).await? else { return Ok(ConsentFact::Settled) };
    match client.settings.party {
        Party::First => Ok(ConsentFact::Settled),
        Party::Third => {
            let given = store::consent::by_member_and_client(ctx, member.id, client.id).boxed().await?;
            let covered = given.is_some_and(|given| given.permissions.cover(&request.permissions()));
            Ok(if covered { ConsentFact::Settled } else { ConsentFact::Owed })
        }
    }
}

/// The application that asked, while it is registered.
pub async fn client(ctx: &Ctx, client: ClientRowId) -> Result<Option<Client>, Fault> {
    store::client::by_id(ctx, client).await
}
