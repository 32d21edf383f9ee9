//! Redeeming an authorization code (RFC 6749 §4.1.3): once; a second use revokes what the first one gave.

use super::id_token::IdTokenClaims;
use super::issued::{AccessTokenClaims, PreparedTokens};
use super::{Exchanged, TokenError, TokenRefusal};
use crate::audit::{EventKind, Outcome};
use crate::authorization_code::{IssuedCode, Standing};
use crate::client::Client;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::grant::Grant;
use crate::key::Algorithm;
use crate::member::{Member, MemberState};
use crate::oidc::params::Params;
use crate::oidc::protect::Envelope;
use crate::oidc::subject;
use crate::secret::{AuthorizationCode, Hashed, Plain, TokenSecret};
use crate::store;
use crate::token::{Token, TokenKind};

/// The value of `grant_type`.
pub(super) const GRANT_TYPE: &str = "authorization_code";

const REFUSED: TokenRefusal = TokenRefusal::invalid_grant("the code is not valid");

pub(super) async fn redeem(ctx: &Ctx, client: &Client, params: &Params) -> Result<Exchanged, Fault> {
    let missing = |description| Ok(Exchanged::Refused(TokenRefusal::new(TokenError::InvalidRequest, description)));
    let Some(code) = params.find("code") else { return missing("the parameter code is missing") };
    let Some(redirect_uri) = params.find("redirect_uri") else {
        return missing("the parameter redirect_uri is missing");
    };
    let hash: Hashed<AuthorizationCode> = ctx.vault.hash(code.as_bytes());
    let issued = store::authorization_code::by_code(ctx, &hash).await?;
    // Another client's code is left alone: whoever guesses around must not be able to end its grant.
    let Some(issued) = issued.filter(|issued| issued.client == client.id) else {
        return Ok(Exchanged::Refused(REFUSED));
    };
    match issued.standing(ctx.now) {
        Standing::Used => return replayed(ctx, &issued).await,
        Standing::Expired => return Ok(Exchanged::Refused(REFUSED)),
        Standing::Fresh => {}
    }
    if issued.redirect_uri != redirect_uri {
        let refusal = TokenRefusal::invalid_grant("the redirect_uri is not the one the code was sent to");
        return Ok(Exchanged::Refused(refusal));
    }
    if !issued.accepts_verifier(params.find("code_verifier")) {
        return Ok(Exchanged::Refused(TokenRefusal::invalid_grant("the code_verifier does not fit")));
    }
    if !store::authorization_code::redeem(ctx, &hash).await? {
        return replayed(ctx, &issued).await;
    }

    granted(ctx, client, &issued).await
}

/// Two holders of one code: nobody can tell which is the thief, so that both lose what it gave (RFC 9700 §4.5).
async fn replayed(ctx: &Ctx, issued: &IssuedCode) -> Result<Exchanged, Fault> {
    store::grant::revoke(ctx, issued.grant).await?;
    store::token::revoke_of_grant(ctx, issued.grant).await?;
    let about = serde_json::json!({ "client": issued.client, "grant": issued.grant });
    let member = issued.details.authentication.member;
    ctx.record_with(EventKind::CodeReplayed, Some(member), Outcome::Refused, about);
    Ok(Exchanged::Refused(TokenRefusal::invalid_grant("the code was used before")))
}

async fn granted(ctx: &Ctx, client: &Client, issued: &IssuedCode) -> Result<Exchanged, Fault> {
    let grant = store::grant::by_id(ctx, issued.grant).await?.filter(|grant| grant.is_live(ctx.now));
    let member = store::member::by_id(ctx, issued.details.authentication.member).await?;
    // Since the code was issued the member may have been disabled, or have signed out everywhere.
    let (Some(grant), Some(member)) = (grant, member.filter(|member| member.state == MemberState::Active)) else {
        return Ok(Exchanged::Refused(REFUSED));
    };

    let jti = Plain::<TokenSecret>::random(ctx.entropy());
    let token = Token {
        id: ctx.new_id(),
        grant: grant.id,
        kind: TokenKind::Access,
        scopes: grant.scopes.clone(),
        created_at: ctx.now,
        expires_at: ctx.now + client.access_token_lifetime(),
        revoked_at: None,
    };
    store::token::insert(ctx, &token, &ctx.vault.hash(jti.expose())).await?;
    let about = serde_json::json!({ "client": client.id, "grant": grant.id, "token": token.id });
    ctx.record_with(EventKind::CodeRedeemed, Some(member.id), Outcome::Done, about);

    Ok(Exchanged::Granted(Box::new(PreparedTokens {
        access_token: access_token(ctx, client, &grant, issued, (&token, &jti, &member)),
        access_signer: store::signing_key::active(ctx, Algorithm::Es256).await?,
        id_token: id_token(ctx, client, issued, &member),
        id_signer: store::signing_key::active(ctx, client.settings.id_token_alg).await?,
        id_envelope: Envelope::of(client, client.settings.answers.id_token_encryption),
        expires_in: client.settings.access_token_lifetime,
        scope: grant.scopes.to_string(),
    })))
}

fn access_token(
    ctx: &Ctx,
    client: &Client,
    grant: &Grant,
    issued: &IssuedCode,
    (token, jti, member): (&Token, &Plain<TokenSecret>, &Member),
) -> AccessTokenClaims {
    let authentication = &issued.details.authentication;
    AccessTokenClaims {
        iss: ctx.realm().origin.as_str().to_owned(),
        sub: subject::of(ctx, client, member),
        aud: ctx.realm().origin.as_str().to_owned(),
        client_id: client.client_id.as_str().to_owned(),
        scope: grant.scopes.to_string(),
        exp: token.expires_at.seconds(),
        iat: ctx.now.seconds(),
        jti: jti.expose_text().to_owned(),
        auth_time: authentication.at.seconds(),
        acr: authentication.acr,
        amr: authentication.amr.clone(),
    }
}

fn id_token(ctx: &Ctx, client: &Client, issued: &IssuedCode, member: &Member) -> IdTokenClaims {
    let authentication = &issued.details.authentication;
    IdTokenClaims {
        iss: ctx.realm().origin.as_str().to_owned(),
        sub: subject::of(ctx, client, member),
        aud: client.client_id.as_str().to_owned(),
        exp: IdTokenClaims::expiry(ctx.now),
        iat: ctx.now.seconds(),
        auth_time: authentication.at.seconds(),
        nonce: issued.details.nonce.clone(),
        acr: authentication.acr,
        amr: authentication.amr.clone(),
        sid: authentication.session.to_string(),
    }
}
