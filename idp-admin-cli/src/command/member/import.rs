//! `member import`

use std::fs::File;
use std::path::{Path, PathBuf};

use idp_core::admin::import::{
    Batch, ColumnMap, Encoding, Leavers, Letters, Mode, Options, Outcome, Recycled, Threshold, import, user_ids_of,
};
use idp_core::fault::Fault;
use idp_core::store::import_lock;

use super::import_report::Report;
use crate::context::Context;
use crate::output::Failure;
use crate::print::{More, Target, print};

#[derive(Debug, clap::Args)]
#[command(after_help = "The first line names the columns, in Japanese or English:
  ユーザID 氏名 (or 姓 名) カナ 生年月日 記号 番号 枝番 メールアドレス 言語 郵便番号 住所1 住所2 住所3
  user_id name (or family_name given_name) kana birth_date symbol number branch mail language postal_code address1…3
Only the user id is needed. An empty cell leaves what is stored. The same file again changes nothing: an import that
was broken off is run again. Other headings, or none, are explained by a column file:
  [columns]
  user_id = \"加入者番号\"   # a heading, or a position like 3
  birth_date = \"誕生年月日\"

Examples:
  idp-admin member import --dry-run members.csv
  idp-admin member import --letters-pdf letters.pdf members.csv
  idp-admin member import --absent-left --max-leavers 3% --results results.csv members.csv")]
pub(crate) struct Arguments {
    /// CSV or TSV, in UTF-8 or Shift_JIS
    file: PathBuf,
    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Issue letters to new members, and write them to this new CSV file
    #[arg(long, value_name = "FILE", conflicts_with = "dry_run")]
    letters: Option<PathBuf>,
    /// Issue letters to new members, and write them to this new PDF file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["dry_run", "letters"])]
    letters_pdf: Option<PathBuf>,
    /// Issue letters to new members, to be printed later by letter print
    #[arg(long, conflicts_with_all = ["dry_run", "letters", "letters_pdf"])]
    letters_later: bool,
    #[command(flatten)]
    more: More,
    /// What the file is written in, where that cannot be told: utf-8, shift-jis, euc-jp, utf-16le, utf-16be
    #[arg(long)]
    encoding: Option<Encoding>,
    /// Which column means what: a TOML file
    #[arg(long, value_name = "FILE")]
    columns: Option<PathBuf>,
    /// What happened to each row, into this new file
    #[arg(long, value_name = "FILE")]
    results: Option<PathBuf>,
    /// Members who left: a file with their user ids
    #[arg(long, value_name = "FILE", conflicts_with = "absent_left")]
    leavers: Option<PathBuf>,
    /// The file is whole: whoever is not in it has left
    #[arg(long)]
    absent_left: bool,
    /// More leavers than that, and it is taken for the wrong file
    #[arg(long, value_name = "NUMBER|SHARE%", default_value = "5%")]
    max_leavers: Threshold,
    /// Where name and birth date both differ, the user id is somebody else's: refuse, or replace the account
    #[arg(long, default_value = "refuse", value_parser = ["refuse", "replace"])]
    recycled: String,
}

pub(crate) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let file = open(&arguments.file)?;
    let options = arguments.options()?;
    let here = context.realm().await?;
    let Some(_lock) = import_lock::take(&context.config.database, here.scope.realm.id).await? else {
        return Err(Failure::refused(
            "Another import of this realm is under way. Wait for its end, then run this again.",
        ));
    };
    let target = Target::of(arguments.letters, arguments.letters_pdf, arguments.more);
    let printer = target.open(&here.scope.realm)?;
    let mut report = Report::open(context.output, options.mode, arguments.results.as_deref())?;

    let told = &mut |batch: Batch| report.add(batch).map_err(|failure| Fault::Broken(failure.sentence().to_owned()));
    let outcome = import(&here.store, &here.scope, file, options, told).await?;
    match outcome {
        Outcome::Refused(error) => Err(Failure::refused(error.to_string())),
        Outcome::TooManyLeavers { leavers, members } => Err(Failure::refused(format!(
            "{leavers} of {members} members are not in the file: is it the right one, and whole? Nothing was written. If \
             so many have left: --max-leavers {leavers}"
        ))),
        Outcome::Read { totals, encoding, not_read, letters, withheld } => {
            let printed = match (letters, printer) {
                (Some(batch), Some(printer)) => Some(print(&here, Some(batch), printer).await?),
                (_, _) => None,
            };
            report.finish((totals, encoding, &not_read), (letters, printed), withheld)
        }
    }
}

impl Arguments {
    fn options(&self) -> Result<Options, Failure> {
        let columns = self.columns.as_deref().map(read_columns).transpose()?;
        let issues = self.letters.is_some() || self.letters_pdf.is_some() || self.letters_later;
        let leavers = match &self.leavers {
            Some(path) => {
                let mut file = open(path)?;
                let listed = user_ids_of(&mut file, self.encoding, columns.as_ref());
                Leavers::Listed(listed.map_err(|error| Failure::refused(format!("{}: {error}", path.display())))?)
            }
            None if self.absent_left => Leavers::Absent { at_most: self.max_leavers },
            None => Leavers::Nobody,
        };
        Ok(Options {
            mode: if self.dry_run { Mode::DryRun } else { Mode::Write },
            letters: if issues { Letters::Issue } else { Letters::Later },
            encoding: self.encoding,
            columns,
            recycled: if self.recycled == "replace" { Recycled::Replace } else { Recycled::Refuse },
            leavers,
        })
    }
}

fn open(path: &Path) -> Result<File, Failure> {
    File::open(path).map_err(|error| Failure::refused(format!("{} cannot be read: {error}.", path.display())))
}

fn read_columns(path: &Path) -> Result<ColumnMap, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::refused(format!("{} cannot be read: {error}.", path.display())))?;
    ColumnMap::parse(&text)
        .map_err(|problems| Failure::refused(format!("{} is not used:\n  {}", path.display(), problems.join("\n  "))))
}
