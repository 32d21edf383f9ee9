//! The words and the templates, checked against each other.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use idp_core::oidc::scope::Scope;

use crate::view::assets;
use crate::view::chrome::{Notice, Upcoming};
use crate::view::locale::{Language, Words};

/// The methods that rows, notices and mails can speak of.
const METHODS: [&str; 3] = ["passkey", "totp", "mail"];

fn files(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found
}

/// Every message and attribute of a language, with the variables it names.
fn messages(language: Language) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for path in files(&format!("locales/{}", language.tag())) {
        let (mut message, mut key) = (String::new(), String::new());
        for line in fs::read_to_string(&path).unwrap().lines() {
            let head = line.split(" =").next().unwrap_or_default();
            if line.starts_with(|c: char| c.is_ascii_alphabetic()) && line.contains(" =") {
                message = head.to_owned();
                key = message.clone();
                assert!(found.insert(key.clone(), BTreeSet::new()).is_none(), "{key} is said twice");
            } else if let Some(attribute) = head.trim_start().strip_prefix('.') {
                key = format!("{message}.{attribute}");
                found.insert(key.clone(), BTreeSet::new());
            }
            for part in line.split("{ $").skip(1) {
                let name = part.split([' ', '}']).next().unwrap().to_owned();
                found.get_mut(&key).unwrap().insert(name);
            }
        }
    }
    found
}

/// The keys that templates, views and handlers name in full.
fn named_keys() -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for path in files("templates").into_iter().chain(files("src")) {
        if path.ends_with("tests.rs") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        // Without white space a call is found however it was wrapped; keys have none.
        let text = text.split_whitespace().collect::<String>();
        for call in
            [".t(\"", ".with_text(\"", ".with_number(\"", "words.with(\"", "words.find(\"", "=>\"next-", "=>\"notice-"]
        {
            for rest in text.split(call).skip(1) {
                let prefix = call.split("=>\"").nth(1).unwrap_or_default();
                named.insert(format!("{prefix}{}", rest.split('"').next().unwrap()));
            }
        }
    }
    named
}

/// The keys that are put together at run time.
fn composed_keys() -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for method in METHODS {
        keys.extend(["title", "text", "needs"].map(|part| format!("method-{method}-{part}")));
    }
    for occasion in ["enrol-passkey", "offer-passkey"] {
        keys.extend(["title", "lead", "other"].map(|part| format!("{occasion}-{part}")));
    }
    for method in METHODS {
        keys.insert(format!("method-add-{method}"));
    }
    keys.extend(["now", "minutes", "hours", "days"].map(|unit| format!("ago-{unit}")));
    keys.extend(idp_core::oidc::scope::Scope::ALL.map(|scope| format!("device-scope-{}", scope.name())));
    keys.insert("history-refused".to_owned());
    keys.extend(idp_core::account::history::TOLD.map(|kind| format!("history-{}", kind.name())));
    for purpose in ["mail", "proof"] {
        keys.extend(["title", "lead", "submit"].map(|part| format!("enrol-{purpose}-{part}")));
    }
    for mail in [
        "verify",
        "sign-in",
        "enrol",
        "password-changed",
        "address-changed",
        "method-added",
        "method-renamed",
        "method-removed",
        "change",
        "locked",
        "reset",
        "unlock",
        "user-ids",
        "fallback",
        "answer",
        "methods-replaced",
        "recovery-made",
        "recovery-used",
        "passkey-refused",
    ] {
        keys.extend(["subject", "lead", "tail"].map(|part| format!("mail-{mail}-{part}")));
    }
    for purpose in ["forgotten", "unlock"] {
        keys.extend(["title", "lead", "sent-lead"].map(|part| format!("{purpose}-{part}")));
    }
    for purpose in ["password", "unlock"] {
        keys.extend(["title", "ask"].map(|part| format!("rescue-{purpose}-{part}")));
    }
    keys.extend(["mail-reset-link", "mail-unlock-link"].map(str::to_owned));
    for code in crate::view::error_text::CODES {
        keys.insert(format!("error-{code}"));
    }
    let claims = ["name", "user-id", "birthdate", "locale", "updated"];
    keys.extend(claims.map(|claim| format!("consent-claim-{claim}")));
    keys.extend(Scope::ALL.map(|scope| format!("consent-scope-{}", scope.name())));
    keys.extend(Notice::ALL.map(|notice| notice.key().to_owned()));
    keys.extend(Upcoming::ALL.map(|upcoming| upcoming.key().to_owned()));
    keys
}

#[test]
fn both_languages_have_the_same_messages_with_the_same_variables() {
    let (japanese, english) = (messages(Language::Ja), messages(Language::En));
    let missing = |from: &BTreeMap<String, BTreeSet<String>>, other: &BTreeMap<String, BTreeSet<String>>| {
        from.keys().filter(|key| !other.contains_key(*key)).cloned().collect::<Vec<_>>()
    };

    assert_eq!(missing(&japanese, &english), Vec::<String>::new(), "missing in English");
    assert_eq!(missing(&english, &japanese), Vec::<String>::new(), "missing in Japanese");
    for (key, variables) in &japanese {
        assert_eq!(variables, &english[key], "{key}");
    }
}

#[test]
fn every_key_in_use_exists() {
    let known = messages(Language::Ja);
    for key in named_keys().union(&composed_keys()) {
        assert!(known.contains_key(key), "{key} is used but has no text");
    }
}

#[test]
fn every_refusal_of_what_members_type_has_its_words() {
    let core = Path::new(env!("CARGO_MANIFEST_DIR")).join("../idp-core/src");
    for (file, prefix) in [
        ("birth_date.rs", "birth_date_"),
        ("credential/password_policy.rs", "password_"),
        ("letter_secret.rs", "letter_secret_"),
        ("mail_address.rs", "mail_address_"),
        ("one_time_code.rs", "one_time_code_"),
        ("user_id.rs", "user_id_"),
    ] {
        let text = fs::read_to_string(core.join(file)).unwrap();
        let codes = text.split("=> \"").skip(1).map(|rest| rest.split('"').next().unwrap());
        let codes = codes.filter(|code| code.starts_with(prefix)).collect::<Vec<_>>();

        assert!(!codes.is_empty(), "{file} names no code");
        for code in codes {
            assert!(crate::view::error_text::CODES.contains(&code), "{code} has no words");
        }
    }
}

#[test]
fn every_message_is_used() {
    let (named, composed) = (named_keys(), composed_keys());
    for key in messages(Language::Ja).keys() {
        let message = key.split('.').next().unwrap();
        let used = named.contains(key) || named.contains(message) || composed.contains(message);
        assert!(used, "{key} has a text that nothing shows");
    }
}

#[test]
fn every_message_reads_without_a_gap() {
    let sample = "3".to_owned();
    for language in Language::ALL {
        let words = Words::new(language);
        for (key, variables) in messages(language) {
            let values = variables
                .iter()
                .map(|name| (&*name.clone().leak(), crate::view::locale::Value::Text(&sample)))
                .collect::<Vec<_>>();
            let text = words.find(&key, &values).unwrap_or_else(|| panic!("{key} in {language:?} cannot be read"));

            assert!(!text.trim().is_empty(), "{key}");
            assert!(!text.contains("{$") && !text.contains('\u{2068}'), "{key}: {text}");
        }
    }
}

#[test]
fn no_template_needs_what_the_security_policy_forbids() {
    // The demo's portal and mailbox are other parties' pages under a policy of their own.
    for path in files("templates").into_iter().filter(|path| !path.components().any(|part| part.as_os_str() == "demo"))
    {
        let text = fs::read_to_string(&path).unwrap();
        let is_mail_body = path.ends_with("mail/mail.html");

        assert!(is_mail_body || !text.contains(" style="), "{}", path.display());
        for forbidden in ["<style", "onclick=", "onsubmit=", "onload=", "javascript:", "http://", "https://"] {
            assert!(!text.contains(forbidden), "{} has {forbidden}", path.display());
        }
        for rest in text.split("<form ").skip(1) {
            assert!(rest.starts_with("method=\"post\" novalidate"), "{}", path.display());
            // An answer to an application carries nothing of ours.
            let is_answer = path.ends_with("oidc/form_post.html");
            let is_ours = rest.split("</form>").next().unwrap().contains("hidden(chrome)");
            assert_eq!(is_ours, !is_answer, "{}", path.display());
        }
    }
}

#[test]
fn the_assets_that_pages_load_exist() {
    for name in ["app.css", "app.js", "form_post.js", "icon.svg"] {
        assert!(assets::by_path(&assets::url(name)).is_some(), "{name}");
    }
}

/// The names that password managers, support staff and black-box tests hold on to, by template.
const HELD: [(&str, &str, &[&str]); 19] = [
    ("login/login.html", "login", &["username", "password", "login-submit"]),
    ("login/totp.html", "totp", &["totp-code", "totp-submit", "other-method"]),
    ("login/mail_code.html", "mail-code", &["mail-code", "mail-code-submit", "parts::resend"]),
    ("login/locked.html", "error", &["error-summary", "error-code"]),
    ("onboarding/birth_date.html", "birth-date", &["birth-date", "birth-date-submit"]),
    ("onboarding/terms.html", "terms", &["terms-accept", "terms-decline"]),
    ("onboarding/mail.html", "mail", &["mail", "mail-submit"]),
    (
        "onboarding/mail_sent.html",
        "mail-sent",
        &["mail-code", "mail-code-submit", "parts::resend", "mail-change", "mail-refresh"],
    ),
    ("onboarding/method.html", "method", &["method-{{ row.id }}", "method-submit"]),
    ("onboarding/password.html", "password", &["new-password", "new-password-confirm", "password-submit"]),
    ("onboarding/complete.html", "complete", &["sign-out", "continue"]),
    ("mail/verify.html", "verify", &["mail-verify-submit", "mail-not-me"]),
    (
        "enrol/totp.html",
        "totp",
        &["parts::totp_key", "totp-qr", "totp-code", "device-name", "sign-out-others", "totp-submit"],
    ),
    ("enrol/mail.html", "mail", &["mail-code", "mail-code-submit", "parts::resend"]),
    ("consent/consent.html", "consent", &["consent-allow", "consent-deny", "consent-wanted", "client-logo"]),
    ("device/device.html", "device", &["user-code", "user-code-submit", "device-allow", "device-deny"]),
    (
        "account/requests.html",
        "requests",
        &["request-allow-{{ request.id }}", "request-deny-{{ request.id }}", "request-message-{{ request.id }}"],
    ),
    ("logout/logout.html", "logout", &["logout-confirm", "logout-cancel"]),
    ("error.html", "error", &["error-summary", "error-code"]),
];

#[test]
fn pages_keep_the_names_that_others_hold_on_to() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    for (template, page, names) in HELD {
        let text = fs::read_to_string(folder.join(template)).unwrap();

        assert!(text.contains(&format!("{{% block page %}}{page}{{% endblock %}}")), "{template}");
        for name in names {
            let held = [format!("id=\"{name}\""), format!("(chrome, \"{name}\""), format!("{name}(chrome")];
            assert!(held.iter().any(|held| text.contains(held)), "{template} lost {name}");
        }
    }
    let parts = fs::read_to_string(folder.join("parts.html")).unwrap();
    for name in ["mail-resend", "totp-key"] {
        assert!(parts.contains(&format!("id=\"{name}\"")), "parts.html lost {name}");
    }
}
