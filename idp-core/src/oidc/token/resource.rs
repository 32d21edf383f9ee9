//! Resource indicators (RFC 8707): whom an access token is for.

use super::{ClientCall, NAMED_MAX, TokenError, TokenRefusal};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::store;

const UNKNOWN: TokenRefusal = TokenRefusal::new(TokenError::InvalidTarget, "the resource is not known here");

/// The resources a request asks for: some of those granted, or any registered one where none was named before.
pub(super) async fn narrowed(
    ctx: &Ctx,
    call: &ClientCall,
    granted: &[String],
) -> Result<Result<Vec<String>, TokenRefusal>, Fault> {
    let mut asked: Vec<String> = call.params.all("resource").map(str::to_owned).collect();
    asked.dedup();
    if asked.is_empty() {
        return Ok(Ok(granted.to_vec()));
    }
    if asked.len() > NAMED_MAX {
        return Ok(Err(TokenRefusal::new(TokenError::InvalidTarget, "too many resources at once")));
    }
    for resource in &asked {
        let known = match granted {
            [] => store::client::is_resource(ctx, resource).await?,
            granted => granted.contains(resource),
        };
        if !known {
            return Ok(Err(UNKNOWN));
        }
    }
    Ok(Ok(asked))
}
