//! Whom a client means (OpenID Connect CIBA Core §7.1): exactly one hint.
//!
//! | hint | names | else |
//! |---|---|---|
//! | `login_hint` | the member with this user id, or the only one who proved this mail address | nobody is asked, and the answer is the same |
//! | `login_hint` that is neither | – | `unknown_user_id` |
//! | `id_token_hint` of the client's own | its member, also when it has expired | `unknown_user_id` |
//! | any other `id_token_hint`, `login_hint_token` | – | `invalid_request` |
//!
//! Whoever asks with a text that somebody typed must not learn which user ids and addresses there are; whoever holds an ID
//! token knew its member before.

use super::{CibaError, CibaRefusal};
use crate::authn::throttle;
use crate::client::Client;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::mail_address::MailAddress;
use crate::member::{Member, MemberState};
use crate::oidc::params::Params;
use crate::oidc::{signing, subject};
use crate::secret::{Hashed, ThrottleSubject};
use crate::store;
use crate::user_id::UserId;

/// The parameters of which one must come.
const HINTS: [&str; 3] = ["login_hint", "login_hint_token", "id_token_hint"];

/// A hint, read.
pub(super) enum Hint {
    UserId(UserId),
    Mail(MailAddress),
    IdToken(String),
}

/// Whom it means.
pub(super) struct Meant {
    /// Who is asked; nobody where there is nobody, or nobody who can answer.
    pub(super) member: Option<Member>,
    /// What requests of the client with this hint are counted under.
    pub(super) subject: Hashed<ThrottleSubject>,
    /// What mails to whoever is meant are counted under, for all clients.
    pub(super) mails: Hashed<ThrottleSubject>,
}

impl Hint {
    /// Reads the one hint there is.
    pub(super) fn read(params: &Params) -> Result<Self, CibaRefusal> {
        let sent: Vec<(&str, &str)> =
            HINTS.into_iter().filter_map(|name| params.find(name).map(|value| (name, value))).collect();
        let [(name, value)] = sent.as_slice() else {
            let description = "exactly one of login_hint, login_hint_token and id_token_hint must be sent";
            return Err(CibaRefusal::invalid(description));
        };
        match *name {
            "login_hint" => Self::typed(value),
            "id_token_hint" => Ok(Self::IdToken((*value).to_owned())),
            _ => Err(CibaRefusal::invalid("a login_hint_token is not supported: send a login_hint")),
        }
    }

    fn typed(text: &str) -> Result<Self, CibaRefusal> {
        let nobody = CibaRefusal::new(CibaError::UnknownUserId, "the login_hint is no user id and no mail address");
        if text.contains('@') {
            MailAddress::parse(text).map(Self::Mail).map_err(|_| nobody)
        } else {
            UserId::parse(text).map(Self::UserId).map_err(|_| nobody)
        }
    }

    /// Looks for the member.
    pub(super) async fn resolve(&self, ctx: &Ctx, client: &Client) -> Result<Result<Meant, CibaRefusal>, Fault> {
        let (found, key) = match self {
            Self::UserId(user_id) => {
                let normal = user_id.normal();
                (store::member::by_user_id(ctx, normal).await?, normal.as_str().to_owned())
            }
            Self::Mail(address) => {
                let mut proved = store::member::by_verified_mail(ctx, address, 2).await?;
                // An address of several members names none of them.
                let only = if proved.len() == 1 { proved.pop() } else { None };
                (only, address.normal().to_lowercase())
            }
            Self::IdToken(token) => match of_token(ctx, client, token).await? {
                Ok(member) => {
                    let key = member.subject.clone();
                    (Some(member), key)
                }
                Err(refusal) => return Ok(Err(refusal)),
            },
        };
        let subject =
            ctx.vault.hash_within(&[b"ciba", client.id.uuid().as_bytes().as_slice()].concat(), key.as_bytes());
        // Nobody has a count as well: it costs the same.
        let mails = match &found {
            Some(member) => throttle::request_mails(ctx, member.id),
            None => ctx.vault.hash_within(b"request mails to nobody", key.as_bytes()),
        };
        Ok(Ok(Meant { member: found.filter(can_answer), subject, mails }))
    }
}

/// Whoever can sign in, and be written to.
fn can_answer(member: &Member) -> bool {
    member.state == MemberState::Active && member.verified_mail().is_some()
}

async fn of_token(ctx: &Ctx, client: &Client, token: &str) -> Result<Result<Member, CibaRefusal>, Fault> {
    let claims = signing::id_token_of_ours(ctx, token).await?;
    let Some(claims) = claims.filter(|claims| claims.aud == client.client_id.as_str()) else {
        return Ok(Err(CibaRefusal::invalid("the id_token_hint is not an ID token of this provider for this client")));
    };
    let public = subject::behind(ctx, claims).await?;
    let member = store::member::by_subject(ctx, &public).await?;
    let gone = CibaRefusal::new(CibaError::UnknownUserId, "the member of the id_token_hint is not known any more");
    Ok(member.ok_or(gone))
}
