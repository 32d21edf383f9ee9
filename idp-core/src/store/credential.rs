//! Tables `passwords`, `totp_credentials` and `mail_code_credentials`.

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::entity::{mail_code_credential, password, totp_credential};
use super::statement::Sql;
use crate::clock::Timestamp;
use crate::credential::Method;
use crate::credential::app::App;
use crate::credential::card::{Card, Condition};
use crate::credential::passkey::Passkey;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::{CredentialId, MemberId};
use crate::secret::Sealed;

/// Every page of a sitting asks for this: one question instead of three.
const METHODS: Sql = Sql::of(
    "SELECT 'passkey' FROM passkey_credentials WHERE member_id = $1 AND realm_id = $2 \
     UNION ALL SELECT 'totp' FROM totp_credentials WHERE member_id = $1 AND realm_id = $2 \
     UNION ALL SELECT 'mail' FROM mail_code_credentials WHERE member_id = $1 AND realm_id = $2",
);

/// The PHC string of the member's own password.
pub(crate) async fn password_of(ctx: &Ctx, member: MemberId) -> Result<Option<String>, Fault> {
    let select =
        password::Entity::find_by_id(member.uuid()).filter(password::Column::RealmId.eq(ctx.realm().id.uuid()));
    Ok(select.one(&ctx.db).await?.map(|row| row.phc))
}

/// When the member chose the present password; `None` before the first login ended.
pub(crate) async fn password_set_at(ctx: &Ctx, member: MemberId) -> Result<Option<Timestamp>, Fault> {
    let select =
        password::Entity::find_by_id(member.uuid()).filter(password::Column::RealmId.eq(ctx.realm().id.uuid()));
    Ok(select.one(&ctx.db).await?.map(|row| Timestamp::from_millis(row.set_at)))
}

pub(crate) async fn set_password(ctx: &Ctx, member: MemberId, phc: &str) -> Result<(), Fault> {
    let row = password::ActiveModel {
        member_id: Set(member.uuid()),
        realm_id: Set(ctx.realm().id.uuid()),
        phc: Set(phc.to_owned()),
        set_at: Set(ctx.now.millis()),
    };
    let replace = OnConflict::column(password::Column::MemberId)
        .update_columns([password::Column::Phc, password::Column::SetAt])
        .to_owned();
    password::Entity::insert(row).on_conflict(replace).exec_without_returning(&ctx.db).await?;
    Ok(())
}

/// The same password under newer parameters, unless it was changed meanwhile.
pub(crate) async fn rehash_password(ctx: &Ctx, member: MemberId, old: &str, new: &str) -> Result<(), Fault> {
    password::Entity::update_many()
        .col_expr(password::Column::Phc, Expr::value(new))
        .filter(password::Column::MemberId.eq(member.uuid()))
        .filter(password::Column::Phc.eq(old))
        .exec(&ctx.db)
        .await?;
    Ok(())
}

/// The methods the member has set up, strongest first.
pub(crate) async fn methods_of(ctx: &Ctx, member: MemberId) -> Result<Vec<Method>, Fault> {
    let given = [member.uuid().into(), ctx.realm().id.uuid().into()];
    let names = ctx.db.all(&METHODS, &given, |row| row.take::<String>()).await?;
    Ok(Method::ALL.into_iter().filter(|method| names.iter().any(|name| name == method.name())).collect())
}

/// The member's apps, oldest first.
pub(crate) async fn apps_of(ctx: &Ctx, member: MemberId) -> Result<Vec<App>, Fault> {
    let rows = of_member(ctx, member).all(&ctx.db).await?;
    Ok(rows.into_iter().map(app).collect())
}

/// The same, for a change.
pub(crate) async fn lock_apps_of(ctx: &Ctx, member: MemberId) -> Result<Vec<App>, Fault> {
    let rows = of_member(ctx, member).lock_exclusive().all(&ctx.db).await?;
    Ok(rows.into_iter().map(app).collect())
}

pub(crate) async fn insert_app(ctx: &Ctx, member: MemberId, app: &App) -> Result<(), Fault> {
    totp_credential::Entity::insert(app_row(ctx, member, app)).exec_without_returning(&ctx.db).await?;
    Ok(())
}

/// Writes the counters of an app that was loaded by [`lock_apps_of`].
pub(crate) async fn save_app(ctx: &Ctx, member: MemberId, app: &App) -> Result<(), Fault> {
    totp_credential::Entity::update(app_row(ctx, member, app)).exec(&ctx.db).await?;
    Ok(())
}

/// Makes mailed codes the member's method; doing so again changes nothing.
pub(crate) async fn insert_mail_codes(ctx: &Ctx, member: MemberId) -> Result<(), Fault> {
    let row = mail_code_credential::ActiveModel {
        id: Set(ctx.new_id::<crate::id::CredentialKind>().uuid()),
        realm_id: Set(ctx.realm().id.uuid()),
        member_id: Set(member.uuid()),
        created_at: Set(ctx.now.millis()),
        last_used_at: Set(None),
    };
    let keep = OnConflict::column(mail_code_credential::Column::MemberId).do_nothing().to_owned();
    mail_code_credential::Entity::insert(row).on_conflict(keep).exec_without_returning(&ctx.db).await?;
    Ok(())
}

/// Notes that a mailed code let the member in, where mailed codes are a method of theirs.
pub(crate) async fn note_mail_code(ctx: &Ctx, member: MemberId) -> Result<(), Fault> {
    mail_code_credential::Entity::update_many()
        .col_expr(mail_code_credential::Column::LastUsedAt, Expr::value(ctx.now.millis()))
        .filter(mail_code_credential::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(mail_code_credential::Column::MemberId.eq(member.uuid()))
        .exec(&ctx.db)
        .await?;
    Ok(())
}

/// Every method of the member as a card, strongest first.
pub(crate) async fn cards_of(ctx: &Ctx, member: MemberId) -> Result<Vec<Card>, Fault> {
    let mut cards: Vec<Card> = super::passkey::all_of(ctx, member).await?.into_iter().map(passkey_card).collect();
    cards.extend(apps_of(ctx, member).await?.into_iter().map(app_card));
    let mail = mail_code_credential::Entity::find()
        .filter(mail_code_credential::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(mail_code_credential::Column::MemberId.eq(member.uuid()));
    cards.extend(mail.one(&ctx.db).await?.map(mail_card));
    Ok(cards)
}

fn passkey_card(passkey: Passkey) -> Card {
    Card {
        id: passkey.id,
        method: Method::Passkey,
        condition: Condition::Working,
        created_at: passkey.created_at,
        last_used_at: passkey.last_used_at,
        name: Some(passkey.name),
    }
}

fn app_card(app: App) -> Card {
    Card {
        id: app.id,
        method: Method::App,
        condition: if app.is_working() { Condition::Working } else { Condition::Stopped },
        created_at: app.created_at,
        last_used_at: app.last_used_at,
        name: Some(app.name),
    }
}

fn mail_card(row: mail_code_credential::Model) -> Card {
    Card {
        id: CredentialId::from_uuid(row.id),
        method: Method::Mail,
        name: None,
        created_at: Timestamp::from_millis(row.created_at),
        last_used_at: row.last_used_at.map(Timestamp::from_millis),
        condition: Condition::Working,
    }
}

/// Gives a card's credential another name.
pub(crate) async fn rename(ctx: &Ctx, member: MemberId, card: &Card, name: &str) -> Result<(), Fault> {
    match card.method {
        Method::Passkey => super::passkey::rename(ctx, member, card.id, name).await?,
        Method::App => {
            totp_credential::Entity::update_many()
                .col_expr(totp_credential::Column::Name, Expr::value(name))
                .filter(totp_credential::Column::RealmId.eq(ctx.realm().id.uuid()))
                .filter(totp_credential::Column::MemberId.eq(member.uuid()))
                .filter(totp_credential::Column::Id.eq(card.id.uuid()))
                .exec(&ctx.db)
                .await?;
        }
        // There is one of it, and it has no name.
        Method::Mail => {}
    }
    Ok(())
}

/// Deletes a card's credential.
pub(crate) async fn remove(ctx: &Ctx, member: MemberId, card: &Card) -> Result<(), Fault> {
    match card.method {
        Method::Passkey => super::passkey::delete(ctx, member, card.id).await?,
        Method::App => {
            totp_credential::Entity::delete_many()
                .filter(totp_credential::Column::RealmId.eq(ctx.realm().id.uuid()))
                .filter(totp_credential::Column::MemberId.eq(member.uuid()))
                .filter(totp_credential::Column::Id.eq(card.id.uuid()))
                .exec(&ctx.db)
                .await?;
        }
        Method::Mail => {
            mail_code_credential::Entity::delete_many()
                .filter(mail_code_credential::Column::RealmId.eq(ctx.realm().id.uuid()))
                .filter(mail_code_credential::Column::MemberId.eq(member.uuid()))
                .filter(mail_code_credential::Column::Id.eq(card.id.uuid()))
                .exec(&ctx.db)
                .await?;
        }
    }
    Ok(())
}

/// Ends every second step of the member.
pub(crate) async fn forget_methods(ctx: &Ctx, member: MemberId) -> Result<(), Fault> {
    super::passkey::forget_all(ctx, member).await?;
    let apps = totp_credential::Entity::delete_many().filter(totp_credential::Column::MemberId.eq(member.uuid()));
    apps.exec(&ctx.db).await?;
    let mail =
        mail_code_credential::Entity::delete_many().filter(mail_code_credential::Column::MemberId.eq(member.uuid()));
    mail.exec(&ctx.db).await?;
    Ok(())
}

fn of_member(ctx: &Ctx, member: MemberId) -> sea_orm::Select<totp_credential::Entity> {
    totp_credential::Entity::find()
        .filter(totp_credential::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(totp_credential::Column::MemberId.eq(member.uuid()))
        .order_by_asc(totp_credential::Column::Id)
}

fn app_row(ctx: &Ctx, member: MemberId, app: &App) -> totp_credential::ActiveModel {
    totp_credential::ActiveModel {
        id: Set(app.id.uuid()),
        realm_id: Set(ctx.realm().id.uuid()),
        member_id: Set(member.uuid()),
        name: Set(app.name.clone()),
        secret_sealed: Set(app.secret.bytes().to_vec()),
        last_step: Set(app.last_step),
        wrong_in_a_row: Set(app.wrong_in_a_row),
        wrong_since_success: Set(app.wrong_since_success),
        held_until: Set(app.held_until.millis()),
        created_at: Set(app.created_at.millis()),
        last_used_at: Set(app.last_used_at.map(Timestamp::millis)),
    }
}

fn app(row: totp_credential::Model) -> App {
    App {
        id: CredentialId::from_uuid(row.id),
        name: row.name,
        secret: Sealed::from_bytes(row.secret_sealed),
        last_step: row.last_step,
        wrong_in_a_row: row.wrong_in_a_row,
        wrong_since_success: row.wrong_since_success,
        held_until: Timestamp::from_millis(row.held_until),
        created_at: Timestamp::from_millis(row.created_at),
        last_used_at: row.last_used_at.map(Timestamp::from_millis),
    }
}
