//! What the provider holds before a test begins: a society, its terms, its members.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::FutureExt;
use idp_core::admin::move_in::record::Record;
use idp_core::admin::move_in::{Destination, arrive};
use idp_core::admin::{audit, key, letter, member, realm};
use idp_core::birth_date::BirthDate;
use idp_core::ctx::Scope;
use idp_core::language::Language;
use idp_core::mail_address::MailAddress;
use idp_core::member::{Household, Name};
use idp_core::realm::{Localised, Origin, Realm, RealmSettings};
use idp_core::store::Store;
use idp_core::user_id::UserId;

use crate::idp::Idp;
use crate::member::Member;

/// What the society tells about a member who is to be made.
#[derive(Debug, Clone)]
pub struct MemberSeed {
    /// The user id on the letter.
    pub user_id: String,
    /// The birth date.
    pub birth_date: String,
    /// The address the member types.
    pub mail: String,
    /// Whether the society holds that address, too.
    pub mail_on_file: bool,
    /// Symbol and number of the insurance card.
    pub card: Option<(String, String)>,
}

impl MemberSeed {
    /// A member born on 1980-01-01 whose address the society does not hold.
    pub fn new(user_id: &str) -> Self {
        let mail = format!("{}@mail.example", user_id.to_ascii_lowercase());
        Self { user_id: user_id.to_owned(), birth_date: "1980-01-01".into(), mail, mail_on_file: false, card: None }
    }

    /// The society holds the address.
    #[must_use]
    pub fn with_mail_on_file(mut self) -> Self {
        self.mail_on_file = true;
        self
    }

    /// The society tells symbol and number.
    #[must_use]
    pub fn with_card(mut self, symbol: &str, number: &str) -> Self {
        self.card = Some((symbol.to_owned(), number.to_owned()));
        self
    }

    /// Another birth date.
    #[must_use]
    pub fn born(mut self, birth_date: &str) -> Self {
        birth_date.clone_into(&mut self.birth_date);
        self
    }
}

/// What most realms have.
pub(crate) fn settings() -> RealmSettings {
    RealmSettings {
        display_name: Localised {
            ja: "めぐろ健康保険組合".into(), en: "Meguro Health Insurance Society".into()
        },
        mail_sender: "no-reply@kenpo.example".into(),
        ..RealmSettings::default()
    }
}

/// The realm there is.
pub(crate) async fn only_realm(store: &Store) -> Realm {
    let installation = Scope::operator(Arc::new(Realm::installation()), "tests");
    let realms = store.read(&installation, |ctx| realm::list(ctx).boxed()).await.unwrap();
    realms.into_iter().next().unwrap()
}

/// Makes the realm with its keys and terms.
pub(crate) async fn realm(store: &Store, origin: &str) {
    let origin = Origin::parse(origin).unwrap();
    let installation = Scope::operator(Arc::new(Realm::installation()), "tests");
    let created = store
        .write(&installation, move |ctx| realm::create(ctx, "meguro".parse().unwrap(), origin, settings()).boxed())
        .await
        .unwrap();
    let realm::Creation::Created(realm) = created else { panic!("{created:?}") };

    let scope = Scope::operator(Arc::new(realm), "tests");
    store.write(&scope, |ctx| key::ensure(ctx).boxed()).await.unwrap();
    publish_terms(store, &scope, "1").await;
}

pub(crate) async fn publish_terms(store: &Store, scope: &Scope, edition: &str) {
    let texts = BTreeMap::from([
        (Language::Ja, format!("第一条　第{edition}版の規約です。")),
        (Language::En, format!("Article 1. These are the terms, edition {edition}.")),
    ]);
    store.write(scope, |ctx| realm::publish_terms(ctx, texts).boxed()).await.unwrap();
}

impl Idp {
    /// Makes a member with a letter.
    pub async fn member(&self, seed: MemberSeed) -> Member {
        self.member_without_letter(&seed).await;
        let secret = self.letter_for(&seed.user_id).await;
        Member::new(self.clone(), seed, secret)
    }

    /// Makes a member who has only the pattern to sign in with.
    pub async fn pattern_member(&self, seed: MemberSeed) -> Member {
        self.member_without_letter(&seed).await;
        let (symbol, number) = seed.card.clone().unwrap();
        let pattern = format!("{symbol}{number}{}", seed.birth_date.replace('-', ""));
        Member::new(self.clone(), seed, pattern)
    }

    /// Lets a member in as a line of `member move-in` tells, and sends a letter after.
    pub async fn member_from_elsewhere(&self, line: serde_json::Value) -> Member {
        let record: Record = serde_json::from_value(line).unwrap();
        let seed = MemberSeed::new(&record.user_id);
        let destination = Destination::of(&only_realm(&self.store()).await, self.now().date_in_japan());
        let (arrival, _) = record.arrival(&destination).unwrap();
        self.operate(move |ctx| arrive(ctx, vec![arrival]).boxed()).await;
        let secret = self.letter_for(&seed.user_id).await;
        Member::new(self.clone(), seed, secret)
    }

    async fn member_without_letter(&self, seed: &MemberSeed) {
        let (symbol, number) = seed.card.clone().unzip();
        let mail = seed.mail_on_file.then(|| MailAddress::parse(&seed.mail).unwrap());
        let today = self.now().date_in_japan();
        let new = member::NewMember {
            user_id: UserId::parse(&seed.user_id).unwrap(),
            name: Name { family: Some("目黒".into()), given: Some("花子".into()), ..Name::default() },
            birth_date: Some(BirthDate::parse(&seed.birth_date, today).unwrap()),
            household: Household { symbol, number, branch: None },
            mail,
            language: None,
        };
        let created = self.operate(move |ctx| member::create(ctx, new).boxed()).await;
        assert!(matches!(created, member::Creation::Created(_)), "{created:?}");
    }

    async fn letter_for(&self, user_id: &str) -> String {
        let id = UserId::parse(user_id).unwrap().normal().clone();
        let issue = self.operate(move |ctx| async move { letter::issue(ctx, &id).await }.boxed()).await;
        let letter::Issue::Issued(letter) = issue else { panic!("{issue:?}") };
        letter.secret.grouped().to_string()
    }

    /// Issues a letter in the place of the one the member has.
    pub async fn reissues_letter_to(&self, user_id: &str) -> String {
        let id = UserId::parse(user_id).unwrap().normal().clone();
        let issue = self.operate(move |ctx| async move { letter::reissue(ctx, &id).await }.boxed()).await;
        let letter::Issue::Issued(letter) = issue else { panic!("{issue:?}") };
        letter.secret.grouped().to_string()
    }

    /// Switches a member off.
    pub async fn disables(&self, user_id: &str) {
        let id = UserId::parse(user_id).unwrap().normal().clone();
        self.operate(move |ctx| async move { member::disable(ctx, &id).await }.boxed()).await;
    }

    /// Makes a member choose a new password.
    pub async fn requires_new_password_of(&self, user_id: &str) {
        let id = UserId::parse(user_id).unwrap().normal().clone();
        self.operate(move |ctx| async move { member::require_new_password(ctx, &id).await }.boxed()).await;
    }

    /// What an operator sees of a member.
    pub async fn record_of(&self, user_id: &str) -> member::Record {
        let id = UserId::parse(user_id).unwrap().normal().clone();
        self.operate(move |ctx| async move { member::show(ctx, &id).await }.boxed()).await.unwrap()
    }

    /// How many audit events of this kind there are about a member.
    pub async fn events_of(&self, member: &Member, kind: &str) -> usize {
        let id = self.record_of(&member.user_id).await.member.id;
        let query =
            audit::Query { member: Some(id), kind: Some(kind.to_owned()), limit: 1_000, ..audit::Query::default() };
        let done = self.operate(move |ctx| async move { audit::list(ctx, &query).await }.boxed()).await;
        done.len()
    }

    /// How many of them took place.
    pub async fn done_events_of(&self, member: &Member, kind: &str) -> usize {
        let id = self.record_of(&member.user_id).await.member.id;
        let query =
            audit::Query { member: Some(id), kind: Some(kind.to_owned()), limit: 1_000, ..audit::Query::default() };
        let events = self.operate(move |ctx| async move { audit::list(ctx, &query).await }.boxed()).await;
        events.iter().filter(|event| event.event.contains("\"outcome\":\"done\"")).count()
    }

    /// Publishes another edition of the terms.
    pub async fn publishes_terms(&self, edition: &str) {
        publish_terms(&self.store(), &self.operator(), edition).await;
    }
}
