//! `audit verify-file`: for an auditor who has the exported file and the checkpoints, and nothing else

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;

use idp_core::audit::checkpoint::Checkpoint;
use idp_core::audit::exported::{Exported, read};
use idp_core::audit::{Finding, Head, Verifier};
use serde_json::json;

use crate::output::{Failure, Output};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "The file must be whole, from the first event on: idp-admin audit export --output FILE\n\nExample:\n  \
                        idp-admin audit verify-file mgc.jsonl --checkpoint 2026-11.json"
)]
pub(crate) struct Arguments {
    /// What audit export wrote
    file: PathBuf,
    #[command(flatten)]
    kept: super::Kept,
}

pub(crate) fn run(output: Output, arguments: &Arguments) -> Result<(), Failure> {
    let file = File::open(&arguments.file)
        .map_err(|error| Failure::refused(format!("{} cannot be read: {error}.", arguments.file.display())))?;
    let checkpoints = arguments.kept.checkpoints()?;

    match walk(BufReader::new(file), checkpoints)? {
        Ok(events) => output.answer(&json!({ "good": true, "events": events }), || format!("good: {events} events")),
        Err(finding) => {
            output.answer(&json!({ "good": false, "finding": finding }), || "altered".to_owned())?;
            Err(Failure::refused(super::sentence(&finding)))
        }
    }
}

fn walk(lines: impl BufRead, checkpoints: Vec<Checkpoint>) -> Result<Result<i64, Finding>, Failure> {
    let (mut realm, mut verifier) = (None, Verifier::default());
    let mut last = Head::start();
    let mut end = None;
    for (number, line) in lines.lines().enumerate() {
        let unreadable = || Failure::refused(format!("Line {} is none of an exported audit log.", number + 1));
        let (of, said) = read(&line?).ok_or_else(unreadable)?;
        let is_first = realm.is_none();
        if *realm.get_or_insert_with(|| of.clone()) != of {
            return Err(unreadable());
        }
        if is_first {
            verifier = verifier.against(&about(&of, &checkpoints)?);
        }
        match (said, &end) {
            (_, Some(_)) => return Ok(Err(Finding::Appended { sequence: last.sequence + 1 })),
            (Exported::End(head), None) => end = Some(head),
            (Exported::Base(base), None) if is_first => {
                verifier = Verifier::from(base).against(&about(&of, &checkpoints)?);
            }
            (Exported::Base(_), None) => return Err(unreadable()),
            (Exported::Event(written), None) => {
                if let Err(finding) = verifier.next(&written) {
                    return Ok(Err(finding));
                }
                last = Head { sequence: written.sequence, hash: written.hash };
            }
        }
    }
    // Without its last line the file was cut somewhere behind the last event that is left.
    let recorded = end.unwrap_or(Head { sequence: last.sequence + 1, hash: Vec::new() });
    Ok(verifier.finish(&recorded))
}

/// The checkpoints about the realm that the file says it is of. A file that was renamed must not get away from them.
fn about(realm: &str, checkpoints: &[Checkpoint]) -> Result<Vec<Checkpoint>, Failure> {
    let own: Vec<Checkpoint> = checkpoints.iter().filter(|checkpoint| checkpoint.is_about(realm)).cloned().collect();
    if own.is_empty() && !checkpoints.is_empty() {
        return Err(Failure::refused(format!("No checkpoint is about “{realm}”, whose log the file says it is.")));
    }
    Ok(own)
}
