//! A member of a society.

use serde::{Deserialize, Serialize};

use crate::birth_date::BirthDate;
use crate::clock::Timestamp;
use crate::credential::Method;
use crate::id::MemberId;
use crate::language::Language;
use crate::mail_address::MailAddress;
use crate::user_id::UserId;

/// Whether a member may sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemberState {
    /// May sign in.
    Active,
    /// Was switched off by an operator.
    Disabled,
}

impl MemberState {
    /// The stored name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }

    /// Reads the stored name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Active, Self::Disabled].into_iter().find(|state| state.name() == name)
    }
}

/// The mail address of a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailOnFile {
    /// Where to.
    pub address: MailAddress,
    /// When the member proved that mail to it reaches them.
    pub verified_at: Option<Timestamp>,
}

/// What a member is called, as far as the society told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Name {
    /// 姓
    pub family: Option<String>,
    /// 名
    pub given: Option<String>,
    /// 姓（カナ）
    pub family_kana: Option<String>,
    /// 名（カナ）
    pub given_kana: Option<String>,
}

impl Name {
    /// Family and given name, separated by a space.
    pub fn full(&self) -> Option<String> {
        joined(self.family.as_deref(), self.given.as_deref())
    }

    /// The same in kana.
    pub fn full_kana(&self) -> Option<String> {
        joined(self.family_kana.as_deref(), self.given_kana.as_deref())
    }
}

fn joined(family: Option<&str>, given: Option<&str>) -> Option<String> {
    let parts: Vec<&str> = [family, given].into_iter().flatten().collect();
    if parts.is_empty() { None } else { Some(parts.join(" ")) }
}

/// Where letters to a member go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Address {
    /// 郵便番号, `123-4567`
    pub postal_code: Option<String>,
    /// The lines of the address, none of them empty.
    pub lines: Vec<String>,
}

/// Symbol, number and branch of the insurance card: they name a household, not a person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Household {
    /// 記号
    pub symbol: Option<String>,
    /// 番号
    pub number: Option<String>,
    /// 枝番
    pub branch: Option<String>,
}

/// One member.
#[derive(Debug, Clone)]
pub struct Member {
    /// Its identifier inside the installation.
    pub id: MemberId,
    /// The `sub` claim: opaque and never reused.
    pub subject: String,
    /// The user id as on the letter.
    pub user_id: UserId,
    /// Names.
    pub name: Name,
    /// Birth date, as the society told.
    pub birth_date: Option<BirthDate>,
    /// When the member answered the question for the birth date rightly.
    pub birth_date_confirmed_at: Option<Timestamp>,
    /// Insurance card.
    pub household: Household,
    /// Where letters go.
    pub address: Address,
    /// Mail address.
    pub mail: Option<MailOnFile>,
    /// The language chosen.
    pub language: Option<Language>,
    /// Whether the member may sign in.
    pub state: MemberState,
    /// When the society said that the member left it; the user id may then be given to somebody else.
    pub left_at: Option<Timestamp>,
    /// The second step the member chose in the journey.
    pub chosen_method: Option<Method>,
    /// When an operator asked for a new password, until it is set.
    pub new_password_required_at: Option<Timestamp>,
    /// When the row was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Member {
    /// The id to ask the store with, whoever was found: a question left out where nobody was would tell by the time.
    pub fn id_to_ask_with(found: Option<&Self>) -> MemberId {
        found.map_or(MemberId::from_uuid(uuid::Uuid::nil()), |member| member.id)
    }

    /// The address proved to reach the member.
    pub fn verified_mail(&self) -> Option<&MailAddress> {
        self.mail.as_ref().filter(|mail| mail.verified_at.is_some()).map(|mail| &mail.address)
    }
}
