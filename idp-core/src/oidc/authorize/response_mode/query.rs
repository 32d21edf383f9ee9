//! `query`: parameters added to the query of the redirect URI (RFC 6749 §4.1.2).

use super::super::response::Delivery;
use crate::redirect_uri::TrustedRedirect;

pub(in super::super) fn deliver(redirect: &TrustedRedirect, params: &[(&'static str, String)]) -> Delivery {
    Delivery::Redirect(redirect.with_query(params.iter().map(|(name, value)| (*name, value.as_str()))))
}
