//! The member's own pages.

use askama::Template;
use idp_core::credential::card::{self, Condition};

use crate::view::chrome::Chrome;
use crate::view::enrol::Ticked;
use crate::view::locale::{Language, Value};

/// `/account`: where everything else is found.
#[derive(Template)]
#[template(path = "account/home.html")]
pub struct Home {
    /// The frame.
    pub chrome: Chrome,
    /// The user id.
    pub username: String,
    /// What the society calls the member.
    pub name: Option<String>,
    /// The verified address, masked.
    pub mail: Option<String>,
    /// The methods set up: `totp`, `mail`, `passkey`.
    pub methods: Vec<&'static str>,
    /// How many requests of applications wait for an answer.
    pub requests: u32,
    /// The languages there are.
    pub languages: Vec<LanguageChoice>,
}

/// A language to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LanguageChoice {
    /// `ja`.
    pub tag: &'static str,
    /// Its own name.
    pub name: &'static str,
    /// Whether it is the present one.
    pub present: Ticked,
}

/// `/account/methods`: the ways to sign in.
#[derive(Template)]
#[template(path = "account/methods.html")]
pub struct Methods {
    /// The frame.
    pub chrome: Chrome,
    /// The methods set up, strongest first.
    pub cards: Vec<Card>,
    /// What can be added: `totp`, `mail`, `passkey`.
    pub addable: Vec<&'static str>,
    /// What keepers of passkeys are told, as JSON; `None` for whoever never had one.
    pub known_passkeys: Option<String>,
    /// Where a new phone is let in; `None` where phones get no passkeys.
    pub new_phone_url: Option<&'static str>,
    /// Where recovery codes are made anew.
    pub recovery_codes_url: String,
}

/// One method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// Its credential.
    pub id: String,
    /// `totp`, `mail` or `passkey`.
    pub method: &'static str,
    /// What the member calls it.
    pub name: Option<String>,
    /// When it was set up.
    pub created: String,
    /// When it was last used.
    pub used: Option<Moment>,
    /// Whether it still lets its member in.
    pub condition: Condition,
}

/// An instant, and how long ago it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// As written for people.
    pub at: String,
    /// Whole minutes since.
    pub minutes: u32,
}

/// `/account/sessions`: where the member is signed in.
#[derive(Template)]
#[template(path = "account/sessions.html")]
pub struct Sessions {
    /// The frame.
    pub chrome: Chrome,
    /// The sessions, this one first.
    pub sessions: Vec<Device>,
    /// The browsers that are spared the second step.
    pub remembered: Vec<Device>,
}

/// A browser somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// What its buttons name.
    pub id: String,
    /// `Chrome (Windows)`; `None` when it does not say.
    pub name: Option<String>,
    /// When it began.
    pub since: Moment,
    /// When it was last used.
    pub seen: Moment,
    /// When it ends at the latest.
    pub until: String,
    /// Whether it is the browser that asks.
    pub is_here: Here,
}

/// Whether something is in the browser that asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Here {
    /// It is.
    Yes,
    /// It is not.
    No,
}

/// `/account/password`: another password.
#[derive(Template)]
#[template(path = "account/password.html")]
pub struct Password {
    /// The frame.
    pub chrome: Chrome,
    /// The user id, so that password managers know whose it is.
    pub username: String,
    /// The least length.
    pub minimum: u32,
    /// What was ticked.
    pub sign_out_others: Ticked,
}

/// `/account/mail`: another address.
#[derive(Template)]
#[template(path = "account/mail.html")]
pub struct Mail {
    /// The frame.
    pub chrome: Chrome,
    /// The address in use.
    pub present: Option<String>,
    /// What was typed.
    pub typed: String,
    /// The mail under way.
    pub waiting: Option<MailWaiting>,
}

/// A mail under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailWaiting {
    /// Where it was sent.
    pub address: String,
    /// How long the code works, in minutes.
    pub code_minutes: u32,
    /// How long until another may be sent, in seconds.
    pub resend_wait_seconds: u32,
}

/// `/account/applications`.
#[derive(Template)]
#[template(path = "account/applications.html")]
pub struct Applications {
    /// The frame.
    pub chrome: Chrome,
    /// The applications, the last used first.
    pub applications: Vec<Application>,
}

/// One application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// Its row.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it may know, as scopes.
    pub scopes: Vec<&'static str>,
    /// Where a sign-in that begins here starts, where it has such an address.
    pub login: Option<String>,
    /// When the member last went there.
    pub last: Moment,
}

/// `/account/requests`.
#[derive(Template)]
#[template(path = "account/requests.html")]
pub struct Requests {
    /// The frame.
    pub chrome: Chrome,
    /// What waits for an answer, the newest first.
    pub requests: Vec<Request>,
}

/// What one application asks for from elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What the form names it by.
    pub id: String,
    /// The application.
    pub client_name: String,
    /// What it asks for, by name.
    pub scopes: Vec<&'static str>,
    /// The same in detail, for people.
    pub details: Vec<String>,
    /// What the other device shows.
    pub message: Option<String>,
    /// Since when it waits.
    pub asked: Moment,
}

/// `/account/history`.
#[derive(Template)]
#[template(path = "account/history.html")]
pub struct History {
    /// The frame.
    pub chrome: Chrome,
    /// The events, newest first.
    pub lines: Vec<Line>,
    /// Where older ones are.
    pub older_url: Option<String>,
    /// Where the newest ones are, on a later page.
    pub newest_url: Option<String>,
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When.
    pub at: String,
    /// What, in plain words.
    pub text: String,
    /// The network address it came from.
    pub address: Option<String>,
}

/// `/account/new-phone`: a new phone, let in by a QR code.
#[derive(Template)]
#[template(path = "account/new_phone.html")]
pub struct NewPhone {
    /// The frame.
    pub chrome: Chrome,
    /// How it stands.
    pub state: NewPhoneState,
    /// The same as a word, for the script; empty at the start.
    pub stage: &'static str,
    /// How long it goes on, in whole minutes.
    pub minutes: u32,
}

/// How a new phone's way in stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewPhoneState {
    /// Nothing is shown yet.
    Start,
    /// The QR code is shown.
    Offered,
    /// A phone asks.
    Asked {
        /// What the "yes" is meant for.
        id: String,
        /// What the phone shows.
        match_number: String,
        /// The phone as it calls itself.
        device: Option<String>,
    },
    /// The phone may go on.
    Confirmed,
    /// It is set up.
    Used,
}

impl NewPhone {
    /// Whether something else is waited for.
    const fn waits(&self) -> bool {
        matches!(self.state, NewPhoneState::Offered | NewPhoneState::Confirmed)
    }

    /// Whether there is something to give up.
    const fn can_be_ended(&self) -> bool {
        matches!(self.state, NewPhoneState::Offered | NewPhoneState::Asked { .. } | NewPhoneState::Confirmed)
    }
}

/// `/account/print`: how to sign in, on paper.
#[derive(Template)]
#[template(path = "account/print.html")]
pub struct Print {
    /// The frame.
    pub chrome: Chrome,
    /// The user id.
    pub username: String,
    /// What the society calls the member.
    pub name: Option<String>,
    /// The verified address, masked.
    pub mail: Option<String>,
    /// Where to sign in.
    pub address: String,
    /// The methods set up.
    pub cards: Vec<Card>,
    /// When it was made.
    pub printed_at: String,
}

impl LanguageChoice {
    /// The choice of `language` beside the `present` one.
    pub fn of(language: Language, present: Language) -> Self {
        let name = match language {
            Language::Ja => "日本語",
            Language::En => "English",
        };
        let present = if language == present { Ticked::Yes } else { Ticked::No };
        Self { tag: language.tag(), name, present }
    }
}

impl Card {
    /// A card of core's, with when it was last used.
    pub fn of(card: &card::Card, used: Option<Moment>) -> Self {
        Self {
            id: card.id.to_string(),
            method: card.method.name(),
            name: card.name.clone(),
            created: card.created_at.for_people(),
            used,
            condition: card.condition,
        }
    }
}

impl Chrome {
    /// “about 5 minutes ago”, with the instant itself.
    pub fn moment(&self, moment: &Moment) -> String {
        let (key, number) = match moment.minutes {
            0 => ("ago-now", 0),
            minutes @ 1..60 => ("ago-minutes", minutes),
            minutes @ 60..1440 => ("ago-hours", minutes / 60),
            minutes => ("ago-days", minutes / 1440),
        };
        let ago = self.words.with(key, &[("number", Value::Number(number))]);
        self.words.with("moment", &[("at", (&moment.at).into()), ("ago", (&ago).into())])
    }

    /// The title of a method.
    pub fn method_title(&self, method: &str) -> String {
        self.t(&format!("method-{method}-title"))
    }
}

#[cfg(test)]
mod tests {
    use idp_core::account::history::TOLD;

    use crate::view::locale::{Language, Words};

    #[test]
    fn everything_members_are_told_has_words_in_every_language() {
        for language in Language::ALL {
            let words = Words::new(language);
            for kind in TOLD {
                assert!(words.find(&format!("history-{}", kind.name()), &[]).is_some(), "{language:?}: {kind:?}");
            }
        }
    }
}
