//! The onboarding table: rows in order; the first row owed is the next page. A row knows no other row.

use super::facts::{Adding, BirthDateFact, Facts, MailFact, MailProof, PasswordFact, RecoveryFact};
use crate::credential::Method;
use crate::interaction::{Completion, PasskeyOffer};

/// A duty of the journey. The server maps each to a page with one exhaustive `match`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// Enter the date of birth.
    BirthDate,
    /// Agree to the terms of use.
    Terms,
    /// See the mail address, keep or change it.
    MailAddress,
    /// Answer the link or the code.
    MailProof,
    /// Choose a method.
    ChooseMethod,
    /// Set a new password.
    NewPassword,
    /// The first login is complete.
    Complete,
    /// Prove the mail address again before a method is set up.
    ProveMail,
    /// Set up a passkey.
    EnrolPasskey,
    /// Set up an authenticator app.
    EnrolApp,
    /// Set up mailed codes.
    EnrolMail,
    /// Add a passkey of this device, or not.
    OfferPasskey,
    /// See recovery codes, and keep or decline them.
    RecoveryCodes,
}

impl Step {
    /// The name by which operators know it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BirthDate => "birth_date",
            Self::Terms => "terms",
            Self::MailAddress => "mail_address",
            Self::MailProof => "mail_proof",
            Self::ChooseMethod => "choose_method",
            Self::NewPassword => "new_password",
            Self::Complete => "complete",
            Self::ProveMail => "prove_mail",
            Self::EnrolPasskey => "enrol_passkey",
            Self::EnrolApp => "enrol_app",
            Self::EnrolMail => "enrol_mail",
            Self::OfferPasskey => "offer_passkey",
            Self::RecoveryCodes => "recovery_codes",
        }
    }
}

struct Row {
    step: Step,
    owed_when: fn(&Facts) -> bool,
}

const fn row(step: Step, owed_when: fn(&Facts) -> bool) -> Row {
    Row { step, owed_when }
}

static TABLE: [Row; 13] = [
    row(Step::BirthDate, |f| f.birth_date == BirthDateFact::Unconfirmed),
    row(Step::Terms, |f| f.terms_in_force > f.terms_accepted),
    row(Step::MailAddress, |f| f.mail == MailFact::Unproved),
    row(Step::MailProof, |f| f.mail == MailFact::Waiting),
    row(Step::ChooseMethod, |f| !f.offered.is_empty() && f.enrolled.is_empty() && f.to_enrol().is_none()),
    row(Step::NewPassword, |f| f.password != PasswordFact::Own),
    row(Step::Complete, |f| f.completion == Completion::Shown),
    row(Step::ProveMail, |f| {
        let adds = matches!(f.to_enrol(), Some(Method::Passkey | Method::App)) || f.adding == Some(Adding::OnNewPhone);
        adds && f.mail_proof == MailProof::Stale && !f.is_strong()
    }),
    row(Step::EnrolPasskey, |f| f.to_enrol() == Some(Method::Passkey)),
    row(Step::EnrolApp, |f| f.to_enrol() == Some(Method::App)),
    row(Step::EnrolMail, |f| f.to_enrol() == Some(Method::Mail)),
    row(Step::RecoveryCodes, |f| f.recovery == RecoveryFact::Offered),
    row(Step::OfferPasskey, |f| f.passkey_offer == PasskeyOffer::Open && f.offered.contains(&Method::Passkey)),
];

/// The first step owed.
pub fn next_step(facts: &Facts) -> Option<Step> {
    TABLE.iter().find(|row| (row.owed_when)(facts)).map(|row| row.step)
}

/// Where a step of the first login stands: (3, 7) is the third of seven. The set-up of a method is counted on its own.
pub fn position(step: Step) -> Option<(u32, u32)> {
    match step {
        Step::BirthDate => Some((1, 7)),
        Step::Terms => Some((2, 7)),
        Step::MailAddress => Some((3, 7)),
        Step::MailProof => Some((4, 7)),
        Step::ChooseMethod => Some((5, 7)),
        Step::NewPassword => Some((6, 7)),
        Step::Complete => Some((7, 7)),
        Step::ProveMail
        | Step::EnrolPasskey
        | Step::EnrolApp
        | Step::EnrolMail
        | Step::RecoveryCodes
        | Step::OfferPasskey => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::facts::BrowserFact;
    use super::*;
    use crate::onboarding::facts::{FallbackFact, LetterFact};

    fn done() -> Facts {
        Facts {
            birth_date: BirthDateFact::Confirmed,
            terms_in_force: 2,
            terms_accepted: 2,
            mail: MailFact::Proved,
            offered: Method::ALL.to_vec(),
            chosen: Some(Method::App),
            enrolled: vec![Method::App],
            password: PasswordFact::Own,
            completion: Completion::Not,
            mail_proof: MailProof::Stale,
            passkey_offer: PasskeyOffer::Not,
            adding: None,
            browser: BrowserFact::Unknown,
            recovery: RecoveryFact::Settled,
            letter: LetterFact::Ordinary,
            fallback: FallbackFact::Off,
        }
    }

    #[test]
    fn a_member_who_owes_nothing_goes_on() {
        assert_eq!(next_step(&done()), None);
    }

    #[test]
    fn each_fact_owes_its_own_step() {
        let owed = |change: fn(&mut Facts)| {
            let mut facts = done();
            change(&mut facts);
            next_step(&facts)
        };
        assert_eq!(owed(|f| f.birth_date = BirthDateFact::Unconfirmed), Some(Step::BirthDate));
        assert_eq!(owed(|f| f.birth_date = BirthDateFact::Unknown), None);
        assert_eq!(owed(|f| f.terms_in_force = 3), Some(Step::Terms));
        assert_eq!(owed(|f| f.mail = MailFact::Unproved), Some(Step::MailAddress));
        assert_eq!(owed(|f| f.mail = MailFact::Waiting), Some(Step::MailProof));
        assert_eq!(owed(|f| (f.chosen, f.enrolled) = (None, vec![])), Some(Step::ChooseMethod));
        assert_eq!(owed(|f| f.password = PasswordFact::Initial), Some(Step::NewPassword));
        assert_eq!(owed(|f| f.password = PasswordFact::ToBeReplaced), Some(Step::NewPassword));
        assert_eq!(owed(|f| f.password = PasswordFact::Forgotten), Some(Step::NewPassword));
        assert_eq!(owed(|f| f.completion = Completion::Shown), Some(Step::Complete));
        assert_eq!(owed(|f| f.completion = Completion::Left), None);
        assert_eq!(owed(|f| f.enrolled = vec![]), Some(Step::ProveMail));
        assert_eq!(owed(|f| (f.enrolled, f.mail_proof) = (vec![], MailProof::Fresh)), Some(Step::EnrolApp));
        assert_eq!(owed(|f| (f.enrolled, f.chosen) = (vec![], Some(Method::Mail))), Some(Step::EnrolMail));
        assert_eq!(owed(|f| (f.enrolled, f.chosen) = (vec![], Some(Method::Passkey))), Some(Step::ProveMail));
        let fresh = |f: &mut Facts| {
            (f.enrolled, f.chosen, f.mail_proof) = (vec![], Some(Method::Passkey), MailProof::Fresh);
        };
        assert_eq!(owed(fresh), Some(Step::EnrolPasskey));
        assert_eq!(owed(|f| f.passkey_offer = PasskeyOffer::Open), Some(Step::OfferPasskey));
        let withdrawn = |f: &mut Facts| (f.passkey_offer, f.offered) = (PasskeyOffer::Open, vec![Method::App]);
        assert_eq!(owed(withdrawn), None);
        assert_eq!(owed(|f| f.recovery = RecoveryFact::Offered), Some(Step::RecoveryCodes));
        assert_eq!(owed(|f| f.adding = Some(Adding::OnNewPhone)), None, "the app answers for it");
        let weak = |f: &mut Facts| (f.enrolled, f.adding) = (vec![Method::Mail], Some(Adding::OnNewPhone));
        assert_eq!(owed(weak), Some(Step::ProveMail));
    }

    #[test]
    fn a_method_the_realm_no_longer_offers_is_chosen_again() {
        let mut facts = done();
        facts.enrolled = vec![];
        facts.offered = vec![Method::Mail];
        assert_eq!(next_step(&facts), Some(Step::ChooseMethod));
    }

    #[test]
    fn the_rows_stand_in_the_order_of_the_journey() {
        let mut facts = done();
        facts.birth_date = BirthDateFact::Unconfirmed;
        facts.terms_accepted = 0;
        facts.mail = MailFact::Unproved;
        facts.password = PasswordFact::Initial;
        facts.enrolled = vec![];
        facts.chosen = None;
        let mut walked = Vec::new();
        while let Some(step) = next_step(&facts) {
            walked.push(step);
            match step {
                Step::BirthDate => facts.birth_date = BirthDateFact::Confirmed,
                Step::Terms => facts.terms_accepted = 2,
                Step::MailAddress => facts.mail = MailFact::Waiting,
                Step::MailProof => (facts.mail, facts.mail_proof) = (MailFact::Proved, MailProof::Fresh),
                Step::ChooseMethod => facts.chosen = Some(Method::App),
                Step::NewPassword => (facts.password, facts.completion) = (PasswordFact::Own, Completion::Shown),
                Step::Complete => facts.completion = Completion::Left,
                Step::ProveMail => facts.mail_proof = MailProof::Fresh,
                Step::EnrolPasskey | Step::EnrolApp | Step::EnrolMail => {
                    (facts.enrolled, facts.recovery) = (vec![Method::App], RecoveryFact::Offered);
                }
                Step::RecoveryCodes => facts.recovery = RecoveryFact::Settled,
                Step::OfferPasskey => facts.passkey_offer = PasskeyOffer::Not,
            }
        }
        let expected = [
            Step::BirthDate,
            Step::Terms,
            Step::MailAddress,
            Step::MailProof,
            Step::ChooseMethod,
            Step::NewPassword,
            Step::Complete,
            Step::EnrolApp,
            Step::RecoveryCodes,
        ];
        assert_eq!(walked, expected);
    }
}
