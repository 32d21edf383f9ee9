//! How many members came, and why others did not.

use idp_core::admin::move_in::{Arrivals, Arrived, LeftBehind};
use serde_json::{Value, json};

/// Counts arrivals.
pub(crate) struct Tally {
    came: u64,
    were_here: u64,
    refused: u64,
    pub(crate) behind: Vec<LeftBehind>,
}

impl Tally {
    pub(crate) fn new(behind: Vec<LeftBehind>) -> Self {
        Self { came: 0, were_here: 0, refused: 0, behind }
    }

    pub(crate) fn add(&mut self, arrived: Arrivals) {
        self.behind.extend(arrived.behind);
        for (user_id, outcome) in arrived.members {
            let reason = match outcome {
                Arrived::Came => {
                    self.came += 1;
                    continue;
                }
                Arrived::WasHere => {
                    self.were_here += 1;
                    continue;
                }
                Arrived::UserIdTaken => "another member has this user id; nothing was changed",
                Arrived::SubjectTaken => "another member has this sub; nothing was changed",
            };
            self.refused += 1;
            self.behind.push(LeftBehind { of: format!("user {user_id}"), what: reason.to_owned() });
        }
    }

    /// A line that cannot be read.
    pub(crate) fn unread(&mut self, line: usize, reason: String) {
        self.refused += 1;
        self.behind.push(LeftBehind { of: format!("line {line}"), what: reason });
    }

    pub(crate) fn refused(&self) -> u64 {
        self.refused
    }

    pub(crate) fn document(&self) -> Value {
        json!({ "came": self.came, "were_here": self.were_here, "refused": self.refused })
    }

    pub(crate) fn text(&self) -> String {
        format!("Members: {} came, {} were here before, {} refused.", self.came, self.were_here, self.refused)
    }
}
