//! Where client or realm require it, a request is one that was pushed (RFC 9126 §5, §6).

use super::{Asked, AuthorizationRequest, Came, Rejection};
use crate::realm::PushedRequests;

pub(super) fn check(asked: &Asked<'_>, _: &mut AuthorizationRequest) -> Result<(), Rejection> {
    let required = asked.realm.settings.pushed_authorization_requests == PushedRequests::Required
        || asked.client.settings.requests.require_pushed;
    match asked.came {
        Came::Directly if required => Err(Rejection::invalid("the request must be pushed first (RFC 9126)")),
        Came::Directly | Came::Pushed => Ok(()),
    }
}
