//! Backchannel authentication (OpenID Connect CIBA Core 1.0), poll and ping: a client asks for a member who is not in front
//! of it, and the member answers on pages of ours. The answer: [`crate::account::requests`]; the tokens: [`super::token`].

mod hint;
pub mod ping;
mod refusal;
mod request;
mod signed;

use serde::Serialize;

pub use refusal::{CibaError, CibaRefusal};

use self::hint::Meant;
use self::request::Wanted;
use super::token::{Caller, ClientCall};
use crate::audit::{EventKind, Outcome};
use crate::authn::throttle::{self, Turn};
use crate::ciba_request::CibaRequest;
use crate::client::Client;
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::mail::{MailContent, QueuedMail};
use crate::member::Member;
use crate::outbox;
use crate::polled::{INTERVAL, Polled};
use crate::secret::{AuthReqId, Plain};
use crate::store;

/// Requests of one client for one hint that the member did not allow, before they rest: each is a mail.
const UNALLOWED: i64 = 5;
/// Mails to one member, whichever clients ask, that no yes followed, before they rest. The requests go on without, since an
/// error would tell a client that two hints name one member.
const UNALLOWED_MAILS: i64 = 10;
/// Where a mail to nobody would go.
const NOBODY: &str = "nobody@invalid.example";

/// What the client is told (CIBA Core §7.3). Holds a secret: no `Debug`.
#[derive(Serialize)]
pub struct Acknowledgement {
    auth_req_id: String,
    expires_in: u64,
    interval: u64,
}

/// Begins a request of a client that proved itself.
pub async fn authorize(
    ctx: &Ctx,
    caller: &Caller,
    call: &ClientCall,
) -> Result<Result<Acknowledgement, CibaRefusal>, Fault> {
    let client = &caller.client;
    let params = match signed::open(ctx, client, &call.params).await? {
        Ok(params) => params,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let wanted = match request::read(ctx.realm(), client, &params) {
        Ok(wanted) => wanted,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let meant = match wanted.hint.resolve(ctx, client).await? {
        Ok(meant) => meant,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if let Turn::Held { .. } = throttle::take(ctx, &meant.subject, UNALLOWED).await? {
        let description = "the member was asked too often without allowing it: wait before asking again";
        return Ok(Err(CibaRefusal::new(CibaError::AccessDenied, description)));
    }
    begin(ctx, client, wanted, meant).await.map(Ok)
}

/// Known and unknown members cause the same statements.
async fn begin(ctx: &Ctx, client: &Client, wanted: Wanted, meant: Meant) -> Result<Acknowledgement, Fault> {
    let id = ctx.new_id();
    let auth_req_id = Plain::<AuthReqId>::random(ctx.entropy());
    let ping = wanted.notification_token.map(|token| ping::seal(ctx, id, &auth_req_id, token)).transpose()?;
    let member = meant.member.as_ref().map(|member| member.id);
    let request = CibaRequest {
        id,
        client: client.id,
        member,
        subject: meant.subject,
        scopes: wanted.scopes,
        authorization_details: wanted.authorization_details,
        acr_values: wanted.acr_values,
        binding_message: wanted.binding_message,
        ping,
        created_at: ctx.now,
        polled: Polled::until(ctx.now + wanted.lifetime),
    };
    store::ciba_request::insert(ctx, &request, &ctx.vault.hash(auth_req_id.expose())).await?;
    let until = request.polled.expires_at;
    let written_to = match throttle::take(ctx, &meant.mails, UNALLOWED_MAILS).await? {
        Turn::Taken => meant.member.as_ref(),
        Turn::Held { .. } => None,
    };
    let mail = mail(ctx, client, written_to, until);
    outbox::enqueue_perhaps(ctx, written_to.map(|member| member.id), mail, until).await?;
    ctx.record_with(EventKind::CibaAsked, member, Outcome::Done, serde_json::json!({ "client": client.id }));

    Ok(Acknowledgement {
        auth_req_id: auth_req_id.expose_text().to_owned(),
        expires_in: wanted.lifetime.as_secs(),
        interval: INTERVAL.as_secs(),
    })
}

/// The client's message is not in it: a mail of ours says nothing that somebody else wrote.
fn mail(ctx: &Ctx, client: &Client, member: Option<&Member>, until: Timestamp) -> QueuedMail {
    let address = member.and_then(Member::verified_mail);
    QueuedMail {
        to: address.map_or(NOBODY, |address| address.as_typed()).to_owned(),
        language: member.and_then(|member| member.language).unwrap_or_default(),
        at: ctx.now,
        content: MailContent::AnswerAsked { client: client.name.clone(), until },
    }
}
