//! What the rows of a batch change, and writing it.

use std::collections::HashMap;

use serde_json::json;

use super::Letters;
use super::row::{Row, Told};
use crate::admin::letter::{self, IssuedLetter};
use crate::admin::member::NewMember;
use crate::audit::{EventKind, Outcome};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::MemberId;
use crate::member::{Household, MailOnFile, Member, Name};
use crate::store::member;
use crate::user_id::{UserId, UserIdNormal};

/// What became of a row that could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// The member was not there.
    New,
    /// The file says something else than what was stored.
    Changed {
        /// What, by the names of `member show`.
        fields: Vec<&'static str>,
    },
    /// Nothing is to be done; told because of a note.
    Unchanged,
}

/// A row that says something new or different, or of which something is to be noted.
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

const OWN_MAIL_KEPT: &str = "the member has proved a mail address of their own; it was kept";

/// What writing these rows would do.
pub(super) async fn preview(ctx: &Ctx, rows: &[Row]) -> Result<Vec<Applied>, Fault> {
    let stored = stored(ctx, rows).await?;
    let applied = rows.iter().filter_map(|row| match stored.get(row.user_id.normal()) {
        None => Some(told(row, Fate::New, None)),
        Some(member) => compared(row, member).map(|(_, applied)| applied),
    });
    Ok(applied.collect())
}

/// Writes these rows.
pub(super) async fn write(
    ctx: &Ctx,
    rows: Vec<Row>,
    letters: Letters,
) -> Result<(Vec<Applied>, Vec<IssuedLetter>), Fault> {
    let stored = stored(ctx, &rows).await?;

    let mut applied = Vec::new();
    let mut new = Vec::new();
    for row in rows {
        match stored.get(row.user_id.normal()) {
            None => {
                applied.push(told(&row, Fate::New, None));
                let member = new_member(row).into_member(ctx);
                ctx.record(EventKind::MemberCreated, Some(member.id), Outcome::Done);
                new.push(member);
            }
            Some(member) => applied.extend(change(ctx, &row, member).await?),
        }
    }
    member::insert_many(ctx, &new).await?;
    let issued = match letters {
        Letters::Issue => letter::issue_to(ctx, &new).await?,
        Letters::Later => Vec::new(),
    };
    Ok((applied, issued))
}

async fn stored(ctx: &Ctx, rows: &[Row]) -> Result<HashMap<UserIdNormal, Member>, Fault> {
    let user_ids: Vec<UserIdNormal> = rows.iter().map(|row| row.user_id.normal().clone()).collect();
    let members = member::by_user_ids(ctx, &user_ids).await?;
    Ok(members.into_iter().map(|member| (member.user_id.normal().clone(), member)).collect())
}

/// Changes one member, whom nobody else changes meanwhile.
async fn change(ctx: &Ctx, row: &Row, stored: &Member) -> Result<Option<Applied>, Fault> {
    let Some((_, Applied { fate: Fate::Changed { .. }, .. })) = compared(row, stored) else {
        return Ok(compared(row, stored).map(|(_, applied)| applied));
    };
    let id: MemberId = stored.id;
    let Some((changed, applied)) = compared(row, &member::lock(ctx, id).await?) else { return Ok(None) };

    if let Fate::Changed { fields } = &applied.fate {
        member::update(ctx, &changed).await?;
        ctx.record_with(EventKind::MemberChanged, Some(id), Outcome::Done, json!({ "fields": fields }));
    }
    Ok(Some(applied))
}

/// The member as the row would have it, and what that changes; `None` where there is nothing to tell.
fn compared(row: &Row, stored: &Member) -> Option<(Member, Applied)> {
    let mut member = stored.clone();
    let mut fields = Vec::new();
    let mut put = |field: &'static str, place: &mut Option<String>, told: &Option<String>| {
        if told.is_some() && place != told {
            place.clone_from(told);
            fields.push(field);
        }
    };
    let Told { family, given, family_kana, given_kana, symbol, number, branch, birth_date, mail, language } = &row.told;
    put("family_name", &mut member.name.family, family);
    put("given_name", &mut member.name.given, given);
    put("family_kana", &mut member.name.family_kana, family_kana);
    put("given_kana", &mut member.name.given_kana, given_kana);
    put("symbol", &mut member.household.symbol, symbol);
    put("number", &mut member.household.number, number);
    put("branch", &mut member.household.branch, branch);
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
    let has_nothing_to_tell = fate == Fate::Unchanged && note.is_none();
    let applied = told(row, fate, note);
    (!has_nothing_to_tell).then_some((member, applied))
}

fn told(row: &Row, fate: Fate, note: Option<&'static str>) -> Applied {
    Applied { line: row.line, user_id: row.user_id.clone(), fate, note }
}

fn new_member(row: Row) -> NewMember {
    let told = row.told;
    NewMember {
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
    }
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
        let (kept, applied) = compared(&row("new@example.jp"), &member("own@example.jp", Some(THEN))).unwrap();
        assert_eq!((applied.fate, applied.note), (Fate::Unchanged, Some(OWN_MAIL_KEPT)));
        assert_eq!(kept.verified_mail().unwrap().as_typed(), "own@example.jp");
    }

    #[test]
    fn an_address_that_nobody_proved_follows_the_file() {
        let (changed, applied) = compared(&row("new@example.jp"), &member("old@example.jp", None)).unwrap();
        assert_eq!(applied.fate, Fate::Changed { fields: vec!["mail"] });
        assert_eq!(changed.mail.unwrap().address.as_typed(), "new@example.jp");
        assert!(compared(&row("own@EXAMPLE.jp"), &member("own@example.jp", Some(THEN))).is_none());
    }
}
