//! `none` (OpenID Connect Core §9): a public client, which can keep no secret. Whoever names it is it; a code is tied
//! to whoever asked for it by PKCE (RFC 7636).

pub(super) const fn proves() -> bool {
    true
}
