//! The schema's frozen history: one file a step, never edited once released.
//!
//! The type names are PostgreSQL's; SQLite takes them as they are and keeps values in the form they come in.

/// A step of the schema's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// What the database knows it by.
    pub name: &'static str,
    /// Its statements, for SQLite and PostgreSQL alike.
    pub sql: &'static str,
}

/// Every step in order.
pub const STEPS: &[Step] = &[
    // Realms, members, letters, the journey's ceremonies, clients, grants, keys, mail and audit.
    Step { name: "m20261123_000001_foundation", sql: include_str!("sql/000001_foundation.sql") },
    Step { name: "m20261126_000002_passkeys", sql: include_str!("sql/000002_passkeys.sql") },
    Step { name: "m20261126_000003_account", sql: include_str!("sql/000003_account.sql") },
    Step { name: "m20261126_000004_recovery", sql: include_str!("sql/000004_recovery.sql") },
    Step { name: "m20261126_000005_consents", sql: include_str!("sql/000005_consents.sql") },
    Step { name: "m20261126_000006_tokens", sql: include_str!("sql/000006_tokens.sql") },
    // Sealed client secrets, registration tokens, logout notices, encryption keys.
    Step { name: "m20261126_000007_registry", sql: include_str!("sql/000007_registry.sql") },
    Step { name: "m20261126_000008_letters", sql: include_str!("sql/000008_letters.sql") },
    // What a desk looks up.
    Step { name: "m20261126_000009_help", sql: include_str!("sql/000009_help.sql") },
    Step { name: "m20261126_000010_handovers", sql: include_str!("sql/000010_handovers.sql") },
    // Requests of clients that a member answers on a device of their own.
    Step { name: "m20261126_000011_ciba", sql: include_str!("sql/000011_ciba.sql") },
    Step { name: "m20261126_000012_by_member", sql: include_str!("sql/000012_by_member.sql") },
    Step { name: "m20261126_000013_of_grants", sql: include_str!("sql/000013_of_grants.sql") },
    Step { name: "m20261126_000014_seated", sql: include_str!("sql/000014_seated.sql") },
    Step { name: "m20261126_000015_not_by_expiry", sql: include_str!("sql/000015_not_by_expiry.sql") },
    Step { name: "m20261126_000016_by_grant", sql: include_str!("sql/000016_by_grant.sql") },
    Step { name: "m20261126_000017_pairwise", sql: include_str!("sql/000017_pairwise.sql") },
    Step { name: "m20261127_000019_not_by_session", sql: include_str!("sql/000019_not_by_session.sql") },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_are_in_the_order_of_their_numbers() {
        for (place, step) in STEPS.iter().enumerate() {
            let number = step.name.split('_').nth(1).map(str::parse::<usize>);
            assert_eq!(number, Some(Ok(place + 1)), "{}", step.name);
        }
    }

    #[test]
    fn every_file_is_a_step() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/sql");
        assert_eq!(std::fs::read_dir(folder).unwrap().count(), STEPS.len());
    }
}
