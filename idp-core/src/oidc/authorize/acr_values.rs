//! `acr_values` (OpenID Connect Core §3.1.2.1): wishes, met where possible.

use super::{AuthorizationRequest, Rejection};
use crate::client::Client;
use crate::oidc::acr::Acr;
use crate::oidc::params::Params;

pub(super) fn check(params: &Params, _: &Client, request: &mut AuthorizationRequest) -> Result<(), Rejection> {
    let values = params.find("acr_values").unwrap_or_default().split(' ');
    let known = values.filter(|value| Acr::from_name(value).is_some());
    request.acr_values = known.take(Acr::ALL.len()).map(str::to_owned).collect();
    Ok(())
}
