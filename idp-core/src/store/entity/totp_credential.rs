//! Table `totp_credentials`.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
    Uuid,
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "totp_credentials")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) realm_id: Uuid,
    pub(crate) member_id: Uuid,
    pub(crate) name: String,
    pub(crate) secret_sealed: Vec<u8>,
    pub(crate) last_step: i64,
    pub(crate) wrong_in_a_row: i64,
    pub(crate) wrong_since_success: i64,
    pub(crate) held_until: i64,
    pub(crate) created_at: i64,
    pub(crate) last_used_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
