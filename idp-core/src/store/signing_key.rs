//! Table `signing_keys`: also the few keys that decrypt.

use std::sync::Arc;

use futures::FutureExt;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::entity::signing_key;
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::jwe::Opener;
use crate::jws::Signer;
use crate::key::{Algorithm, DecryptionAlgorithm, Key, KeyAlgorithm, KeyState};
use crate::secret::{Plain, Sealed, SigningKey};
use crate::store::held::Change;

pub(crate) async fn insert(ctx: &Ctx, key: &Key, private: &Plain<SigningKey>) -> Result<(), Fault> {
    let sealed: Sealed<SigningKey> = ctx.vault.seal(ctx.entropy(), key.kid.as_bytes(), private.expose())?;
    let public = serde_json::to_string(&key.public).map_err(|_| Fault::Broken("a JWK has no JSON form".into()))?;
    let row = signing_key::ActiveModel {
        kid: Set(key.kid.clone()),
        realm_id: Set(ctx.realm().id.uuid()),
        algorithm: Set(key.algorithm.name().to_owned()),
        state: Set(key.state.name().to_owned()),
        private_sealed: Set(sealed.bytes().to_vec()),
        public_jwk: Set(public),
        created_at: Set(key.created_at.millis()),
        changed_at: Set(key.changed_at.millis()),
    };
    signing_key::Entity::insert(row).exec_without_returning(&ctx.db).await?;
    ctx.changes(Change::Keys);
    ctx.realm_changed();
    Ok(())
}

/// Every key of the realm, oldest first.
pub(crate) async fn list(ctx: &Ctx) -> Result<Vec<Key>, Fault> {
    let select = signing_key::Entity::find()
        .filter(signing_key::Column::RealmId.eq(ctx.realm().id.uuid()))
        .order_by_asc(signing_key::Column::CreatedAt)
        .order_by_asc(signing_key::Column::Kid);
    // The next version may know more algorithms than this one; theirs are none of our business.
    let rows = select.all(&ctx.db).await?.into_iter();
    rows.filter(|row| KeyAlgorithm::from_name(&row.algorithm).is_some()).map(|row| noun(&row)).collect()
}

/// Every key of the realm, for a change: nobody else moves them until the transaction ends.
pub(crate) async fn lock_list(ctx: &Ctx) -> Result<Vec<Key>, Fault> {
    let select = signing_key::Entity::find()
        .filter(signing_key::Column::RealmId.eq(ctx.realm().id.uuid()))
        .order_by_asc(signing_key::Column::CreatedAt)
        .order_by_asc(signing_key::Column::Kid)
        .lock_exclusive();
    select.all(&ctx.db).await?;
    // Whoever waited for the rows waited for somebody who may have made a key: only a further statement sees that one.
    list(ctx).await
}

pub(crate) async fn by_kid(ctx: &Ctx, kid: &str) -> Result<Option<Key>, Fault> {
    let place = (ctx.realm().id, kid.to_owned());
    if let Some(key) = ctx.held.keys.find_settled(ctx, &place) {
        return Ok(Some(key));
    }
    let select = signing_key::Entity::find_by_id(kid).filter(signing_key::Column::RealmId.eq(ctx.realm().id.uuid()));
    let key = select.one(&ctx.db).await?.map(|row| noun(&row)).transpose()?;
    if let Some(key) = &key {
        ctx.held.keys.keep(ctx, place, key);
    }
    Ok(key)
}

/// The key that signs with `algorithm`, opened.
pub(crate) async fn active(ctx: &Ctx, algorithm: Algorithm) -> Result<Arc<Signer>, Fault> {
    let place = (ctx.realm().id, algorithm);
    if let Some(signer) = ctx.held.signers.find_settled(ctx, &place) {
        return Ok(signer);
    }
    let signer = open_active(ctx, algorithm).boxed().await?;
    ctx.held.signers.keep(ctx, place, &signer);
    Ok(signer)
}

async fn open_active(ctx: &Ctx, algorithm: Algorithm) -> Result<Arc<Signer>, Fault> {
    let select = signing_key::Entity::find()
        .filter(signing_key::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(signing_key::Column::Algorithm.eq(algorithm.name()))
        .filter(signing_key::Column::State.eq(KeyState::Active.name()))
        .order_by_desc(signing_key::Column::ChangedAt);
    let row = select.one(&ctx.db).await?;
    let row = row.ok_or_else(|| Fault::Broken(format!("the realm has no active {} key", algorithm.name())))?;
    if let Some(signer) = ctx.vault.signers().find(&row.kid) {
        return Ok(signer);
    }

    let private = ctx.vault.unseal(row.kid.as_bytes(), &Sealed::<SigningKey>::from_bytes(row.private_sealed))?;
    let signer = Arc::new(Signer::open(algorithm, &private)?);
    if signer.kid() != row.kid {
        return Err(Fault::unreadable("signing key"));
    }
    ctx.vault.signers().keep(signer.kid(), Arc::clone(&signer));
    Ok(signer)
}

/// The keys that may open what was encrypted with `algorithm`, to the key named where one is.
pub(crate) async fn openers(
    ctx: &Ctx,
    kid: Option<&str>,
    algorithm: DecryptionAlgorithm,
) -> Result<Vec<Arc<Opener>>, Fault> {
    let mut select = signing_key::Entity::find()
        .filter(signing_key::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(signing_key::Column::Algorithm.eq(algorithm.name()))
        .order_by_desc(signing_key::Column::ChangedAt);
    if let Some(kid) = kid {
        select = select.filter(signing_key::Column::Kid.eq(kid));
    }
    select.all(&ctx.db).await?.into_iter().map(|row| opener(ctx, algorithm, row)).collect()
}

fn opener(ctx: &Ctx, algorithm: DecryptionAlgorithm, row: signing_key::Model) -> Result<Arc<Opener>, Fault> {
    if let Some(opener) = ctx.vault.openers().find(&row.kid) {
        return Ok(opener);
    }
    let private = ctx.vault.unseal(row.kid.as_bytes(), &Sealed::<SigningKey>::from_bytes(row.private_sealed))?;
    let opener = Arc::new(Opener::open(algorithm, &private)?);
    if opener.kid() != row.kid {
        return Err(Fault::unreadable("decryption key"));
    }
    ctx.vault.openers().keep(opener.kid(), Arc::clone(&opener));
    Ok(opener)
}

/// Writes the state of an existing key; a key that is gone takes its private half with it.
pub(crate) async fn update_state(ctx: &Ctx, key: &Key) -> Result<(), Fault> {
    ctx.changes(Change::Keys);
    ctx.realm_changed();
    let realm = ctx.realm().id.uuid();
    if key.state == KeyState::Gone {
        let delete = signing_key::Entity::delete_by_id(key.kid.as_str());
        delete.filter(signing_key::Column::RealmId.eq(realm)).exec(&ctx.db).await?;
        return Ok(());
    }
    let changed = signing_key::ActiveModel {
        state: Set(key.state.name().to_owned()),
        changed_at: Set(key.changed_at.millis()),
        ..Default::default()
    };
    let update = signing_key::Entity::update_many()
        .set(changed)
        .filter(signing_key::Column::Kid.eq(key.kid.as_str()))
        .filter(signing_key::Column::RealmId.eq(realm));
    update.exec(&ctx.db).await?;
    Ok(())
}

fn noun(row: &signing_key::Model) -> Result<Key, Fault> {
    let unreadable = || Fault::unreadable("signing key");
    Ok(Key {
        kid: row.kid.clone(),
        algorithm: KeyAlgorithm::from_name(&row.algorithm).ok_or_else(unreadable)?,
        state: KeyState::from_name(&row.state).ok_or_else(unreadable)?,
        public: serde_json::from_str(&row.public_jwk).map_err(|_| unreadable())?,
        created_at: Timestamp::from_millis(row.created_at),
        changed_at: Timestamp::from_millis(row.changed_at),
    })
}
