//! What an interaction asks for beside somebody who signed in: a class of authentication, or a proof that is fresh.

use std::time::Duration;

use super::errand::{Errand, Freshness};
use super::{Evidence, Interaction, Progress};
use crate::clock::{Timestamp, minutes};
use crate::credential::Method;
use crate::oidc::acr::{self, Acr};
use crate::oidc::authorize::Prompt;

/// How old the strongest proof may be when a member changes something of their account.
pub const REAUTHENTICATION_AGE: Duration = minutes(5);

/// What is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Demand {
    /// The classes wished for, most wanted first; met where possible (`acr_values`). Silent requests wish for nothing.
    pub wished: Vec<Acr>,
    /// The classes of which one is required, most wanted first (`claims`, essential `acr`).
    pub essential: Vec<Acr>,
    /// Whether an essential class was named that we do not know: it cannot be met.
    pub unknown: Unknown,
    /// The strongest proof must not be older than this instant.
    pub fresh_since: Option<Timestamp>,
    /// When all this was asked for; what was proved from then on was proved for it.
    pub asked_at: Option<Timestamp>,
}

/// Whether the essential classes are all foreign to us.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Unknown {
    /// At least one is known, or none was named.
    #[default]
    No,
    /// Classes were named, and none of them is ours.
    All,
}

/// What is still missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// Nothing.
    Nothing,
    /// The password.
    Password,
    /// This second step.
    Step(Method),
    /// What the member cannot do: no method that they set up reaches it.
    OutOfReach,
}

impl Demand {
    /// What `interaction` asks for.
    pub fn of(interaction: &Interaction) -> Self {
        let known = |names: &[String]| names.iter().filter_map(|name| Acr::from_name(name)).collect::<Vec<_>>();
        let fresh_since = match interaction.errand.map(Errand::freshness) {
            Some(Freshness::Needed) => Some(interaction.created_at - REAUTHENTICATION_AGE),
            Some(Freshness::Any) | None => None,
        };
        let asked_at = Some(interaction.created_at);
        if let Some(Errand::Allow { wished, least }) = interaction.errand {
            return Self::to_allow(wished.into_iter().flatten().collect(), least, interaction.created_at);
        }
        if let Some(Errand::AllowDevice { least }) = interaction.errand {
            return Self::to_allow(Vec::new(), least, interaction.created_at);
        }
        let Some((_, request)) = &interaction.request else { return Self { fresh_since, asked_at, ..Self::default() } };
        let essential = known(&request.essential_acr);
        let unknown = !request.essential_acr.is_empty() && essential.is_empty();
        // Best effort, and without a page there is none to make (OpenID Connect Core §3.1.2.1, `acr_values`, `prompt`).
        let wished = if request.prompts(Prompt::None) { Vec::new() } else { known(&request.acr_values) };
        Self { wished, unknown: if unknown { Unknown::All } else { Unknown::No }, essential, fresh_since, asked_at }
    }

    /// What a member who allows something from elsewhere must have proved: `wished` where possible, `least` in any case.
    pub fn to_allow(wished: Vec<Acr>, least: Acr, asked_at: Timestamp) -> Self {
        let essential = if least == Acr::Aal1 { Vec::new() } else { vec![least] };
        Self { wished, essential, asked_at: Some(asked_at), ..Self::default() }
    }

    /// What is missing before the demand is met as far as the member can meet it.
    pub fn missing(&self, progress: &Progress, enrolled: &[Method]) -> Missing {
        if self.unknown == Unknown::All {
            return Missing::OutOfReach;
        }
        if let Some(since) = self.fresh_since
            && let Some(missing) = not_fresh(progress, enrolled, since)
        {
            return missing;
        }
        let (present, _) = acr::strength(&progress.proofs);
        if !self.essential.is_empty() && !self.essential.iter().any(|acr| present >= *acr) {
            let step = self.essential.iter().find_map(|acr| step_to(*acr, progress, enrolled));
            return step.map_or(Missing::OutOfReach, Missing::Step);
        }
        // Whoever has not the phone at hand, and said so just now, is not asked for it once more: it is a wish.
        let fallback = progress.last(|evidence| matches!(evidence, Evidence::MailFallback));
        if fallback.is_some_and(|at| self.asked_at.is_some_and(|asked| at >= asked)) {
            return Missing::Nothing;
        }
        for wished in &self.wished {
            if present >= *wished {
                return Missing::Nothing;
            }
            if let Some(method) = step_to(*wished, progress, enrolled) {
                return Missing::Step(method);
            }
        }
        Missing::Nothing
    }

    /// Whether nothing more than this class is required.
    pub fn is_content_with(&self, acr: Acr) -> bool {
        self.unknown == Unknown::No && (self.essential.is_empty() || self.essential.iter().any(|wanted| *wanted <= acr))
    }

    /// The class that is told: a value asked for as essential, never more than what was proved.
    pub fn told(&self, proved: Acr) -> Acr {
        let asked = self.essential.iter().copied().filter(|acr| *acr <= proved).max();
        if self.essential.contains(&proved) { proved } else { asked.unwrap_or(proved) }
    }
}

/// The strongest of the member's methods that, proved now, reaches the class.
fn step_to(wanted: Acr, progress: &Progress, enrolled: &[Method]) -> Option<Method> {
    enrolled.iter().copied().find(|method| acr::reached(&progress.proofs, *method) >= wanted)
}

/// The member proves to be themselves with the strongest that they have. Mailed codes are not stronger than the password:
/// the mailbox may stand open on the very screen that was left alone.
pub fn not_fresh(progress: &Progress, enrolled: &[Method], since: Timestamp) -> Option<Missing> {
    let given = |wanted: fn(&Evidence) -> bool| progress.last(wanted).is_some_and(|at| at >= since);
    match enrolled.first() {
        Some(strongest @ (Method::Passkey | Method::App)) => {
            // Whoever has lost the device has the codes on paper instead.
            let fresh = given(|evidence| {
                matches!(evidence, Evidence::Passkey { .. } | Evidence::App { .. } | Evidence::RecoveryCode)
            });
            (!fresh).then_some(Missing::Step(*strongest))
        }
        Some(Method::Mail) | None => {
            let fresh = given(|evidence| matches!(evidence, Evidence::Password));
            (!fresh).then_some(Missing::Password)
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::id::CredentialId;
    use crate::interaction::Proof;

    const APP: Evidence = Evidence::App { id: CredentialId::from_uuid(Uuid::nil()) };

    fn proved(proofs: &[(Evidence, i64)]) -> Progress {
        let proofs = proofs.iter().map(|(evidence, at)| Proof { evidence: *evidence, at: Timestamp::from_millis(*at) });
        Progress { proofs: proofs.collect(), ..Progress::default() }
    }

    #[test]
    fn a_class_is_reached_by_the_step_that_is_missing_and_no_other() {
        let (mailed, both) = ([Method::Mail], [Method::App, Method::Mail]);
        let weak = proved(&[(Evidence::Password, 0), (Evidence::MailCode, 0)]);
        let strong = proved(&[(Evidence::Password, 0), (APP, 0)]);
        let wished = |acr| Demand { wished: vec![acr], ..Demand::default() };
        let essential = |acr| Demand { essential: vec![acr], ..Demand::default() };

        assert_eq!(wished(Acr::Aal2).missing(&weak, &both), Missing::Step(Method::App));
        assert_eq!(essential(Acr::Aal2).missing(&weak, &both), Missing::Step(Method::App));
        assert_eq!(wished(Acr::Aal2).missing(&weak, &mailed), Missing::Nothing);
        assert_eq!(essential(Acr::Aal2).missing(&weak, &mailed), Missing::OutOfReach);
        for demand in [wished(Acr::Aal1), wished(Acr::Aal2), essential(Acr::Aal1), essential(Acr::Aal2)] {
            assert_eq!(demand.missing(&strong, &both), Missing::Nothing);
        }
    }

    #[test]
    fn of_several_classes_one_within_reach_is_enough() {
        let mailed = [Method::Mail];
        let weak = proved(&[(Evidence::Password, 0), (Evidence::MailCode, 0)]);
        let either = Demand { essential: vec![Acr::Aal2, Acr::Aal1], ..Demand::default() };
        assert_eq!(either.missing(&weak, &mailed), Missing::Nothing);
        let foreign = Demand { unknown: Unknown::All, ..Demand::default() };
        assert_eq!(foreign.missing(&weak, &mailed), Missing::OutOfReach);
    }

    #[test]
    fn a_wish_is_passed_over_once_a_mailed_code_stood_in_for_the_app() {
        let both = [Method::App, Method::Mail];
        let at = |instant| Some(Timestamp::from_millis(instant));
        let wished = |asked| Demand { wished: vec![Acr::Aal2], asked_at: at(asked), ..Demand::default() };
        let fallen_back = proved(&[(Evidence::Password, 5), (Evidence::MailFallback, 5)]);
        assert_eq!(wished(5).missing(&fallen_back, &both), Missing::Nothing);
        assert_eq!(wished(6).missing(&fallen_back, &both), Missing::Step(Method::App), "a new question");
        let essential = Demand { essential: vec![Acr::Aal2], asked_at: at(5), ..Demand::default() };
        assert_eq!(essential.missing(&fallen_back, &both), Missing::Step(Method::App));
    }

    #[test]
    fn a_pattern_password_reaches_nothing_by_an_app() {
        let both = [Method::App];
        let essential = Demand { essential: vec![Acr::Aal2], ..Demand::default() };
        assert_eq!(essential.missing(&proved(&[(Evidence::Pattern, 0), (APP, 0)]), &both), Missing::OutOfReach);
    }

    #[test]
    fn a_fresh_proof_is_one_of_the_strongest_method() {
        let demand = Demand { fresh_since: Some(Timestamp::from_millis(10)), ..Demand::default() };
        let missing = |enrolled: &[Method], proofs: &[(Evidence, i64)]| demand.missing(&proved(proofs), enrolled);
        let app = [Method::App, Method::Mail];
        assert_eq!(missing(&app, &[(Evidence::Password, 10), (APP, 9)]), Missing::Step(Method::App));
        assert_eq!(missing(&app, &[(Evidence::Password, 0), (APP, 10)]), Missing::Nothing);
        assert_eq!(missing(&[Method::Mail], &[(Evidence::Password, 9), (Evidence::MailCode, 10)]), Missing::Password);
        assert_eq!(missing(&[Method::Mail], &[(Evidence::MailCode, 0), (Evidence::Password, 10)]), Missing::Nothing);
        assert_eq!(missing(&[], &[(Evidence::Password, 9)]), Missing::Password);
    }

    #[test]
    fn what_is_told_is_what_was_asked_for_and_never_more_than_what_was_proved() {
        let essential = |list: &[Acr]| Demand { essential: list.to_vec(), ..Demand::default() };
        assert_eq!(essential(&[]).told(Acr::Aal2), Acr::Aal2);
        assert_eq!(essential(&[Acr::Aal1]).told(Acr::Aal2), Acr::Aal1);
        assert_eq!(essential(&[Acr::Aal1, Acr::Aal2]).told(Acr::Aal2), Acr::Aal2);
        assert_eq!(essential(&[Acr::Aal2]).told(Acr::Aal1), Acr::Aal1);
    }
}
