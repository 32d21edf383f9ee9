//! Requests under way, by address: whoever wants what is being fetched waits for it, and shares what comes.
//!
//! A stranger can make us need what stands at a client's address as often as they like, by showing things that they say the
//! client signed. The client is asked once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures::FutureExt;
use futures::future::{BoxFuture, Shared};

type Flight<T> = Shared<BoxFuture<'static, Option<T>>>;

/// What is being fetched.
pub(super) struct Flights<T: Clone>(Arc<Mutex<HashMap<String, Flight<T>>>>);

impl<T: Clone> Default for Flights<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T: Clone + Send + Sync + 'static> Flights<T> {
    /// What comes of the request to `address` that is under way, or of the one that `begin` makes; nothing where it makes
    /// none.
    pub(super) async fn share<F>(&self, address: &str, begin: impl FnOnce() -> Option<F>) -> Option<T>
    where
        F: Future<Output = Option<T>> + Send + 'static,
    {
        self.under_way(address, begin)?.await
    }

    fn under_way<F>(&self, address: &str, begin: impl FnOnce() -> Option<F>) -> Option<Flight<T>>
    where
        F: Future<Output = Option<T>> + Send + 'static,
    {
        let mut flights = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // One that was cut off is still there, and over.
        if let Some(flight) = flights.get(address).filter(|flight| flight.peek().is_none()) {
            return Some(flight.clone());
        }
        let fetch = begin()?;
        let (all, name) = (Arc::clone(&self.0), address.to_owned());
        // A task of its own: a caller who goes away takes nothing from the others.
        let task = tokio::spawn(async move {
            let answer = fetch.await;
            all.lock().unwrap_or_else(PoisonError::into_inner).remove(&name);
            answer
        });
        let flight = task.map(|ended| ended.ok().flatten()).boxed().shared();
        flights.insert(address.to_owned(), flight.clone());
        Some(flight)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures::future::join_all;
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn whoever_comes_meanwhile_shares_and_whoever_comes_later_asks_again() {
        let (flights, asked) = (Flights::<String>::default(), AtomicUsize::new(0));
        let (answers, answer) = oneshot::channel::<String>();
        let mut answer = Some(answer);
        let waiting: Vec<_> = (0..50)
            .map(|_| {
                flights.under_way("https://a.example/x", || {
                    asked.fetch_add(1, Ordering::SeqCst);
                    let answer = answer.take().unwrap();
                    Some(async move { answer.await.ok() })
                })
            })
            .collect();
        let elsewhere = flights.share("https://b.example/x", || Some(async { Some("other".to_owned()) })).await;
        assert_eq!(elsewhere.as_deref(), Some("other"), "another address is another matter");

        answers.send("first".to_owned()).unwrap();
        let came = join_all(waiting.into_iter().map(Option::unwrap)).await;
        assert!(came.iter().all(|one| one.as_deref() == Some("first")));
        assert_eq!(asked.load(Ordering::SeqCst), 1);

        let later = flights.share("https://a.example/x", || Some(async { Some("second".to_owned()) })).await;
        assert_eq!(later.as_deref(), Some("second"));
        let none = flights.share("https://a.example/x", || None::<BoxFuture<'static, Option<String>>>).await;
        assert_eq!(none, None);
    }

    #[tokio::test]
    async fn who_goes_away_takes_nothing_from_the_others_and_a_broken_one_stands_in_nobodys_way() {
        let flights = Flights::<String>::default();
        let (answers, answer) = oneshot::channel::<String>();
        let first = flights.under_way("x", || Some(async move { answer.await.ok() }));
        let second = flights.under_way("x", || None::<BoxFuture<'static, Option<String>>>).unwrap();
        drop(first);
        answers.send("came".to_owned()).unwrap();
        assert_eq!(second.await.as_deref(), Some("came"));

        let breaks = async { Some(std::future::ready(Err::<String, &str>("broken")).await.unwrap()) };
        assert_eq!(flights.share("y", || Some(breaks)).await, None);
        let next = flights.share("y", || Some(async { Some("well".to_owned()) })).await;
        assert_eq!(next.as_deref(), Some("well"));
    }
}
