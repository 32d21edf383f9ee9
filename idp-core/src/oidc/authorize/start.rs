//! A request arrives: it is checked, and an interaction begins, or it is answered at once.

use futures::FutureExt;
use futures::future::BoxFuture;

use super::{AuthorizationRequest, AuthorizationResponse, Checked, PageRefusal, Prompt, check};
use crate::client::Client;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::InteractionId;
use crate::interaction::begin::{self, Begun, Visitor};
use crate::interaction::finish::{self, Answer, AtOnce};
use crate::oidc::acr::Acr;
use crate::oidc::params::Params;
use crate::secret::{Plain, SessionSecret};

/// What the browser is sent to.
pub enum Started {
    /// The pages of a new interaction; ask the table for the first one.
    Interaction(InteractionId),
    /// Back to the client.
    Response {
        /// What it is told.
        response: Box<AuthorizationResponse>,
        /// The cookie of the session, where it goes on under another secret.
        session: Option<Plain<SessionSecret>>,
    },
    /// An error page.
    Page(PageRefusal),
}

/// Takes an authorization request from this browser.
///
/// It is boxed here and not where it is called, so that it is compiled with the rules, for speed; pages are compiled for size.
pub fn start<'a>(ctx: &'a Ctx, params: &'a Params, visitor: &'a Visitor) -> BoxFuture<'a, Result<Started, Fault>> {
    started(ctx, params, visitor).boxed()
}

async fn started(ctx: &Ctx, params: &Params, visitor: &Visitor) -> Result<Started, Fault> {
    let (client, mut request) = match check(ctx, params).await? {
        Checked::Accepted { client, request } => (client, request),
        Checked::RefusedWithPage(refusal) => return Ok(Started::Page(refusal)),
        Checked::RefusedWithRedirect(response) => return Ok(Started::Response { response, session: None }),
    };

    require_least(&client, &mut request);
    let silent = request.prompts(Prompt::None);
    let begun = Begun::for_request(ctx, visitor, (client.id, *request)).await?;
    // Most requests of members who are signed in owe nothing: they are answered, and no interaction is kept.
    let (answer, session) = match finish::at_once(ctx, visitor, begun).await? {
        AtOnce::Done { session, answer } => (answer, session),
        AtOnce::Owing { next, interaction } if silent => match finish::refused(ctx, &interaction, next).await? {
            Some(answer) => (answer, None),
            None => return Ok(Started::Page(PageRefusal::InvalidRequestUri)),
        },
        AtOnce::Owing { interaction, .. } => {
            return Ok(Started::Interaction(begin::keep(ctx, &interaction).await?));
        }
    };
    Ok(match answer {
        Answer::Application(response) => Started::Response { response, session },
        // The client was there a moment ago, in this very transaction.
        Answer::ApplicationGone | Answer::Member | Answer::Account { .. } => Started::Page(PageRefusal::UnknownClient),
    })
}

/// What the client was registered to require joins what the request requires: the stronger of both counts.
fn require_least(client: &Client, request: &mut AuthorizationRequest) {
    let least = client.settings.least_acr;
    if least == Acr::Aal1 {
        return;
    }
    let strong = || Acr::ALL.into_iter().filter(move |acr| *acr >= least).map(|acr| acr.name().to_owned());
    let mut joined = Vec::new();
    for name in std::mem::take(&mut request.essential_acr) {
        // Whoever is content with a weaker class is content with any stronger one.
        match Acr::from_name(&name) {
            Some(acr) if acr < least => joined.extend(strong()),
            Some(_) | None => joined.push(name),
        }
    }
    if joined.is_empty() {
        joined.extend(strong());
    }
    request.essential_acr = joined;
}
