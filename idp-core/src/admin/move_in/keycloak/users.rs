//! Users of a Keycloak export.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::record::is_subject;
use super::passkeys::{Hosts, passkey};
use super::{Arrival, LeftBehind, is_true, text, texts};
use crate::admin::move_in::{ArrivingPasskey, Destination, Enrolled, Owed, Proof};
use crate::birth_date::BirthDate;
use crate::credential::Method;
use crate::credential::totp::{TOTP_SECRET_BYTES, TotpSecret};
use crate::hashing::Phc;
use crate::language::Language;
use crate::mail_address::MailAddress;
use crate::member::{Address, Household, MemberState, Name};
use crate::user_id::UserId;

/// Attributes that have a place here.
const READ: [&str; 9] =
    ["locale", "birthdate", "birth_date", "birthDate", "symbol", "number", "branch", "family_kana", "given_kana"];

/// The member that a user becomes.
pub(super) fn arrival(
    user: &Value,
    (hosts, destination): (&Hosts, &Destination),
    unread: &mut BTreeSet<String>,
    behind: &mut Vec<LeftBehind>,
) -> Option<Arrival> {
    let username = text(user, "username")?;
    let of = format!("user {username}");
    let mut told = |what: String| behind.push(LeftBehind::new(of.as_str(), what));
    if text(user, "serviceAccountClientId").is_some() {
        told("it is a service account".to_owned());
        return None;
    }
    let user_id = match UserId::parse(username) {
        Ok(user_id) => user_id,
        Err(error) => {
            told(format!("{error}"));
            return None;
        }
    };
    let attribute = |name: &str| user.pointer(&format!("/attributes/{name}/0")).and_then(Value::as_str);
    let attributes = user.get("attributes").and_then(Value::as_object);
    unread.extend(
        attributes.into_iter().flat_map(|all| all.keys()).filter(|name| !READ.contains(&name.as_str())).cloned(),
    );
    let owned = |text: Option<&str>| text.map(str::to_owned);

    let mail = mail(user, &mut told);
    let birth_date = birth_date(attribute, destination.today, &mut told);
    let subject = text(user, "id").filter(|id| is_subject(id));
    if subject.is_none() {
        told("it has no id: it gets a new sub".to_owned());
    }
    let Credentials { password, apps, passkeys } = credentials(user, (hosts, destination), &mut told);
    let duties = duties(user, &mut told);
    Some(Arrival {
        user_id,
        subject: owned(subject),
        name: Name {
            family: owned(text(user, "lastName")),
            given: owned(text(user, "firstName")),
            family_kana: owned(attribute("family_kana")),
            given_kana: owned(attribute("given_kana")),
        },
        birth_date,
        household: Household {
            symbol: owned(attribute("symbol")),
            number: owned(attribute("number")),
            branch: owned(attribute("branch")),
        },
        address: Address::default(),
        mail,
        language: attribute("locale").and_then(Language::from_tag),
        state: if user.get("enabled").and_then(Value::as_bool) == Some(false) {
            MemberState::Disabled
        } else {
            MemberState::Active
        },
        password,
        apps,
        passkeys,
        mail_codes: Enrolled::No,
        chosen: duties.chosen,
        new_password: duties.new_password,
        terms: None,
    })
}

fn birth_date<'v>(
    attribute: impl Fn(&str) -> Option<&'v str>,
    today: jiff::civil::Date,
    told: &mut impl FnMut(String),
) -> Option<(BirthDate, Proof)> {
    let text = ["birthdate", "birth_date", "birthDate"].into_iter().find_map(attribute)?;
    match BirthDate::parse(text, today) {
        Ok(date) => Some((date, Proof::Owed)),
        Err(error) => {
            told(format!("{error}"));
            None
        }
    }
}

fn mail(user: &Value, told: &mut impl FnMut(String)) -> Option<(MailAddress, Proof)> {
    let address = text(user, "email")?;
    let is_proved = is_true(user, "emailVerified") && !texts(user, "requiredActions").contains(&"VERIFY_EMAIL");
    match MailAddress::parse(address) {
        Ok(address) => Some((address, if is_proved { Proof::Given } else { Proof::Owed })),
        Err(error) => {
            told(format!("{error}"));
            None
        }
    }
}

struct Duties {
    new_password: Owed,
    chosen: Option<Method>,
}

fn duties(user: &Value, told: &mut impl FnMut(String)) -> Duties {
    let mut duties = Duties { new_password: Owed::No, chosen: None };
    for action in texts(user, "requiredActions") {
        match action {
            "UPDATE_PASSWORD" => duties.new_password = Owed::Yes,
            "CONFIGURE_TOTP" => duties.chosen = Some(Method::App),
            // The journey asks for the mail address and the terms by itself.
            "VERIFY_EMAIL" | "TERMS_AND_CONDITIONS" | "terms_and_conditions" => {}
            other => told(format!("the required action {other}")),
        }
    }
    duties
}

/// What a user signed in with.
#[derive(Default)]
struct Credentials {
    password: Option<Phc>,
    apps: Vec<(String, TotpSecret)>,
    passkeys: Vec<ArrivingPasskey>,
}

fn credentials(
    user: &Value,
    (hosts, destination): (&Hosts, &Destination),
    told: &mut impl FnMut(String),
) -> Credentials {
    let mut come = Credentials::default();
    let listed = user.get("credentials").and_then(Value::as_array);
    for credential in listed.into_iter().flatten() {
        match text(credential, "type") {
            Some("password") => match password_of(credential) {
                Ok(phc) => come.password = Some(phc),
                Err(reason) => told(format!("{reason}: the member needs a letter")),
            },
            Some("otp" | "totp") => match app_of(credential) {
                Ok(app) => come.apps.push(app),
                Err(reason) => told(format!("an authenticator app: {reason}")),
            },
            Some(kind @ ("webauthn" | "webauthn-passwordless")) => {
                match passkey(credential, (user, kind), hosts, destination) {
                    Ok(passkey) => come.passkeys.push(passkey),
                    Err(reason) => told(reason),
                }
            }
            Some(other) => told(format!("a credential of the kind {other}")),
            None => {}
        }
    }
    if come.password.is_none() && listed.is_none_or(Vec::is_empty) {
        told("it has no password: the member needs a letter".to_owned());
    }
    come
}

/// `secretData` and `credentialData` are JSON in a text; before Keycloak 8 their fields stood in the credential itself.
pub(super) fn part(credential: &Value, name: &str) -> Value {
    let inner = text(credential, name).and_then(|text| serde_json::from_str(text).ok());
    inner.unwrap_or_else(|| credential.clone())
}

fn password_of(credential: &Value) -> Result<Phc, String> {
    let (secret, data) = (part(credential, "secretData"), part(credential, "credentialData"));
    let hash =
        text(&secret, "value").or_else(|| text(&secret, "hashedSaltedValue")).ok_or("the password has no hash")?;
    let salt = text(&secret, "salt").ok_or("the password has no salt")?;
    let iterations = data.get("hashIterations").and_then(Value::as_u64).unwrap_or(0);
    let algorithm = text(&data, "algorithm").unwrap_or("pbkdf2-sha256");
    let phc = match algorithm {
        "argon2" => {
            let more = |name: &str, otherwise: &str| {
                let value = data.pointer(&format!("/additionalParameters/{name}/0")).and_then(Value::as_str);
                value.unwrap_or(otherwise).to_owned()
            };
            let kind = format!("argon2{}", more("type", "id"));
            let version = if more("version", "1.3") == "1.0" { 16 } else { 19 };
            let plain = |text: &str| text.trim_end_matches('=').to_owned();
            Phc::from_elsewhere(&format!(
                "${kind}$v={version}$m={},t={iterations},p={}${}${}",
                more("memory", "7168"),
                more("parallelism", "1"),
                plain(salt),
                plain(hash)
            ))
        }
        other => Phc::from_pbkdf2(other, iterations, salt, hash),
    };
    phc.map_err(|error| format!("{error} ({algorithm})"))
}

fn app_of(credential: &Value) -> Result<(String, TotpSecret), String> {
    let (secret, data) = (part(credential, "secretData"), part(credential, "credentialData"));
    let number = |name: &str, otherwise: u64| data.get(name).and_then(Value::as_u64).unwrap_or(otherwise);
    if text(&data, "subType").is_some_and(|kind| kind != "totp") {
        return Err("it counts instead of using the clock".to_owned());
    }
    let algorithm = text(&data, "algorithm").unwrap_or("HmacSHA1");
    if algorithm != "HmacSHA1" || number("digits", 6) != 6 || number("period", 30) != 30 {
        return Err("it does not use SHA-1, six digits and thirty seconds".to_owned());
    }
    let value = text(&secret, "value").ok_or("it has no key")?;
    let bytes = match text(&data, "secretEncoding") {
        Some("BASE32") => base32(value).ok_or("its key cannot be read")?,
        Some(_) | None => value.as_bytes().to_vec(),
    };
    let bytes: [u8; TOTP_SECRET_BYTES] =
        bytes.try_into().map_err(|_| format!("its key has not {TOTP_SECRET_BYTES} bytes"))?;
    let name = text(credential, "userLabel").unwrap_or("authenticator app").to_owned();
    Ok((name, TotpSecret::from_bytes(bytes)))
}

/// RFC 4648 §6.
fn base32(text: &str) -> Option<Vec<u8>> {
    totp_rs::Secret::try_from_base32(text.trim_end_matches('=')).ok().map(|secret| secret.as_bytes().to_vec())
}
