//! Whether the server's certificate is one, and for how long (RFC 5280 §4.1.2.5).

use std::path::Path;
use std::time::Duration;

use idp_core::admin::doctor::{Finding, Severity};
use idp_core::clock::{Timestamp, days};
use x509_parser::pem::Pem;

/// Whoever renews by program has done it by now.
const SOON: Duration = days(21);

pub(super) fn examine(file: &Path, now: Timestamp) -> Option<Finding> {
    match ends_at(file) {
        Ok(end) => judge(file, end, now),
        Err(why) => Some(Finding::new(
            Severity::Error,
            "certificate_unreadable",
            &format!("{} is no certificate: {why}.", file.display()),
            "Put the certificate chain there as PEM, the server's own certificate first.",
        )),
    }
}

/// When the first of the chain ends, which is the server's own.
fn ends_at(file: &Path) -> Result<Timestamp, String> {
    let bytes = std::fs::read(file).map_err(|error| error.to_string())?;
    let first = Pem::iter_from_buffer(&bytes).next().ok_or("it holds no PEM")?.map_err(|error| error.to_string())?;
    let certificate = first.parse_x509().map_err(|error| error.to_string())?;
    Ok(Timestamp::from_millis(certificate.validity().not_after.timestamp().saturating_mul(1000)))
}

fn judge(file: &Path, end: Timestamp, now: Timestamp) -> Option<Finding> {
    let remedy = "Renew it and put it in the place of the old one; the server takes it without a restart.";
    let (file, on) = (file.display(), end.date_in_japan());
    if end <= now {
        let sentence = format!("The certificate {file} ended on {on}: browsers refuse to connect.");
        return Some(Finding::new(Severity::Error, "certificate_expired", &sentence, remedy));
    }
    (end - SOON <= now).then(|| {
        let sentence = format!("The certificate {file} ends on {on}.");
        Finding::new(Severity::Warning, "certificate_ends_soon", &sentence, remedy)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_told_of_before_it_ends_and_is_an_error_after() {
        let end = Timestamp::from_millis(1_795_395_600_000);
        let code = |now| judge(Path::new("cert.pem"), end, now).map(|finding| finding.code);
        assert_eq!(code(end - days(22)), None);
        assert_eq!(code(end - days(21)), Some("certificate_ends_soon"));
        assert_eq!(code(end), Some("certificate_expired"));
    }
}
