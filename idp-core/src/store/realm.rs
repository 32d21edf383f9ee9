//! Tables `realms` and `terms`.

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect};

use super::entity::{realm, terms};
use super::statement::Sql;
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::RealmId;
use crate::language::Language;
use crate::mutual_tls::without_port;
use crate::realm::{Origin, Realm};
use crate::terms::Terms;

const TERMS_IN_FORCE: Sql = Sql::of("SELECT MAX(version) FROM terms WHERE realm_id = $1");

pub(crate) async fn insert(ctx: &Ctx, realm: &Realm) -> Result<(), Fault> {
    let row = realm::ActiveModel {
        id: Set(realm.id.uuid()),
        name: Set(realm.name.clone()),
        origin: Set(realm.origin.as_str().to_owned()),
        host: Set(realm.origin.host().to_owned()),
        settings: Set(settings_text(realm)?),
        created_at: Set(ctx.now.millis()),
        updated_at: Set(ctx.now.millis()),
    };
    realm::Entity::insert(row).exec_without_returning(&ctx.db).await?;
    ctx.realm_changed();
    Ok(())
}

pub(crate) async fn update(ctx: &Ctx, realm: &Realm) -> Result<(), Fault> {
    let row = realm::ActiveModel {
        id: Set(realm.id.uuid()),
        name: Set(realm.name.clone()),
        origin: Set(realm.origin.as_str().to_owned()),
        host: Set(realm.origin.host().to_owned()),
        settings: Set(settings_text(realm)?),
        updated_at: Set(ctx.now.millis()),
        ..Default::default()
    };
    realm::Entity::update(row).exec(&ctx.db).await?;
    ctx.realm_changed();
    Ok(())
}

/// The realm that answers at this `Host`.
pub async fn by_host(ctx: &Ctx, host: &str) -> Result<Option<Realm>, Fault> {
    let row = realm::Entity::find().filter(realm::Column::Host.eq(host)).one(&ctx.db).await?;
    row.map(noun).transpose()
}

/// The one realm whose host has this name at whatever port.
pub async fn by_host_name(ctx: &Ctx, name: &str) -> Result<Option<Realm>, Fault> {
    let rows = realm::Entity::find()
        .filter(realm::Column::Host.eq(name).or(realm::Column::Host.starts_with(format!("{name}:"))))
        .all(&ctx.db)
        .await?;
    // LIKE knows wildcards, a name has none.
    let named: Vec<realm::Model> = rows.into_iter().filter(|row| without_port(&row.host) == name).collect();
    match <[realm::Model; 1]>::try_from(named) {
        Ok([row]) => noun(row).map(Some),
        Err(_) => Ok(None),
    }
}

/// The realm that operators call so.
pub async fn by_name(ctx: &Ctx, name: &str) -> Result<Option<Realm>, Fault> {
    let row = realm::Entity::find().filter(realm::Column::Name.eq(name)).one(&ctx.db).await?;
    row.map(noun).transpose()
}

/// The realm at hand as it stands now; nobody else changes it until the transaction ends.
pub(crate) async fn lock(ctx: &Ctx) -> Result<Realm, Fault> {
    let select = realm::Entity::find_by_id(ctx.realm().id.uuid()).lock_exclusive();
    noun(select.one(&ctx.db).await?.ok_or_else(|| Fault::unreadable("realm"))?)
}

/// Every realm, by name.
pub async fn all(ctx: &Ctx) -> Result<Vec<Realm>, Fault> {
    let rows = realm::Entity::find().order_by_asc(realm::Column::Name).all(&ctx.db).await?;
    rows.into_iter().map(noun).collect()
}

fn settings_text(realm: &Realm) -> Result<String, Fault> {
    serde_json::to_string(&realm.settings).map_err(|_| Fault::unreadable("realm settings"))
}

fn noun(row: realm::Model) -> Result<Realm, Fault> {
    Ok(Realm {
        id: RealmId::from_uuid(row.id),
        name: row.name,
        origin: Origin::parse(&row.origin).map_err(|_| Fault::unreadable("realm origin"))?,
        settings: serde_json::from_str(&row.settings).map_err(|_| Fault::unreadable("realm settings"))?,
    })
}

pub(crate) async fn insert_terms(ctx: &Ctx, terms: &Terms) -> Result<(), Fault> {
    let row = terms::ActiveModel {
        realm_id: Set(ctx.realm().id.uuid()),
        version: Set(terms.version),
        language: Set(terms.language.tag().to_owned()),
        body: Set(terms.body.clone()),
        sha256: Set(terms.sha256.clone()),
        published_at: Set(terms.published_at.millis()),
    };
    terms::Entity::insert(row).exec_without_returning(&ctx.db).await?;
    Ok(())
}

/// The newest version in every language it has; empty where the realm has no terms.
pub(crate) async fn terms_in_force(ctx: &Ctx) -> Result<Vec<Terms>, Fault> {
    let rows = terms::Entity::find()
        .filter(terms::Column::RealmId.eq(ctx.realm().id.uuid()))
        .order_by_desc(terms::Column::Version)
        .all(&ctx.db)
        .await?;
    let newest = rows.first().map(|row| row.version);
    rows.into_iter().filter(|row| Some(row.version) == newest).map(terms_noun).collect()
}

/// The version of the terms in force; 0 where there are none.
pub(crate) async fn terms_version_in_force(ctx: &Ctx) -> Result<i64, Fault> {
    let given = [ctx.realm().id.uuid().into()];
    let newest = ctx.db.first(&TERMS_IN_FORCE, &given, |row| row.take::<Option<i64>>()).await?;
    Ok(newest.flatten().unwrap_or(0))
}

fn terms_noun(row: terms::Model) -> Result<Terms, Fault> {
    Ok(Terms {
        version: row.version,
        language: Language::from_tag(&row.language).ok_or_else(|| Fault::unreadable("terms' language"))?,
        body: row.body,
        sha256: row.sha256,
        published_at: Timestamp::from_millis(row.published_at),
    })
}
