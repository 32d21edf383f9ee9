//! One table of routes: path, methods, handler.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use crate::extract::form::BODY_MAX;
use crate::middleware::frame;
use crate::state::AppState;
use crate::{
    account, assets, consent, device_page, enrol, error, health, login, mail_verify, metrics, oidc, onboarding, paths,
    well_known,
};

/// Every route there is, within its frame.
pub fn build(state: AppState) -> Router {
    house()
        .merge(sign_in())
        .merge(journey())
        .merge(account_pages())
        .merge(protocol())
        .fallback(error::not_found)
        .method_not_allowed_fallback(error::method_not_allowed)
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(from_fn_with_state(state.clone(), frame::frame))
        .with_state(state)
}

/// What the listener of the monitoring answers.
pub fn monitoring(state: AppState) -> Router {
    Router::new().route(paths::METRICS, get(metrics::show)).with_state(state)
}

/// Probes, files, and what browsers look for.
fn house() -> Router<AppState> {
    Router::new()
        .route(paths::HEALTHZ, get(health::healthz))
        .route(paths::READYZ, get(health::readyz))
        .route(paths::REALM_STYLE, get(assets::realm_style))
        .route(paths::ASSETS, get(assets::file))
        .route(paths::WEBAUTHN, get(well_known::webauthn))
        .route(paths::PASSKEY_ENDPOINTS, get(well_known::passkey_endpoints))
        .route(paths::CHANGE_PASSWORD, get(well_known::change_password))
}

/// Signing in, and getting back in.
fn sign_in() -> Router<AppState> {
    Router::new()
        .route(paths::LOGIN, get(login::password::show).post(login::password::submit))
        .route(paths::LOGIN_TOTP, get(login::totp::show).post(login::totp::submit))
        .route(paths::LOGIN_PASSKEY, get(login::passkey::show).post(login::passkey::submit))
        .route(paths::LOGIN_PASSKEY_OPTIONS, post(login::passkey::options))
        .route(paths::LOGIN_MAIL_CODE, get(login::mail_code::show).post(login::mail_code::submit))
        .route(paths::LOGIN_OUT_OF_REACH, get(login::out_of_reach::show).post(login::out_of_reach::submit))
        .route(paths::LOGIN_RECOVERY_CODE, get(login::recovery_code::show).post(login::recovery_code::submit))
        .route(paths::LOGIN_FORGOTTEN, get(login::forgotten::show).post(login::forgotten::submit))
        .route(paths::LOGIN_FORGOTTEN_SENT, get(login::forgotten_sent::show).post(login::forgotten_sent::submit))
        .route(paths::LOGIN_FORGOTTEN_STATUS, get(login::forgotten_sent::status))
        .route(paths::LOGIN_FORGOTTEN_ID, get(login::forgotten_id::show).post(login::forgotten_id::submit))
        .route(paths::LOGIN_UNLOCK, get(login::forgotten::show_unlock).post(login::forgotten::submit_unlock))
        .route(paths::LOGIN_MAIL_FALLBACK, get(login::mail_fallback::show).post(login::mail_fallback::submit))
        .route(paths::MAIL_VERIFY, get(mail_verify::show).post(mail_verify::submit))
        .route(paths::CONSENT, get(consent::show).post(consent::submit))
}

/// The journey, and setting methods up.
fn journey() -> Router<AppState> {
    Router::new()
        .route(paths::BIRTH_DATE, get(onboarding::birth_date::show).post(onboarding::birth_date::submit))
        .route(paths::TERMS, get(onboarding::terms::show).post(onboarding::terms::submit))
        .route(paths::MAIL, get(onboarding::mail::show).post(onboarding::mail::submit))
        .route(paths::MAIL_SENT, get(onboarding::mail_sent::show).post(onboarding::mail_sent::submit))
        .route(paths::MAIL_STATUS, get(onboarding::mail_sent::status))
        .route(paths::METHOD, get(onboarding::method::show).post(onboarding::method::submit))
        .route(paths::PASSWORD, get(onboarding::password::show).post(onboarding::password::submit))
        .route(paths::COMPLETE, get(onboarding::complete::show).post(onboarding::complete::submit))
        .route(paths::ENROL_TOTP, get(enrol::totp::show).post(enrol::totp::submit))
        .route(paths::ENROL_TOTP_QR_SVG, get(enrol::totp::qr_svg))
        .route(paths::ENROL_TOTP_QR_PNG, get(enrol::totp::qr_png))
        .route(paths::ENROL_PASSKEY, get(enrol::passkey::show).post(enrol::passkey::submit))
        .route(paths::ENROL_PASSKEY_OPTIONS, post(enrol::passkey::options))
        .route(paths::ENROL_NEW_PHONE, get(enrol::new_phone::show).post(enrol::new_phone::submit))
        .route(paths::ENROL_NEW_PHONE_OPTIONS, post(enrol::new_phone::options))
        .route(paths::ENROL_NEW_PHONE_STATUS, get(enrol::new_phone::status))
        .route(paths::ENROL_NEW_PHONE_TOTP, get(enrol::new_phone_app::show).post(enrol::new_phone_app::submit))
        .route(paths::ENROL_MAIL, get(enrol::mail::show).post(enrol::mail::submit))
        .route(paths::ENROL_RECOVERY_CODES, get(enrol::recovery_codes::show).post(enrol::recovery_codes::submit))
        .route(paths::ENROL_RECOVERY_CODES_TEXT, get(enrol::recovery_codes::text))
}

/// What members do when they are in.
fn account_pages() -> Router<AppState> {
    Router::new()
        .route(paths::LOGOUT, get(account::ask_logout).post(account::logout))
        .route(paths::SIGNED_OUT, get(onboarding::complete::signed_out))
        .route(paths::ACCOUNT, get(account::overview::show).post(account::overview::submit))
        .route(paths::ACCOUNT_METHODS, get(account::methods::show).post(account::methods::submit))
        .route(paths::ACCOUNT_SESSIONS, get(account::sessions::show).post(account::sessions::submit))
        .route(paths::ACCOUNT_PASSWORD, get(account::password::show).post(account::password::submit))
        .route(paths::ACCOUNT_MAIL, get(account::mail::show).post(account::mail::submit))
        .route(paths::ACCOUNT_APPLICATIONS, get(account::applications::show).post(account::applications::submit))
        .route(paths::ACCOUNT_HISTORY, get(account::history::show))
        .route(paths::ACCOUNT_NEW_PHONE, get(account::new_phone::show).post(account::new_phone::submit))
        .route(paths::ACCOUNT_NEW_PHONE_QR, get(account::new_phone::qr_svg))
        .route(paths::ACCOUNT_NEW_PHONE_STATUS, get(account::new_phone::status))
        .route(paths::ACCOUNT_REQUESTS, get(account::requests::show).post(account::requests::submit))
        .route(paths::ACCOUNT_PRINT, get(account::print::show))
        .route(paths::ACCOUNT_RECOVERY_CODES, get(account::recovery_codes::show).post(account::recovery_codes::submit))
        .route(paths::ACCOUNT_RECOVERY_CODES_TEXT, get(account::recovery_codes::text))
        .route(paths::DEVICE, get(device_page::show).post(device_page::submit))
}

/// What relying parties ask.
fn protocol() -> Router<AppState> {
    Router::new()
        .route(paths::OPENID_CONFIGURATION, get(oidc::discovery::get).options(oidc::document::preflight))
        .route(paths::OAUTH_SERVER, get(oidc::discovery::get).options(oidc::document::preflight))
        .route(paths::JWKS, get(oidc::jwks::get).options(oidc::document::preflight))
        .route(paths::AUTHORIZE, get(oidc::authorize::get).post(oidc::authorize::post))
        .route(paths::PAR, post(oidc::par::post).options(oidc::document::preflight))
        .route(paths::TOKEN, post(oidc::token::post).options(oidc::document::preflight))
        .route(paths::INTROSPECT, post(oidc::introspect::post))
        .route(paths::REVOKE, post(oidc::revoke::post).options(oidc::document::preflight))
        .route(paths::DEVICE_AUTHORIZATION, post(oidc::device_authorization::post))
        .route(paths::CIBA, post(oidc::ciba::post))
        .route(paths::USERINFO, get(oidc::userinfo::get).post(oidc::userinfo::post).options(oidc::document::preflight))
        .route(paths::REGISTER, post(oidc::register::post))
        .route(paths::REGISTERED, get(oidc::register::get).put(oidc::register::put).delete(oidc::register::delete))
        .route(paths::END_SESSION, get(oidc::end_session::get).post(oidc::end_session::post))
}
