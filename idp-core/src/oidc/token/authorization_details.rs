//! What was allowed in detail (RFC 9396 §6): a token request may narrow it, element by element. Nobody but a member allows
//! it, so that grants without one refuse the parameter, where ignoring it would hide that.

use serde_json::Value;

use super::{ClientCall, TokenError, TokenRefusal};
use crate::oidc::authorization_details::PARAMETER;
use crate::oidc::params::Params;

const fn refused(description: &'static str) -> TokenRefusal {
    TokenRefusal::new(TokenError::InvalidAuthorizationDetails, description)
}

/// The elements asked for, if all of them were allowed; all that were allowed where none is named.
pub(super) fn narrowed(call: &ClientCall, allowed: &[Value]) -> Result<Vec<Value>, TokenRefusal> {
    let Some(text) = call.params.find(PARAMETER) else { return Ok(allowed.to_vec()) };
    let asked: Vec<Value> =
        serde_json::from_str(text).map_err(|_| refused("the authorization_details are not a JSON list"))?;
    if asked.iter().all(|element| allowed.contains(element)) {
        Ok(asked)
    } else {
        Err(refused("the authorization_details hold more than was allowed"))
    }
}

/// Refuses a request that asks for details where no member is shown them.
pub(super) fn none_here(params: &Params) -> Result<(), TokenRefusal> {
    match params.find(PARAMETER) {
        None => Ok(()),
        Some(_) => Err(refused("authorization_details need a member who allows them: none is shown them here")),
    }
}
