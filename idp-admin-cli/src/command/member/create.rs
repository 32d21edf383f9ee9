//! `member create`

use idp_core::admin::member::{Creation, NewMember, create};
use idp_core::birth_date::BirthDate;
use idp_core::language::Language;
use idp_core::mail_address::MailAddress;
use idp_core::member::{Household, Name};

use super::view;
use crate::context::{Context, TypedUserId, sentence, word};
use crate::output::Failure;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  idp-admin member create 12-3456 --family 健保 --given 太郎 --birth-date 昭和55年1月1日 --mail taro@example.jp"
)]
pub(crate) struct Arguments {
    /// The user id as it will stand on the letter
    user_id: TypedUserId,
    /// 姓
    #[arg(long, value_name = "NAME")]
    family: Option<String>,
    /// 名
    #[arg(long, value_name = "NAME")]
    given: Option<String>,
    /// 姓（カナ）
    #[arg(long, value_name = "NAME")]
    family_kana: Option<String>,
    /// 名（カナ）
    #[arg(long, value_name = "NAME")]
    given_kana: Option<String>,
    /// Birth date, written in any way
    #[arg(long, value_name = "DATE")]
    birth_date: Option<String>,
    /// 記号
    #[arg(long)]
    symbol: Option<String>,
    /// 番号
    #[arg(long)]
    number: Option<String>,
    /// 枝番
    #[arg(long)]
    branch: Option<String>,
    /// The mail address on file
    #[arg(long, value_name = "ADDRESS")]
    mail: Option<String>,
    /// The language of mails: ja or en
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
}

pub(crate) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let here = context.realm().await?;
    let today = here.store.ambient().clock.now().date_in_japan();
    let new = arguments.into_member(today)?;
    let user_id = new.user_id.clone();

    let creation = here.store.write(&here.scope, move |ctx| Box::pin(create(ctx, new))).await?;
    match creation {
        Creation::Created(member) => context.output.answer(&view::document(&member), || {
            format!("Member {user_id} is there.\nNext: idp-admin letter issue {}", word(user_id.as_str()))
        }),
        Creation::UserIdTaken => Err(Failure::refused(format!(
            "There is a member “{user_id}” already. See: idp-admin member show {}",
            word(user_id.as_str())
        ))),
    }
}

impl Arguments {
    fn into_member(self, today: jiff::civil::Date) -> Result<NewMember, Failure> {
        let refused = |error: &dyn std::error::Error| Failure::refused(format!("{}.", sentence(&error.to_string())));
        let birth_date = self.birth_date.map(|text| BirthDate::parse(&text, today)).transpose();
        let mail = self.mail.map(|text| MailAddress::parse(&text)).transpose();
        let language = match self.language {
            Some(tag) => {
                Some(Language::from_tag(&tag).ok_or_else(|| Failure::refused("The language must be ja or en."))?)
            }
            None => None,
        };
        Ok(NewMember {
            user_id: self.user_id.0,
            name: Name {
                family: text(self.family)?,
                given: text(self.given)?,
                family_kana: text(self.family_kana)?,
                given_kana: text(self.given_kana)?,
            },
            birth_date: birth_date.map_err(|error| refused(&error))?,
            household: Household { symbol: text(self.symbol)?, number: text(self.number)?, branch: text(self.branch)? },
            mail: mail.map_err(|error| refused(&error))?,
            language,
        })
    }
}

fn text(typed: Option<String>) -> Result<Option<String>, Failure> {
    let Some(typed) = typed else { return Ok(None) };
    let typed = typed.trim();
    if typed.chars().any(char::is_control) || typed.chars().count() > 100 {
        return Err(Failure::refused(
            "Names, symbols and numbers have at most 100 characters and no control characters.",
        ));
    }
    Ok(Some(typed.to_owned()).filter(|text| !text.is_empty()))
}
