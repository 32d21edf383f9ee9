//! The schema's frozen history: one file a step, never edited once released.
//!
//! The type names are PostgreSQL's; SQLite takes them as they are and keeps values in the form they come in.

/// A step of the schema's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// What the database knows it by.
    pub name: &'static str,
    /// Its statements for SQLite.
    pub sqlite: &'static str,
    /// Its statements for PostgreSQL.
    pub postgres: &'static str,
}

impl Step {
    /// A step of the same statements for both.
    const fn alike(name: &'static str, sql: &'static str) -> Self {
        Self { name, sqlite: sql, postgres: sql }
    }
}

/// Every step in order.
pub const STEPS: &[Step] = &[
    // Realms, members, letters, the journey's ceremonies, clients, grants, keys, mail and audit.
    Step::alike("m20261123_000001_foundation", include_str!("sql/000001_foundation.sql")),
    Step::alike("m20261126_000002_passkeys", include_str!("sql/000002_passkeys.sql")),
    Step::alike("m20261126_000003_account", include_str!("sql/000003_account.sql")),
    Step::alike("m20261126_000004_recovery", include_str!("sql/000004_recovery.sql")),
    Step::alike("m20261126_000005_consents", include_str!("sql/000005_consents.sql")),
    Step::alike("m20261126_000006_tokens", include_str!("sql/000006_tokens.sql")),
    // Sealed client secrets, registration tokens, logout notices, encryption keys.
    Step::alike("m20261126_000007_registry", include_str!("sql/000007_registry.sql")),
    Step::alike("m20261126_000008_letters", include_str!("sql/000008_letters.sql")),
    // What a desk looks up.
    Step::alike("m20261126_000009_help", include_str!("sql/000009_help.sql")),
    Step::alike("m20261126_000010_handovers", include_str!("sql/000010_handovers.sql")),
    // Requests of clients that a member answers on a device of their own.
    Step::alike("m20261126_000011_ciba", include_str!("sql/000011_ciba.sql")),
    Step::alike("m20261126_000012_by_member", include_str!("sql/000012_by_member.sql")),
    Step::alike("m20261126_000013_of_grants", include_str!("sql/000013_of_grants.sql")),
    Step::alike("m20261126_000014_seated", include_str!("sql/000014_seated.sql")),
    Step::alike("m20261126_000015_not_by_expiry", include_str!("sql/000015_not_by_expiry.sql")),
    Step::alike("m20261126_000016_by_grant", include_str!("sql/000016_by_grant.sql")),
    Step::alike("m20261126_000017_pairwise", include_str!("sql/000017_pairwise.sql")),
    // An index of what stands inside JSON, which each reads in its own words.
    Step {
        name: "m20261127_000018_by_resource",
        sqlite: include_str!("sql/000018_by_resource.sqlite.sql"),
        postgres: include_str!("sql/000018_by_resource.postgres.sql"),
    },
    Step::alike("m20261127_000019_not_by_session", include_str!("sql/000019_not_by_session.sql")),
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
        let files = std::fs::read_dir(folder).unwrap().count();
        assert_eq!(files, STEPS.iter().map(|step| if step.sqlite == step.postgres { 1 } else { 2 }).sum());
    }
}
