//! `client_id` (RFC 6749 §4.1.1): who asks. It comes before all else, which is judged by what this client registered.

use super::PageRefusal;
use crate::client::Client;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::oidc::params::Params;
use crate::store;

pub(super) async fn known(ctx: &Ctx, params: &Params) -> Result<Result<Client, PageRefusal>, Fault> {
    if params.is_doubled("client_id") {
        return Ok(Err(PageRefusal::ClientRepeated));
    }
    let Some(client_id) = params.find("client_id") else { return Ok(Err(PageRefusal::NoClient)) };
    let client = store::client::by_client_id(ctx, client_id).await?;
    Ok(client.ok_or(PageRefusal::UnknownClient))
}
