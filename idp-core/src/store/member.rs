//! Tables `members` and `terms_acceptances`.

use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, EntityTrait, FromQueryResult, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};

use super::bulk;
use super::entity::{letter, member, password, terms_acceptance};
use super::statement::{Row, Sql};
use crate::birth_date::BirthDate;
use crate::clock::Timestamp;
use crate::credential::Method;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::MemberId;
use crate::language::Language;
use crate::mail_address::MailAddress;
use crate::member::{Address, Household, MailOnFile, Member, MemberState, Name};
use crate::store::held::Change;
use crate::terms::Terms;
use crate::user_id::{UserId, UserIdNormal};

const ONE: &str = "SELECT id, realm_id, subject, user_id, user_id_normal, family_name, given_name, family_kana, \
                   given_kana, birth_date, birth_date_confirmed_at, symbol, number, branch, mail, mail_verified_at, \
                   language, state, chosen_method, new_password_required_at, postal_code, address, left_at, created_at, \
                   updated_at FROM members WHERE id = $1 AND realm_id = $2";
const BY_ID: Sql = Sql::of(ONE);
const LOCK: Sql = Sql::locking(ONE);
const TERMS_ACCEPTED: Sql =
    Sql::of("SELECT MAX(version) FROM terms_acceptances WHERE member_id = $1 AND voided_at IS NULL");

pub(crate) async fn insert_many(ctx: &Ctx, members: &[Member]) -> Result<(), Fault> {
    let subjects: Vec<&str> = members.iter().map(|member| member.subject.as_str()).collect();
    if !super::tombstone::buried(ctx, &subjects).await?.is_empty() {
        return Err(Fault::Broken("the sub of a deleted member would be given to somebody else".into()));
    }
    bulk::insert(&ctx.db, members.iter().map(|member| row(ctx, member).into_active_model()).collect()).await
}

/// Writes every column of an existing member.
pub(crate) async fn update(ctx: &Ctx, member: &Member) -> Result<(), Fault> {
    let row = row(ctx, member);
    let id = row.id;
    let mut changed = row.into_active_model().reset_all();
    changed.id = Unchanged(id);
    changed.updated_at = Set(ctx.now.millis());
    member::Entity::update(changed).exec(&ctx.db).await?;
    ctx.changes(Change::Member(ctx.realm().id, member.id));
    Ok(())
}

pub(crate) async fn by_subject(ctx: &Ctx, subject: &str) -> Result<Option<Member>, Fault> {
    let select = member::Entity::find()
        .filter(member::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(member::Column::Subject.eq(subject));
    select.one(&ctx.db).await?.map(noun).transpose()
}

pub(crate) async fn by_user_id(ctx: &Ctx, user_id: &UserIdNormal) -> Result<Option<Member>, Fault> {
    let select = member::Entity::find()
        .filter(member::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(member::Column::UserIdNormal.eq(user_id.as_str()));
    select.one(&ctx.db).await?.map(noun).transpose()
}

/// Those of the given user ids that exist.
pub(crate) async fn by_user_ids(ctx: &Ctx, user_ids: &[UserIdNormal]) -> Result<Vec<Member>, Fault> {
    let here = (member::Column::UserIdNormal, Some((member::Column::RealmId, ctx.realm().id.uuid())));
    let wanted = user_ids.iter().map(|user_id| user_id.as_str().into()).collect();
    bulk::find::<member::Entity>(&ctx.db, here, wanted).await?.into_iter().map(noun).collect()
}

pub(crate) async fn by_id(ctx: &Ctx, id: MemberId) -> Result<Option<Member>, Fault> {
    ctx.db.first(&BY_ID, &[id.uuid().into(), ctx.realm().id.uuid().into()], |row| noun(model(row)?)).await
}

/// For tokens that are presented again and again. Never for a journey, whose next page may be asked of another node.
pub(crate) async fn by_id_held(ctx: &Ctx, id: MemberId) -> Result<Option<Member>, Fault> {
    let place = (ctx.realm().id, id);
    if let Some(member) = ctx.held.members.find(ctx, &place) {
        return Ok(Some(member));
    }
    let member = by_id(ctx, id).await?;
    if let Some(member) = &member {
        ctx.held.members.keep(ctx, place, member);
    }
    Ok(member)
}

/// Members who proved this address, in the order of their user ids.
pub(crate) async fn by_verified_mail(ctx: &Ctx, address: &MailAddress, limit: u64) -> Result<Vec<Member>, Fault> {
    let lower = sea_orm::sea_query::Func::lower(sea_orm::sea_query::Expr::col(member::Column::Mail));
    let select = member::Entity::find()
        .filter(member::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(member::Column::MailVerifiedAt.is_not_null())
        .filter(sea_orm::sea_query::ExprTrait::eq(lower, address.as_typed().to_lowercase()))
        .filter(member::Column::State.eq(MemberState::Active.name()))
        .order_by_asc(member::Column::UserIdNormal)
        .limit(limit);
    select.all(&ctx.db).await?.into_iter().map(noun).collect()
}

/// Those of the given members that exist.
pub(crate) async fn by_ids(ctx: &Ctx, ids: &[MemberId]) -> Result<Vec<Member>, Fault> {
    let realm = ctx.realm().id.uuid();
    let wanted = ids.iter().map(|id| id.uuid().into()).collect();
    // Were the realm in the question, SQLite would rather read the realm whole than look for five hundred ids.
    let rows = bulk::find::<member::Entity>(&ctx.db, (member::Column::Id, None), wanted).await?;
    rows.into_iter().filter(|row| row.realm_id == realm).map(noun).collect()
}

/// A page of active members who have neither a password nor a letter that is still good, by user id.
pub(crate) async fn without_way_in(ctx: &Ctx, after: Option<&UserIdNormal>, limit: u64) -> Result<Vec<Member>, Fault> {
    let member_id = (member::Entity, member::Column::Id);
    let passwords = password::Entity::find()
        .select_only()
        .column(password::Column::MemberId)
        .filter(Expr::col((password::Entity, password::Column::MemberId)).equals(member_id));
    let letters = letter::Entity::find()
        .select_only()
        .column(letter::Column::MemberId)
        .filter(Expr::col((letter::Entity, letter::Column::MemberId)).equals(member_id))
        .filter(letter::Column::EndedAt.is_null())
        .filter(letter::Column::ExpiresAt.gt(ctx.now.millis()));
    let mut select = member::Entity::find()
        .filter(member::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(member::Column::State.eq(MemberState::Active.name()))
        .filter(Expr::exists(passwords.into_query()).not())
        .filter(Expr::exists(letters.into_query()).not())
        .order_by_asc(member::Column::UserIdNormal)
        .limit(limit);
    if let Some(after) = after {
        select = select.filter(member::Column::UserIdNormal.gt(after.as_str()));
    }
    select.all(&ctx.db).await?.into_iter().map(noun).collect()
}

/// For a change: nobody else changes the member until the transaction ends.
pub(crate) async fn lock(ctx: &Ctx, id: MemberId) -> Result<Member, Fault> {
    let given = [id.uuid().into(), ctx.realm().id.uuid().into()];
    let member = ctx.db.first(&LOCK, &given, |row| noun(model(row)?)).await?;
    member.ok_or_else(|| Fault::unreadable("member"))
}

/// A page of members, by user id, those after `after`.
pub(crate) async fn page(ctx: &Ctx, after: Option<&str>, limit: u64) -> Result<Vec<Member>, Fault> {
    let mut select = member::Entity::find()
        .filter(member::Column::RealmId.eq(ctx.realm().id.uuid()))
        .order_by_asc(member::Column::UserIdNormal)
        .limit(limit);
    if let Some(after) = after {
        select = select.filter(member::Column::UserIdNormal.gt(after));
    }
    select.all(&ctx.db).await?.into_iter().map(noun).collect()
}

/// A page of members who have not left, in the order of their user ids: who they are, and nothing else.
pub(crate) async fn page_of_present(
    ctx: &Ctx,
    after: Option<&UserIdNormal>,
    limit: u64,
) -> Result<Vec<(MemberId, UserId)>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        id: sea_orm::prelude::Uuid,
        user_id: String,
    }
    let mut select = member::Entity::find()
        .select_only()
        .column(member::Column::Id)
        .column(member::Column::UserId)
        .filter(member::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(member::Column::LeftAt.is_null())
        .order_by_asc(member::Column::UserIdNormal)
        .limit(limit);
    if let Some(after) = after {
        select = select.filter(member::Column::UserIdNormal.gt(after.as_str()));
    }
    let rows = select.into_model::<Row>().all(&ctx.db).await?;
    let read = |row: Row| {
        let user_id = UserId::parse(&row.user_id).map_err(|_| Fault::unreadable("user id"))?;
        Ok((MemberId::from_uuid(row.id), user_id))
    };
    rows.into_iter().map(read).collect()
}

/// Deletes the member with everything that belongs to them.
pub(crate) async fn delete(ctx: &Ctx, id: MemberId) -> Result<(), Fault> {
    let delete = member::Entity::delete_by_id(id.uuid()).filter(member::Column::RealmId.eq(ctx.realm().id.uuid()));
    delete.exec(&ctx.db).await?;
    ctx.changes(Change::Member(ctx.realm().id, id));
    ctx.changes(Change::Grants);
    Ok(())
}

/// Whether any member of the installation has, or had, this `sub`.
pub(crate) async fn subject_is_taken(ctx: &Ctx, subject: &str) -> Result<bool, Fault> {
    let select = member::Entity::find().filter(member::Column::Subject.eq(subject));
    Ok(select.one(&ctx.db).await?.is_some() || !super::tombstone::buried(ctx, &[subject]).await?.is_empty())
}

/// The version of the terms that the member accepted last, with the hash of its text.
pub(crate) async fn terms_last_accepted(ctx: &Ctx, id: MemberId) -> Result<Option<(i64, String)>, Fault> {
    let select = terms_acceptance::Entity::find()
        .filter(terms_acceptance::Column::MemberId.eq(id.uuid()))
        .order_by_desc(terms_acceptance::Column::Version);
    Ok(select.one(&ctx.db).await?.map(|row| (row.version, row.sha256)))
}

/// The highest version of the terms the member accepted; zero for none.
pub(crate) async fn terms_accepted(ctx: &Ctx, id: MemberId) -> Result<i64, Fault> {
    let highest = ctx.db.first(&TERMS_ACCEPTED, &[id.uuid().into()], |row| row.take::<Option<i64>>()).await?;
    Ok(highest.flatten().unwrap_or(0))
}

/// Has the terms asked for again; what was accepted stays on record. Answers how many acceptances that took back.
pub(crate) async fn void_terms(ctx: &Ctx, id: MemberId) -> Result<u64, Fault> {
    let voided = terms_acceptance::Entity::update_many()
        .col_expr(terms_acceptance::Column::VoidedAt, Expr::value(ctx.now.millis()))
        .filter(terms_acceptance::Column::MemberId.eq(id.uuid()))
        .filter(terms_acceptance::Column::VoidedAt.is_null())
        .exec(&ctx.db)
        .await?;
    Ok(voided.rows_affected)
}

/// Notes which text was accepted. Accepting the same version again changes nothing, unless it had been taken back.
pub(crate) async fn accept_terms(ctx: &Ctx, id: MemberId, terms: &Terms) -> Result<(), Fault> {
    let row = terms_acceptance::ActiveModel {
        member_id: Set(id.uuid()),
        realm_id: Set(ctx.realm().id.uuid()),
        version: Set(terms.version),
        language: Set(terms.language.tag().to_owned()),
        sha256: Set(terms.sha256.clone()),
        accepted_at: Set(ctx.now.millis()),
        voided_at: Set(None),
    };
    let conflict = OnConflict::columns([terms_acceptance::Column::MemberId, terms_acceptance::Column::Version])
        .update_columns([
            terms_acceptance::Column::Language,
            terms_acceptance::Column::Sha256,
            terms_acceptance::Column::AcceptedAt,
            terms_acceptance::Column::VoidedAt,
        ])
        .action_and_where(Expr::col((terms_acceptance::Entity, terms_acceptance::Column::VoidedAt)).is_not_null())
        .to_owned();
    terms_acceptance::Entity::insert(row).on_conflict(conflict).exec_without_returning(&ctx.db).await?;
    Ok(())
}

fn row(ctx: &Ctx, member: &Member) -> member::Model {
    member::Model {
        id: member.id.uuid(),
        realm_id: ctx.realm().id.uuid(),
        subject: member.subject.clone(),
        user_id: member.user_id.as_str().to_owned(),
        user_id_normal: member.user_id.normal().as_str().to_owned(),
        family_name: member.name.family.clone(),
        given_name: member.name.given.clone(),
        family_kana: member.name.family_kana.clone(),
        given_kana: member.name.given_kana.clone(),
        birth_date: member.birth_date.as_ref().map(BirthDate::iso),
        birth_date_confirmed_at: member.birth_date_confirmed_at.map(Timestamp::millis),
        symbol: member.household.symbol.clone(),
        number: member.household.number.clone(),
        branch: member.household.branch.clone(),
        postal_code: member.address.postal_code.clone(),
        address: (!member.address.lines.is_empty()).then(|| member.address.lines.join("\n")),
        left_at: member.left_at.map(Timestamp::millis),
        mail: member.mail.as_ref().map(|mail| mail.address.as_typed().to_owned()),
        mail_verified_at: member.mail.as_ref().and_then(|mail| mail.verified_at).map(Timestamp::millis),
        language: member.language.map(|language| language.tag().to_owned()),
        state: member.state.name().to_owned(),
        chosen_method: member.chosen_method.map(|method| method.name().to_owned()),
        new_password_required_at: member.new_password_required_at.map(Timestamp::millis),
        created_at: member.created_at.millis(),
        updated_at: member.updated_at.millis(),
    }
}

fn model(row: &mut Row<'_>) -> Result<member::Model, Fault> {
    Ok(member::Model {
        id: row.take()?,
        realm_id: row.take()?,
        subject: row.take()?,
        user_id: row.take()?,
        user_id_normal: row.take()?,
        family_name: row.take()?,
        given_name: row.take()?,
        family_kana: row.take()?,
        given_kana: row.take()?,
        birth_date: row.take()?,
        birth_date_confirmed_at: row.take()?,
        symbol: row.take()?,
        number: row.take()?,
        branch: row.take()?,
        mail: row.take()?,
        mail_verified_at: row.take()?,
        language: row.take()?,
        state: row.take()?,
        chosen_method: row.take()?,
        new_password_required_at: row.take()?,
        postal_code: row.take()?,
        address: row.take()?,
        left_at: row.take()?,
        created_at: row.take()?,
        updated_at: row.take()?,
    })
}

pub(super) fn noun(row: member::Model) -> Result<Member, Fault> {
    let mail = match row.mail {
        None => None,
        Some(text) => Some(MailOnFile {
            address: MailAddress::from_stored(&text).map_err(|_| Fault::unreadable("mail address"))?,
            verified_at: row.mail_verified_at.map(Timestamp::from_millis),
        }),
    };
    let birth_date = row.birth_date.as_deref().map(BirthDate::from_iso).transpose();
    Ok(Member {
        id: MemberId::from_uuid(row.id),
        subject: row.subject,
        user_id: UserId::parse(&row.user_id).map_err(|_| Fault::unreadable("user id"))?,
        name: Name {
            family: row.family_name,
            given: row.given_name,
            family_kana: row.family_kana,
            given_kana: row.given_kana,
        },
        birth_date: birth_date.map_err(|_| Fault::unreadable("birth date"))?,
        birth_date_confirmed_at: row.birth_date_confirmed_at.map(Timestamp::from_millis),
        address: Address {
            postal_code: row.postal_code,
            lines: row.address.iter().flat_map(|lines| lines.split('\n')).map(str::to_owned).collect(),
        },
        left_at: row.left_at.map(Timestamp::from_millis),
        household: Household { symbol: row.symbol, number: row.number, branch: row.branch },
        mail,
        language: row.language.as_deref().and_then(Language::from_tag),
        state: MemberState::from_name(&row.state).ok_or_else(|| Fault::unreadable("member state"))?,
        chosen_method: row.chosen_method.as_deref().and_then(Method::from_name),
        new_password_required_at: row.new_password_required_at.map(Timestamp::from_millis),
        created_at: Timestamp::from_millis(row.created_at),
        updated_at: Timestamp::from_millis(row.updated_at),
    })
}
