//! What the rows of a batch change, and writing it.

use std::collections::HashMap;

use serde_json::json;

use super::Recycled;
use super::leave::give_way;
use super::row::{CellError, Row, RowError, Told};
use crate::admin::letter;
use crate::admin::member::NewMember;
use crate::audit::{EventKind, Outcome};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::{LetterBatchId, MemberId};
use crate::member::{Address, Household, MailOnFile, Member, Name};
use crate::store::{bulk, member};
use crate::user_id::{UserId, UserIdNormal};

/// What became of a row that could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// The member was not there.
    New,
    /// The user id was another person's before; nothing of theirs is kept.
    Recycled,
    /// The file says something else than what was stored.
    Changed {
        /// What, by the names of `member show`.
        fields: Vec<&'static str>,
    },
    /// Nothing is to be done.
    Unchanged,
}

/// A row that was used.
#[derive(Debug, Clone)]
pub struct Applied {
    /// The line in the file, from 1.
    pub line: u64,
    /// The user id as written.
    pub user_id: UserId,
    /// What became of it.
    pub fate: Fate,
    /// What the operator should know.
    pub note: Option<&'static str>,
}

/// What became of the rows of one transaction.
#[derive(Debug, Default)]
pub(super) struct Written {
    pub(super) applied: Vec<Applied>,
    pub(super) refused: Vec<RowError>,
    pub(super) letters: u64,
}

const OWN_MAIL_KEPT: &str = "the member has proved a mail address of their own; it was kept";
const LEFT_BEFORE: &str = "the user id was that of a member who left; nothing of theirs is kept";
const SOMEBODY_ELSE: &str = "name and birth date both differ from those stored: if the user id is somebody else's now, \
                             import with --recycled replace";

/// Whether the stored member is the one the row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Identity {
    Same,
    /// They left before.
    Left,
    /// Name and birth date both differ.
    SomebodyElse,
}

/// What writing these rows would do.
pub(super) async fn preview(ctx: &Ctx, rows: Vec<Row>, recycled: Recycled) -> Result<Written, Fault> {
    let stored = stored(ctx, &rows).await?;
    let mut written = Written::default();
    for row in rows {
        let Some(member) = stored.get(row.user_id.normal()) else {
            written.applied.push(told(&row, Fate::New, None));
            continue;
        };
        match (identity(&row, member), recycled) {
            (Identity::Same, _) => written.applied.push(compared(&row, member).1),
            (Identity::Left, _) => written.applied.push(told(&row, Fate::Recycled, Some(LEFT_BEFORE))),
            (Identity::SomebodyElse, Recycled::Replace) => written.applied.push(told(&row, Fate::Recycled, None)),
            (Identity::SomebodyElse, Recycled::Refuse) => written.refused.push(refused(row)),
        }
    }
    Ok(written)
}

/// Writes these rows.
pub(super) async fn write(
    ctx: &Ctx,
    rows: Vec<Row>,
    letters: Option<LetterBatchId>,
    recycled: Recycled,
) -> Result<Written, Fault> {
    bulk::by_index(ctx).await?;
    let stored = stored(ctx, &rows).await?;

    let mut written = Written::default();
    let mut new = Vec::new();
    for row in rows {
        let applied = match stored.get(row.user_id.normal()) {
            None => told(&row, Fate::New, None),
            Some(member) => match (identity(&row, member), recycled) {
                (Identity::Same, _) => {
                    written.applied.push(change(ctx, &row, member).await?);
                    continue;
                }
                (Identity::SomebodyElse, Recycled::Refuse) => {
                    written.refused.push(refused(row));
                    continue;
                }
                (Identity::Left, _) => {
                    give_way(ctx, member).await?;
                    told(&row, Fate::Recycled, Some(LEFT_BEFORE))
                }
                (Identity::SomebodyElse, Recycled::Replace) => {
                    give_way(ctx, member).await?;
                    told(&row, Fate::Recycled, None)
                }
            },
        };
        written.applied.push(applied);
        let member = new_member(ctx, row);
        ctx.record(EventKind::MemberCreated, Some(member.id), Outcome::Done);
        new.push(member);
    }
    member::insert_many(ctx, &new).await?;
    if let Some(batch) = letters {
        written.letters = letter::issue_to(ctx, &new, letter::Telling::Later(batch)).await?.len() as u64;
    }
    Ok(written)
}

async fn stored(ctx: &Ctx, rows: &[Row]) -> Result<HashMap<UserIdNormal, Member>, Fault> {
    let user_ids: Vec<UserIdNormal> = rows.iter().map(|row| row.user_id.normal().clone()).collect();
    let members = member::by_user_ids(ctx, &user_ids).await?;
    Ok(members.into_iter().map(|member| (member.user_id.normal().clone(), member)).collect())
}

/// A name may be corrected, and so may a birth date; that both change at once means another person.
fn identity(row: &Row, stored: &Member) -> Identity {
    if stored.left_at.is_some() {
        return Identity::Left;
    }
    let is_other_date = match (&row.told.birth_date, &stored.birth_date) {
        (Some(told), Some(held)) => told != held,
        (_, _) => false,
    };
    let differs = |told: &Option<String>, held: &Option<String>| match (told, held) {
        (Some(told), Some(held)) => Some(told != held),
        (_, _) => None,
    };
    let names = [differs(&row.told.given, &stored.name.given), differs(&row.told.given_kana, &stored.name.given_kana)];
    let is_other_name = names.contains(&Some(true)) && !names.contains(&Some(false));
    if is_other_date && is_other_name { Identity::SomebodyElse } else { Identity::Same }
}

fn refused(row: Row) -> RowError {
    let error = CellError { column: row.user_id_header, sentence: SOMEBODY_ELSE.to_owned() };
    RowError { line: row.line, errors: vec![error] }
}

/// Changes one member, whom nobody else changes meanwhile.
async fn change(ctx: &Ctx, row: &Row, stored: &Member) -> Result<Applied, Fault> {
    let (_, applied) = compared(row, stored);
    match applied.fate {
        Fate::Changed { .. } => {}
        Fate::Unchanged | Fate::New | Fate::Recycled => return Ok(applied),
    }
    let id: MemberId = stored.id;
    let (changed, applied) = compared(row, &member::lock(ctx, id).await?);

    if let Fate::Changed { fields } = &applied.fate {
        member::update(ctx, &changed).await?;
        ctx.record_with(EventKind::MemberChanged, Some(id), Outcome::Done, json!({ "fields": fields }));
    }
    Ok(applied)
}

/// The member as the row would have it, and what that changes.
fn compared(row: &Row, stored: &Member) -> (Member, Applied) {
    let mut member = stored.clone();
    let mut fields = Vec::new();
    let mut put = |field: &'static str, place: &mut Option<String>, told: &Option<String>| {
        if told.is_some() && place != told {
            place.clone_from(told);
            fields.push(field);
        }
    };
    let Told { family, given, family_kana, given_kana, symbol, number, branch, birth_date, mail, language, .. } =
        &row.told;
    put("family_name", &mut member.name.family, family);
    put("given_name", &mut member.name.given, given);
    put("family_kana", &mut member.name.family_kana, family_kana);
    put("given_kana", &mut member.name.given_kana, given_kana);
    put("symbol", &mut member.household.symbol, symbol);
    put("number", &mut member.household.number, number);
    put("branch", &mut member.household.branch, branch);
    put("postal_code", &mut member.address.postal_code, &row.told.postal_code);
    let lines: Vec<String> = row.told.address.iter().flatten().cloned().collect();
    if !lines.is_empty() && member.address.lines != lines {
        member.address.lines = lines;
        fields.push("address");
    }
    if birth_date.is_some() && member.birth_date != *birth_date {
        member.birth_date = *birth_date;
        fields.push("birth_date");
    }
    if member.language.is_none() && language.is_some() {
        // A language that is there may be the member's own choice.
        member.language = *language;
        fields.push("language");
    }
    let mut note = None;
    match (mail, &member.mail) {
        (Some(told), Some(held)) if told.normal() == held.address.normal() => {}
        (Some(_), Some(held)) if held.verified_at.is_some() => note = Some(OWN_MAIL_KEPT),
        (Some(told), Some(_) | None) => {
            member.mail = Some(MailOnFile { address: told.clone(), verified_at: None });
            fields.push("mail");
        }
        (None, _) => {}
    }

    let fate = if fields.is_empty() { Fate::Unchanged } else { Fate::Changed { fields } };
    let applied = told(row, fate, note);
    (member, applied)
}

fn told(row: &Row, fate: Fate, note: Option<&'static str>) -> Applied {
    Applied { line: row.line, user_id: row.user_id.clone(), fate, note }
}

fn new_member(ctx: &Ctx, row: Row) -> Member {
    let told = row.told;
    let address = Address { postal_code: told.postal_code, lines: told.address.into_iter().flatten().collect() };
    let new = NewMember {
        user_id: row.user_id,
        name: Name {
            family: told.family,
            given: told.given,
            family_kana: told.family_kana,
            given_kana: told.given_kana,
        },
        birth_date: told.birth_date,
        household: Household { symbol: told.symbol, number: told.number, branch: told.branch },
        mail: told.mail,
        language: told.language,
    };
    Member { address, ..new.into_member(ctx) }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::clock::Timestamp;
    use crate::mail_address::MailAddress;
    use crate::member::MemberState;

    const THEN: Timestamp = Timestamp::from_millis(1_000);

    fn member(mail: &str, verified_at: Option<Timestamp>) -> Member {
        Member {
            id: MemberId::from_uuid(Uuid::nil()),
            subject: "s".to_owned(),
            user_id: UserId::parse("a1").unwrap(),
            name: Name::default(),
            birth_date: None,
            birth_date_confirmed_at: None,
            household: Household::default(),
            address: Address::default(),
            left_at: None,
            mail: Some(MailOnFile { address: MailAddress::parse(mail).unwrap(), verified_at }),
            language: None,
            state: MemberState::Active,
            chosen_method: None,
            new_password_required_at: None,
            created_at: THEN,
            updated_at: THEN,
        }
    }

    fn row(mail: &str) -> Row {
        let told = Told { mail: Some(MailAddress::parse(mail).unwrap()), ..Told::default() };
        Row { line: 2, user_id: UserId::parse("A1").unwrap(), user_id_header: "user_id".to_owned(), told }
    }

    #[test]
    fn an_address_that_the_member_proved_is_kept_and_noted() {
        let (kept, applied) = compared(&row("new@example.jp"), &member("own@example.jp", Some(THEN)));
        assert_eq!((applied.fate, applied.note), (Fate::Unchanged, Some(OWN_MAIL_KEPT)));
        assert_eq!(kept.verified_mail().unwrap().as_typed(), "own@example.jp");
    }

    #[test]
    fn an_address_that_nobody_proved_follows_the_file() {
        let (changed, applied) = compared(&row("new@example.jp"), &member("old@example.jp", None));
        assert_eq!(applied.fate, Fate::Changed { fields: vec!["mail"] });
        assert_eq!(changed.mail.unwrap().address.as_typed(), "new@example.jp");
        let (_, applied) = compared(&row("own@EXAMPLE.jp"), &member("own@example.jp", Some(THEN)));
        assert_eq!((applied.fate, applied.note), (Fate::Unchanged, None));
    }
}
