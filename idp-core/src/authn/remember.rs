//! "Do not ask for the second step in this browser for a while": noted in the transaction that took the second step.

use crate::audit::{EventKind, Outcome};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::interaction::sitting::{Place, Sitting};
use crate::session::remembered::RememberedBrowser;
use crate::store;

/// Remembers the browser of this sitting, whose member took the second step just now. Never where the realm does not
/// allow it, nor while something of the account is being changed.
pub async fn remember(ctx: &Ctx, place: &Place) -> Result<(), Fault> {
    let lifetime = ctx.realm().settings.remember_browser();
    let Some(sitting) = Sitting::lock(ctx, place).await? else { return Ok(()) };
    let Some((member, _)) = &sitting.seated else { return Ok(()) };
    if lifetime.is_zero() || sitting.interaction.errand.is_some() {
        return Ok(());
    }

    let browser = RememberedBrowser {
        id: ctx.new_id(),
        member: member.id,
        browser: sitting.interaction.browser.clone(),
        user_agent: ctx.scope.source.user_agent.clone(),
        created_at: ctx.now,
        seen_at: ctx.now,
        expires_at: ctx.now + lifetime,
    };
    store::remembered_browser::insert(ctx, &browser).await?;
    let details = serde_json::json!({ "browser": browser.id, "until": browser.expires_at });
    ctx.record_with(EventKind::BrowserRemembered, Some(member.id), Outcome::Done, details);
    Ok(())
}
