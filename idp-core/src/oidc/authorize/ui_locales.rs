//! `ui_locales` (OpenID Connect Core §3.1.2.1): the languages that the pages are wanted in. Never a reason to refuse.

use super::{Asked, AuthorizationRequest, Rejection};

/// More languages than anyone reads.
const LOCALES: usize = 8;

pub(super) fn check(asked: &Asked<'_>, request: &mut AuthorizationRequest) -> Result<(), Rejection> {
    let locales = asked.params.find("ui_locales").unwrap_or_default().split(' ');
    let tag = |text: &&str| {
        (1..=35).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    request.ui_locales = locales.filter(tag).take(LOCALES).map(str::to_owned).collect();
    Ok(())
}
