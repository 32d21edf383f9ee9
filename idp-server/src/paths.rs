//! Every path, once.

/// Whether the process is alive.
pub const HEALTHZ: &str = "/healthz";
/// Whether it may take traffic.
pub const READYZ: &str = "/readyz";
/// What the monitoring reads, at a listener of its own.
pub const METRICS: &str = "/metrics";
/// Files that pages load.
pub const ASSETS: &str = "/assets/{*name}";
/// The realm's colours.
pub const REALM_STYLE: &str = "/assets/realm.css";

/// Sign in.
pub const LOGIN: &str = "/login";
/// The code of an authenticator app.
pub const LOGIN_TOTP: &str = "/login/totp";
/// A passkey: its answer, and the page of it as a second step.
pub const LOGIN_PASSKEY: &str = "/login/passkey";
/// A challenge for it, by script.
pub const LOGIN_PASSKEY_OPTIONS: &str = "/login/passkey/options";
/// A mailed code.
pub const LOGIN_MAIL_CODE: &str = "/login/mail-code";
/// The application asks for a stronger way to sign in than there is.
pub const LOGIN_OUT_OF_REACH: &str = "/login/out-of-reach";
/// A recovery code.
pub const LOGIN_RECOVERY_CODE: &str = "/login/recovery-code";
/// A forgotten password.
pub const LOGIN_FORGOTTEN: &str = "/login/forgotten";
/// Waiting for the mail that leads to a new password, or ends a lock-out.
pub const LOGIN_FORGOTTEN_SENT: &str = "/login/forgotten-sent";
/// What that page asks by script.
pub const LOGIN_FORGOTTEN_STATUS: &str = "/login/forgotten-status";
/// A forgotten user id.
pub const LOGIN_FORGOTTEN_ID: &str = "/login/forgotten-id";
/// Ending a lock-out by mail.
pub const LOGIN_UNLOCK: &str = "/login/unlock";
/// A mailed code in the place of something stronger.
pub const LOGIN_MAIL_FALLBACK: &str = "/login/mail-fallback";
/// The birth date.
pub const BIRTH_DATE: &str = "/onboarding/birth-date";
/// The terms.
pub const TERMS: &str = "/onboarding/terms";
/// The mail address.
pub const MAIL: &str = "/onboarding/mail";
/// Waiting for the mail.
pub const MAIL_SENT: &str = "/onboarding/mail-sent";
/// What the waiting page asks by script.
pub const MAIL_STATUS: &str = "/onboarding/mail-status";
/// The page of the mailed link.
pub const MAIL_VERIFY: &str = "/mail/verify";
/// Choosing a method.
pub const METHOD: &str = "/onboarding/method";
/// The new password.
pub const PASSWORD: &str = "/onboarding/password";
/// The first login is complete.
pub const COMPLETE: &str = "/onboarding/complete";
/// Setting an app up.
pub const ENROL_TOTP: &str = "/enrol/totp";
/// Its QR code as SVG.
pub const ENROL_TOTP_QR_SVG: &str = "/enrol/totp/qr.svg";
/// Its QR code as PNG, to save.
pub const ENROL_TOTP_QR_PNG: &str = "/enrol/totp/qr.png";
/// Setting a passkey up.
pub const ENROL_PASSKEY: &str = "/enrol/passkey";
/// A challenge for it, by script.
pub const ENROL_PASSKEY_OPTIONS: &str = "/enrol/passkey/options";
/// Where the QR code for a new phone leads.
pub const ENROL_NEW_PHONE: &str = "/enrol/new-phone";
/// A challenge for it, by script.
pub const ENROL_NEW_PHONE_OPTIONS: &str = "/enrol/new-phone/options";
/// What its waiting page asks by script.
pub const ENROL_NEW_PHONE_STATUS: &str = "/enrol/new-phone/status";
/// Setting an app up on it.
pub const ENROL_NEW_PHONE_TOTP: &str = "/enrol/new-phone/totp";
/// Setting mailed codes up.
pub const ENROL_MAIL: &str = "/enrol/mail";
/// What an application may learn.
pub const CONSENT: &str = "/consent";
/// Recovery codes, shown once.
pub const ENROL_RECOVERY_CODES: &str = "/enrol/recovery-codes";
/// The same as a text to save.
pub const ENROL_RECOVERY_CODES_TEXT: &str = "/enrol/recovery-codes.txt";
/// Sign out.
pub const LOGOUT: &str = "/logout";
/// Signed out.
pub const SIGNED_OUT: &str = "/signed-out";
/// The member's own pages.
pub const ACCOUNT: &str = "/account";
/// The ways to sign in.
pub const ACCOUNT_METHODS: &str = "/account/methods";
/// Where the member is signed in.
pub const ACCOUNT_SESSIONS: &str = "/account/sessions";
/// Another password.
pub const ACCOUNT_PASSWORD: &str = "/account/password";
/// Another mail address.
pub const ACCOUNT_MAIL: &str = "/account/mail";
/// The applications.
pub const ACCOUNT_APPLICATIONS: &str = "/account/applications";
/// What happened.
pub const ACCOUNT_HISTORY: &str = "/account/history";
/// A new phone, let in by a QR code.
pub const ACCOUNT_NEW_PHONE: &str = "/account/new-phone";
/// The QR code.
pub const ACCOUNT_NEW_PHONE_QR: &str = "/account/new-phone/qr.svg";
/// What the page asks by script.
pub const ACCOUNT_NEW_PHONE_STATUS: &str = "/account/new-phone/status";
/// What applications ask for from elsewhere.
pub const ACCOUNT_REQUESTS: &str = "/account/requests";
/// How to sign in, to be printed.
pub const ACCOUNT_PRINT: &str = "/account/print";

/// Related origins of passkeys (WebAuthn Level 3 §5.11).
pub const WEBAUTHN: &str = "/.well-known/webauthn";
/// Where passkeys are made and looked after (W3C, A Well-Known URL for Relying Party Passkey Endpoints).
pub const PASSKEY_ENDPOINTS: &str = "/.well-known/passkey-endpoints";
/// Where the password is changed (W3C, A Well-Known URL for Changing Passwords).
pub const CHANGE_PASSWORD: &str = "/.well-known/change-password";
/// Recovery codes made anew.
pub const ACCOUNT_RECOVERY_CODES: &str = "/account/recovery-codes";
/// The same as a text to save.
pub const ACCOUNT_RECOVERY_CODES_TEXT: &str = "/account/recovery-codes.txt";

/// OpenID Connect Discovery 1.0 §4.
pub const OPENID_CONFIGURATION: &str = "/.well-known/openid-configuration";
/// RFC 8414 §3.
pub const OAUTH_SERVER: &str = "/.well-known/oauth-authorization-server";
/// RFC 6749 §3.1.
pub const AUTHORIZE: &str = "/authorize";
/// RFC 9126 §2.
pub const PAR: &str = "/par";
/// RFC 6749 §3.2.
pub const TOKEN: &str = "/token";
/// RFC 7662 §2.
pub const INTROSPECT: &str = "/introspect";
/// RFC 7009 §2.
pub const REVOKE: &str = "/revoke";
/// RFC 8628 §3.1.
pub const DEVICE_AUTHORIZATION: &str = "/device_authorization";
/// RFC 8628 §3.3: where a member types the code of a device.
pub const DEVICE: &str = "/device";
/// OpenID Connect CIBA Core 1.0 §7.
pub const CIBA: &str = "/bc-authorize";
/// OpenID Connect Core 1.0 §5.3.
pub const USERINFO: &str = "/userinfo";
/// RFC 7517 §5.
pub const JWKS: &str = "/jwks";
/// RFC 7591 §3.
pub const REGISTER: &str = "/register";
/// RFC 7592 §2.
pub const REGISTERED: &str = "/register/{client_id}";
/// OpenID Connect RP-Initiated Logout 1.0 §2.
pub const END_SESSION: &str = "/end_session";

/// Who reads what a path answers when something is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// A person: a page.
    Person,
    /// A relying party: an error document (RFC 6749 §5.2).
    Client,
    /// A probe: plain text.
    Probe,
}

/// Who reads the answers of this path.
pub fn audience(path: &str) -> Audience {
    const CLIENT: [&str; 11] = [
        PAR,
        TOKEN,
        INTROSPECT,
        REVOKE,
        DEVICE_AUTHORIZATION,
        CIBA,
        USERINFO,
        JWKS,
        OPENID_CONFIGURATION,
        OAUTH_SERVER,
        REGISTER,
    ];
    if path == HEALTHZ || path == READYZ {
        Audience::Probe
    } else if CLIENT.contains(&path) || path.starts_with("/register/") {
        Audience::Client
    } else {
        Audience::Person
    }
}

/// Whether scripts of public clients call this path from pages of their own (Fetch §3.3): it answers their browsers' preflight.
pub(crate) fn is_open_to_scripts(path: &str) -> bool {
    [OPENID_CONFIGURATION, OAUTH_SERVER, JWKS, PAR, TOKEN, REVOKE, USERINFO].contains(&path)
}
