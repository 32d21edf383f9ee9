//! Sealed client secrets, registration tokens, logout notices, encryption keys.

use sea_orm_migration::prelude::{
    ConnectionTrait, DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait,
};

/// The seventh step.
#[derive(DeriveMigrationName)]
pub(crate) struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // The type names are PostgreSQL's; SQLite takes them as they are and keeps values in the form they come in.
        manager.get_connection().execute_unprepared(include_str!("sql/000007_registry.sql")).await?;
        Ok(())
    }
}
