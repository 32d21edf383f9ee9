//! Puts the demo's society into an empty database, by the verbs that operators use.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use idp_core::admin::transfer::{Luggage, SecondStep, Transfer};
use idp_core::admin::{client, hold, key, letter, member, realm, transfer};
use idp_core::birth_date::BirthDate;
use idp_core::client::{AuthMethod, ClientName, ClientSettings, Party as CoreParty, Profile};
use idp_core::clock::hours;
use idp_core::credential::Method;
use idp_core::credential::password_policy::normalise_password;
use idp_core::credential::totp::TotpSecret;
use idp_core::ctx::{Ctx, Scope};
use idp_core::entropy;
use idp_core::fault::Fault;
use idp_core::hashing::HashingPool;
use idp_core::key::Algorithm;
use idp_core::language::Language;
use idp_core::mail_address::MailAddress;
use idp_core::member::{Household, Name};
use idp_core::realm::{InitialPassword, Localised, Origin, PatternGuard, Realm, RealmName, RealmSettings};
use idp_core::redirect_uri::RedirectUri;
use idp_core::store::Store;
use idp_core::user_id::UserId;

use super::document::{ClientEntry, ClientProfile, MemberEntry};
use super::members::{CLIENTS, DemoClient, DemoMember, MEMBERS, MemberState, PORTAL_CLIENT_ID, Party, SOCIETY};
use super::portal::{CALLBACK_PATH, SIGNED_OUT_PATH};

/// How long the locked member stays so: longer than anybody looks at a demo, short enough to be shown as a time.
const LOCKED_FOR: Duration = hours(12);

/// Who the audit log says did it.
const OPERATOR: &str = "demo";

/// What was made, with the secrets that are shown once.
pub struct Seeded {
    /// Every member.
    pub members: Vec<MemberEntry>,
    /// Every client.
    pub clients: Vec<ClientEntry>,
}

/// A member with the hash of the own password, made before any transaction.
struct Prepared {
    member: &'static DemoMember,
    phc: Option<String>,
}

/// Makes the realm at `issuer` with all its people; the portal's addresses lie under `portal`.
///
/// # Errors
/// A fault of the database, or a verb that refuses what the table of members holds.
pub async fn seed(store: &Store, hashing: &HashingPool, issuer: &str, portal: &str) -> anyhow::Result<Seeded> {
    let realm = create_realm(store, issuer, portal).await?;
    let scope = Scope::operator(Arc::new(realm), OPERATOR);
    let mut prepared = Vec::with_capacity(MEMBERS.len());
    for member in MEMBERS {
        let phc = match member.password {
            Some(password) => Some(hash(hashing, password).await?),
            None => None,
        };
        prepared.push(Prepared { member, phc });
    }

    let portal = portal.to_owned();
    let seeded = store.write(&scope, move |ctx| Box::pin(fill(ctx, prepared, portal))).await;
    seeded.context("the demo's members cannot be made")
}

/// Locks the locked member anew: a demo that was stopped may have slept through the time.
///
/// # Errors
/// A fault of the database, or a database without the demo's realm.
pub async fn lock_again(store: &Store) -> anyhow::Result<()> {
    let installation = Scope::operator(Arc::new(Realm::installation()), OPERATOR);
    let found = store.read(&installation, |ctx| Box::pin(realm::by_name(ctx, SOCIETY.slug))).await?;
    let realm = found.context("the folder's database has no demo in it; start with --fresh")?;

    let scope = Scope::operator(Arc::new(realm), OPERATOR);
    for locked in MEMBERS.iter().filter(|member| member.state == MemberState::Locked) {
        store.write(&scope, move |ctx| Box::pin(lock(ctx, locked))).await?;
    }
    Ok(())
}

async fn create_realm(store: &Store, issuer: &str, portal: &str) -> anyhow::Result<Realm> {
    let name: RealmName = SOCIETY.slug.parse()?;
    let origin = Origin::parse(issuer)?;
    let both = |ja: &str, en: &str| Localised { ja: ja.to_owned(), en: en.to_owned() };
    let settings = RealmSettings {
        display_name: both(SOCIETY.name_ja, SOCIETY.name_en),
        primary_colour: SOCIETY.primary_colour.to_owned(),
        help_line: both(SOCIETY.help_line, SOCIETY.help_line),
        help_hours: both(SOCIETY.help_hours_ja, SOCIETY.help_hours_en),
        home_url: Some(portal.to_owned()),
        mail_sender: format!("{} <{}>", SOCIETY.name_ja, SOCIETY.mail_sender),
        initial_password: InitialPassword::Pattern,
        pattern_guard: PatternGuard::MailOnFile,
        ..RealmSettings::default()
    };

    let installation = Scope::operator(Arc::new(Realm::installation()), OPERATOR);
    let created = store
        .write(&installation, |ctx| Box::pin(async move { realm::create(ctx, name, origin, settings).await }))
        .await?;
    match created {
        realm::Creation::Created(realm) => Ok(realm),
        refused @ (realm::Creation::NameTaken | realm::Creation::HostTaken(_)) => {
            bail!("the demo's realm cannot be made: {refused:?}")
        }
    }
}

async fn hash(hashing: &HashingPool, password: &str) -> anyhow::Result<String> {
    let password = normalise_password(password).map_err(|refusal| anyhow::anyhow!("{}", refusal.code()))?;
    Ok(hashing.hash(password).await?.as_str().to_owned())
}

async fn fill(ctx: &Ctx, prepared: Vec<Prepared>, portal: String) -> Result<Seeded, Fault> {
    key::ensure(ctx).await?;
    let terms = [(Language::Ja, SOCIETY.terms_ja), (Language::En, SOCIETY.terms_en)];
    let texts: BTreeMap<Language, String> = terms.into_iter().map(|(lang, text)| (lang, text.to_owned())).collect();
    let published = realm::publish_terms(ctx, texts).await?;
    if !matches!(published, realm::Publication::Published { .. }) {
        return Err(refused("terms", &published));
    }

    let mut members = Vec::with_capacity(prepared.len());
    for prepared in prepared {
        members.push(settle(ctx, prepared).await?);
    }
    let mut clients = Vec::with_capacity(CLIENTS.len());
    for client in CLIENTS {
        clients.push(register(ctx, client, &portal).await?);
    }
    Ok(Seeded { members, clients })
}

/// Makes one member and brings them to where they stand.
async fn settle(ctx: &Ctx, Prepared { member, phc }: Prepared) -> Result<MemberEntry, Fault> {
    create(ctx, member).await?;

    let mut entry = MemberEntry {
        user_id: member.user_id.to_owned(),
        initial_password: None,
        password: member.password.map(str::to_owned),
        birth_date: member.birth_date.to_owned(),
        mail: member.mail.to_owned(),
        state: member.state,
        totp_key: None,
    };
    match member.state {
        MemberState::New => entry.initial_password = Some(letter(ctx, member).await?),
        MemberState::Pattern => {
            let birth_date = member.birth_date.replace('-', "");
            entry.initial_password = Some(format!("{}{}{birth_date}", member.symbol, member.number));
        }
        MemberState::Totp => {
            let secret = TotpSecret::from_bytes(entropy::bytes(ctx.entropy()));
            entry.totp_key = Some(secret.grouped_key().replace(' ', ""));
            move_in(ctx, member, phc, SecondStep::App { name: "スマートフォン".to_owned(), secret }).await?;
        }
        MemberState::Passkey => move_in(ctx, member, phc, SecondStep::Chosen(Method::Passkey)).await?,
        MemberState::Mail => move_in(ctx, member, phc, SecondStep::MailCodes).await?,
        MemberState::PendingEnrolment => move_in(ctx, member, phc, SecondStep::Chosen(Method::App)).await?,
        MemberState::Locked => {
            move_in(ctx, member, phc, SecondStep::MailCodes).await?;
            lock(ctx, member).await?;
        }
        MemberState::Disabled => {
            move_in(ctx, member, phc, SecondStep::MailCodes).await?;
            let user_id = user_id(member)?;
            match member::disable(ctx, user_id.normal()).await? {
                member::Change::Changed(_) => {}
                other @ (member::Change::Unchanged(_) | member::Change::NoSuchMember) => {
                    return Err(refused(member.user_id, &other));
                }
            }
        }
    }
    Ok(entry)
}

async fn create(ctx: &Ctx, member: &DemoMember) -> Result<(), Fault> {
    let [family, given] = member.name.map(|name| Some(name.to_owned()));
    let [family_kana, given_kana] = member.kana.map(|name| Some(name.to_owned()));
    let new = member::NewMember {
        user_id: user_id(member)?,
        name: Name { family, given, family_kana, given_kana },
        birth_date: Some(BirthDate::from_iso(member.birth_date).map_err(|error| refused(member.user_id, &error))?),
        household: Household {
            symbol: Some(member.symbol.to_owned()),
            number: Some(member.number.to_owned()),
            branch: None,
        },
        mail: Some(MailAddress::parse(member.mail).map_err(|error| refused(member.user_id, &error))?),
        language: None,
    };

    match member::create(ctx, new).await? {
        member::Creation::Created(_) => Ok(()),
        other @ member::Creation::UserIdTaken => Err(refused(member.user_id, &other)),
    }
}

async fn letter(ctx: &Ctx, member: &DemoMember) -> Result<String, Fault> {
    match letter::issue(ctx, user_id(member)?.normal()).await? {
        letter::Issue::Issued(issued) => Ok(issued.secret.grouped().to_string()),
        other @ (letter::Issue::NoSuchMember
        | letter::Issue::Disabled
        | letter::Issue::HasPassword
        | letter::Issue::HasLetter { .. }) => Err(refused(member.user_id, &other)),
    }
}

async fn move_in(ctx: &Ctx, member: &DemoMember, phc: Option<String>, second_step: SecondStep) -> Result<(), Fault> {
    let phc = phc.ok_or_else(|| refused(member.user_id, &"no password"))?;
    match transfer::transfer(ctx, user_id(member)?.normal(), Luggage { phc, second_step }).await? {
        Transfer::Done => Ok(()),
        other @ (Transfer::NoSuchMember | Transfer::NoMailAddress | Transfer::HasPassword) => {
            Err(refused(member.user_id, &other))
        }
    }
}

async fn lock(ctx: &Ctx, member: &DemoMember) -> Result<(), Fault> {
    match hold::hold(ctx, user_id(member)?.normal(), LOCKED_FOR).await? {
        hold::Hold::Held { .. } => Ok(()),
        other @ hold::Hold::NoSuchMember => Err(refused(member.user_id, &other)),
    }
}

async fn register(ctx: &Ctx, client: &DemoClient, portal: &str) -> Result<ClientEntry, Fault> {
    let is_portal = client.client_id == PORTAL_CLIENT_ID;
    let mut redirects: Vec<String> = client.redirect_uris.iter().map(|&uri| uri.to_owned()).collect();
    let mut signed_out = Vec::new();
    if is_portal {
        redirects.push(format!("{portal}{CALLBACK_PATH}"));
        signed_out.push(format!("{portal}{SIGNED_OUT_PATH}"));
    } else {
        signed_out.clone_from(&redirects);
    }
    let mut settings = ClientSettings {
        redirect_uris: parsed(&redirects)?,
        post_logout_redirect_uris: parsed(&signed_out)?,
        auth_method: match client.profile {
            ClientProfile::Confidential => AuthMethod::ClientSecretBasic,
            ClientProfile::Public => AuthMethod::None,
        },
        id_token_alg: if is_portal { Algorithm::Es256 } else { Algorithm::Rs256 },
        party: match client.party {
            Party::First => CoreParty::First,
            Party::Third => CoreParty::Third,
        },
        ..ClientSettings::default()
    };
    settings.profile = Profile::fitting(&settings);

    let client_id = ClientName::parse(client.client_id).map_err(|error| refused(client.client_id, &error))?;
    let new = client::NewClient { client_id: Some(client_id), name: client.name_ja.to_owned(), settings };
    match client::create(ctx, new).await? {
        client::Created::Done { secret, .. } => Ok(ClientEntry {
            client_id: client.client_id.to_owned(),
            client_secret: secret.map(|secret| secret.expose_text().to_owned()),
            redirect_uris: redirects,
            profile: client.profile,
        }),
        other @ (client::Created::NameTaken | client::Created::BadDisplayName | client::Created::BadSettings(_)) => {
            Err(refused(client.client_id, &other))
        }
    }
}

fn user_id(member: &DemoMember) -> Result<UserId, Fault> {
    UserId::parse(member.user_id).map_err(|error| refused(member.user_id, &error))
}

fn parsed(uris: &[String]) -> Result<Vec<RedirectUri>, Fault> {
    uris.iter().map(|uri| RedirectUri::parse(uri).map_err(|error| refused(uri, &error))).collect()
}

/// The table of members is ours, so a refusal of it is something broken.
fn refused(whom: &str, why: &dyn std::fmt::Debug) -> Fault {
    Fault::Broken(format!("the demo's {whom}: {why:?}"))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use idp_core::clock::{Clock, FixedClock, Timestamp};
    use idp_core::entropy::SeededEntropy;
    use idp_core::hashing::HashingConfig;
    use idp_core::letter_secret::LetterSecret;
    use idp_core::pattern_password::PatternPassword;
    use idp_core::secret::Vault;
    use idp_core::store::{Ambient, DatabaseUrl, migrate};

    use super::*;

    struct Fixture {
        store: Store,
        hashing: HashingPool,
        _folder: tempfile::TempDir,
    }

    async fn fixture() -> Fixture {
        let folder = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::Sqlite(folder.path().join("demo.db"));
        migrate::up(&url).await.unwrap();
        let entropy = Arc::new(SeededEntropy::new(1));
        let clock: Arc<dyn Clock> = Arc::new(FixedClock::at(Timestamp::from_millis(1_800_000_000_000)));
        let ambient = Ambient {
            clock,
            entropy: entropy.clone(),
            vault: Arc::new(Vault::open(&[7; 32]).unwrap()),
            client_keys: Arc::default(),
            mutual_tls: idp_core::mutual_tls::MutualTls::Off,
        };
        let store = Store::open(&url, ambient).await.unwrap();
        let hashing = HashingPool::start(HashingConfig::default(), entropy).unwrap();
        Fixture { store, hashing, _folder: folder }
    }

    #[tokio::test]
    async fn every_member_and_client_is_made_and_says_how_to_get_in() {
        let Fixture { store, hashing, _folder } = fixture().await;

        let seeded = seed(&store, &hashing, "http://localhost:8080", "http://localhost:8081").await.unwrap();

        assert_eq!(seeded.members.len(), MEMBERS.len());
        let letters: HashSet<_> =
            seeded.members.iter().filter(|m| m.state == MemberState::New).map(|m| m.initial_password.clone()).collect();
        assert_eq!(letters.len(), 5);
        assert!(letters.iter().all(|letter| LetterSecret::parse(letter.as_deref().unwrap()).is_ok()));
        let pattern = seeded.members.iter().find(|m| m.state == MemberState::Pattern).unwrap();
        let birth_date = BirthDate::from_iso(&pattern.birth_date).unwrap();
        assert!(PatternPassword::matches(pattern.initial_password.as_deref().unwrap(), "1002", "203", &birth_date));
        let app = seeded.members.iter().find(|m| m.state == MemberState::Totp).unwrap();
        assert_eq!(app.totp_key.as_deref().map(str::len), Some(32));
        assert!(seeded.clients.iter().all(|c| c.client_secret.is_some() == (c.profile == ClientProfile::Confidential)));
        assert_eq!(seeded.clients[0].redirect_uris, ["http://localhost:8081/callback"]);
    }

    #[tokio::test]
    async fn a_demo_is_made_once_and_locked_again_at_will() {
        let Fixture { store, hashing, _folder } = fixture().await;
        assert!(lock_again(&store).await.is_err());
        let (issuer, portal) = ("http://localhost:8080", "http://localhost:8081");
        seed(&store, &hashing, issuer, portal).await.unwrap();

        lock_again(&store).await.unwrap();

        assert!(seed(&store, &hashing, issuer, portal).await.is_err());
    }
}
