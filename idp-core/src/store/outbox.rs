//! Table `outbox`.

use sea_orm::{ActiveValue::Set, EntityTrait};
use zeroize::Zeroizing;

use super::entity::outbox;
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::{MailKind, MemberId};
use crate::mail::QueuedMail;

pub(crate) async fn insert(ctx: &Ctx, member: MemberId, mail: &QueuedMail, expires_at: Timestamp) -> Result<(), Fault> {
    let id = ctx.new_id::<MailKind>();
    let text = serde_json::to_vec(mail).map(Zeroizing::new).map_err(|_| Fault::unreadable("mail"))?;
    let sealed = ctx.vault.seal::<crate::secret::QueuedMail>(ctx.entropy(), id.uuid().as_bytes(), &text)?;
    let row = outbox::ActiveModel {
        id: Set(id.uuid()),
        realm_id: Set(ctx.realm().id.uuid()),
        member_id: Set(Some(member.uuid())),
        kind: Set(mail.content.kind().to_owned()),
        content_sealed: Set(sealed.bytes().to_vec()),
        state: Set("queued".to_owned()),
        attempts: Set(0),
        next_attempt_at: Set(ctx.now.millis()),
        expires_at: Set(expires_at.millis()),
        created_at: Set(ctx.now.millis()),
        settled_at: Set(None),
        answer: Set(None),
    };
    outbox::Entity::insert(row).exec_without_returning(&ctx.db).await?;
    Ok(())
}
