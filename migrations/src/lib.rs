//! The schema's frozen history: one file a step, never edited once released.

pub use sea_orm_migration::prelude::{MigrationTrait, MigratorTrait};

mod m20261123_000001_foundation;
mod m20261126_000002_passkeys;
mod m20261126_000003_account;
mod m20261126_000004_recovery;
mod m20261126_000005_consents;
mod m20261126_000006_tokens;
mod m20261126_000007_registry;
mod m20261126_000008_letters;
mod m20261126_000009_help;
mod m20261126_000010_handovers;
mod m20261126_000011_ciba;

/// Knows every step in order.
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261123_000001_foundation::Step),
            Box::new(m20261126_000002_passkeys::Step),
            Box::new(m20261126_000003_account::Step),
            Box::new(m20261126_000004_recovery::Step),
            Box::new(m20261126_000005_consents::Step),
            Box::new(m20261126_000006_tokens::Step),
            Box::new(m20261126_000007_registry::Step),
            Box::new(m20261126_000008_letters::Step),
            Box::new(m20261126_000009_help::Step),
            Box::new(m20261126_000010_handovers::Step),
            Box::new(m20261126_000011_ciba::Step),
        ]
    }
}
