//! `/consent`.

use axum::response::Response;
use idp_core::consent::Permissions;
use idp_core::interaction::consent::{self, Answer};
use idp_core::interaction::decide::Next;
use idp_core::oidc::authorization_details;
use idp_core::oidc::scope::Scope;

use crate::caller::{Caller, application, see_other};
use crate::error::Failure;
use crate::extract::PageForm;
use crate::middleware::headers;
use crate::view::consent::Consent;
use crate::{go, paths};

/// Shows who asks for what.
pub async fn show(caller: Caller) -> Result<Response, Failure> {
    let sitting = match caller.owed(Next::Consent).await? {
        Err(elsewhere) => return Ok(elsewhere),
        Ok(sitting) => sitting,
    };
    let chrome = caller.chrome_of(Some(&sitting.interaction));
    let question = caller.read(move |ctx| Box::pin(async move { consent::question(ctx, &sitting).await })).await?;
    let Some(question) = question else { return Ok(see_other(paths::LOGIN)) };

    let application = application(&question.client);
    let logo = application.logo_uri.clone();
    let details = question.wanted.details.iter().filter(|detail| !question.given.details.contains(*detail));
    let details = details.map(|detail| readable(detail)).collect();
    let (known, wanted) = texts(&question.wanted).into_iter().partition(|(_, part)| question.given.cover(part));
    let mut response = caller.page(&Consent { chrome, application, wanted: keys(wanted), known: keys(known), details });
    headers::allow_image(response.headers_mut(), logo.as_deref());
    Ok(response)
}

/// Takes "allow" or "do not allow".
pub async fn submit(caller: Caller, form: PageForm) -> Result<Response, Failure> {
    let caller = caller.with(&form);
    let answer = match form.fields.text("action") {
        "allow" => Answer::Allow,
        "deny" => Answer::Deny,
        _ => return show(caller).await,
    };
    let place = caller.place.clone();
    let noted =
        go::through(&caller, (), move |ctx| Box::pin(async move { consent::answer(ctx, &place, answer).await }));
    match noted.await? {
        Ok(()) => go::on(&caller).await,
        Err(onward) => Ok(onward),
    }
}

type Part = (&'static str, Permissions);

fn keys(parts: Vec<Part>) -> Vec<&'static str> {
    parts.into_iter().map(|(key, _)| key).collect()
}

/// The key of each thing that is asked for, with what it stands for.
fn texts(wanted: &Permissions) -> Vec<Part> {
    let only = |scope| Permissions { scopes: std::iter::once(scope).collect(), ..Permissions::default() };
    let scopes = wanted.scopes.iter().map(|scope| (scope_key(scope), only(scope)));
    let claims = wanted.claims.iter().map(|claim| {
        let one = Permissions { claims: [claim.clone()].into(), ..Permissions::default() };
        (claim_key(claim), one)
    });
    let mut parts: Vec<Part> = scopes.collect();
    for (key, one) in claims {
        // Several claims may be one thing to a member: a name and its parts.
        match parts.iter_mut().find(|(known, _)| *known == key) {
            Some((_, whole)) => *whole = whole.joined(&one),
            None => parts.push((key, one)),
        }
    }
    parts
}

fn readable(detail: &str) -> String {
    serde_json::from_str(detail).map_or_else(|_| detail.to_owned(), |value| authorization_details::readable(&value))
}

fn claim_key(claim: &str) -> &'static str {
    match claim.split('#').next().unwrap_or(claim) {
        "preferred_username" => "consent-claim-user-id",
        "birthdate" => "consent-claim-birthdate",
        "locale" => "consent-claim-locale",
        "updated_at" => "consent-claim-updated",
        "email" | "email_verified" => "consent-scope-email",
        "address" => "consent-scope-address",
        _ => "consent-claim-name",
    }
}

const fn scope_key(scope: Scope) -> &'static str {
    match scope {
        Scope::Openid => "consent-scope-openid",
        Scope::Profile => "consent-scope-profile",
        Scope::Email => "consent-scope-email",
        Scope::Address => "consent-scope-address",
        Scope::Phone => "consent-scope-phone",
        Scope::OfflineAccess => "consent-scope-offline_access",
    }
}
