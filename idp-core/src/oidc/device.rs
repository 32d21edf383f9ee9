//! The device grant (RFC 8628): a device without keyboard or browser shows a code, and a member who is signed in
//! elsewhere types it. Its tokens: [`super::token`].

mod user_code;

use serde::Serialize;
use serde_json::Value;

pub use user_code::UserCodeText;

use super::acr::Authentication;
use super::scope::{Scope, Scopes};
use super::token::{Caller, ClientCall, TokenError, TokenRefusal};
use super::{authorization_details, paths};
use crate::audit::{EventKind, Outcome};
use crate::authn::throttle::{self, GUESSES, Turn};
use crate::client::{Client, GrantType};
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::device_request::{DeviceRequest, LIFETIME};
use crate::fault::Fault;
use crate::grant::Grant;
use crate::interaction::Progress;
use crate::interaction::begin::{self, Visitor};
use crate::interaction::demand::{Demand, Missing};
use crate::interaction::errand::Errand;
use crate::polled::{Allowed, INTERVAL, Polled, State, Verdict};
use crate::secret::{DeviceCode, Hashed, Plain, ThrottleSubject, UserCode};
use crate::session::Session;
use crate::store;

/// What the device is told (RFC 8628 §3.2). Holds secrets: no `Debug`.
#[derive(Serialize)]
pub struct DeviceAuthorization {
    device_code: String,
    user_code: String,
    verification_uri: String,
    verification_uri_complete: String,
    expires_in: u64,
    interval: u64,
}

/// Begins a request of a device.
pub async fn authorize(
    ctx: &Ctx,
    caller: &Caller,
    call: &ClientCall,
) -> Result<Result<DeviceAuthorization, TokenRefusal>, Fault> {
    let client = &caller.client;
    if !client.settings.grant_types.contains(&GrantType::DeviceCode) {
        let description = "the client is not registered for the device grant";
        return Ok(Err(TokenRefusal::new(TokenError::UnauthorizedClient, description)));
    }
    let scopes = Scopes::parse(call.params.find("scope").unwrap_or_default()).within(&client.settings.scopes);
    if !scopes.contains(Scope::Openid) {
        return Ok(Err(TokenRefusal::new(TokenError::InvalidScope, "the scope must hold openid")));
    }
    let authorization_details = match authorization_details::read(ctx.realm(), &call.params) {
        Ok(details) => details,
        Err(rule) => return Ok(Err(TokenRefusal::new(TokenError::InvalidAuthorizationDetails, rule))),
    };

    let code = UserCodeText::draw(ctx.entropy());
    let device_code = Plain::<DeviceCode>::random(ctx.entropy());
    let polled = Polled::until(ctx.now + LIFETIME);
    let request = DeviceRequest { client: client.id, scopes, authorization_details, polled };
    store::device_request::insert(ctx, &request, &ctx.vault.hash(device_code.expose()), &hashed(ctx, &code)).await?;
    ctx.record_with(EventKind::DeviceAsked, None, Outcome::Done, serde_json::json!({ "client": client.id }));

    let page = format!("{}{}", ctx.realm().origin.as_str(), paths::DEVICE);
    Ok(Ok(DeviceAuthorization {
        device_code: device_code.expose_text().to_owned(),
        user_code: code.shown(),
        verification_uri_complete: format!("{page}?user_code={}", code.shown()),
        verification_uri: page,
        expires_in: LIFETIME.as_secs(),
        interval: INTERVAL.as_secs(),
    }))
}

fn hashed(ctx: &Ctx, code: &UserCodeText) -> Hashed<UserCode> {
    ctx.vault.hash_within(ctx.realm().id.uuid().as_bytes(), code.as_str().as_bytes())
}

/// What a member who opens the page, or typed a code, is shown.
pub enum Question {
    /// They are to sign in first.
    SignIn,
    /// They are to type the code.
    Code,
    /// No device waits with this code.
    Wrong,
    /// They typed too many wrong ones.
    Held {
        /// When they may go on.
        until: Timestamp,
    },
    /// They are to say yes or no.
    Confirm {
        /// The code, as it was found.
        code: String,
        /// Which application asks.
        client: String,
        /// For what.
        scopes: Scopes,
        /// The same in detail.
        details: Vec<Value>,
    },
}

/// How an answer ended.
pub enum Answered {
    /// The device gets its tokens.
    Allowed {
        /// Which application it is.
        client: String,
    },
    /// It gets none.
    Denied,
    /// It could not be taken: the page asks again.
    Again(Question),
    /// The session must first be raised to the least class that the application accepts.
    Raise(Errand),
    /// No method that the member set up reaches that class.
    OutOfReach,
}

/// The page as it opens.
pub async fn open(ctx: &Ctx, visitor: &Visitor) -> Result<Question, Fault> {
    Ok(match begin::live_session(ctx, visitor).await? {
        Some(_) => Question::Code,
        None => Question::SignIn,
    })
}

/// Looks up what the member typed. Every code is counted before it is looked at, and given back when it was right.
pub async fn ask(ctx: &Ctx, visitor: &Visitor, typed: &str) -> Result<Question, Fault> {
    let Some(session) = begin::live_session(ctx, visitor).await? else { return Ok(Question::SignIn) };
    store::member::lock(ctx, session.member).await?;
    Ok(match waiting(ctx, &session, typed).await? {
        Err(question) => question,
        Ok((code, request, client)) => Question::Confirm {
            code: code.shown(),
            client: client.name,
            scopes: request.scopes,
            details: request.authorization_details,
        },
    })
}

/// Takes the member's answer; once.
pub async fn answer(ctx: &Ctx, visitor: &Visitor, typed: &str, verdict: Verdict) -> Result<Answered, Fault> {
    let Some(session) = begin::live_session(ctx, visitor).await? else {
        return Ok(Answered::Again(Question::SignIn));
    };
    store::member::lock(ctx, session.member).await?;
    let (code, mut request, client) = match waiting(ctx, &session, typed).await? {
        Ok(found) => found,
        Err(question) => return Ok(Answered::Again(question)),
    };

    if verdict == Verdict::Allow
        && let Some(owed) = owed(ctx, &session, &client).await?
    {
        return Ok(owed);
    }
    // What was read of it may be old: who signs out meanwhile lets no device in.
    if !store::session::touch(ctx, &session).await? {
        return Ok(Answered::Again(Question::SignIn));
    }
    let terms = (request.scopes.clone(), request.polled.expires_at);
    let grant = Grant::elsewhere((ctx.new_id(), ctx.now), &session, &client, terms);
    request.polled.state = match verdict {
        Verdict::Allow => State::Allowed(Allowed { grant: grant.id, authentication: Authentication::of(&session) }),
        Verdict::Deny => State::Denied,
    };
    if !store::device_request::answer(ctx, &hashed(ctx, &code), &request).await? {
        return Ok(Answered::Again(Question::Wrong));
    }
    if verdict == Verdict::Allow {
        store::grant::insert(ctx, &grant).await?;
    }
    let about = serde_json::json!({ "client": client.id });
    let (kind, answered) = match verdict {
        Verdict::Allow => (EventKind::DeviceAllowed, Answered::Allowed { client: client.name }),
        Verdict::Deny => (EventKind::DeviceDenied, Answered::Denied),
    };
    ctx.record_with(kind, Some(session.member), Outcome::Done, about);
    Ok(answered)
}

/// What must come before the device can be let in.
async fn owed(ctx: &Ctx, session: &Session, client: &Client) -> Result<Option<Answered>, Fault> {
    let least = client.settings.least_acr;
    let enrolled = store::credential::methods_of(ctx, session.member).await?;
    let progress = Progress { proofs: session.proofs.clone(), ..Progress::default() };
    let demand = Demand::to_allow(Vec::new(), least, ctx.now);
    Ok(match demand.missing(&progress, &enrolled) {
        Missing::Nothing => None,
        Missing::Password | Missing::Step(_) => Some(Answered::Raise(Errand::AllowDevice { least })),
        Missing::OutOfReach => Some(Answered::OutOfReach),
    })
}

type Waiting = (UserCodeText, DeviceRequest, Client);

async fn waiting(ctx: &Ctx, session: &Session, typed: &str) -> Result<Result<Waiting, Question>, Fault> {
    let guesser: Hashed<ThrottleSubject> = ctx.vault.hash_within(b"user-code", session.member.uuid().as_bytes());
    if let Turn::Held { until } = throttle::take(ctx, &guesser, GUESSES).await? {
        return Ok(Err(Question::Held { until }));
    }
    if let Some(code) = UserCodeText::parse(typed) {
        let request = store::device_request::by_user_code(ctx, &hashed(ctx, &code)).await?;
        if let Some(request) = request.filter(|request| request.polled.is_waiting(ctx.now))
            && let Some(client) = store::client::by_id(ctx, request.client).await?
        {
            throttle::settle_right(ctx, &guesser).await?;
            return Ok(Ok((code, request, client)));
        }
    }
    Ok(Err(match throttle::settle_wrong(ctx, &guesser, GUESSES).await? {
        Turn::Held { until } => Question::Held { until },
        Turn::Taken => Question::Wrong,
    }))
}
