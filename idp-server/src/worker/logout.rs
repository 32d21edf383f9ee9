//! Delivers logout tokens (OpenID Connect Back-Channel Logout §2.5): until the client has taken each, or a day is over.

use futures::FutureExt;
use futures::future::BoxFuture;
use idp_core::ctx::{Ctx, Scope};
use idp_core::fault::Fault;
use idp_core::id::LogoutNoticeId;
use idp_core::oidc::backchannel::{self, Notice};
use idp_core::outbox::Delivery;

use super::queue::{Answer, Queue, Told};
use crate::outgoing::{OutgoingError, fetch_keys};
use crate::state::AppState;

impl Queue for Notice {
    type Id = LogoutNoticeId;
    const WHAT: &'static str = "logout notice";
    const BACKOFF: &'static [u64] = &[2, 10, 60, 300, 1_800, 3_600];

    /// The token was understood and is not wanted (Back-Channel Logout §2.8).
    fn is_final(status: u16) -> bool {
        status == 400
    }

    fn is_due(ctx: &Ctx) -> BoxFuture<'_, Result<bool, Fault>> {
        backchannel::is_due(ctx).boxed()
    }

    fn claim(ctx: &Ctx, limit: u64) -> BoxFuture<'_, Result<Vec<Self>, Fault>> {
        backchannel::claim(ctx, limit).boxed()
    }

    fn settle(ctx: &Ctx, id: LogoutNoticeId, delivery: Delivery) -> BoxFuture<'_, Result<(), Fault>> {
        backchannel::settle(ctx, id, delivery).boxed()
    }

    fn told(&self) -> Told<LogoutNoticeId> {
        let Self { id, realm, client, attempts, expires_at, .. } = *self;
        Told { id, realm, client, attempts, expires_at }
    }

    fn send<'a>(&'a self, state: &'a AppState, scope: &'a Scope) -> BoxFuture<'a, Result<Option<Answer>, Fault>> {
        async move {
            let notice = self.clone();
            let prepared =
                state.store.read(scope, move |ctx| async move { backchannel::prepare(ctx, &notice).await }.boxed());
            let Some(prepared) = prepared.await? else { return Ok(None) };
            let ambient = state.store.ambient();
            if let Some(uri) = prepared.missing(&ambient.client_keys, ambient.clock.now()) {
                fetch_keys(state, &uri).await;
            }
            match prepared.sign((&ambient.client_keys, ambient.entropy.as_ref())) {
                Ok(token) => Ok(Some(state.outgoing.post(&prepared.address, &[("logout_token", &token)]).await)),
                // Its keys may be there again at the next attempt.
                Err(Fault::Unavailable(why)) => Ok(Some(Err(OutgoingError::Unreachable(why)))),
                Err(fault) => Err(fault),
            }
        }
        .boxed()
    }
}
