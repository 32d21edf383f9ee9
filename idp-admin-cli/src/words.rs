//! The words of the hosted pages, for telling an operator what the member read.

/// The Japanese errors, as the pages say them.
const ERRORS: &str = include_str!("../../idp-server/locales/ja/errors.ftl");

/// What a page says to a member under this code.
pub(crate) fn error(code: &str) -> Option<&'static str> {
    let key = format!("error-{code}");
    ERRORS.lines().find_map(|line| {
        let (name, text) = line.split_once(" = ")?;
        (name == key).then_some(text)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_the_desk_knows_has_the_words_of_its_page() {
        for code in ["wrong_credentials", "locked", "birth_date_wrong", "letter_void", "code_wrong", "terms_declined"] {
            assert!(error(code).is_some_and(|text| text.ends_with('。') && !text.contains('{')), "{code}");
        }
        assert_eq!(error("no_such_code"), None);
    }
}
