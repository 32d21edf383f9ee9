//! What members do to themselves.

pub mod applications;

use crate::credential::Method;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::interaction::begin::{self, Visitor};
use crate::oidc::end_session;
use crate::oidc::frontchannel::{self, Frame};
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

/// Ends the browser's session with what was granted in it; answers what the browser opens for clients that want to hear
/// of it there.
pub async fn sign_out(ctx: &Ctx, visitor: &Visitor) -> Result<Vec<Frame>, Fault> {
    let Some(session) = begin::live_session(ctx, visitor).await? else { return Ok(Vec::new()) };
    let frames = frontchannel::frames(ctx, Some(&session)).await?;
    end_session::end(ctx, &session, None).await?;
    Ok(frames)
}
