//! `dpop_jkt` (RFC 9449 §10): the thumbprint of the key that must prove itself when the code is redeemed. What was pushed
//! counts beside a request object, too, since the key may have been proved with it (§10.1).

use super::{Asked, AuthorizationRequest, Came, CodeChallenge, Rejection};

pub(super) fn check(asked: &Asked<'_>, request: &mut AuthorizationRequest) -> Result<(), Rejection> {
    let pushed = match asked.came {
        Came::Pushed => asked.outside.find("dpop_jkt"),
        Came::Directly => None,
    };
    let named = asked.params.find("dpop_jkt");
    if pushed.is_some() && named.is_some() && pushed != named {
        return Err(Rejection::invalid(
            "the dpop_jkt of the request object is another key than the one pushed with it",
        ));
    }
    let Some(thumbprint) = named.or(pushed) else { return Ok(()) };
    // A SHA-256 value in base64url, as a code challenge is.
    if CodeChallenge::parse(thumbprint).is_none() {
        return Err(Rejection::invalid("the dpop_jkt is not the SHA-256 thumbprint of a key"));
    }
    request.dpop_jkt = Some(thumbprint.to_owned());
    Ok(())
}
