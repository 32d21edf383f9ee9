//! Members who come from another system with their `sub`, password, app, passkeys and duties, and the file they leave by.
//!
//! The operator vouches for what was proved there. What cannot come along is told, member by member.

use serde::Serialize;
use serde_json::json;

pub mod clients;
pub mod keycloak;
mod leave_with;
mod passkeys;
pub mod record;

pub use self::leave_with::{departure_of, departures};
pub use self::passkeys::{ArrivingPasskey, Destination};

use crate::audit::{EventKind, Outcome};
use crate::birth_date::BirthDate;
use crate::clock::Timestamp;
use crate::credential::Method;
use crate::credential::app::App;
use crate::credential::totp::TotpSecret;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::hashing::Phc;
use crate::language::Language;
use crate::mail_address::MailAddress;
use crate::member::{Address, Household, MailOnFile, Member, MemberState, Name};
use crate::store;
use crate::user_id::UserId;

/// A member on the way in.
#[derive(Debug)]
pub struct Arrival {
    /// The user id here.
    pub user_id: UserId,
    /// The `sub` that clients know the member by; drawn anew where there is none.
    pub subject: Option<String>,
    /// Names.
    pub name: Name,
    /// Birth date, and whether the member answered for it before.
    pub birth_date: Option<(BirthDate, Proof)>,
    /// Insurance card.
    pub household: Household,
    /// Where letters go.
    pub address: Address,
    /// The mail address, and whether it is proved to reach the member.
    pub mail: Option<(MailAddress, Proof)>,
    /// The language chosen.
    pub language: Option<Language>,
    /// Whether the member may sign in.
    pub state: MemberState,
    /// The password's hash, of any kind that can be compared.
    pub password: Option<Phc>,
    /// Authenticator apps, by the names their member gave them.
    pub apps: Vec<(String, TotpSecret)>,
    /// Passkeys that were made for this realm's domain.
    pub passkeys: Vec<ArrivingPasskey>,
    /// Whether the member uses mailed codes.
    pub mail_codes: Enrolled,
    /// The second step that is owed.
    pub chosen: Option<Method>,
    /// Whether a new password is owed.
    pub new_password: Owed,
    /// The version of the terms that was accepted, with the hash of its text.
    pub terms: Option<(i64, String)>,
}

/// Whether something was proved where the member comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// It was.
    Given,
    /// It is still to be proved.
    Owed,
}

/// Whether a method is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enrolled {
    /// It is.
    Yes,
    /// It is not.
    No,
}

/// Whether a duty is owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owed {
    /// It is.
    Yes,
    /// It is not.
    No,
}

/// How an arrival ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Arrived {
    /// The member is here now.
    Came,
    /// The same member was here before; nothing was changed.
    WasHere,
    /// Another member has this user id.
    UserIdTaken,
    /// Another member has, or had, this `sub`.
    SubjectTaken,
}

/// What could not come along.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftBehind {
    /// Whose it is, or which part of the realm.
    pub of: String,
    /// What, and what to do about it.
    pub what: String,
}

impl LeftBehind {
    pub(crate) fn new(of: impl Into<String>, what: impl Into<String>) -> Self {
        Self { of: of.into(), what: what.into() }
    }
}

/// How a batch of arrivals ended.
#[derive(Debug, Default)]
pub struct Arrivals {
    /// Each member.
    pub members: Vec<(UserId, Arrived)>,
    /// What of those who came could not.
    pub behind: Vec<LeftBehind>,
}

/// Lets these members in, each whole or not at all.
pub async fn arrive(ctx: &Ctx, arrivals: Vec<Arrival>) -> Result<Arrivals, Fault> {
    let mut ended = Arrivals::default();
    for arrival in arrivals {
        let user_id = arrival.user_id.clone();
        let arrived = arrive_one(ctx, arrival, &mut ended.behind).await?;
        ended.members.push((user_id, arrived));
    }
    Ok(ended)
}

async fn arrive_one(ctx: &Ctx, mut arrival: Arrival, behind: &mut Vec<LeftBehind>) -> Result<Arrived, Fault> {
    if let Some(here) = store::member::by_user_id(ctx, arrival.user_id.normal()).await? {
        let is_same = arrival.subject.as_ref().is_some_and(|subject| *subject == here.subject);
        return Ok(if is_same { Arrived::WasHere } else { Arrived::UserIdTaken });
    }
    if let Some(subject) = &arrival.subject
        && store::member::subject_is_taken(ctx, subject).await?
    {
        return Ok(Arrived::SubjectTaken);
    }

    let mut member = member_of(ctx, &arrival);
    store::member::insert_many(ctx, std::slice::from_ref(&member)).await?;
    if let Some(phc) = &arrival.password {
        store::credential::set_password(ctx, member.id, phc.as_str()).await?;
    }
    for (name, secret) in &arrival.apps {
        insert_app(ctx, &member, name, secret).await?;
    }
    if arrival.mail_codes == Enrolled::Yes {
        store::credential::insert_mail_codes(ctx, member.id).await?;
    }
    let (passkeys, stay) = passkeys::give(ctx, &member, std::mem::take(&mut arrival.passkeys)).await?;
    behind.extend(stay);
    let method = chosen(&arrival, passkeys);
    if member.chosen_method != method {
        // Their passkeys stayed behind after all.
        member.chosen_method = method;
        store::member::update(ctx, &member).await?;
    }
    accept_terms(ctx, &member, arrival.terms.as_ref()).await?;
    let details = json!({
        "password": arrival.password.is_some(),
        "apps": arrival.apps.len(),
        "passkeys": passkeys,
        "mail_codes": arrival.mail_codes == Enrolled::Yes,
        "mail_verified": member.verified_mail().is_some(),
        "kept_subject": arrival.subject.is_some(),
    });
    ctx.record_with(EventKind::MemberMovedIn, Some(member.id), Outcome::Done, details);
    Ok(Arrived::Came)
}

fn member_of(ctx: &Ctx, arrival: &Arrival) -> Member {
    let proved = |proof: Proof| match proof {
        Proof::Given => Some(ctx.now),
        Proof::Owed => None,
    };
    let method = chosen(arrival, arrival.passkeys.len());
    let drawn = || crate::entropy::uuid_v4(ctx.entropy()).simple().to_string();
    Member {
        id: ctx.new_id(),
        subject: arrival.subject.clone().unwrap_or_else(drawn),
        user_id: arrival.user_id.clone(),
        name: arrival.name.clone(),
        birth_date: arrival.birth_date.map(|(date, _)| date),
        birth_date_confirmed_at: arrival.birth_date.and_then(|(_, proof)| proved(proof)),
        household: arrival.household.clone(),
        address: arrival.address.clone(),
        mail: arrival.mail.clone().map(|(address, proof)| MailOnFile { address, verified_at: proved(proof) }),
        language: arrival.language,
        state: arrival.state,
        left_at: None,
        chosen_method: method,
        new_password_required_at: (arrival.new_password == Owed::Yes).then_some(ctx.now),
        created_at: ctx.now,
        updated_at: ctx.now,
    }
}

/// What the member chose where it is set up, else the strongest that is; a choice that is still owed comes last.
fn chosen(arrival: &Arrival, passkeys: usize) -> Option<Method> {
    let is_set_up = |method: &Method| match method {
        Method::Passkey => passkeys > 0,
        Method::App => !arrival.apps.is_empty(),
        Method::Mail => arrival.mail_codes == Enrolled::Yes,
    };
    let strongest = [Method::Passkey, Method::App].into_iter().find(is_set_up);
    arrival.chosen.filter(is_set_up).or(strongest).or(arrival.chosen)
}

async fn insert_app(ctx: &Ctx, member: &Member, name: &str, secret: &TotpSecret) -> Result<(), Fault> {
    let id = ctx.new_id::<crate::id::CredentialKind>();
    let app = App {
        id,
        name: name.chars().take(60).collect(),
        secret: ctx.vault.seal(ctx.entropy(), id.uuid().as_bytes(), secret.as_bytes())?,
        last_step: 0,
        wrong_in_a_row: 0,
        wrong_since_success: 0,
        held_until: Timestamp::from_millis(0),
        created_at: ctx.now,
        last_used_at: None,
    };
    store::credential::insert_app(ctx, member.id, &app).await
}

/// An acceptance counts only for the very text that is in force here.
async fn accept_terms(ctx: &Ctx, member: &Member, accepted: Option<&(i64, String)>) -> Result<(), Fault> {
    let Some((version, sha256)) = accepted else { return Ok(()) };
    let in_force = store::realm::terms_in_force(ctx).await?;
    let same = in_force.iter().find(|terms| terms.version == *version && terms.sha256 == *sha256);
    match same {
        Some(terms) => store::member::accept_terms(ctx, member.id, terms).await,
        None => Ok(()),
    }
}
