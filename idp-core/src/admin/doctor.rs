//! Looking for what will hurt: each finding says what is wrong and what to do about it.

use std::sync::Arc;

use futures::FutureExt;
use serde::Serialize;

use super::installation::{KeyFit, check_key, is_rewrap_unfinished};
use crate::clock::minutes;
use crate::ctx::{Ctx, Scope};
use crate::fault::Fault;
use crate::realm::{InitialPassword, PatternGuard, Realm, Transport};
use crate::store::{Store, audit, installation, realm};

mod keys;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Something does not work, or is not safe.
    Error,
    /// Something will hurt sooner or later.
    Warning,
}

/// One thing that should be otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// A stable name, for monitoring.
    pub code: &'static str,
    /// The realm it is about; `None` for the installation.
    pub realm: Option<String>,
    /// What is wrong.
    pub sentence: String,
    /// What to do.
    pub remedy: String,
}

impl Finding {
    /// About the installation.
    pub fn new(severity: Severity, code: &'static str, sentence: &str, remedy: &str) -> Self {
        Self { severity, code, realm: None, sentence: sentence.to_owned(), remedy: remedy.to_owned() }
    }
}

/// The oldest major version of PostgreSQL that the tests run on.
const OLDEST_POSTGRES: i32 = 15;

/// Looks at the installation and at every realm. The schema must be up to date.
pub async fn examine(store: &Store, operator: &str) -> Result<Vec<Finding>, Fault> {
    let installation = Scope::operator(Arc::new(Realm::installation()), operator);
    let mut findings = store.read(&installation, |ctx| examine_installation(ctx).boxed()).await?;
    for realm in store.read(&installation, |ctx| realm::all(ctx).boxed()).await? {
        let scope = Scope::operator(Arc::new(realm), operator);
        findings.extend(store.read(&scope, |ctx| examine_realm(ctx).boxed()).await?);
    }
    findings.sort_by_key(|finding| finding.severity);
    Ok(findings)
}

async fn examine_installation(ctx: &Ctx) -> Result<Vec<Finding>, Fault> {
    let mut findings = Vec::new();
    if check_key(ctx).await? == KeyFit::Wrong {
        findings.push(Finding::new(
            Severity::Error,
            "wrong_installation_key",
            "The installation key is not the one this database was made with: no key, app or letter can be used.",
            "Bring back the earlier key, or the database that belongs to this one.",
        ));
    }
    if is_rewrap_unfinished(ctx).await? {
        findings.push(Finding::new(
            Severity::Warning,
            "former_installation_key",
            "The installation key that was replaced still opens this database.",
            "Start every node with the new key, then: idp-admin key rewrap --finish",
        ));
    }
    findings.extend(installation::postgres_version(ctx).await?.and_then(about_postgres));
    // Clocks of nodes differ by seconds; more than minutes makes codes and sessions wrong.
    let newest = audit::newest_at(ctx).await?;
    if newest.is_some_and(|newest| newest > ctx.now + minutes(5)) {
        findings.push(Finding::new(
            Severity::Error,
            "clock_behind",
            "The newest event lies in the future: this machine's clock is behind the one that wrote it.",
            "Set the clock, and let it follow a time server.",
        ));
    }
    if realm::all(ctx).await?.is_empty() {
        findings.push(Finding::new(
            Severity::Warning,
            "no_realm",
            "There is no realm yet, so every request is refused.",
            "Create one: idp-admin realm create mgc --origin https://mgc.id.example",
        ));
    }
    Ok(findings)
}

async fn examine_realm(ctx: &Ctx) -> Result<Vec<Finding>, Fault> {
    let mut findings = about_settings(ctx.realm());
    let set = |command: &str| format!("idp-admin --realm {} {command}", ctx.realm().name);
    let mut add = |severity, code, sentence: &str, remedy: String| {
        findings.push(Finding {
            severity,
            code,
            realm: Some(ctx.realm().name.clone()),
            sentence: sentence.to_owned(),
            remedy,
        });
    };
    if realm::terms_in_force(ctx).await?.is_empty() {
        add(
            Severity::Warning,
            "no_terms",
            "There are no terms of use, so members are not asked to agree to any.",
            set("realm terms --ja terms.ja.txt --en terms.en.txt"),
        );
    }
    findings.extend(keys::examine(ctx).await?);
    Ok(findings)
}

fn about_postgres(version: i32) -> Option<Finding> {
    (version < OLDEST_POSTGRES).then(|| {
        Finding::new(
            Severity::Error,
            "postgresql_too_old",
            &format!("PostgreSQL {version} is older than {OLDEST_POSTGRES}, which nothing here was tried with."),
            "Upgrade the cluster (pg_upgrade, or dump and restore into a newer one).",
        )
    })
}

fn about_settings(realm: &Realm) -> Vec<Finding> {
    let settings = &realm.settings;
    let mut findings = Vec::new();
    let mut add = |severity, code, sentence: &str, change: &str| {
        let remedy = format!("idp-admin --realm {} realm set {change}", realm.name);
        findings.push(Finding {
            severity,
            code,
            realm: Some(realm.name.clone()),
            sentence: sentence.to_owned(),
            remedy,
        });
    };
    match (settings.initial_password, settings.pattern_guard) {
        (InitialPassword::Letter, _) => {}
        (InitialPassword::Pattern, PatternGuard::MailOnFile) => add(
            Severity::Warning,
            "pattern_passwords",
            "Initial passwords made of symbol, number and birth date are accepted; those leak in bulk.",
            "initial_password=letter   (after: letter issue --all)",
        ),
        (InitialPassword::Pattern, PatternGuard::AcceptedRisk) => add(
            Severity::Error,
            "pattern_passwords_unguarded",
            "Whoever knows a member's symbol, number and birth date can take the account over.",
            "pattern_guard=mail_on_file",
        ),
    }
    if settings.help_line.ja.is_empty() && settings.help_line.en.is_empty() {
        let sentence = "No help line is set: members who are locked out are not told whom to call.";
        add(Severity::Warning, "no_help_line", sentence, "help_line.ja=0120-000-000");
    }
    if settings.display_name.ja.is_empty() {
        let sentence = "The society's name is not set, so pages and mails do not say who asks.";
        add(Severity::Warning, "no_display_name", sentence, "display_name.ja=○○健康保険組合");
    }
    let is_public = realm.origin.transport() == Transport::Https;
    if is_public && (settings.mail_sender.is_empty() || settings.mail_sender.contains("@localhost")) {
        let sentence = "The sender of mails is not set: mail servers will refuse or hide them.";
        add(Severity::Error, "no_mail_sender", sentence, "mail_sender=no-reply@kenpo.example");
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_postgresql_older_than_any_that_was_tried_is_a_finding() {
        assert_eq!(about_postgres(14).map(|finding| finding.code), Some("postgresql_too_old"));
        assert_eq!(about_postgres(15), None);
    }
}
