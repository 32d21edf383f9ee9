//! Mails are taken once, tried again, and never sent after their end.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::join_all;

use super::{Claimed, Delivery, Mail, claim, depth, enqueue_perhaps, is_due, settle};
use crate::clock::{FixedClock, Timestamp, days, minutes};
use crate::ctx::Scope;
use crate::entropy::SeededEntropy;
use crate::id::{MailId, MemberId};
use crate::language::Language;
use crate::mail::{MailContent, QueuedMail};
use crate::realm::Realm;
use crate::secret::Vault;
use crate::store::cleanup::{Cleaned, Rest, delete_ended};
use crate::store::{Ambient, DatabaseUrl, Store, migrate};

struct Place {
    store: Store,
    clock: Arc<FixedClock>,
    scope: Scope,
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
        mutual_tls: crate::mutual_tls::MutualTls::Off,
    };
    let store = Store::open(&url, ambient).await.unwrap();
    Place { store, clock, scope: Scope::system(Arc::new(Realm::installation())), _directory: directory }
}

impl Place {
    async fn queue(&self) {
        self.queue_to(Some(MemberId::from_uuid(uuid::Uuid::nil()))).await;
    }

    async fn queue_to(&self, member: Option<MemberId>) {
        let operation = |ctx: &'_ crate::ctx::Ctx| {
            let content = MailContent::PasswordChanged;
            let mail = QueuedMail { to: "taro@example.jp".into(), language: Language::Ja, at: ctx.now, content };
            (mail, ctx.now + minutes(10))
        };
        let queued = self.store.write(&self.scope, move |ctx| {
            async move {
                let (mail, end) = operation(ctx);
                enqueue_perhaps(ctx, member, mail, end).await
            }
            .boxed()
        });
        queued.await.unwrap();
    }

    async fn claim(&self) -> Vec<Claimed> {
        self.store.write(&self.scope, |ctx| claim(ctx, 10).boxed()).await.unwrap()
    }

    async fn settle(&self, id: MailId, delivery: Delivery) {
        self.store.write(&self.scope, move |ctx| settle(ctx, id, delivery).boxed()).await.unwrap();
    }

    async fn is_due(&self) -> bool {
        self.store.read(&self.scope, |ctx| is_due(ctx).boxed()).await.unwrap()
    }

    async fn clean(&self) -> Cleaned {
        self.store.write(&self.scope, |ctx| delete_ended(ctx).boxed()).await.unwrap()
    }
}

#[tokio::test]
async fn a_mail_is_taken_once_and_comes_back_when_its_sender_died() {
    let place = place().await;
    place.queue().await;
    let taken: usize = join_all((0..20).map(|_| place.claim())).await.iter().map(Vec::len).sum();
    assert_eq!(taken, 1);
    assert!(!place.is_due().await);

    place.clock.advance(minutes(4));
    let again = place.claim().await;
    assert_eq!((again.len(), again[0].attempts), (1, 2));
    assert!(matches!(&again[0].mail, Mail::To(mail) if mail.to == "taro@example.jp"));
}

#[tokio::test]
async fn a_mail_that_was_sent_or_refused_for_good_never_comes_back() {
    let place = place().await;
    for delivery in [Delivery::Sent { answer: "250 ok".into() }, Delivery::Failed { answer: "550 no".into() }] {
        place.queue().await;
        let id = place.claim().await[0].id;
        place.settle(id, delivery).await;
        place.settle(id, Delivery::Retry { answer: "late".into(), at: Timestamp::from_millis(0) }).await;
        place.clock.advance(minutes(5));
        assert!(!place.is_due().await && place.claim().await.is_empty());
    }
}

#[tokio::test]
async fn a_mail_that_cannot_be_sent_now_waits_for_its_next_attempt() {
    let place = place().await;
    place.queue().await;
    let claimed = place.claim().await;
    let at = place.store.ambient().clock.now() + minutes(1);
    place.settle(claimed[0].id, Delivery::Retry { answer: "451 later".into(), at }).await;
    assert!(place.claim().await.is_empty());

    place.clock.advance(minutes(1));
    let again = place.claim().await;
    assert_eq!((again.len(), again[0].id, again[0].attempts), (1, claimed[0].id, 2));
}

#[tokio::test]
async fn a_mail_is_not_sent_after_its_end() {
    let place = place().await;
    place.queue().await;
    place.clock.advance(minutes(10));
    assert!(place.is_due().await);
    assert!(place.claim().await.is_empty());
    assert!(!place.is_due().await);
}

#[tokio::test]
async fn a_mail_to_nobody_is_taken_like_any_other_and_handed_out_to_no_one() {
    let place = place().await;
    place.queue_to(None).await;
    assert_eq!(place.store.read(&place.scope, |ctx| depth(ctx).boxed()).await.unwrap().waiting, 0);
    assert!(place.is_due().await);
    let taken = place.claim().await;
    assert!(taken.len() == 1 && matches!(taken[0].mail, Mail::Nobody));
    place.settle(taken[0].id, Delivery::Expired).await;
    place.clock.advance(minutes(5));
    assert!(!place.is_due().await && place.claim().await.is_empty());
}

#[tokio::test]
async fn the_record_of_a_mail_goes_after_a_month() {
    let place = place().await;
    place.queue().await;
    place.clock.advance(days(29));
    assert_eq!(place.clean().await, Cleaned { rows: 0, rest: Rest::Nothing });
    place.clock.advance(days(2));
    assert_eq!(place.clean().await, Cleaned { rows: 1, rest: Rest::Nothing });
}
