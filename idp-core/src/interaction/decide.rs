//! "What next?": one table, asked again after every page. The state is the facts already stored.

use crate::consent::ConsentFact;
use crate::credential::Method;
use crate::interaction::demand::{Demand, Missing};
use crate::interaction::{Evidence, Progress};
use crate::onboarding::facts::{BrowserFact, Facts, FallbackFact};
use crate::onboarding::table::{self, Step};

/// Whether the interaction itself can still go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It can.
    Open,
    /// Its time is over, or it was answered before.
    Over,
    /// The member declined.
    Declined,
}

/// What the table is asked about.
pub struct Situation<'a> {
    /// The interaction.
    pub standing: Standing,
    /// What was proved in it; empty while nobody signed in.
    pub progress: &'a Progress,
    /// What is asked for beside that.
    pub demand: &'a Demand,
    /// The member's facts, once it is known who it is.
    pub facts: Option<&'a Facts>,
    /// Whether the member has to be asked for consent.
    pub consent: ConsentFact,
}

/// The next page, or the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// The interaction is over: a page with a way back.
    Over,
    /// The application gets `access_denied`.
    Declined,
    /// User id and password.
    SignIn,
    /// The second step.
    SecondStep(Method),
    /// A class of authentication is required that the member cannot reach: a page says so, with a way back.
    OutOfReach,
    /// A duty of the journey.
    Step(Step),
    /// The consent page.
    Consent,
    /// The application gets its code, or the member their page.
    Issue,
}

/// Answers the first row that applies.
pub fn next(situation: &Situation<'_>) -> Next {
    match situation.standing {
        Standing::Over => return Next::Over,
        Standing::Declined => return Next::Declined,
        Standing::Open => {}
    }
    let Some(facts) = situation.facts else { return Next::SignIn };
    if let Some(method) = second_step_owed(situation.progress, facts) {
        return Next::SecondStep(method);
    }
    match situation.demand.missing(situation.progress, &facts.enrolled) {
        Missing::Nothing => {}
        Missing::Password => return Next::SignIn,
        Missing::Step(method) => return Next::SecondStep(method),
        Missing::OutOfReach => return Next::OutOfReach,
    }
    if let Some(step) = table::next_step(facts) {
        return Next::Step(step);
    }
    match situation.consent {
        ConsentFact::Owed => Next::Consent,
        ConsentFact::Settled => Next::Issue,
    }
}

/// Whoever has set a second step up takes it, also after a letter: a weaker proof never stands in for it.
fn second_step_owed(progress: &Progress, facts: &Facts) -> Option<Method> {
    if facts.browser == BrowserFact::Remembered {
        return None;
    }
    let open = facts.second_steps();
    let strongest = *open.first()?;
    let taken = progress.last(|evidence| match evidence {
        Evidence::Passkey { .. } => open.contains(&Method::Passkey),
        Evidence::App { .. } => open.contains(&Method::App),
        Evidence::RecoveryCode => true,
        Evidence::MailFallback => facts.fallback == FallbackFact::Offered,
        Evidence::MailCode => open.contains(&Method::Mail),
        Evidence::Letter { .. } | Evidence::Pattern | Evidence::Password | Evidence::Rescue => false,
    });
    if taken.is_some() { None } else { Some(strongest) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::credential::passkey::KeyHome;
    use crate::id::CredentialId;
    use crate::interaction::{Completion, PasskeyOffer, Proof};
    use crate::onboarding::facts::{
        BirthDateFact, FallbackFact, LetterFact, MailFact, MailProof, PasswordFact, RecoveryFact,
    };

    fn facts(enrolled: Vec<Method>) -> Facts {
        Facts {
            birth_date: BirthDateFact::Confirmed,
            terms_in_force: 1,
            terms_accepted: 1,
            mail: MailFact::Proved,
            offered: Method::ALL.to_vec(),
            chosen: enrolled.first().copied(),
            enrolled,
            password: PasswordFact::Own,
            completion: Completion::Not,
            mail_proof: MailProof::Fresh,
            passkey_offer: PasskeyOffer::Not,
            adding: None,
            browser: BrowserFact::Unknown,
            recovery: RecoveryFact::Settled,
            letter: LetterFact::Ordinary,
            fallback: FallbackFact::Off,
        }
    }

    fn asked(proofs: &[Evidence], facts: Option<&Facts>, standing: Standing) -> Next {
        asked_with(proofs, facts, standing, ConsentFact::Settled)
    }

    fn asked_with(proofs: &[Evidence], facts: Option<&Facts>, standing: Standing, consent: ConsentFact) -> Next {
        let at = Timestamp::from_millis(0);
        let proofs = proofs.iter().map(|evidence| Proof { evidence: *evidence, at }).collect();
        let progress = Progress { proofs, ..Progress::default() };
        next(&Situation { standing, progress: &progress, demand: &Demand::default(), facts, consent })
    }

    #[test]
    fn the_rows_are_asked_in_order() {
        let app = Evidence::App { id: CredentialId::from_uuid(uuid::Uuid::nil()) };
        let both = facts(vec![Method::App]);
        let mail = facts(vec![Method::Mail]);
        assert_eq!(asked(&[], None, Standing::Over), Next::Over);
        assert_eq!(asked(&[], None, Standing::Declined), Next::Declined);
        assert_eq!(asked(&[], None, Standing::Open), Next::SignIn);
        assert_eq!(asked(&[Evidence::Password], Some(&both), Standing::Open), Next::SecondStep(Method::App));
        assert_eq!(asked(&[Evidence::Password, app], Some(&both), Standing::Open), Next::Issue);
        assert_eq!(asked(&[Evidence::Password, Evidence::MailCode], Some(&mail), Standing::Open), Next::Issue);
    }

    #[test]
    fn consent_is_asked_for_last() {
        let proofs = [Evidence::Password, Evidence::MailCode];
        let mut mail = facts(vec![Method::Mail]);
        assert_eq!(asked_with(&proofs, Some(&mail), Standing::Open, ConsentFact::Owed), Next::Consent);
        assert_eq!(asked_with(&proofs, None, Standing::Open, ConsentFact::Owed), Next::SignIn);
        mail.terms_in_force = 2;
        assert_eq!(asked_with(&proofs, Some(&mail), Standing::Open, ConsentFact::Owed), Next::Step(Step::Terms));
    }

    #[test]
    fn a_recovery_code_stands_in_for_any_second_step() {
        for method in Method::ALL {
            let facts = facts(vec![method]);
            assert_eq!(asked(&[Evidence::Password, Evidence::RecoveryCode], Some(&facts), Standing::Open), Next::Issue);
        }
    }

    #[test]
    fn a_mailed_code_that_was_asked_for_stands_in_where_it_is_allowed() {
        let mut app = facts(vec![Method::App]);
        let given = [Evidence::Password, Evidence::MailFallback];
        assert_eq!(asked(&given, Some(&app), Standing::Open), Next::SecondStep(Method::App));
        app.fallback = FallbackFact::Offered;
        assert_eq!(asked(&given, Some(&app), Standing::Open), Next::Issue);
        let unasked = [Evidence::Password, Evidence::MailCode];
        assert_eq!(asked(&unasked, Some(&app), Standing::Open), Next::SecondStep(Method::App));
    }

    #[test]
    fn a_forgotten_password_drops_no_app_and_owes_a_new_password() {
        let (mut app, mut mail) = (facts(vec![Method::App]), facts(vec![Method::Mail]));
        (app.password, mail.password) = (PasswordFact::Forgotten, PasswordFact::Forgotten);
        let rescued = [Evidence::Rescue, Evidence::MailCode];
        assert_eq!(asked(&rescued, Some(&app), Standing::Open), Next::SecondStep(Method::App));
        assert_eq!(asked(&rescued, Some(&mail), Standing::Open), Next::Step(Step::NewPassword));
    }

    #[test]
    fn a_mailed_code_never_stands_in_for_an_app() {
        let app = facts(vec![Method::App, Method::Mail]);
        let answer = asked(&[Evidence::Password, Evidence::MailCode], Some(&app), Standing::Open);
        assert_eq!(answer, Next::SecondStep(Method::App));
    }

    #[test]
    fn a_passkey_is_password_and_second_step_in_one() {
        let passkey = Evidence::Passkey { id: CredentialId::from_uuid(uuid::Uuid::nil()), key: KeyHome::Synced };
        let has = facts(vec![Method::Passkey, Method::App, Method::Mail]);
        assert_eq!(asked(&[passkey], Some(&has), Standing::Open), Next::Issue);
        assert_eq!(asked(&[Evidence::Password], Some(&has), Standing::Open), Next::SecondStep(Method::Passkey));
        let app = Evidence::App { id: CredentialId::from_uuid(uuid::Uuid::nil()) };
        assert_eq!(asked(&[Evidence::Password, app], Some(&has), Standing::Open), Next::Issue);
        let mailed = asked(&[Evidence::Password, Evidence::MailCode], Some(&has), Standing::Open);
        assert_eq!(mailed, Next::SecondStep(Method::Passkey));
        let removed = facts(vec![Method::App]);
        assert_eq!(asked(&[passkey], Some(&removed), Standing::Open), Next::SecondStep(Method::App));
    }

    #[test]
    fn the_second_step_comes_before_every_duty() {
        let mut app = facts(vec![Method::App]);
        app.terms_in_force = 2;
        assert_eq!(asked(&[Evidence::Password], Some(&app), Standing::Open), Next::SecondStep(Method::App));
    }
}
