//! What all pages have around them: the society's name, the language, the place in the journey, what went wrong, help.

use crate::view::assets;
use crate::view::colour::Colour;
use crate::view::error_text;
use crate::view::locale::{Language, Value, Words};
pub use crate::view::progress::{Progress, Upcoming};

/// The frame of one page.
#[derive(Clone, Debug)]
pub struct Chrome {
    /// The words of this page.
    pub words: Words,
    /// Whose page it is.
    pub realm: RealmLook,
    /// The interaction that forms carry back as the hidden field `interaction`; `None` outside of one.
    pub interaction: Option<String>,
    /// The token that forms carry back as the hidden field `csrf`.
    pub csrf: String,
    /// The place in the journey; `None` outside of it.
    pub progress: Option<Progress>,
    /// Something to know before reading on.
    pub notice: Option<Notice>,
    /// What was wrong with the last answer, in the order of the fields.
    pub errors: Vec<FieldError>,
    /// How long the page waits for an answer, in minutes; `None` when it waits forever.
    pub time_limit_minutes: Option<u32>,
    /// Where the same page is found in the other languages.
    pub language_links: Vec<LanguageLink>,
}

/// How a realm shows itself.
#[derive(Clone, Debug, Default)]
pub struct RealmLook {
    /// The society's name in the language of the page.
    pub name: String,
    /// A picture beside the name, of the same origin.
    pub logo_url: Option<String>,
    /// The colour of buttons and links, as the operator gave it; made readable by [`Colour::stylesheet`].
    pub primary_colour: Colour,
    /// The help line, usually a telephone number: `03-1234-5678`.
    pub help_line: Option<String>,
    /// When it answers, in the language of the page: `平日 9:00～17:00`.
    pub help_hours: Option<String>,
}

/// Something to know before reading on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A code or link was sent again; older ones no longer work.
    SentAgain,
    /// The mail has not been answered yet (after pressing “refresh”).
    NotYetVerified,
    /// The mail address is confirmed.
    MailVerified,
    /// The journey goes on where it was left.
    Resumed,
    /// The method is set up.
    MethodEnrolled,
    /// The password was changed.
    PasswordChanged,
    /// For the sake of this action the member signs in once more.
    SignInAgain,
    /// A method got another name.
    MethodRenamed,
    /// A method was removed.
    MethodRemoved,
    /// The mail address was changed.
    MailChanged,
    /// One other device was signed out.
    SignedOutThere,
    /// All other devices were signed out.
    SignedOutElsewhere,
    /// A browser is asked for the second step again.
    BrowserForgotten,
    /// What an application was granted is taken back.
    ApplicationRevoked,
    /// What an application asked for from elsewhere is allowed.
    RequestAllowed,
    /// It is not.
    RequestDenied,
    /// The sign-out was not carried out, as asked.
    StayedSignedIn,
    /// The mail that leads back in has not been answered yet (after pressing “refresh”).
    NotYetAnswered,
    /// The lock-out is over.
    Unlocked,
    /// New recovery codes are kept.
    RecoveryCodesKept,
}

/// The mood of a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// To know.
    Info,
    /// It worked.
    Success,
}

/// One thing that was wrong with an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The id of the field; `None` when it concerns the page as a whole.
    pub field: Option<&'static str>,
    /// The stable code, one of [`error_text::CODES`].
    pub code: String,
    /// The values that its text speaks of.
    pub values: Vec<(&'static str, String)>,
}

/// The same page in another language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LanguageLink {
    /// The language.
    pub language: Language,
    /// Where.
    pub url: String,
}

impl Chrome {
    /// The frame of a page on which nothing has happened yet.
    pub fn new(words: Words, realm: RealmLook, csrf: String) -> Self {
        Self {
            words,
            realm,
            interaction: None,
            csrf,
            progress: None,
            notice: None,
            errors: Vec::new(),
            time_limit_minutes: None,
            language_links: Vec::new(),
        }
    }

    /// The text of a key.
    pub fn t(&self, key: &str) -> String {
        self.words.t(key)
    }

    /// The text of a key that speaks of one other text.
    pub fn with_text(&self, key: &str, name: &'static str, value: &str) -> String {
        self.words.with(key, &[(name, Value::Text(value))])
    }

    /// The text of a key that speaks of one number.
    pub fn with_number(&self, key: &str, name: &'static str, value: &u32) -> String {
        self.words.with(key, &[(name, Value::Number(*value))])
    }

    /// The tag for `<html lang>`.
    pub fn language_tag(&self) -> &'static str {
        self.words.language().tag()
    }

    /// The product's stylesheet.
    pub fn style_url(&self) -> String {
        assets::url("app.css").into_owned()
    }

    /// The realm's stylesheet: `/assets/realm.css?c=0017c1`. The query changes with the colour, so that it may be kept.
    pub fn realm_style_url(&self) -> String {
        format!("{}realm.css?c={}", assets::FOLDER, self.realm.primary_colour.to_string().trim_start_matches('#'))
    }

    /// The script of pages with passkeys.
    pub fn passkey_script_url(&self) -> String {
        assets::url("passkey.js").into_owned()
    }

    /// The words of a stable code, for what goes wrong in the browser itself.
    pub fn problem(&self, code: &str) -> String {
        error_text::text(&self.words, code, &[])
    }

    /// The product's script.
    pub fn script_url(&self) -> String {
        assets::url("app.js").into_owned()
    }

    /// The picture in the browser's tab.
    pub fn icon_url(&self) -> String {
        assets::url("icon.svg").into_owned()
    }

    /// The society's short name is its first character, for realms without a logo.
    pub fn initial(&self) -> String {
        self.realm.name.chars().take(1).collect()
    }

    /// The help line as a `tel:` link; `None` when it is not a telephone number alone.
    pub fn help_link(&self) -> Option<String> {
        let line = self.realm.help_line.as_deref()?;
        let is_number = line.chars().all(|c| c.is_ascii_digit() || "+-() ".contains(c));
        let number = line.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect::<String>();

        (is_number && number.len() > 2).then(|| format!("tel:{number}"))
    }

    /// Whether something was wrong with this field.
    pub fn failed(&self, field: &str) -> bool {
        self.errors.iter().any(|error| error.field == Some(field))
    }

    /// What was wrong with this field, in words.
    pub fn errors_of(&self, field: &str) -> Vec<String> {
        self.errors.iter().filter(|error| error.field == Some(field)).map(|error| self.say(error)).collect()
    }

    /// An error in words.
    pub fn say(&self, error: &FieldError) -> String {
        error_text::text(&self.words, &error.code, &error.values)
    }

    /// The stable code that the page shows to support staff and machines: that of the first error.
    pub fn error_code(&self) -> Option<&str> {
        self.errors.first().map(|error| error.code.as_str())
    }

    /// The value of `aria-describedby` for a field: its error first, then its hint.
    pub fn described_by(&self, field: &str, hint: &str) -> String {
        let error = if self.failed(field) { format!("{field}-error ") } else { String::new() };
        let hint = if hint.is_empty() { String::new() } else { format!("{field}-hint") };

        format!("{error}{hint}").trim().to_owned()
    }

    /// “Step 3 of 7”.
    pub fn progress_text(&self, progress: &Progress) -> String {
        self.words.with("step-of", &[("step", progress.step.into()), ("of", progress.of.into())])
    }

    /// What follows, in words.
    pub fn upcoming_text(&self, upcoming: &Upcoming) -> String {
        self.t(upcoming.key())
    }

    /// What a notice says.
    pub fn notice_text(&self, notice: &Notice) -> String {
        self.t(notice.key())
    }
}

impl Notice {
    /// All of them.
    pub const ALL: [Self; 20] = [
        Self::SentAgain,
        Self::NotYetVerified,
        Self::MailVerified,
        Self::Resumed,
        Self::MethodEnrolled,
        Self::PasswordChanged,
        Self::SignInAgain,
        Self::MethodRenamed,
        Self::MethodRemoved,
        Self::MailChanged,
        Self::SignedOutThere,
        Self::SignedOutElsewhere,
        Self::BrowserForgotten,
        Self::ApplicationRevoked,
        Self::RequestAllowed,
        Self::RequestDenied,
        Self::StayedSignedIn,
        Self::NotYetAnswered,
        Self::Unlocked,
        Self::RecoveryCodesKept,
    ];

    /// Its name in an address.
    pub fn name(self) -> &'static str {
        self.key().trim_start_matches("notice-")
    }

    /// Reads the name in an address.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|notice| notice.name() == name)
    }

    /// The key of its text.
    pub const fn key(self) -> &'static str {
        match self {
            Self::SentAgain => "notice-sent-again",
            Self::NotYetVerified => "notice-not-yet-verified",
            Self::MailVerified => "notice-mail-verified",
            Self::Resumed => "notice-resumed",
            Self::MethodEnrolled => "notice-method-enrolled",
            Self::PasswordChanged => "notice-password-changed",
            Self::SignInAgain => "notice-sign-in-again",
            Self::MethodRenamed => "notice-method-renamed",
            Self::MethodRemoved => "notice-method-removed",
            Self::MailChanged => "notice-mail-changed",
            Self::SignedOutThere => "notice-signed-out-there",
            Self::SignedOutElsewhere => "notice-signed-out-elsewhere",
            Self::BrowserForgotten => "notice-browser-forgotten",
            Self::ApplicationRevoked => "notice-application-revoked",
            Self::RequestAllowed => "notice-request-allowed",
            Self::RequestDenied => "notice-request-denied",
            Self::StayedSignedIn => "notice-stayed-signed-in",
            Self::NotYetAnswered => "notice-not-yet-answered",
            Self::Unlocked => "notice-unlocked",
            Self::RecoveryCodesKept => "notice-recovery-codes-kept",
        }
    }

    /// Its mood.
    pub const fn tone(self) -> Tone {
        match self {
            Self::MailVerified
            | Self::MethodEnrolled
            | Self::PasswordChanged
            | Self::MethodRenamed
            | Self::MethodRemoved
            | Self::MailChanged
            | Self::SignedOutThere
            | Self::SignedOutElsewhere
            | Self::BrowserForgotten
            | Self::ApplicationRevoked
            | Self::RequestAllowed
            | Self::RequestDenied
            | Self::Unlocked
            | Self::RecoveryCodesKept
            | Self::SentAgain => Tone::Success,
            Self::NotYetVerified | Self::Resumed | Self::SignInAgain | Self::StayedSignedIn | Self::NotYetAnswered => {
                Tone::Info
            }
        }
    }

    /// The class of the element.
    pub const fn class(self) -> &'static str {
        match self.tone() {
            Tone::Info => "notice notice-info",
            Tone::Success => "notice notice-success",
        }
    }
}

impl FieldError {
    /// Something is wrong with one field.
    pub fn of(field: &'static str, code: impl Into<String>) -> Self {
        Self { field: Some(field), code: code.into(), values: Vec::new() }
    }

    /// Something is wrong with the page as a whole.
    pub fn of_page(code: impl Into<String>) -> Self {
        Self { field: None, code: code.into(), values: Vec::new() }
    }

    /// Adds a value that its text speaks of.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.values.push((name, value.to_string()));
        self
    }
}

impl LanguageLink {
    /// The language's name in itself.
    pub fn name(&self) -> &'static str {
        match self.language {
            Language::Ja => "日本語",
            Language::En => "English",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chrome() -> Chrome {
        Chrome::new(Words::new(Language::Ja), RealmLook::default(), String::new())
    }

    #[test]
    fn a_telephone_number_can_be_called() {
        let link = |line: &str| {
            let mut chrome = chrome();
            chrome.realm.help_line = Some(line.to_owned());
            chrome.help_link()
        };

        assert_eq!(link("03-1234-5678").as_deref(), Some("tel:0312345678"));
        assert_eq!(link("+81 (3) 1234 5678").as_deref(), Some("tel:+81312345678"));
        assert_eq!(link("総務課 内線 123"), None);
        assert_eq!(link("-"), None);
    }

    #[test]
    fn a_field_is_described_by_its_error_and_its_hint() {
        let mut chrome = chrome();
        assert_eq!(chrome.described_by("mail", ""), "");
        assert_eq!(chrome.described_by("mail", "hint"), "mail-hint");

        chrome.errors = vec![FieldError::of("mail", "mail_address_missing")];
        assert_eq!(chrome.described_by("mail", "hint"), "mail-error mail-hint");
        assert_eq!(chrome.described_by("mail", ""), "mail-error");
        assert_eq!(chrome.error_code(), Some("mail_address_missing"));
    }

    #[test]
    fn the_bar_shows_what_is_done_and_what_is_ahead() {
        let progress = Progress { step: 2, of: 3, next: None };

        assert_eq!(progress.bar(), ["done", "current", "ahead"]);
        assert_eq!(chrome().progress_text(&progress), "手順 2／3");
    }
}
