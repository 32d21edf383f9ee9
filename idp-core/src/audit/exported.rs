//! The audit log as JSON Lines: one event a line, with its number and hash, and the recorded end of the chain last.
//!
//! An event's text is carried byte for byte, so that whoever holds the file can compute the hashes anew.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::checkpoint::hex;
use super::{Event, Head, Written};
use crate::fault::Fault;

#[derive(Serialize, Deserialize)]
struct EventLine {
    realm: String,
    sequence: i64,
    hash: String,
    event: Box<RawValue>,
}

#[derive(Serialize, Deserialize)]
struct EndLine {
    realm: String,
    head: HeadLine,
}

#[derive(Serialize, Deserialize)]
struct BaseLine {
    realm: String,
    base: HeadLine,
}

#[derive(Serialize, Deserialize)]
struct HeadLine {
    sequence: i64,
    hash: String,
}

/// What a line says.
#[derive(Debug, Clone)]
pub enum Exported {
    /// An event.
    Event(Box<Written>),
    /// The last event that retention removed, or the start of the chain.
    Base(Head),
    /// The recorded end of the chain.
    End(Head),
}

/// The line of an event.
pub fn line(realm: &str, written: &Written) -> Result<String, Fault> {
    let event = RawValue::from_string(written.event.clone()).map_err(|_| Fault::unreadable("audit event"))?;
    let line = EventLine { realm: realm.to_owned(), sequence: written.sequence, hash: hex(&written.hash), event };
    serde_json::to_string(&line).map_err(|_| Fault::unreadable("audit event"))
}

/// The first line.
pub fn base(realm: &str, base: &Head) -> Result<String, Fault> {
    let base = HeadLine { sequence: base.sequence, hash: hex(&base.hash) };
    serde_json::to_string(&BaseLine { realm: realm.to_owned(), base }).map_err(|_| Fault::unreadable("audit base"))
}

/// The last line.
pub fn end(realm: &str, head: &Head) -> Result<String, Fault> {
    let head = HeadLine { sequence: head.sequence, hash: hex(&head.hash) };
    serde_json::to_string(&EndLine { realm: realm.to_owned(), head }).map_err(|_| Fault::unreadable("audit head"))
}

/// Reads a line back, with the realm whose log it is of; `None` where it is none of ours.
pub fn read(text: &str) -> Option<(String, Exported)> {
    // One after the other: a raw text cannot be read through an enum of the three.
    if let Ok(line) = serde_json::from_str::<EventLine>(text) {
        let text = line.event.get().to_owned();
        let event: Event = serde_json::from_str(&text).ok()?;
        let columns = (event.at, event.kind.name(), event.member);
        let written = Written { sequence: line.sequence, event: text, hash: unhex(&line.hash)?, columns };
        return Some((line.realm, Exported::Event(Box::new(written))));
    }
    if let Ok(line) = serde_json::from_str::<EndLine>(text) {
        let head = Head { sequence: line.head.sequence, hash: unhex(&line.head.hash)? };
        return Some((line.realm, Exported::End(head)));
    }
    let line = serde_json::from_str::<BaseLine>(text).ok()?;
    let base = Head { sequence: line.base.sequence, hash: unhex(&line.base.hash)? };
    Some((line.realm, Exported::Base(base)))
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    (0..text.len() / 2).map(|at| u8::from_str_radix(text.get(at * 2..at * 2 + 2)?, 16).ok()).collect()
}
