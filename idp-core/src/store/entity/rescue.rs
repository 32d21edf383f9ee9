//! Table `rescues`.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
    Uuid,
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rescues")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) realm_id: Uuid,
    pub(crate) purpose: String,
    pub(crate) interaction_id: Uuid,
    pub(crate) browser_hash: Vec<u8>,
    pub(crate) subject_hash: Vec<u8>,
    pub(crate) member_id: Option<Uuid>,
    pub(crate) state: String,
    pub(crate) code_hash: Vec<u8>,
    pub(crate) link_hash: Vec<u8>,
    pub(crate) match_number: String,
    pub(crate) user_agent: Option<String>,
    pub(crate) guesses: i64,
    pub(crate) created_at: i64,
    pub(crate) code_expires_at: i64,
    pub(crate) expires_at: i64,
    pub(crate) answered_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
