//! What operators do; the command line and an admin API share it. Each verb records who did it.

pub mod audit;
pub mod backup;
pub mod client;
pub mod desk;
pub mod doctor;
pub mod hold;
pub mod import;
pub mod installation;
pub mod key;
pub mod letter;
pub mod member;
pub mod move_in;
pub mod realm;
pub mod remedy;
pub mod report;
pub mod session;
pub mod transfer;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use futures::FutureExt;

    use super::{letter, member, realm};
    use crate::clock::{Clock, FixedClock, Timestamp, days};
    use crate::ctx::Scope;
    use crate::entropy::SeededEntropy;
    use crate::language::Language;
    use crate::letter::LetterState;
    use crate::member::{Household, Name};
    use crate::realm::{Origin, Realm, RealmSettings};
    use crate::secret::Vault;
    use crate::store::{Ambient, DatabaseUrl, Store, migrate};
    use crate::user_id::{UserId, UserIdNormal};

    struct Place {
        store: Store,
        scope: Scope,
        clock: Arc<FixedClock>,
        _directory: tempfile::TempDir,
    }

    async fn place() -> Place {
        let directory = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::Sqlite(directory.path().join("sekisho.db"));
        migrate::up(&url).await.unwrap();
        let clock = Arc::new(FixedClock::at(Timestamp::from_millis(1_795_000_000_000)));
        let ambient = Ambient {
            clock: Arc::clone(&clock) as Arc<_>,
            entropy: Arc::new(SeededEntropy::new(1)),
            vault: Arc::new(Vault::open(&[7; 32]).unwrap()),
            client_keys: Arc::default(),
        };
        let store = Store::open(&url, ambient).await.unwrap();
        let installation = Scope::operator(Arc::new(Realm::installation()), "ops");
        let created = store
            .write(&installation, |ctx| {
                let origin = Origin::parse("https://mgc.id.example").unwrap();
                realm::create(ctx, "mgc".parse().unwrap(), origin, RealmSettings::default()).boxed()
            })
            .await
            .unwrap();
        let realm::Creation::Created(realm) = created else { panic!("{created:?}") };
        Place { store, scope: Scope::operator(Arc::new(realm), "ops"), clock, _directory: directory }
    }

    fn id(text: &str) -> UserIdNormal {
        UserId::parse(text).unwrap().normal().clone()
    }

    impl Place {
        async fn has_member(&self, user_id: &str) {
            let new = member::NewMember {
                user_id: UserId::parse(user_id).unwrap(),
                name: Name::default(),
                birth_date: None,
                household: Household::default(),
                mail: None,
                language: None,
            };
            let created = self.store.write(&self.scope, move |ctx| member::create(ctx, new).boxed()).await.unwrap();
            assert!(matches!(created, member::Creation::Created(_)));
        }

        async fn letter(&self, id: crate::id::LetterId) -> crate::letter::Letter {
            let read = self.store.read(&self.scope, move |ctx| crate::store::letter::by_id(ctx, id).boxed());
            read.await.unwrap().unwrap()
        }

        async fn letter_meets(
            &self,
            id: crate::id::LetterId,
            member: crate::id::MemberId,
            event: crate::letter::LetterEvent,
        ) {
            use crate::letter::LetterEvent;
            use crate::store::letter;

            let meet = self.store.write(&self.scope, move |ctx| {
                async move {
                    match event {
                        LetterEvent::Printed => letter::mark_many_printed(ctx, &[id]).await.map(drop),
                        LetterEvent::SignedIn => letter::mark_used(ctx, id).await,
                        LetterEvent::PasswordSet => letter::redeem(ctx, id).await.map(drop),
                        LetterEvent::Voided(reason) => letter::void_live(ctx, member, reason).await.map(drop),
                    }
                }
                .boxed()
            });
            meet.await.unwrap();
        }

        async fn issues(&self, user_id: &'static str) -> letter::Issue {
            self.store
                .write(&self.scope, move |ctx| async move { letter::issue(ctx, &id(user_id)).await }.boxed())
                .await
                .unwrap()
        }
    }

    #[tokio::test]
    async fn a_letter_is_issued_once_replaced_on_demand_and_again_after_it_expired() {
        let place = place().await;
        place.has_member("a-1").await;

        assert!(matches!(place.issues("nobody").await, letter::Issue::NoSuchMember));
        assert!(matches!(place.issues("Ａ－１").await, letter::Issue::Issued(_)));
        assert!(matches!(place.issues("a-1").await, letter::Issue::HasLetter { .. }));
        assert!(matches!(
            place
                .store
                .write(&place.scope, |ctx| async move { letter::reissue(ctx, &id("a-1")).await }.boxed())
                .await
                .unwrap(),
            letter::Issue::Issued(_)
        ));
        place.clock.advance(days(31));
        assert!(matches!(place.issues("a-1").await, letter::Issue::Issued(_)));

        let letters = place
            .store
            .read(&place.scope, |ctx| async move { letter::of_member(ctx, &id("a-1")).await }.boxed())
            .await
            .unwrap()
            .unwrap();
        let states: Vec<&str> = letters.iter().map(|listed| listed.letter.state.name()).collect();
        assert_eq!(states, ["printed", "void", "void"]);
        let count = place.store.read(&place.scope, |ctx| letter::count(ctx).boxed()).await.unwrap();
        assert_eq!(count, letter::Count { printed: 1, void: 2, ..letter::Count::default() });
    }

    #[tokio::test]
    async fn everybody_without_a_way_in_gets_a_letter_batch_by_batch() {
        let place = place().await;
        for user_id in ["c", "a", "b", "d"] {
            place.has_member(user_id).await;
        }
        assert!(matches!(
            place
                .store
                .write(&place.scope, |ctx| async move { member::disable(ctx, &id("d")).await }.boxed())
                .await
                .unwrap(),
            member::Change::Changed(_)
        ));
        assert!(matches!(place.issues("d").await, letter::Issue::Disabled));
        place.issues("b").await;
        let shown = place
            .store
            .read(&place.scope, |ctx| async move { member::show(ctx, &id("c")).await }.boxed())
            .await
            .unwrap()
            .unwrap();
        assert!(shown.letters.is_empty());
        place
            .store
            .write(&place.scope, move |ctx| member::set_password(ctx, shown.member.id, "$argon2id$…").boxed())
            .await
            .unwrap();
        place.has_member("e").await;

        let first =
            place.store.write(&place.scope, |ctx| letter::issue_missing(ctx, None, None, 1).boxed()).await.unwrap();
        assert_eq!(first.issued[0].user_id.as_str(), "a");
        let next = first.next.clone();
        let second = place
            .store
            .write(&place.scope, move |ctx| {
                async move { letter::issue_missing(ctx, None, next.as_ref(), 5).await }.boxed()
            })
            .await
            .unwrap();
        assert_eq!(second.issued[0].user_id.as_str(), "e");
        assert_eq!((second.issued.len(), second.next), (1, None));
        assert!(matches!(place.issues("c").await, letter::Issue::HasPassword));

        let listed = place.store.read(&place.scope, |ctx| letter::list(ctx, None, 10).boxed()).await.unwrap();
        let listed: Vec<&str> = listed.iter().map(|listed| listed.user_id.as_str()).collect();
        assert_eq!(listed.len(), 3);
        place.clock.advance(days(30));
        let count = place.store.read(&place.scope, |ctx| letter::count(ctx).boxed()).await.unwrap();
        assert_eq!(count, letter::Count { expired: 3, ..letter::Count::default() });
        let again =
            place.store.write(&place.scope, |ctx| letter::issue_missing(ctx, None, None, 9).boxed()).await.unwrap();
        assert_eq!(again.issued.len(), 3);
        let listed = place.store.read(&place.scope, |ctx| letter::list(ctx, None, 10).boxed()).await.unwrap();
        assert!(matches!(listed[0].letter.state, LetterState::Void { .. }));
    }

    #[tokio::test]
    async fn realms_keep_names_and_hosts_apart_and_terms_change_only_with_their_text() {
        let place = place().await;
        let create = async |name: &'static str, origin: &'static str| {
            let installation = Scope::operator(Arc::new(Realm::installation()), "ops");
            place
                .store
                .write(&installation, move |ctx| {
                    let origin = Origin::parse(origin).unwrap();
                    realm::create(ctx, name.parse().unwrap(), origin, RealmSettings::default()).boxed()
                })
                .await
                .unwrap()
        };
        assert_eq!(create("mgc", "https://other.example").await, realm::Creation::NameTaken);
        assert_eq!(create("mgc2", "https://mgc.id.example").await, realm::Creation::HostTaken("mgc".into()));
        assert!(matches!(create("mgc2", "https://mgc2.id.example").await, realm::Creation::Created(_)));

        let publish = async |text: &'static str| {
            let texts = BTreeMap::from([(Language::Ja, text.to_owned())]);
            place.store.write(&place.scope, |ctx| realm::publish_terms(ctx, texts).boxed()).await.unwrap()
        };
        assert_eq!(publish("第一条\n\n以上").await, realm::Publication::Published { version: 1 });
        assert_eq!(publish("\u{FEFF}第一条\r\n\r\n以上\r\n").await, realm::Publication::Unchanged { version: 1 });
        assert_eq!(publish("第二条").await, realm::Publication::Published { version: 2 });
        assert_eq!(publish(" \n").await, realm::Publication::Empty(Language::Ja));

        assert!(matches!(
            place
                .store
                .write(&place.scope, |ctx| realm::set(ctx, vec!["letter_days=10".parse().unwrap()]).boxed())
                .await
                .unwrap(),
            realm::Change::Changed(_)
        ));
        assert!(matches!(
            place
                .store
                .write(&place.scope, |ctx| realm::set(ctx, vec!["letter_days=10".parse().unwrap()]).boxed())
                .await
                .unwrap(),
            realm::Change::Unchanged(_)
        ));
    }

    /// The statements of the store do what the table of the noun says, in every cell.
    #[tokio::test]
    async fn the_store_moves_letters_as_their_table_says() {
        use crate::letter::{LetterEvent, VoidReason};

        let place = place().await;
        let reason = VoidReason::NotReceived;
        let events =
            [LetterEvent::Printed, LetterEvent::SignedIn, LetterEvent::PasswordSet, LetterEvent::Voided(reason)];
        // Ways from `issued` to each state.
        let ways: [&[LetterEvent]; 5] = [
            &[],
            &[LetterEvent::Printed],
            &[LetterEvent::Printed, LetterEvent::SignedIn],
            &[LetterEvent::PasswordSet],
            &[LetterEvent::Voided(VoidReason::Operator)],
        ];
        let mut number = 0;
        for way in ways {
            for event in events {
                number += 1;
                let user_id = format!("w{number}");
                place.has_member(&user_id).await;
                let make = place.store.write(&place.scope, |ctx| letter::issue_missing(ctx, None, None, 9).boxed());
                let mut made = make.await.unwrap();
                let letter = made.issued.remove(0);
                let (id, member) = (letter.letter, letter.member);
                for step in way {
                    place.letter_meets(id, member, *step).await;
                }
                let before = place.letter(id).await;
                let expected = before.state.after(event, place.clock.now());
                place.letter_meets(id, member, event).await;
                let after = place.letter(id).await;
                assert_eq!(after.state, expected.unwrap_or(before.state), "{:?} {event:?}", before.state);
                let is_waiting = after.state == LetterState::Issued;
                assert_eq!(after.kept.is_some(), is_waiting, "{:?} {event:?}", before.state);
                place.letter_meets(id, member, LetterEvent::Voided(reason)).await;
                place
                    .store
                    .write(&place.scope, move |ctx| member::set_password(ctx, member, "$argon2id$…").boxed())
                    .await
                    .unwrap();
            }
        }
    }
}
