//! Table `clients`.

use futures::FutureExt;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    Select,
};
use uuid::Uuid;

use super::entity::client;
use crate::client::{Client, ClientName, ClientSettings};
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::ClientRowId;
use crate::secret::{Hashed, Sealed};
use crate::store::held::Change;

pub(crate) async fn insert(ctx: &Ctx, client: &Client) -> Result<(), Fault> {
    let row = client::ActiveModel {
        id: Set(client.id.uuid()),
        realm_id: Set(ctx.realm().id.uuid()),
        client_id: Set(client.client_id.as_str().to_owned()),
        name: Set(client.name.clone()),
        secret_hash: Set(client.secret.as_ref().map(|secret| secret.bytes().to_vec())),
        secret_sealed: Set(client.sealed_secret.as_ref().map(|secret| secret.bytes().to_vec())),
        management_hash: Set(client.management.as_ref().map(|access| access.bytes().to_vec())),
        settings: Set(written(&client.settings)?),
        created_at: Set(client.created_at.millis()),
        updated_at: Set(client.updated_at.millis()),
    };
    client::Entity::insert(row).exec_without_returning(&ctx.db).await?;
    ctx.changes(Change::Clients);
    Ok(())
}

/// By the name on the wire, as sent.
pub(crate) async fn by_client_id(ctx: &Ctx, client_id: &str) -> Result<Option<Client>, Fault> {
    let Ok(name) = ClientName::parse(client_id) else { return Ok(None) };
    if let Some(client) = ctx.held.clients.find_settled(ctx, &(ctx.realm().id, name.as_str().to_owned())) {
        return Ok(Some(client));
    }
    let select = client::Entity::find()
        .filter(client::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(client::Column::ClientId.eq(name.as_str()));
    held(ctx, select).await
}

/// The same for a change: nobody else changes the client until the transaction ends.
pub(crate) async fn lock_by_client_id(ctx: &Ctx, client_id: &ClientName) -> Result<Option<Client>, Fault> {
    let select = client::Entity::find()
        .filter(client::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(client::Column::ClientId.eq(client_id.as_str()))
        .lock_exclusive();
    select.one(&ctx.db).await?.map(noun).transpose()
}

pub(crate) async fn by_id(ctx: &Ctx, id: ClientRowId) -> Result<Option<Client>, Fault> {
    if let Some(client) = ctx.held.clients_by_id.find_settled(ctx, &(ctx.realm().id, id)) {
        return Ok(Some(client));
    }
    let select: Select<client::Entity> = client::Entity::find_by_id(id.uuid());
    held(ctx, select.filter(client::Column::RealmId.eq(ctx.realm().id.uuid()))).await
}

/// Reads a client, and holds it by either name: whoever asks for it by one will ask by the other.
async fn held(ctx: &Ctx, select: Select<client::Entity>) -> Result<Option<Client>, Fault> {
    let client = select.one(&ctx.db).boxed().await?.map(noun).transpose()?;
    if let Some(client) = &client {
        let realm = ctx.realm().id;
        ctx.held.clients.keep(ctx, (realm, client.client_id.as_str().to_owned()), client);
        ctx.held.clients_by_id.keep(ctx, (realm, client.id), client);
    }
    Ok(client)
}

/// Every client of the realm, by name on the wire.
pub(crate) async fn list(ctx: &Ctx) -> Result<Vec<Client>, Fault> {
    let select = client::Entity::find()
        .filter(client::Column::RealmId.eq(ctx.realm().id.uuid()))
        .order_by_asc(client::Column::ClientId);
    select.all(&ctx.db).await?.into_iter().map(noun).collect()
}

/// Whether a client of the realm is registered as this resource (RFC 8707). Anybody may ask, at the authorization endpoint,
/// and in some realms anybody may register: only an index keeps the answer from costing as much as all registrations.
pub(crate) async fn is_resource(ctx: &Ctx, resource: &str) -> Result<bool, Fault> {
    // PostgreSQL takes no such text, and no address is one.
    if resource.contains('\0') {
        return Ok(false);
    }
    let select = of_resource(ctx.realm().id.uuid(), resource, ctx.db.get_database_backend());
    Ok(select.one(&ctx.db).await?.is_some())
}

/// The address inside the settings, in the words by which `clients_by_resource` is an index of it.
fn of_resource(realm: Uuid, resource: &str, backend: DbBackend) -> Select<client::Entity> {
    let registered = match backend {
        DbBackend::Postgres => r"CAST(replace(settings, '\u0000', '\u0001') AS jsonb) ->> 'resource'",
        _ => "settings ->> 'resource'",
    };
    let select = client::Entity::find().filter(client::Column::RealmId.eq(realm));
    select.filter(Expr::cust(registered).eq(resource))
}

/// Writes name, secrets and settings of an existing client.
pub(crate) async fn update(ctx: &Ctx, client: &Client) -> Result<(), Fault> {
    let changed = client::ActiveModel {
        name: Set(client.name.clone()),
        secret_hash: Set(client.secret.as_ref().map(|secret| secret.bytes().to_vec())),
        secret_sealed: Set(client.sealed_secret.as_ref().map(|secret| secret.bytes().to_vec())),
        management_hash: Set(client.management.as_ref().map(|access| access.bytes().to_vec())),
        settings: Set(written(&client.settings)?),
        updated_at: Set(ctx.now.millis()),
        ..Default::default()
    };
    let update = client::Entity::update_many()
        .set(changed)
        .filter(client::Column::Id.eq(client.id.uuid()))
        .filter(client::Column::RealmId.eq(ctx.realm().id.uuid()));
    update.exec(&ctx.db).await?;
    ctx.changes(Change::Clients);
    Ok(())
}

/// Deletes the client with its grants, codes and tokens.
pub(crate) async fn delete(ctx: &Ctx, id: ClientRowId) -> Result<(), Fault> {
    let delete = client::Entity::delete_by_id(id.uuid()).filter(client::Column::RealmId.eq(ctx.realm().id.uuid()));
    delete.exec(&ctx.db).await?;
    ctx.changes(Change::Clients);
    ctx.changes(Change::Grants);
    Ok(())
}

/// The clients of these rows, by name on the wire.
pub(crate) async fn of_ids(ctx: &Ctx, ids: Vec<Uuid>) -> Result<Vec<Client>, Fault> {
    let select = client::Entity::find()
        .filter(client::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(client::Column::Id.is_in(ids))
        .order_by_asc(client::Column::ClientId);
    select.all(&ctx.db).await?.into_iter().map(noun).collect()
}

fn written(settings: &ClientSettings) -> Result<String, Fault> {
    serde_json::to_string(settings).map_err(|_| Fault::Broken("client settings have no JSON form".into()))
}

fn noun(row: client::Model) -> Result<Client, Fault> {
    Ok(Client {
        id: ClientRowId::from_uuid(row.id),
        client_id: ClientName::parse(&row.client_id).map_err(|_| Fault::unreadable("client id"))?,
        name: row.name,
        secret: row.secret_hash.map(Hashed::from_bytes),
        sealed_secret: row.secret_sealed.map(Sealed::from_bytes),
        management: row.management_hash.map(Hashed::from_bytes),
        settings: serde_json::from_str(&row.settings).map_err(|_| Fault::unreadable("client settings"))?,
        created_at: Timestamp::from_millis(row.created_at),
        updated_at: Timestamp::from_millis(row.updated_at),
    })
}

#[cfg(test)]
mod tests {
    use migrations::STEPS;
    use sea_orm::QueryTrait;

    use super::*;

    #[test]
    fn a_resource_is_asked_for_in_the_words_of_its_index() {
        let step = STEPS.iter().find(|step| step.name.ends_with("by_resource")).unwrap();
        let asked = |backend| of_resource(Uuid::nil(), "https://api.example/", backend).build(backend).sql;
        let words = r"CAST(replace(settings, '\u0000', '\u0001') AS jsonb) ->> 'resource'";
        assert!(step.postgres.contains(words) && asked(DbBackend::Postgres).contains(words), "{}", step.postgres);
        let words = "settings ->> 'resource'";
        assert!(step.sqlite.contains(words) && asked(DbBackend::Sqlite).contains(words), "{}", step.sqlite);
    }
}
