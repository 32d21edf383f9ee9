//! Table `handovers`.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
    Uuid,
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "handovers")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) realm_id: Uuid,
    pub(crate) member_id: Uuid,
    pub(crate) session_id: Uuid,
    pub(crate) stage: String,
    pub(crate) link_hash: Vec<u8>,
    pub(crate) link_sealed: Vec<u8>,
    pub(crate) phone_hash: Option<Vec<u8>>,
    pub(crate) user_agent: Option<String>,
    pub(crate) match_number: Option<String>,
    pub(crate) created_at: i64,
    pub(crate) expires_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
