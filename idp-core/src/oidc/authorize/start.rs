//! A request arrives: it is checked, and an interaction begins, or it is answered at once.

use super::{AuthorizationRequest, AuthorizationResponse, Checked, PageRefusal, Prompt, check};
use crate::client::Client;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::InteractionId;
use crate::interaction::begin::{self, Visitor};
use crate::interaction::finish::{self, Answer};
use crate::interaction::sitting::Place;
use crate::oidc::acr::Acr;
use crate::oidc::params::Params;

/// What the browser is sent to.
pub enum Started {
    /// The pages of a new interaction; ask the table for the first one.
    Interaction(InteractionId),
    /// Back to the client.
    Response(AuthorizationResponse),
    /// An error page.
    Page(PageRefusal),
}

/// Takes an authorization request from this browser.
pub async fn start(ctx: &Ctx, params: &Params, visitor: &Visitor) -> Result<Started, Fault> {
    let (client, mut request) = match check(ctx, params).await? {
        Checked::Accepted { client, request } => (client, request),
        Checked::RefusedWithPage(refusal) => return Ok(Started::Page(refusal)),
        Checked::RefusedWithRedirect(response) => return Ok(Started::Response(response)),
    };

    require_least(&client, &mut request);
    let silent = request.prompts(Prompt::None);
    let interaction = begin::begin(ctx, visitor, Some((client.id, *request))).await?;
    if !silent {
        return Ok(Started::Interaction(interaction));
    }
    let place = Place { interaction: Some(interaction), browser: visitor.browser.clone() };
    Ok(match finish::silently(ctx, visitor, &place).await? {
        Some(Answer::Application(response)) => Started::Response(response),
        // The client was there a moment ago, in this very transaction.
        Some(Answer::ApplicationGone | Answer::Member | Answer::Account { .. }) | None => {
            Started::Page(PageRefusal::UnknownClient)
        }
    })
}

/// What the client was registered to require joins what the request requires: the stronger of both counts.
fn require_least(client: &Client, request: &mut AuthorizationRequest) {
    let least = client.settings.least_acr;
    if least == Acr::Aal1 {
        return;
    }
    let enough = |name: &String| Acr::from_name(name).is_none_or(|acr| acr >= least);
    request.essential_acr.retain(enough);
    if request.essential_acr.is_empty() {
        let classes = Acr::ALL.into_iter().filter(|acr| *acr >= least);
        request.essential_acr = classes.map(|acr| acr.name().to_owned()).collect();
    }
}
