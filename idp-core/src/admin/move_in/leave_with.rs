//! What is known about members, whole, for the society that takes its data elsewhere, and for the member who asks.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::record::{AppRecord, FORMAT, PasskeyRecord, PasswordRecord, Record, TermsRecord};
use crate::audit::{EventKind, Outcome};
use crate::birth_date::BirthDate;
use crate::clock::Timestamp;
use crate::credential::Method;
use crate::credential::passkey::Passkey;
use crate::credential::passkey::portable::Portable;
use crate::credential::passkey::relying_party::rp_id;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::member::Member;
use crate::store;
use crate::user_id::UserIdNormal;

/// A page of members, those after `after`, whole: hashes and the keys of apps stand in it.
pub async fn departures(
    ctx: &Ctx,
    after: Option<&UserIdNormal>,
    limit: u64,
) -> Result<Vec<(UserIdNormal, Record)>, Fault> {
    let members = store::member::page(ctx, after.map(UserIdNormal::as_str), limit).await?;
    let mut records = Vec::with_capacity(members.len());
    for member in members {
        let mut record = plain(ctx, &member).await?;
        record.password = store::credential::password_of(ctx, member.id).await?.map(|hash| PasswordRecord { hash });
        for app in store::credential::apps_of(ctx, member.id).await? {
            let secret = ctx.vault.unseal(app.id.uuid().as_bytes(), &app.secret)?;
            let secret_hex = secret.expose().iter().map(|byte| format!("{byte:02x}")).collect();
            record.apps.push(AppRecord { name: app.name, secret_hex });
        }
        ctx.record(EventKind::MemberExported, Some(member.id), Outcome::Done);
        records.push((member.user_id.normal().clone(), record));
    }
    Ok(records)
}

/// Everything known about one member, without anything that could be signed in with.
pub async fn departure_of(ctx: &Ctx, user_id: &UserIdNormal) -> Result<Option<Record>, Fault> {
    let Some(member) = store::member::by_user_id(ctx, user_id).await? else { return Ok(None) };
    let record = plain(ctx, &member).await?;
    ctx.record(EventKind::MemberExported, Some(member.id), Outcome::Done);
    Ok(Some(record))
}

async fn plain(ctx: &Ctx, member: &Member) -> Result<Record, Fault> {
    let methods = store::credential::methods_of(ctx, member.id).await?;
    let accepted = store::member::terms_last_accepted(ctx, member.id).await?;
    let mail = member.mail.as_ref();
    Ok(Record {
        format: FORMAT.to_owned(),
        user_id: member.user_id.as_str().to_owned(),
        sub: Some(member.subject.clone()),
        state: Some(member.state),
        left_at: member.left_at.map(Timestamp::rfc3339),
        family_name: member.name.family.clone(),
        given_name: member.name.given.clone(),
        family_kana: member.name.family_kana.clone(),
        given_kana: member.name.given_kana.clone(),
        birth_date: member.birth_date.as_ref().map(BirthDate::iso),
        birth_date_confirmed_at: member.birth_date_confirmed_at.map(Timestamp::rfc3339),
        symbol: member.household.symbol.clone(),
        number: member.household.number.clone(),
        branch: member.household.branch.clone(),
        postal_code: member.address.postal_code.clone(),
        address: member.address.lines.clone(),
        mail: mail.map(|mail| mail.address.as_typed().to_owned()),
        mail_verified_at: mail.and_then(|mail| mail.verified_at).map(Timestamp::rfc3339),
        language: member.language,
        chosen_method: member.chosen_method.map(|method| method.name().to_owned()),
        new_password_required_at: member.new_password_required_at.map(Timestamp::rfc3339),
        created_at: Some(member.created_at.rfc3339()),
        terms: accepted.map(|(version, sha256)| TermsRecord { version, sha256 }),
        password: None,
        apps: Vec::new(),
        passkeys: passkeys(ctx, member).await?,
        mail_codes: methods.contains(&Method::Mail),
    })
}

/// Nothing in them is secret: the private halves never leave their authenticators.
async fn passkeys(ctx: &Ctx, member: &Member) -> Result<Vec<PasskeyRecord>, Fault> {
    let (Some(rp_id), Some(handle)) = (rp_id(ctx.realm()), store::passkey::known_handle_of(ctx, member.id).await?)
    else {
        return Ok(Vec::new());
    };
    let known = store::passkey::all_of(ctx, member.id).await?;
    let record = |passkey: Passkey| {
        let key = Portable::of(&passkey)?;
        Some(PasskeyRecord {
            name: passkey.name,
            rp_id: rp_id.clone(),
            user_handle: URL_SAFE_NO_PAD.encode(handle.as_bytes()),
            credential_id: URL_SAFE_NO_PAD.encode(key.credential_id),
            public_key: URL_SAFE_NO_PAD.encode(key.public_key),
            sign_count: key.sign_count,
            backup: key.backup,
            aaguid: key.aaguid,
            transports: passkey.transports,
            created_at: Some(passkey.created_at.rfc3339()),
            last_used_at: passkey.last_used_at.map(Timestamp::rfc3339),
        })
    };
    Ok(known.into_iter().filter_map(record).collect())
}
