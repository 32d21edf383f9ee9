//! Where a command runs: the configuration, the database, the realm and the operator's name.

use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use idp_core::admin::realm;
use idp_core::clock::Timestamp;
use idp_core::config::Config;
use idp_core::ctx::Scope;
use idp_core::realm::Realm;
use idp_core::store::{DatabaseUrl, Store, migrate};
use idp_core::user_id::{UserId, UserIdNormal};
use jiff::civil::Date;

use crate::output::{Failure, Format, Output};

/// Where help lists them, apart from the options of a verb.
const EVERYWHERE: &str = "Options of every command";

/// What every command understands.
#[derive(Debug, clap::Args)]
pub(crate) struct Global {
    /// The configuration of the installation
    #[arg(long, global = true, help_heading = EVERYWHERE, value_name = "FILE", default_value = "sekisho.toml", env = "SEKISHO_CONFIG")]
    pub(crate) config: PathBuf,
    /// The realm; not needed where there is only one
    #[arg(long, global = true, help_heading = EVERYWHERE, value_name = "NAME", env = "SEKISHO_REALM")]
    pub(crate) realm: Option<String>,
    /// Print one JSON document
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    pub(crate) json: bool,
    /// Who does it, for the audit log; the system account by default
    #[arg(long, global = true, help_heading = EVERYWHERE, value_name = "NAME")]
    pub(crate) operator: Option<String>,
}

/// Where a command runs.
pub(crate) struct Context {
    pub(crate) config: Config,
    pub(crate) output: Output,
    pub(crate) operator: String,
    realm: Option<String>,
}

/// The open database and the realm.
pub(crate) struct Here {
    pub(crate) store: Store,
    pub(crate) scope: Scope,
}

impl Global {
    pub(crate) fn output(&self) -> Output {
        Output(if self.json { Format::Json } else { Format::Text })
    }
}

impl Context {
    pub(crate) fn read(global: Global) -> Result<Self, Failure> {
        if !global.config.is_file() {
            return Err(Failure::refused(format!(
                "There is no configuration at {}. Name it with --config FILE or SEKISHO_CONFIG.",
                global.config.display()
            )));
        }
        let config =
            Config::load(&global.config).map_err(|problems| Failure::refused(sentence(&problems.to_string())))?;
        let output = global.output();
        let operator = global.operator.unwrap_or_else(system_account);
        Ok(Self { config, output, operator, realm: global.realm })
    }

    /// This machine's time.
    pub(crate) fn now(&self) -> Timestamp {
        self.config.ambient().clock.now()
    }

    /// Opens a database whose schema is up to date.
    pub(crate) async fn store(&self) -> Result<Store, Failure> {
        if let DatabaseUrl::Sqlite(path) = &self.config.database
            && !path.exists()
        {
            return Err(Failure::refused(format!(
                "There is no database at {} yet. Make it: idp-admin migrate up",
                path.display()
            )));
        }
        let pending = migrate::status(&self.config.database).await?.pending;
        if !pending.is_empty() {
            return Err(Failure::refused(format!(
                "The database is not up to date ({} pending). Bring it up to date: idp-admin migrate up",
                pending.join(", ")
            )));
        }
        Ok(Store::open(&self.config.database, self.config.ambient()).await?)
    }

    /// For what concerns no single realm.
    pub(crate) async fn installation(&self) -> Result<Here, Failure> {
        let scope = Scope::operator(Arc::new(Realm::installation()), &self.operator);
        Ok(Here { store: self.store().await?, scope })
    }

    /// The realm named on the command line.
    pub(crate) fn named_realm(&self) -> Option<&str> {
        self.realm.as_deref()
    }

    /// For what concerns the realm called so; `None` where there is none.
    pub(crate) async fn realm_called(&self, name: &str) -> Result<Option<Here>, Failure> {
        let Here { store, scope } = self.installation().await?;
        let name = name.to_owned();
        let found = store.read(&scope, |ctx| Box::pin(async move { realm::by_name(ctx, &name).await })).await?;
        Ok(found.map(|realm| Here { store, scope: Scope::operator(Arc::new(realm), &self.operator) }))
    }

    /// For what concerns the realm named, or the only one.
    pub(crate) async fn realm(&self) -> Result<Here, Failure> {
        let Here { store, scope } = self.installation().await?;
        let realms = store.read(&scope, |ctx| Box::pin(realm::list(ctx))).await?;

        let names: Vec<&str> = realms.iter().map(|realm| realm.name.as_str()).collect();
        let chosen = match (&self.realm, names.as_slice()) {
            (_, []) => Err("There is no realm yet. Create one: idp-admin realm create mgc --origin \
                            https://mgc.id.example"
                .to_owned()),
            (Some(name), names) => names
                .iter()
                .position(|known| known == name)
                .ok_or_else(|| format!("There is no realm “{name}”. The realms are: {}", names.join(", "))),
            (None, [_]) => Ok(0),
            (None, names) => {
                Err(format!("There are several realms. Say which: --realm {}", names.join(" or --realm ")))
            }
        };
        let at = chosen.map_err(Failure::refused)?;
        let realm = realms.into_iter().nth(at).ok_or_else(|| Failure::Fault("the realm is gone".to_owned()))?;
        Ok(Here { store, scope: Scope::operator(Arc::new(realm), &self.operator) })
    }
}

/// A user id on the command line.
#[derive(Debug, Clone)]
pub(crate) struct TypedUserId(pub(crate) UserId);

impl FromStr for TypedUserId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        UserId::parse(text).map(Self).map_err(|error| error.to_string())
    }
}

impl TypedUserId {
    /// For a command that the operator may copy.
    pub(crate) fn word(&self) -> String {
        word(self.0.as_str())
    }

    pub(crate) fn normal(&self) -> UserIdNormal {
        self.0.normal().clone()
    }

    /// The refusal where the realm has no such member.
    pub(crate) fn unknown(&self) -> Failure {
        Failure::refused(format!("There is no member “{}”. See who is there: idp-admin member list", self.0.as_str()))
    }
}

/// As the shell takes it for one word.
pub(crate) fn word(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '@' | '+');
    if !text.is_empty() && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// A day on the command line.
pub(crate) fn day(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "write a day like 2026-11-26".to_owned())
}

/// Errors of the core begin small, since they are also shown within sentences. A name of a setting or of a file stays.
pub(crate) fn sentence(text: &str) -> String {
    let is_word = |word: &str| word.chars().all(char::is_alphabetic);
    if !text.split(' ').next().is_some_and(is_word) {
        return text.to_owned();
    }
    let mut characters = text.chars();
    let first = characters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}", characters.as_str())
}

#[expect(clippy::disallowed_methods, reason = "the account's name is nowhere else, and nothing depends on it")]
fn system_account() -> String {
    ["SUDO_USER", "LOGNAME", "USER"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|name| !name.is_empty())
        .unwrap_or_else(|| "unknown".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_quoted_where_the_shell_would_part_or_change_it() {
        assert_eq!(
            ["12-3456", "健保1", "a b", "it's", "$x", ""].map(word),
            ["12-3456", "健保1", "'a b'", r"'it'\''s'", "'$x'", "''"]
        );
    }

    #[test]
    fn a_sentence_begins_large_unless_with_a_name() {
        assert_eq!(sentence("the origin must be https"), "The origin must be https");
        assert_eq!(sentence("letter_days cannot be 0"), "letter_days cannot be 0");
    }
}
