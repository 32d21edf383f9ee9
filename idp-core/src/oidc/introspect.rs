//! The introspection endpoint (RFC 7662; as a JWT: RFC 9701). A client sees its own tokens and those it is a resource for;
//! everything else reads like a token that never was.

use futures::FutureExt;
use futures::future::BoxFuture;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::access::{self, Access};
use super::protect::{Means, Protected, Protecting};
use super::subject;
use super::token::{Caller, ClientCall, TokenError, TokenRefusal, behind, refresh_family};
use crate::client::{Client, ClientType, FetchedKeys, HttpsUri, Protection};
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::jws::Typ;
use crate::refresh_token::Standing;
use crate::store;

/// What is known of a token.
pub struct Introspection(Map<String, Value>);

/// The same, to be signed, and encrypted where the client that asks wants that.
pub struct SignedIntrospection {
    claims: Envelope,
    protecting: Protecting,
}

#[derive(Serialize)]
struct Envelope {
    iss: String,
    aud: String,
    iat: i64,
    token_introspection: Map<String, Value>,
}

impl Introspection {
    fn inactive() -> Self {
        Self([("active".to_owned(), Value::Bool(false))].into_iter().collect())
    }

    /// The document.
    pub fn document(&self) -> &Map<String, Value> {
        &self.0
    }

    /// Prepares the document as a JWT for the client that asks (RFC 9701 §5).
    pub async fn signed(self, ctx: &Ctx, caller: &Caller) -> Result<SignedIntrospection, Fault> {
        let settings = &caller.client.settings;
        let Protection { signed, encrypted } = settings.answers.introspection;
        let protection = Protection { signed: Some(signed.unwrap_or_else(|| settings.unchosen_alg())), encrypted };
        let claims = Envelope {
            iss: ctx.realm().origin.as_str().to_owned(),
            aud: caller.client.client_id.as_str().to_owned(),
            iat: ctx.now.seconds(),
            token_introspection: self.0,
        };
        Ok(SignedIntrospection { claims, protecting: Protecting::prepare(ctx, &caller.client, &protection).await? })
    }
}

impl SignedIntrospection {
    /// The address of the client's keys, where they must be fetched first.
    pub fn missing(&self, fetched: &FetchedKeys, now: Timestamp) -> Option<HttpsUri> {
        self.protecting.missing(fetched, now)
    }

    /// The JWT.
    pub fn sign(&self, means: Means<'_>) -> Result<String, Fault> {
        match self.protecting.protect(means, Typ::Introspection, &self.claims)? {
            Protected::Jwt(token) => Ok(token),
            Protected::Plain(_) => Err(Fault::Broken("an introspection to be signed has no signer".into())),
        }
    }
}

/// Tells what is known of the token in the form. `token_type_hint` is not needed: tokens of each kind look different.
///
/// It is boxed here and not where it is called, so that it is compiled with the rules, for speed; pages are compiled for size.
pub fn introspect<'a>(
    ctx: &'a Ctx,
    caller: &'a Caller,
    call: &'a ClientCall,
) -> BoxFuture<'a, Result<Result<Introspection, TokenRefusal>, Fault>> {
    told(ctx, caller, call).boxed()
}

async fn told(ctx: &Ctx, caller: &Caller, call: &ClientCall) -> Result<Result<Introspection, TokenRefusal>, Fault> {
    if caller.client.settings.client_type() == ClientType::Public {
        // Whoever finds a token could name its client and be told whose it is (RFC 7662 §4).
        let description = "a public client cannot ask: introspection takes a proof (RFC 7662 section 2.1)";
        return Ok(Err(TokenRefusal::new(TokenError::InvalidClient, description)));
    }
    let token = match call.token() {
        Ok(token) => token,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if let Some(access) = access::live(ctx, token).await? {
        return Ok(Ok(if concerns(&caller.client, &access) { about(&access)? } else { Introspection::inactive() }));
    }
    Ok(Ok(refresh_token(ctx, caller, token).await?.unwrap_or_else(Introspection::inactive)))
}

/// Whether the token is the client's own, or one that it is a resource for.
fn concerns(client: &Client, access: &Access) -> bool {
    let is_for = |name: &str| access.claims.aud.contains(name);
    access.client.id == client.id
        || is_for(client.client_id.as_str())
        || client.settings.resource.as_ref().is_some_and(|resource| is_for(resource.as_str()))
}

fn about(access: &Access) -> Result<Introspection, Fault> {
    let unreadable = || Fault::Broken("claims have no JSON form".into());
    let Ok(Value::Object(mut claims)) = serde_json::to_value(&access.claims) else { return Err(unreadable()) };
    // The grant is our own matter; the identifier of an opaque token is empty.
    claims.remove("gid");
    claims.retain(|name, value| name != "jti" || value.as_str().is_some_and(|text| !text.is_empty()));
    claims.insert("active".into(), Value::Bool(true));
    claims.insert("token_type".into(), access.claims.cnf.token_type().into());
    Ok(Introspection(claims))
}

/// A client may ask about its own refresh tokens; nobody else holds one.
async fn refresh_token(ctx: &Ctx, caller: &Caller, token: &str) -> Result<Option<Introspection>, Fault> {
    let Some((generation, family)) = refresh_family(ctx, token).await? else { return Ok(None) };
    let fresh = family.standing(generation, ctx.now) == Standing::Fresh;
    let grant = store::grant::by_id(ctx, family.grant).await?;
    let grant = grant.filter(|grant| fresh && grant.client == caller.client.id);
    let Some((grant, member)) = behind(ctx, grant, family.details.authentication.member).await? else {
        return Ok(None);
    };
    let claims = json!({
        "active": true,
        "iss": ctx.realm().origin.as_str(),
        "client_id": caller.client.client_id,
        "sub": subject::of(ctx, &caller.client, &member),
        "scope": family.details.scopes.to_string(),
        "iat": family.issued_at.seconds(),
        "exp": grant.expires_at.seconds(),
    });
    let Value::Object(mut claims) = claims else { return Ok(None) };
    let details = family.details.authorization_details;
    if !details.is_empty() {
        claims.insert("authorization_details".to_owned(), details.into());
    }
    Ok(Some(Introspection(claims)))
}
