//! What members read when something did not work: one text per stable code, in every language.
//!
//! A code has a text (beside its field and in the summary) and, where it can fill a page, a title and a next step. The
//! codes are the refusals of core and of the server; what the log and a client read are other strings.

use crate::view::locale::{Value, Words};

/// Every code that has words of its own; any other is said as `fault`.
pub const CODES: [&str; 107] = [
    // Signing in.
    "wrong_credentials",
    "letter_secret_bad_check_symbol",
    "letter_secret_missing",
    "letter_secret_unknown_symbol",
    "letter_secret_wrong_length",
    "letter_used",
    "letter_expired",
    "letter_needed",
    "letter_void",
    "locked",
    "password_missing",
    "user_id_forbidden_character",
    "user_id_missing",
    "user_id_too_long",
    // The date of birth.
    "birth_date_in_the_future",
    "birth_date_missing",
    "birth_date_no_such_day",
    "birth_date_outside_era",
    "birth_date_too_long_ago",
    "birth_date_unreadable",
    "birth_date_wrong",
    "birth_date_year_without_era",
    // Terms and mail.
    "terms_declined",
    "terms_changed",
    "mail_address_bad_domain",
    "mail_address_bad_local_part",
    "mail_address_forbidden_character",
    "mail_address_local_part_not_ascii",
    "mail_address_missing",
    "mail_address_no_at",
    "mail_address_no_domain",
    "mail_address_no_dot_in_domain",
    "mail_address_no_local_part",
    "mail_address_several_ats",
    "mail_address_space",
    "mail_address_too_long",
    "mail_unreadable",
    "mail_fixed",
    "mail_same",
    "mail_too_often",
    // Codes.
    "code_expired",
    "code_replayed",
    "code_spent",
    "code_wrong",
    "one_time_code_missing",
    "one_time_code_not_digits",
    "one_time_code_wrong_length",
    "enrol_expired",
    "totp_slowed",
    "totp_stopped",
    "device_name_too_long",
    "user_code_wrong",
    "request_gone",
    "request_out_of_reach",
    "device_name_unreadable",
    "last_way_in",
    "recovery_code_missing",
    "recovery_code_slip",
    "recovery_code_unreadable",
    "recovery_code_used",
    "recovery_code_wrong",
    "recovery_codes_expired",
    // Passkeys; the last four happen in the browser.
    "new_phone_over",
    "passkey_expired",
    "passkey_refused",
    "passkey_registered",
    "passkey_unknown",
    "passkey_unreadable",
    "passkey_wrong",
    "passkey_cancelled",
    "passkey_failed",
    "passkey_timed_out",
    "passkey_unsupported",
    // The method and the password.
    "method_missing",
    "method_not_offered",
    "password_birth_date",
    "password_common",
    "password_confirmation_differs",
    "password_control_character",
    "password_few_kinds",
    "password_initial",
    "password_mail",
    "password_name",
    "password_repeated",
    "password_same",
    "password_sequence",
    "password_society",
    "password_too_long",
    "password_too_short",
    "password_user_id",
    // The page itself.
    "bad_request",
    "busy",
    "cookies_off",
    "cross_site",
    "declined",
    "expired",
    "fault",
    "invalid_redirect_uri",
    "invalid_request",
    "invalid_request_object",
    "invalid_request_uri",
    "method_not_allowed",
    "misdirected",
    "not_found",
    "stale_form",
    "too_large",
    "unknown_client",
];

/// The text of a code: what is wrong and what to do, in a sentence or two.
pub fn text(words: &Words, code: &str, values: &[(&'static str, String)]) -> String {
    find(words, code, "", values).unwrap_or_else(|| words.t("error-fault"))
}

/// The title of a page that says this code.
pub fn title(words: &Words, code: &str, values: &[(&'static str, String)]) -> String {
    find(words, code, ".title", values).unwrap_or_else(|| words.t("error-fault.title"))
}

/// What to do next, for a page that says this code.
pub fn next(words: &Words, code: &str, values: &[(&'static str, String)]) -> String {
    find(words, code, ".next", values).unwrap_or_else(|| words.t("error-fault.next"))
}

fn find(words: &Words, code: &str, part: &str, values: &[(&'static str, String)]) -> Option<String> {
    if !CODES.contains(&code) {
        return None;
    }

    let values = values.iter().map(|(name, value)| (*name, counted(value))).collect::<Vec<_>>();
    words.find(&format!("error-{code}{part}"), &values)
}

/// A value that is a number chooses the plural.
fn counted(value: &str) -> Value<'_> {
    value.parse::<u32>().map_or(Value::Text(value), Value::Number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::locale::Language;

    #[test]
    fn every_code_has_its_text_in_every_language() {
        for language in Language::ALL {
            let words = Words::new(language);
            for code in CODES {
                let values = [("minimum", "15".to_owned())];
                assert!(find(&words, code, "", &values).is_some(), "{language:?} lacks {code}");
            }
        }
    }

    #[test]
    fn an_unknown_code_is_said_as_the_general_one() {
        let words = Words::new(Language::Ja);

        assert_eq!(text(&words, "no_such_code", &[]), words.t("error-fault"));
        assert_eq!(title(&words, "../../etc", &[]), words.t("error-fault.title"));
    }

    #[test]
    fn a_text_speaks_of_its_values() {
        let values = [("minimum", "15".to_owned())];

        assert!(text(&Words::new(Language::En), "password_too_short", &values).contains("15 characters"));
        assert!(text(&Words::new(Language::Ja), "password_too_short", &values).contains("15文字"));
    }
}
