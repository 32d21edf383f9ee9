//! `login_hint` (OpenID Connect Core §3.1.2.1): what the user id field begins with. Never a reason to refuse.

use super::{Asked, AuthorizationRequest, Rejection};

/// The longest user id there is, in characters.
const LONGEST: usize = 64;

pub(super) fn check(asked: &Asked<'_>, request: &mut AuthorizationRequest) -> Result<(), Rejection> {
    let hint = asked.params.find("login_hint").filter(|hint| hint.chars().count() <= LONGEST);
    request.login_hint = hint.filter(|hint| !hint.chars().any(char::is_control)).map(str::to_owned);
    Ok(())
}
