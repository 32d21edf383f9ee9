//! Table `device_requests`.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
    Uuid,
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "device_requests")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) device_code_hash: Vec<u8>,
    pub(crate) realm_id: Uuid,
    pub(crate) user_code_hash: Vec<u8>,
    pub(crate) client_id: Uuid,
    pub(crate) state: String,
    pub(crate) details: String,
    pub(crate) poll_interval: i64,
    pub(crate) polled_at: Option<i64>,
    pub(crate) expires_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
