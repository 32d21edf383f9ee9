//! Moving members in from a system in which they had finished what our journey asks for.
//!
//! The operator vouches for what was proved there: it is noted as proved now, and each effect has its audit event.

use serde_json::json;

use crate::audit::{EventKind, Outcome};
use crate::clock::Timestamp;
use crate::credential::Method;
use crate::credential::app::App;
use crate::credential::totp::TotpSecret;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::member::Member;
use crate::store;
use crate::user_id::UserIdNormal;

/// What a member brings along.
pub struct Luggage {
    /// The PHC string of the own password.
    pub phc: String,
    /// The second step.
    pub second_step: SecondStep,
}

/// How far the member came with the second step.
pub enum SecondStep {
    /// Chose it, and owes the set-up.
    Chosen(Method),
    /// Uses an authenticator app.
    App {
        /// What the member calls the device.
        name: String,
        /// The secret in the app.
        secret: TotpSecret,
    },
    /// Uses mailed codes.
    MailCodes,
}

/// How a transfer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transfer {
    /// The member is past the first login.
    Done,
    /// The realm has no such member.
    NoSuchMember,
    /// There is no mail address on file that could have been proved.
    NoMailAddress,
    /// The member has a password here already; nothing was changed.
    HasPassword,
}

/// Puts a member behind the first login, with everything brought along.
pub async fn transfer(ctx: &Ctx, user_id: &UserIdNormal, luggage: Luggage) -> Result<Transfer, Fault> {
    let Some(found) = store::member::by_user_id(ctx, user_id).await? else { return Ok(Transfer::NoSuchMember) };
    let mut member = store::member::lock(ctx, found.id).await?;
    if store::credential::password_of(ctx, member.id).await?.is_some() {
        return Ok(Transfer::HasPassword);
    }
    let Some(mail) = &mut member.mail else { return Ok(Transfer::NoMailAddress) };

    mail.verified_at = Some(ctx.now);
    member.birth_date_confirmed_at = member.birth_date.is_some().then_some(ctx.now);
    member.chosen_method = Some(luggage.second_step.method());
    member.new_password_required_at = None;

    store::member::update(ctx, &member).await?;
    store::credential::set_password(ctx, member.id, &luggage.phc).await?;
    accept_terms(ctx, &member).await?;
    enrol(ctx, &member, luggage.second_step).await?;
    for kind in [EventKind::BirthDateConfirmed, EventKind::MailVerified, EventKind::PasswordSet] {
        ctx.record_with(kind, Some(member.id), Outcome::Done, json!({ "transferred": true }));
    }
    Ok(Transfer::Done)
}

impl SecondStep {
    const fn method(&self) -> Method {
        match self {
            Self::Chosen(method) => *method,
            Self::App { .. } => Method::App,
            Self::MailCodes => Method::Mail,
        }
    }
}

async fn accept_terms(ctx: &Ctx, member: &Member) -> Result<(), Fault> {
    let language = member.language.unwrap_or_default();
    let in_force = store::realm::terms_in_force(ctx).await?;
    let Some(terms) = in_force.iter().find(|terms| terms.language == language).or(in_force.first()) else {
        return Ok(());
    };

    store::member::accept_terms(ctx, member.id, terms).await?;
    let details = json!({ "version": terms.version, "sha256": terms.sha256, "transferred": true });
    ctx.record_with(EventKind::TermsAccepted, Some(member.id), Outcome::Done, details);
    Ok(())
}

async fn enrol(ctx: &Ctx, member: &Member, second_step: SecondStep) -> Result<(), Fault> {
    let details = json!({ "method": second_step.method(), "transferred": true });
    match second_step {
        SecondStep::Chosen(_) => {
            ctx.record_with(EventKind::MethodChosen, Some(member.id), Outcome::Done, details);
            return Ok(());
        }
        SecondStep::App { name, secret } => {
            let id = ctx.new_id::<crate::id::CredentialKind>();
            let app = App {
                id,
                name,
                secret: ctx.vault.seal(ctx.entropy(), id.uuid().as_bytes(), secret.as_bytes())?,
                last_step: 0,
                wrong_in_a_row: 0,
                wrong_since_success: 0,
                held_until: Timestamp::from_millis(0),
                created_at: ctx.now,
                last_used_at: None,
            };
            store::credential::insert_app(ctx, member.id, &app).await?;
        }
        SecondStep::MailCodes => store::credential::insert_mail_codes(ctx, member.id).await?,
    }
    ctx.record_with(EventKind::MethodEnrolled, Some(member.id), Outcome::Done, details);
    Ok(())
}
