//! Table `ceremonies`.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
    Uuid,
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ceremonies")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) realm_id: Uuid,
    pub(crate) kind: String,
    pub(crate) member_id: Uuid,
    pub(crate) interaction_id: Option<Uuid>,
    pub(crate) browser_hash: Vec<u8>,
    pub(crate) state: String,
    pub(crate) address: Option<String>,
    pub(crate) code_hash: Option<Vec<u8>>,
    pub(crate) link_hash: Option<Vec<u8>>,
    pub(crate) payload_sealed: Option<Vec<u8>>,
    pub(crate) guesses: i64,
    pub(crate) created_at: i64,
    pub(crate) code_expires_at: i64,
    pub(crate) expires_at: i64,
    pub(crate) answered_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
