//! `doctor`

use std::os::unix::fs::PermissionsExt;

use idp_core::admin::doctor::{Finding, Severity, examine};
use idp_core::store::DatabaseUrl;

use crate::context::Context;
use crate::output::Failure;
use crate::print::installed_font;

mod certificate;
mod mail_server;

pub(crate) async fn run(context: &Context) -> Result<(), Failure> {
    let config = &context.config;
    let mut findings = files(&config.database);
    findings.extend(config.http.tls.as_ref().and_then(|tls| certificate::examine(&tls.certificate, context.now())));
    findings.extend(mail_server::examine(&config.mail).await);
    findings.extend(font());
    match context.store().await {
        Ok(store) => findings.extend(examine(&store, &context.operator).await?),
        Err(Failure::Refused(sentence)) => {
            findings.push(Finding::new(Severity::Error, "database_not_ready", &sentence, "idp-admin migrate up"));
        }
        Err(Failure::Fault(sentence)) => {
            let remedy = "Check that the database runs, that its url is right, and that the disk is not full.";
            findings.push(Finding::new(Severity::Error, "database_unusable", &sentence, remedy));
        }
        Err(usage @ Failure::Usage(_)) => return Err(usage),
    }
    findings.sort_by_key(|finding| finding.severity);

    context.output.answer(&findings, || {
        if findings.is_empty() {
            return "Nothing is wrong.".to_owned();
        }
        findings.iter().map(text).collect::<Vec<_>>().join("\n\n")
    })?;
    match findings.iter().filter(|finding| finding.severity == Severity::Error).count() {
        0 => Ok(()),
        1 => Err(Failure::refused("1 finding is an error.")),
        count => Err(Failure::refused(format!("{count} findings are errors."))),
    }
}

fn text(finding: &Finding) -> String {
    let severity = match finding.severity {
        Severity::Error => "ERROR",
        Severity::Warning => "WARNING",
    };
    let realm = finding.realm.as_ref().map(|realm| format!(" {realm}:")).unwrap_or_default();
    format!("{severity}{realm} {} [{}]\n  → {}", finding.sentence, finding.code, finding.remedy)
}

/// A database that others may read gives away everybody's personal data.
fn files(url: &DatabaseUrl) -> Vec<Finding> {
    let DatabaseUrl::Sqlite(path) = url else { return Vec::new() };
    let Ok(metadata) = std::fs::metadata(path) else { return Vec::new() };
    if metadata.permissions().mode() & 0o077 == 0 {
        return Vec::new();
    }
    let sentence = format!("Other accounts of this machine may read {}.", path.display());
    let remedy = format!("chmod 600 {0} {0}-wal {0}-shm", path.display());
    vec![Finding::new(Severity::Warning, "database_readable", &sentence, &remedy)]
}

/// Letters are printed where this runs.
fn font() -> Option<Finding> {
    installed_font().is_none().then(|| {
        Finding::new(
            Severity::Warning,
            "no_japanese_font",
            "No font with Japanese glyphs is installed here, so letters cannot be printed as PDF.",
            "apt install fonts-noto-cjk   (or name a file each time: letter print --font FILE)",
        )
    })
}
