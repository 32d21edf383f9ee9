//! Passkeys on the way in. An authenticator opens one for the domain it was made for and for no other, so that only those
//! come along whose domain is this realm's.

use jiff::civil::Date;
use uuid::Uuid;

use super::LeftBehind;
use crate::clock::Timestamp;
use crate::credential::passkey::message::Handle;
use crate::credential::passkey::portable::Portable;
use crate::credential::passkey::relying_party::RelyingParty;
use crate::credential::passkey::{Passkey, PublicHalf, cleaned, provider};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::language::Language;
use crate::member::Member;
use crate::realm::Realm;
use crate::store;

/// What a passkey is called that nobody named.
const UNNAMED: &str = "パスキー";

/// Where members arrive, and on which day.
pub struct Destination {
    pub(super) today: Date,
    party: Option<RelyingParty>,
}

/// A passkey as another system describes it.
#[derive(Debug)]
pub(super) struct Offered {
    pub(super) name: String,
    /// The domain it was made for, where that is known.
    pub(super) rp_id: Option<String>,
    pub(super) handle: Handle,
    pub(super) key: Portable,
    pub(super) transports: Vec<String>,
    pub(super) created_at: Option<Timestamp>,
    pub(super) last_used_at: Option<Timestamp>,
}

/// A passkey that will open the account here.
#[derive(Debug)]
pub struct ArrivingPasskey {
    handle: Uuid,
    public: PublicHalf,
    offered: Offered,
}

impl Destination {
    /// The realm that takes members in.
    pub fn of(realm: &Realm, today: Date) -> Self {
        Self { today, party: RelyingParty::of(realm) }
    }

    /// Why a passkey cannot come along is said in half a sentence, after its name.
    pub(super) fn admit(&self, offered: Offered) -> Result<ArrivingPasskey, String> {
        let Some(party) = &self.party else { return Err("this realm's address can have none".to_owned()) };
        let Some(made_for) = &offered.rp_id else {
            return Err("nothing says for which host it was made; say it by --passkey-host".to_owned());
        };
        if made_for != party.id() {
            return Err(format!("it was made for {made_for}, and those of this realm are made for {}", party.id()));
        }
        let Handle::Of(handle) = offered.handle else {
            return Err("it names its holder in a way that is unknown here".to_owned());
        };
        match party.adopt(&offered.key) {
            Ok(Ok(public)) => Ok(ArrivingPasskey { handle, public, offered }),
            Ok(Err(_)) | Err(_) => Err("its key is damaged, or of a kind that is not used here".to_owned()),
        }
    }
}

/// What is said of a passkey that stays behind.
pub(super) fn stays(name: &str, reason: &str) -> String {
    let name = cleaned(name);
    if name.is_empty() { format!("a passkey: {reason}") } else { format!("the passkey “{name}”: {reason}") }
}

/// Gives the member their passkeys; what cannot be given is told.
pub(super) async fn give(
    ctx: &Ctx,
    member: &Member,
    arriving: Vec<ArrivingPasskey>,
) -> Result<(usize, Vec<LeftBehind>), Fault> {
    let (mut given, mut behind) = (0, Vec::new());
    let mut told = |name: &str, reason: &str| {
        behind.push(LeftBehind::new(format!("user {}", member.user_id), stays(name, reason)));
    };
    for one in arriving {
        // One that is refused takes no handle with it: whose it is may come later.
        if store::passkey::is_known(ctx, one.public.credential_id()).await? {
            told(&one.offered.name, "it is known here already, as another member's");
            continue;
        }
        // Authenticators know a member by one handle; whoever made keys with another is somebody else to them.
        if !store::passkey::take_handle(ctx, member.id, one.handle).await? {
            told(&one.offered.name, "another member has its handle, or this member another one");
            continue;
        }
        let passkey = passkey_of(ctx, one);
        given += usize::from(store::passkey::insert(ctx, member.id, &passkey).await?);
    }
    Ok((given, behind))
}

fn passkey_of(ctx: &Ctx, ArrivingPasskey { public, offered, .. }: ArrivingPasskey) -> Passkey {
    // The language of most members; each may call it something else.
    let keeper = provider::name_of(offered.key.aaguid, Language::Ja);
    let name = cleaned(&offered.name);
    Passkey {
        id: ctx.new_id(),
        name: if name.is_empty() { keeper.unwrap_or(UNNAMED).to_owned() } else { name },
        public,
        transports: offered.transports,
        aaguid: offered.key.aaguid,
        sign_count: i64::from(offered.key.sign_count),
        backup: offered.key.backup,
        created_at: offered.created_at.unwrap_or(ctx.now),
        last_used_at: offered.last_used_at,
    }
}
