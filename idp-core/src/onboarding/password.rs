//! The new password: here the letter is exchanged, once, for a password of the member's own.

use crate::audit::{EventKind, Outcome};
use crate::credential::Method;
use crate::credential::password_context::{InitialPattern, PasswordContext};
use crate::credential::password_policy::{Composition, PasswordPolicy};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::interaction::decide::Next;
use crate::interaction::sitting::{self, Place, Sitting};
use crate::interaction::{Completion, Evidence};
use crate::mail::MailContent;
use crate::member::Member;
use crate::onboarding::facts::{LetterFact, PasswordFact};
use crate::onboarding::table::Step;
use crate::outbox;
use crate::session::end::{self, Cause, Kept};
use crate::store;

/// Least length beside an authenticator app.
const BESIDE_APP: usize = 12;
/// Least length alone or with mailed codes (NIST SP 800-63B-4 §3.1.1.2).
const ALONE: usize = 15;

/// What a new password is judged by.
pub struct Rules {
    /// Length and composition.
    pub policy: PasswordPolicy,
    /// The words it must not be made of.
    pub context: PasswordContext,
    /// The PHC string of the present own password, which the new one must differ from.
    pub present: Option<String>,
}

/// What became of a new password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It is set.
    Set,
    /// The letter was exchanged elsewhere meanwhile: the member signs in with the password set there.
    LetterEnded,
    /// Another page is owed.
    Elsewhere,
}

/// The rules for the member of this sitting; `None` when another page is owed.
pub async fn rules(ctx: &Ctx, place: &Place) -> Result<Option<Rules>, Fault> {
    let Some(sitting) = Sitting::load(ctx, place).await? else { return Ok(None) };
    let Some(member) = sitting.member_if(ctx, Next::Step(Step::NewPassword)) else { return Ok(None) };
    Ok(Some(rules_of(ctx, member, member.chosen_method).await?))
}

/// The rules for a member whose password stands beside this method.
pub(crate) async fn rules_of(ctx: &Ctx, member: &Member, beside: Option<Method>) -> Result<Rules, Fault> {
    let minimum = match beside {
        Some(Method::Passkey | Method::App) => BESIDE_APP,
        Some(Method::Mail) | None => ALONE,
    };
    Ok(Rules {
        policy: PasswordPolicy { minimum, composition: Composition::Free },
        context: context(ctx, member),
        present: store::credential::password_of(ctx, member.id).await?,
    })
}

fn context(ctx: &Ctx, member: &Member) -> PasswordContext {
    let name = &member.name;
    let names = [&name.family, &name.given, &name.family_kana, &name.given_kana];
    let society = &ctx.realm().settings.display_name;
    let initial = match (&member.household.symbol, &member.household.number) {
        (Some(symbol), Some(number)) => Some(InitialPattern { symbol: symbol.clone(), number: number.clone() }),
        (Some(_) | None, _) => None,
    };
    PasswordContext {
        user_id: member.user_id.clone(),
        names: names.into_iter().flatten().cloned().collect(),
        society: vec![society.ja.clone(), society.en.clone(), ctx.realm().name.clone()],
        birth_date: member.birth_date,
        mail: member.mail.as_ref().map(|mail| mail.address.clone()),
        initial,
    }
}

/// Sets the password that was judged and hashed before. Every other sitting and session of the member ends.
pub async fn set(ctx: &Ctx, place: &Place, phc: &str) -> Result<Answer, Fault> {
    let Some(mut sitting) = Sitting::lock(ctx, place).await? else { return Ok(Answer::Elsewhere) };
    let (Next::Step(Step::NewPassword), Some((member, facts))) = (sitting.next(ctx), sitting.seated.clone()) else {
        return Ok(Answer::Elsewhere);
    };
    let first = facts.password == PasswordFact::Initial;
    if let Some(Evidence::Letter { id }) = sitting::primary(&sitting.interaction) {
        if !store::letter::redeem(ctx, id).await? {
            return Ok(Answer::LetterEnded);
        }
        ctx.record(EventKind::LetterDone, Some(member.id), Outcome::Done);
    }
    match facts.letter {
        LetterFact::ReEnrol => replace_methods(ctx, &member).await?,
        LetterFact::Ordinary => {}
    }

    store::credential::set_password(ctx, member.id, phc).await?;
    let kept = Kept { session: None, interaction: Some(sitting.interaction.id) };
    end::everywhere(ctx, member.id, kept, Cause::Credentials).await?;
    let mut changed = member.clone();
    changed.new_password_required_at = None;
    store::member::update(ctx, &changed).await?;
    sitting.prove(ctx, Evidence::Password);
    if first && facts.enrolled.is_empty() {
        sitting.interaction.progress.completed = Completion::Shown;
    }
    store::interaction::save(ctx, &sitting.interaction).await?;
    outbox::notify(ctx, &member, MailContent::PasswordChanged).await?;
    ctx.record(EventKind::PasswordSet, Some(member.id), Outcome::Done);
    Ok(Answer::Set)
}

/// Letter and mail address were proved, over two channels: every earlier second step, and the codes that stand in for it,
/// end here; the one chosen in this journey is set up next.
async fn replace_methods(ctx: &Ctx, member: &Member) -> Result<(), Fault> {
    for method in store::credential::methods_of(ctx, member.id).await? {
        let details = serde_json::json!({ "method": method, "why": "re_enrol" });
        ctx.record_with(EventKind::MethodRemoved, Some(member.id), Outcome::Done, details);
    }
    store::credential::forget_methods(ctx, member.id).await?;
    store::recovery_code::forget(ctx, member.id).await?;
    store::recovery_code::forget_refusal(ctx, member.id).await?;
    outbox::notify(ctx, member, MailContent::MethodsReplaced).await
}
