//! User id and password: the society's initial one or the member's own.
//!
//! Two verbs with the hashing between them, outside any transaction: [`attempt`] counts the guess and says what to
//! compare with, [`conclude`] takes the verdict. Known, unknown, disabled and pending ids look alike from outside.

use crate::audit::{EventKind, Outcome};
use crate::authn::throttle::{self, GUESSES, GUESSES_PER_NETWORK, Scale, Tally, Turn};
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::{InteractionId, MemberId};
use crate::interaction::sitting::{Place, Sitting};
use crate::interaction::{Evidence, Interaction, Progress, Proof};
use crate::language::Language;
use crate::letter::{self, Letter, Openness};
use crate::letter_secret::LetterSecret;
use crate::member::{Member, MemberState};
use crate::pattern_password::PatternPassword;
use crate::realm::{InitialPassword, PatternGuard};
use crate::store;
use crate::user_id::UserId;

/// What was typed on the sign-in page.
pub struct Typed {
    /// The user id, any spelling.
    pub user_id: String,
    /// The password, any kind.
    pub password: zeroize::Zeroizing<String>,
    /// The language of the page: mails go out in the one the member last signed in with.
    pub language: Language,
}

/// Carries an attempt from [`attempt`] to [`conclude`].
pub struct Ticket {
    interaction: InteractionId,
    place: Place,
    tallies: Vec<Tally>,
    member: Option<MemberId>,
    expected: Expected,
    language: Language,
}

enum Expected {
    /// Nothing that was typed can be right; a hash is computed all the same, so that time tells nothing.
    Nothing,
    /// The initial secret was right.
    Initial(Evidence),
    /// The right secret of a letter that no longer opens the journey.
    EndedLetter(Openness),
    /// Whatever matches this PHC string.
    Phc(String),
}

/// What the caller does next.
pub enum Attempt {
    /// Compares the password with [`Ticket::phc`] (or with nothing, taking as long), then calls [`conclude`].
    Compare(Ticket),
    /// Shows the lock-out page.
    Held {
        /// When guesses are looked at again.
        until: Timestamp,
    },
    /// The interaction is over or another browser's.
    Elsewhere,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignIn {
    /// Right: the interaction is this member's now.
    Accepted,
    /// Wrong user id or password; which of them is not said.
    Wrong,
    /// Wrong, and too often.
    Held {
        /// When guesses are looked at again.
        until: Timestamp,
    },
    /// The letter's secret was right, but its time is over.
    LetterExpired,
    /// The letter's secret was right, but it was used up or replaced.
    LetterEnded,
    /// The initial password was right, but without a mail address on file it opens nothing: a letter is needed.
    LetterNeeded,
    /// The interaction is over or another browser's.
    Elsewhere,
}

/// What the hashing pool said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The password matches.
    Match,
    /// It matches, and this is its hash under today's parameters.
    MatchRehashed(String),
    /// It does not match.
    Mismatch,
}

impl Ticket {
    /// The PHC string to compare with; `None` means: compare with anything, it will not match.
    pub fn phc(&self) -> Option<&str> {
        match &self.expected {
            Expected::Phc(phc) => Some(phc),
            Expected::Nothing | Expected::Initial(_) | Expected::EndedLetter(_) => None,
        }
    }
}

/// Counts the guess and finds out what the password has to be compared with.
pub async fn attempt(ctx: &Ctx, place: Place, typed: &Typed) -> Result<Attempt, Fault> {
    let Some(sitting) = Sitting::load(ctx, &place).await? else { return Ok(Attempt::Elsewhere) };
    if !sitting.interaction.is_open(ctx.now) {
        return Ok(Attempt::Elsewhere);
    }
    let user_id = UserId::parse(&typed.user_id).ok();
    let member = match &user_id {
        Some(user_id) => store::member::by_user_id(ctx, user_id.normal()).await?,
        None => None,
    };

    let tallies = tallies(ctx, &place, user_id.as_ref(), member.as_ref()).await?;
    let letter = letter_of(ctx, member.as_ref(), &typed.password).await?;
    // A letter holds more than anybody guesses: the right one gets in whatever rests, and ends the rest.
    let opens = letter.as_ref().is_some_and(|letter| letter.openness(ctx.now) == Openness::Open);
    if !opens && let Turn::Held { until } = throttle::enter(ctx, &tallies).await? {
        return Ok(Attempt::Held { until });
    }
    let phc = store::credential::password_of(ctx, Member::id_to_ask_with(member.as_ref())).await?;
    let expected = match (&member, letter) {
        (Some(member), Some(letter)) if member.state == MemberState::Active => by_letter(ctx, &letter),
        (Some(member), None) if member.state == MemberState::Active => expected(ctx, member, phc, &typed.password),
        (Some(_) | None, _) => Expected::Nothing,
    };
    let member = member.map(|member| member.id);
    Ok(Attempt::Compare(Ticket {
        interaction: sitting.interaction.id,
        place,
        tallies,
        member,
        expected,
        language: typed.language,
    }))
}

/// The letter whose secret was typed, however it stands. Who has none is looked up alike.
async fn letter_of(ctx: &Ctx, member: Option<&Member>, password: &str) -> Result<Option<Letter>, Fault> {
    let Ok(secret) = LetterSecret::parse(password) else { return Ok(None) };
    let id = Member::id_to_ask_with(member);
    let hash = letter::hash_of(&ctx.vault, id, &secret);
    let letters = store::letter::all_of(ctx, id).await?;
    Ok(letters.into_iter().find(|letter| letter.secret.matches(&hash)))
}

/// The counts that the guess is entered in: a browser of the member's has one of its own, everybody else shares.
async fn tallies(
    ctx: &Ctx,
    place: &Place,
    user_id: Option<&UserId>,
    member: Option<&Member>,
) -> Result<Vec<Tally>, Fault> {
    let everybody = Scale::Everybody { limit: ctx.realm().settings.wrong_guesses_per_minute };
    let mut shared = vec![Tally { subject: throttle::everybody(ctx), scale: everybody }];
    let network = Scale::Shared { limit: GUESSES_PER_NETWORK };
    shared.extend(throttle::network(ctx).map(|subject| Tally { subject, scale: network }));
    let Some(user_id) = user_id else { return Ok(shared) };
    let known = store::session::knows_browser(ctx, Member::id_to_ask_with(member), &place.browser).await?;
    let own = Scale::Own { limit: GUESSES };
    if known {
        let subject = throttle::account_in_browser(ctx, user_id.normal(), &place.browser);
        return Ok(vec![Tally { subject, scale: own }]);
    }
    shared.push(Tally { subject: throttle::account(ctx, user_id.normal()), scale: own });
    Ok(shared)
}

fn expected(ctx: &Ctx, member: &Member, phc: Option<String>, password: &str) -> Expected {
    if let Some(phc) = phc {
        return Expected::Phc(phc);
    }
    let (Some(symbol), Some(number), Some(birth_date)) =
        (&member.household.symbol, &member.household.number, &member.birth_date)
    else {
        return Expected::Nothing;
    };
    let allowed = ctx.realm().settings.initial_password == InitialPassword::Pattern;
    let right = PatternPassword::matches(password, symbol, number, birth_date);
    if allowed && right { Expected::Initial(Evidence::Pattern) } else { Expected::Nothing }
}

fn by_letter(ctx: &Ctx, letter: &Letter) -> Expected {
    match letter.openness(ctx.now) {
        Openness::Open => Expected::Initial(Evidence::Letter { id: letter.id }),
        ended @ (Openness::Expired | Openness::Ended) => Expected::EndedLetter(ended),
    }
}

/// Takes the verdict of the hashing pool.
pub async fn conclude(ctx: &Ctx, ticket: Ticket, verdict: Verdict) -> Result<SignIn, Fault> {
    let Some(member_id) = ticket.member else { return wrong(ctx, &ticket).await };
    let evidence = match (&ticket.expected, &verdict) {
        (Expected::Initial(evidence), _) => *evidence,
        (Expected::EndedLetter(Openness::Expired), _) => return Ok(SignIn::LetterExpired),
        (Expected::EndedLetter(Openness::Open | Openness::Ended), _) => return Ok(SignIn::LetterEnded),
        (Expected::Phc(phc), Verdict::Match | Verdict::MatchRehashed(_)) => {
            // The password may have been changed while this one was compared: then it is the old one.
            if store::credential::password_of(ctx, member_id).await?.as_deref() != Some(phc) {
                return wrong(ctx, &ticket).await;
            }
            if let Verdict::MatchRehashed(newer) = &verdict {
                store::credential::rehash_password(ctx, member_id, phc, newer).await?;
            }
            Evidence::Password
        }
        (Expected::Phc(_), Verdict::Mismatch) | (Expected::Nothing, _) => return wrong(ctx, &ticket).await,
    };
    seat(ctx, &ticket, member_id, evidence).await
}

async fn seat(ctx: &Ctx, ticket: &Ticket, member_id: MemberId, evidence: Evidence) -> Result<SignIn, Fault> {
    // The member before the interaction, as every verb locks them. Who sat here before is not locked: they only leave.
    let mut member = store::member::lock(ctx, member_id).await?;
    let interaction = store::interaction::lock(ctx, ticket.interaction, &ticket.place.browser).await?;
    let Some(mut interaction) = interaction.filter(|interaction| interaction.is_open(ctx.now)) else {
        return Ok(SignIn::Elsewhere);
    };
    if member.state != MemberState::Active {
        return wrong(ctx, ticket).await;
    }
    match evidence {
        Evidence::Letter { id } => {
            let letter = store::letter::by_id(ctx, id).await?.ok_or_else(|| Fault::unreadable("letter"))?;
            if letter.openness(ctx.now) != Openness::Open {
                return Ok(SignIn::LetterEnded);
            }
            store::letter::mark_used(ctx, id).await?;
            ctx.record(EventKind::LetterUsed, Some(member_id), Outcome::Done);
        }
        Evidence::Pattern if member.mail.is_none() && guarded(ctx) => return Ok(SignIn::LetterNeeded),
        Evidence::Pattern
        | Evidence::Password
        | Evidence::MailCode
        | Evidence::App { .. }
        | Evidence::RecoveryCode
        | Evidence::MailFallback
        | Evidence::Rescue
        | Evidence::Passkey { .. } => {}
    }

    throttle::was_right(ctx, &ticket.tallies).await?;
    if member.language != Some(ticket.language) {
        member.language = Some(ticket.language);
        store::member::update(ctx, &member).await?;
    }
    interaction.progress = Progress { proofs: proofs(ctx, &interaction, member_id, evidence), ..Progress::default() };
    interaction.member = Some(member_id);
    store::interaction::save(ctx, &interaction).await?;
    ctx.record_with(EventKind::SignIn, Some(member_id), Outcome::Done, serde_json::json!({ "evidence": evidence }));
    Ok(SignIn::Accepted)
}

/// A member who types their password once more in an interaction of theirs keeps the second step that they took in it.
fn proofs(ctx: &Ctx, interaction: &Interaction, member: MemberId, evidence: Evidence) -> Vec<Proof> {
    let keeps =
        interaction.member == Some(member) && evidence == Evidence::Password && interaction.proofs_are_fresh(ctx.now);
    let is_second_step = |proof: &Proof| match proof.evidence {
        Evidence::MailCode
        | Evidence::App { .. }
        | Evidence::Passkey { .. }
        | Evidence::RecoveryCode
        | Evidence::MailFallback => true,
        Evidence::Letter { .. } | Evidence::Pattern | Evidence::Password | Evidence::Rescue => false,
    };
    let kept = interaction.progress.proofs.iter().copied().filter(|proof| keeps && is_second_step(proof));
    kept.chain([Proof { evidence, at: ctx.now }]).collect()
}

fn guarded(ctx: &Ctx) -> bool {
    ctx.realm().settings.pattern_guard == PatternGuard::MailOnFile
}

async fn wrong(ctx: &Ctx, ticket: &Ticket) -> Result<SignIn, Fault> {
    ctx.record(EventKind::SignIn, ticket.member, Outcome::Refused);
    match throttle::was_wrong(ctx, &ticket.tallies).await? {
        Turn::Taken => Ok(SignIn::Wrong),
        Turn::Held { until } => {
            ctx.record(EventKind::Locked, ticket.member, Outcome::Done);
            Ok(SignIn::Held { until })
        }
    }
}
