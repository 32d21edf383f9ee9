//! Table `ciba_requests`.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
    Uuid,
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ciba_requests")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) auth_req_id_hash: Vec<u8>,
    pub(crate) id: Uuid,
    pub(crate) realm_id: Uuid,
    pub(crate) client_id: Uuid,
    pub(crate) member_id: Option<Uuid>,
    pub(crate) subject_hash: Vec<u8>,
    pub(crate) ping_sealed: Option<Vec<u8>>,
    pub(crate) state: String,
    pub(crate) details: String,
    pub(crate) poll_interval: i64,
    pub(crate) polled_at: Option<i64>,
    pub(crate) created_at: i64,
    pub(crate) expires_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
