//! `login_hint` and `ui_locales` (OpenID Connect Core §3.1.2.1): what the sign-in page begins with. Never a reason to refuse.

use super::{Asked, AuthorizationRequest, Rejection};

/// The longest user id there is, in characters.
const LONGEST_HINT: usize = 64;
/// More languages than anyone reads.
const LOCALES: usize = 8;

pub(super) fn check(asked: &Asked<'_>, request: &mut AuthorizationRequest) -> Result<(), Rejection> {
    let params = asked.params;
    let hint = params.find("login_hint").filter(|hint| hint.chars().count() <= LONGEST_HINT);
    request.login_hint = hint.filter(|hint| !hint.chars().any(char::is_control)).map(str::to_owned);

    let locales = params.find("ui_locales").unwrap_or_default().split(' ');
    let tag = |text: &&str| {
        (1..=35).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    request.ui_locales = locales.filter(tag).take(LOCALES).map(str::to_owned).collect();
    Ok(())
}
