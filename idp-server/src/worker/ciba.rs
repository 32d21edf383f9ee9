//! Tells clients that their member has answered (OpenID Connect CIBA Core 1.0 §10.2): until each has taken it, or its
//! request is over.

use futures::FutureExt;
use futures::future::BoxFuture;
use idp_core::ctx::{Ctx, Scope};
use idp_core::fault::Fault;
use idp_core::id::CibaRequestId;
use idp_core::oidc::ciba::ping::{self, Ping};
use idp_core::outbox::Delivery;

use super::queue::{Answer, Queue, Told};
use crate::state::AppState;

impl Queue for Ping {
    type Id = CibaRequestId;
    const WHAT: &'static str = "notification";
    const BACKOFF: &'static [u64] = &[1, 2, 5, 10, 30];

    /// A redirect must not be followed, and whoever refuses needs its operator (CIBA Core §10.2); but one that is busy,
    /// or was too slow, is asked for patience by its status.
    fn is_final(status: u16) -> bool {
        (300..500).contains(&status) && !matches!(status, 408 | 425 | 429)
    }

    fn is_due(ctx: &Ctx) -> BoxFuture<'_, Result<bool, Fault>> {
        ping::is_due(ctx).boxed()
    }

    fn claim(ctx: &Ctx, limit: u64) -> BoxFuture<'_, Result<Vec<Self>, Fault>> {
        ping::claim(ctx, limit).boxed()
    }

    fn settle(ctx: &Ctx, id: CibaRequestId, delivery: Delivery) -> BoxFuture<'_, Result<(), Fault>> {
        ping::settle(ctx, id, delivery).boxed()
    }

    fn told(&self) -> Told<CibaRequestId> {
        let Self { id, realm, client, attempts, expires_at, .. } = *self;
        Told { id, realm, client, attempts, expires_at }
    }

    fn send<'a>(&'a self, state: &'a AppState, scope: &'a Scope) -> BoxFuture<'a, Result<Option<Answer>, Fault>> {
        async move {
            let ping = self.clone();
            let prepared = state.store.read(scope, move |ctx| async move { ping::prepare(ctx, &ping).await }.boxed());
            let Some(prepared) = prepared.await? else { return Ok(None) };
            Ok(Some(state.outgoing.notify(&prepared.address, prepared.bearer(), prepared.body()?).await))
        }
        .boxed()
    }
}
