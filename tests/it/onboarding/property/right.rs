//! Answers that are right, for every page.

use harness::{Member, Page};
use idp_core::credential::Method;

use super::{Done, Proof, World};

impl World {
    /// Who types an address or has the app: the one who sits there, as far as that is known.
    pub(super) fn sitting(&self, page: &Page, m: usize) -> usize {
        let interaction = page.hidden().into_iter().find(|(name, _)| name == "interaction");
        let seat = interaction.and_then(|(_, id)| self.seats.get(&id));
        let known = seat.filter(|seat| seat.members.len() == 1).and_then(|seat| seat.members.first());
        known.copied().unwrap_or(m)
    }

    /// The fields of a page and what they prove.
    pub(super) fn right(&self, path: &str, m: usize, page: &Page) -> (Vec<(&'static str, String)>, Option<Proof>) {
        let member = &self.members[m];
        let code = || self.idp.mailbox().newest_code_to(&member.mail).unwrap_or_else(|| "123456".into());
        match path {
            "/login" => {
                let fields = vec![("username", member.user_id.clone()), ("password", member.present_password())];
                (fields, Some(Proof::SignIn))
            }
            "/onboarding/birth-date" => {
                (vec![("birth-date", member.birth_date.clone())], Some(Proof::Step(Done::BirthDate)))
            }
            "/onboarding/terms" => {
                let shown = self.pages.iter().flatten().rev().find_map(|page| page.attribute_named("terms-version"));
                let shown = page.attribute_named("terms-version").or(shown).unwrap_or_default();
                (vec![("action", "accept".into()), ("terms-version", shown)], Some(Proof::Step(Done::Terms)))
            }
            "/onboarding/mail" => (vec![("mail", self.members[self.sitting(page, m)].mail.clone())], None),
            "/onboarding/mail-sent" => {
                (vec![("mail-code", code()), ("action", "check".into())], Some(Proof::Step(Done::Mail)))
            }
            "/onboarding/method" => (vec![("method", self.method.name().into())], Some(Proof::Step(Done::Method))),
            "/onboarding/password" => {
                let password = member.password.clone();
                (
                    vec![("new-password", password.clone()), ("new-password-confirm", password)],
                    Some(Proof::Step(Done::Password)),
                )
            }
            "/onboarding/complete" => (vec![("action", "sign-out".into())], None),
            "/enrol/mail" => {
                (vec![("mail-code", code()), ("action", "check".into())], Some(Proof::Step(Done::Enrolled)))
            }
            "/login/mail-code" => {
                (vec![("mail-code", code()), ("action", "check".into())], Some(Proof::SecondStep(Method::Mail)))
            }
            "/enrol/totp" => {
                let owner = &self.members[self.sitting(page, m)];
                if page.has("totp-key") {
                    owner.reads_key(page);
                }
                (vec![("totp-code", app_code(owner))], Some(Proof::Step(Done::Enrolled)))
            }
            "/login/totp" => (vec![("totp-code", app_code(member))], Some(Proof::SecondStep(Method::App))),
            _ => (Vec::new(), None),
        }
    }
}

/// The code of the app now, if there is a key in it.
fn app_code(member: &Member) -> String {
    if member.has_app() { member.app_code() } else { "123456".to_owned() }
}
