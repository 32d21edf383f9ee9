//! Tokens that a member stands behind: the same for every grant that a member gave.

use serde_json::{Map, Value};

use super::access_token::{self, Wanted};
use super::id_token::IdTokenClaims;
use super::{Caller, Confirmation, PreparedTokens};
use crate::client::{Client, ClientType, GrantType};
use crate::ctx::Ctx;
use crate::entropy;
use crate::fault::Fault;
use crate::grant::Grant;
use crate::id::MemberId;
use crate::member::{Member, MemberState};
use crate::oidc::acr::Authentication;
use crate::oidc::protect::Envelope;
use crate::oidc::scope::{Scope, Scopes};
use crate::oidc::subject;
use crate::refresh_token::{Family, Generation, RefreshDetails};
use crate::secret::{Plain, RefreshSecret};
use crate::store;

/// What one answer is made of.
pub(super) struct Granted<'a> {
    pub(super) grant: &'a Grant,
    pub(super) member: &'a Member,
    pub(super) authentication: &'a Authentication,
    pub(super) scopes: &'a Scopes,
    pub(super) resources: Vec<String>,
    /// What was allowed in detail.
    pub(super) authorization_details: Vec<Value>,
    pub(super) nonce: Option<String>,
    /// Claims about the member that the ID token tells beside.
    pub(super) about: Map<String, Value>,
    pub(super) confirmation: Confirmation,
    pub(super) refresh_token: Option<Plain<RefreshSecret>>,
}

/// The member behind a grant, while both count: since then the member may have been disabled, or have signed out
/// everywhere.
pub(in crate::oidc) async fn behind(
    ctx: &Ctx,
    grant: Option<Grant>,
    id: MemberId,
) -> Result<Option<(Grant, Member)>, Fault> {
    let member = store::member::by_id(ctx, id).await?.filter(|member| member.state == MemberState::Active);
    Ok(grant.filter(|grant| grant.is_live(ctx.now)).zip(member))
}

/// Prepares the tokens of an answer.
pub(super) async fn prepare(ctx: &Ctx, caller: &Caller, granted: Granted<'_>) -> Result<PreparedTokens, Fault> {
    let client = &caller.client;
    subject::note(ctx, client, granted.member).await?;
    let token_type = granted.confirmation.token_type();
    let wanted = Wanted {
        subject: subject::of(ctx, client, granted.member),
        scopes: granted.scopes,
        resources: granted.resources,
        authentication: Some(granted.authentication),
        grant: Some(granted.grant.id),
        confirmation: granted.confirmation,
        act: None,
        authorization_details: granted.authorization_details.clone(),
        ends_by: Some(granted.grant.expires_at),
    };
    let (access_token, expires_in) = access_token::prepare(ctx, client, wanted).await?;
    let id_token = if granted.scopes.contains(Scope::Openid) {
        let mut claims = id_token(ctx, client, granted.authentication, granted.member);
        claims.nonce = granted.nonce;
        claims.about = granted.about;
        Some((claims, store::signing_key::active(ctx, client.settings.id_token_alg).await?))
    } else {
        None
    };
    Ok(PreparedTokens {
        access_token,
        token_type,
        expires_in,
        scope: granted.scopes.to_string(),
        authorization_details: granted.authorization_details,
        id_token,
        id_envelope: Envelope::of(client, client.settings.answers.id_token_encryption),
        refresh_token: granted.refresh_token,
        issued_token_type: None,
    })
}

/// The claims of an ID token that every one has.
pub(super) fn id_token(ctx: &Ctx, client: &Client, authentication: &Authentication, member: &Member) -> IdTokenClaims {
    IdTokenClaims {
        iss: ctx.realm().origin.as_str().to_owned(),
        sub: subject::of(ctx, client, member),
        aud: client.client_id.as_str().to_owned(),
        exp: IdTokenClaims::expiry(ctx.now),
        iat: ctx.now.seconds(),
        auth_time: authentication.at.seconds(),
        nonce: None,
        acr: authentication.acr,
        amr: authentication.amr.clone(),
        sid: authentication.session.to_string(),
        at_hash: None,
        c_hash: None,
        about: Map::new(),
    }
}

/// Begins a family of refresh tokens where the member allowed it and the client is registered for it.
pub(super) async fn begin_family(
    ctx: &Ctx,
    caller: &Caller,
    grant: &Grant,
    details: RefreshDetails,
) -> Result<Option<Plain<RefreshSecret>>, Fault> {
    let allowed = details.scopes.contains(Scope::OfflineAccess)
        && caller.client.settings.grant_types.contains(&GrantType::RefreshToken);
    if !allowed {
        return Ok(None);
    }
    let family = Family {
        grant: grant.id,
        details,
        salt: entropy::bytes::<32>(ctx.entropy()).to_vec(),
        generation: Generation::FIRST,
        issued_at: ctx.now,
    };
    store::refresh_family::insert(ctx, &family).await?;
    Ok(Some(family.token(&ctx.vault, family.generation)))
}

/// What a refresh token of this client must be presented with: whoever proves itself needs nothing (RFC 9449 §5, RFC 8705
/// §4).
pub(super) fn refresh_binding(client: &Client, confirmation: &Confirmation) -> Confirmation {
    match client.settings.auth_method.client_type() {
        ClientType::Public => confirmation.clone(),
        ClientType::Confidential => Confirmation::default(),
    }
}
