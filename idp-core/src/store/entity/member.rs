//! Table `members`.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
    Uuid,
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "members")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) realm_id: Uuid,
    pub(crate) subject: String,
    pub(crate) user_id: String,
    pub(crate) user_id_normal: String,
    pub(crate) family_name: Option<String>,
    pub(crate) given_name: Option<String>,
    pub(crate) family_kana: Option<String>,
    pub(crate) given_kana: Option<String>,
    pub(crate) birth_date: Option<String>,
    pub(crate) birth_date_confirmed_at: Option<i64>,
    pub(crate) symbol: Option<String>,
    pub(crate) number: Option<String>,
    pub(crate) branch: Option<String>,
    pub(crate) mail: Option<String>,
    pub(crate) mail_verified_at: Option<i64>,
    pub(crate) language: Option<String>,
    pub(crate) state: String,
    pub(crate) chosen_method: Option<String>,
    pub(crate) new_password_required_at: Option<i64>,
    pub(crate) postal_code: Option<String>,
    pub(crate) address: Option<String>,
    pub(crate) left_at: Option<i64>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
