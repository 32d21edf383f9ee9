//! `acr_values` (OpenID Connect Core §3.1.2.1): wishes, met where possible; left out, the client's
//! `default_acr_values` count.

use super::{Asked, AuthorizationRequest, Rejection};
use crate::oidc::acr::Acr;

pub(super) fn check(asked: &Asked<'_>, request: &mut AuthorizationRequest) -> Result<(), Rejection> {
    let Some(sent) = asked.params.find("acr_values") else {
        let usual = &asked.client.settings.requests.default_acr_values;
        request.acr_values = usual.iter().map(|acr| acr.name().to_owned()).collect();
        return Ok(());
    };
    let values = sent.split(' ');
    request.acr_values = values.filter(|value| is_known(value)).take(Acr::ALL.len()).map(str::to_owned).collect();
    Ok(())
}

/// Whether a value is a class of ours.
pub(super) fn is_known(value: &str) -> bool {
    Acr::from_name(value).is_some()
}
