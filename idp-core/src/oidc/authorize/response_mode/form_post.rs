//! `form_post`: parameters in a form that the browser posts to the redirect URI (OAuth 2.0 Form Post §2).

use super::super::response::{Delivery, FormPost};
use crate::redirect_uri::TrustedRedirect;

pub(in super::super) fn deliver(redirect: &TrustedRedirect, params: Vec<(&'static str, String)>) -> Delivery {
    Delivery::FormPost(FormPost { action: redirect.as_str().to_owned(), fields: params })
}
