//! `fragment`: parameters in the fragment of the redirect URI (RFC 6749 §4.2.2), which no server sees.

use super::super::response::Delivery;
use crate::redirect_uri::TrustedRedirect;

pub(in super::super) fn deliver(redirect: &TrustedRedirect, params: &[(&'static str, String)]) -> Delivery {
    Delivery::Redirect(redirect.with_fragment(params.iter().map(|(name, value)| (*name, value.as_str()))))
}
