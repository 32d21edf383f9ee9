//! What members do to themselves.

pub mod applications;

use crate::credential::Method;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::interaction::begin::{self, Visitor};
use crate::session::end::{self, Cause};
use crate::store;

/// Who is signed in.
pub struct Home {
    /// The user id.
    pub user_id: String,
    /// The second steps set up.
    pub methods: Vec<Method>,
}

/// The member whose session the browser carries.
pub async fn home(ctx: &Ctx, visitor: &Visitor) -> Result<Option<Home>, Fault> {
    let Some(session) = begin::live_session(ctx, visitor).await? else { return Ok(None) };
    let Some(member) = store::member::by_id(ctx, session.member).await? else { return Ok(None) };
    let methods = store::credential::methods_of(ctx, member.id).await?;
    Ok(Some(Home { user_id: member.user_id.as_str().to_owned(), methods }))
}

/// Ends the browser's session with what was granted in it.
pub async fn sign_out(ctx: &Ctx, visitor: &Visitor) -> Result<(), Fault> {
    let Some(session) = begin::live_session(ctx, visitor).await? else { return Ok(()) };
    end::one(ctx, &session, Cause::SignedOut).await
}
