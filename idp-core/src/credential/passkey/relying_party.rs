//! The realm as a relying party (WebAuthn Level 3 §7): makes challenges and judges their answers, by webauthn-rs.
//!
//! The library asks for user verification always, and checks challenge, type, origin, RP id, signature, flags and
//! counter. It leaves to us: that an answer is judged once, whose credential it is, and discoverable credentials.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;
use webauthn_rs::prelude as webauthn;

use super::message::{Assertion, Registration};
use super::portable::Portable;
use super::{Backup, KeyHome, Passkey, PublicHalf};
use crate::fault::Fault;
use crate::realm::Realm;

/// Where the flags, the counter and the AAGUID stand in authenticator data (§6.1).
const FLAGS: usize = 32;
const COUNTER: usize = 33;
const AAGUID: usize = 37;
pub(super) const ELIGIBLE: u8 = 0x08;
pub(super) const BACKED_UP: u8 = 0x10;

/// A challenge: what the browser gets, and what is kept until it answers.
pub struct Challenge {
    /// `{"publicKey":…}`, to be read with `parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON`.
    pub options: Value,
    /// The library's state; to be sealed.
    pub state: Vec<u8>,
}

/// A key pair that an authenticator made.
pub struct NewKey {
    /// The public half.
    pub public: PublicHalf,
    /// How it is reached.
    pub transports: Vec<String>,
    /// Who keeps it.
    pub aaguid: Uuid,
    /// Its counter.
    pub sign_count: i64,
    /// How far it can be lost.
    pub backup: Backup,
}

/// Why an answer is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The authenticator is one of those that were excluded.
    Registered,
    /// The counter went back: there may be a second copy of the key.
    CounterWentBack,
    /// Wrong challenge, origin, RP id, signature, flags, or the key is none of those asked for.
    Wrong,
}

/// Who a key pair is made for.
pub struct Holder<'a> {
    /// The random handle by which authenticators know the member.
    pub handle: Uuid,
    /// What the authenticator shows: the user id.
    pub user_name: &'a str,
    /// What it shows beside: the member's name.
    pub display_name: &'a str,
}

/// Where the key is likely to be, for the browser to look there first (WebAuthn Level 3 §5.8.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hint {
    /// In this very device.
    ClientDevice,
    /// In a phone near by.
    Hybrid,
    /// In a key that is plugged in or held to it.
    SecurityKey,
}

impl Hint {
    const fn name(self) -> &'static str {
        match self {
            Self::ClientDevice => "client-device",
            Self::Hybrid => "hybrid",
            Self::SecurityKey => "security-key",
        }
    }

    /// Where an authenticator is that is reached like this; `None` for what is not known.
    fn of_transport(transport: &str) -> Option<Self> {
        match transport {
            "internal" => Some(Self::ClientDevice),
            "hybrid" | "cable" => Some(Self::Hybrid),
            "usb" | "nfc" | "ble" | "smart-card" => Some(Self::SecurityKey),
            _ => None,
        }
    }
}

/// The realm, as authenticators see it.
pub struct RelyingParty {
    library: webauthn::Webauthn,
    id: String,
    origin: String,
}

impl RelyingParty {
    /// `None` where the realm has no domain name: authenticators know no addresses (§4, "RP ID").
    pub fn of(realm: &Realm) -> Option<Self> {
        let origin = Url::parse(realm.origin.as_str()).ok()?;
        let society = realm.settings.display_name.ja.as_str();
        let name = if society.is_empty() { realm.name.as_str() } else { society };
        let rp_id = rp_id(realm)?;
        let mut builder = webauthn::WebauthnBuilder::new(&rp_id, &origin).ok()?.rp_name(name);
        for related in &realm.settings.passkey_related_origins {
            builder = builder.append_allowed_origin(&Url::parse(related).ok()?);
        }
        Some(Self { library: builder.build().ok()?, id: rp_id, origin: realm.origin.as_str().to_owned() })
    }

    /// Asks for a new key pair: discoverable, with user verification, by none of the authenticators known.
    pub fn register(&self, holder: &Holder<'_>, known: &[Passkey], hints: &[Hint]) -> Result<Challenge, Fault> {
        let excluded = known.iter().map(|passkey| passkey.public.0.cred_id().clone()).collect::<Vec<_>>();
        let (options, state) = self
            .library
            .start_passkey_registration(holder.handle, holder.user_name, holder.display_name, Some(excluded))
            .map_err(|error| broken(&error))?;
        let mut options = serde_json::to_value(options).map_err(|_| Fault::unreadable("passkey options"))?;
        let asked = &mut options["publicKey"];
        // The library asks for non-discoverable ones; with those nobody could sign in without a user id.
        asked["authenticatorSelection"]["residentKey"] = json!("required");
        asked["authenticatorSelection"]["requireResidentKey"] = json!(true);
        asked["excludeCredentials"] = descriptors(known);
        asked["hints"] = names(hints);
        Ok(Challenge { options, state: kept(&state)? })
    }

    /// Judges a new key pair.
    pub fn registered(&self, state: &[u8], answer: &Registration) -> Result<Result<NewKey, Refusal>, Fault> {
        let state: webauthn::PasskeyRegistration =
            serde_json::from_slice(state).map_err(|_| Fault::unreadable("passkey challenge"))?;
        let public = match self.library.finish_passkey_registration(&answer.answer, &state) {
            Ok(public) => PublicHalf(public),
            Err(error) => return Ok(Err(refusal(&error))),
        };
        let Some(data) = authenticator_data(&answer.answer.response.attestation_object, public.credential_id()) else {
            return Ok(Err(Refusal::Wrong));
        };
        Ok(Ok(NewKey {
            public,
            transports: answer.transports.clone(),
            aaguid: data.get(AAGUID..AAGUID + 16).and_then(|id| Uuid::from_slice(id).ok()).unwrap_or_default(),
            sign_count: counter(data),
            backup: backup(data),
        }))
    }

    /// The domain that passkeys are made for.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Takes in a key pair that was made for this very domain elsewhere. It is judged as if its authenticator had made it
    /// just now: whatever is wanted of a key is wanted of this one.
    pub fn adopt(&self, key: &Portable) -> Result<Result<PublicHalf, Refusal>, Fault> {
        let nobody = Holder { handle: Uuid::nil(), user_name: "-", display_name: "-" };
        let Challenge { options, state } = self.register(&nobody, &[], &[])?;
        let challenge = options["publicKey"]["challenge"].as_str().unwrap_or_default();
        let answer = key.answer(challenge, &self.origin, &self.id);
        match answer.and_then(|answer| Registration::parse(&answer).ok()) {
            Some(answer) => Ok(self.registered(&state, &answer)?.map(|made| made.public)),
            None => Ok(Err(Refusal::Wrong)),
        }
    }

    /// What keepers of passkeys are told of a holder: which of theirs are left, and what they are called now. For
    /// `signalAllAcceptedCredentials` and `signalCurrentUserDetails` (§5.1.10).
    pub fn known(&self, holder: &Holder<'_>, known: &[Passkey]) -> Value {
        let ids = known.iter().map(|passkey| URL_SAFE_NO_PAD.encode(passkey.public.credential_id()));
        json!({
            "rpId": self.id,
            "userId": URL_SAFE_NO_PAD.encode(holder.handle.as_bytes()),
            "name": holder.user_name,
            "displayName": holder.display_name,
            "allAcceptedCredentialIds": ids.collect::<Vec<_>>(),
        })
    }

    /// Asks for a signature: of one of these passkeys, or of whichever the member picks.
    pub fn authenticate(&self, known: &[Passkey]) -> Result<Challenge, Fault> {
        let (options, state) = self.library.start_discoverable_authentication().map_err(|error| broken(&error))?;
        let mut options = serde_json::to_value(options).map_err(|_| Fault::unreadable("passkey options"))?;
        // Whether the browser asks at once or offers it while a user id is typed is for the page to say.
        if let Some(all) = options.as_object_mut() {
            all.remove("mediation");
        }
        options["publicKey"]["allowCredentials"] = descriptors(known);
        options["publicKey"]["hints"] = names(&likely(known));
        Ok(Challenge { options, state: kept(&state)? })
    }

    /// Judges a signature by a passkey of the member who signs in, and notes its new counter and backup.
    pub fn authenticated(
        &self,
        state: &[u8],
        answer: &Assertion,
        passkey: &mut Passkey,
    ) -> Result<Result<KeyHome, Refusal>, Fault> {
        let state: webauthn::DiscoverableAuthentication =
            serde_json::from_slice(state).map_err(|_| Fault::unreadable("passkey challenge"))?;
        if passkey.backup == Backup::Unknown {
            // The flag is signed with the rest, and from now on it may not change (§7.2, step 18).
            self.learn_backup(passkey, backup(&answer.answer.response.authenticator_data))?;
        }
        let judged = self.library.finish_discoverable_authentication_v2(&answer.answer, state, &passkey.public.0);
        let result = match judged {
            Ok(result) if result.user_verified() && result.cred_id() == passkey.public.0.cred_id() => result,
            Ok(_) => return Ok(Err(Refusal::Wrong)),
            Err(error) => return Ok(Err(refusal(&error))),
        };
        passkey.public.0.update_credential(&result);
        passkey.sign_count = passkey.sign_count.max(i64::from(result.counter()));
        passkey.backup = backup(&answer.answer.response.authenticator_data);
        Ok(Ok(passkey.backup.home()))
    }

    /// The caller keeps what is learned only where the signature is right.
    fn learn_backup(&self, passkey: &mut Passkey, said: Backup) -> Result<(), Fault> {
        let known = Portable::of(passkey).map(|known| Portable { backup: said, ..known });
        if let Some(known) = known
            && let Ok(public) = self.adopt(&known)?
        {
            passkey.public = public;
        }
        Ok(())
    }
}

/// The domain that the realm's passkeys are made for. `None` where there can be none.
///
/// A parent of the host is taken if it is no public suffix: the browser would refuse that, but what is refused there
/// must not be relied on here.
pub fn rp_id(realm: &Realm) -> Option<String> {
    let origin = Url::parse(realm.origin.as_str()).ok()?;
    let host = origin.domain()?;
    match realm.settings.passkey_rp_id.as_deref() {
        None => Some(host.to_owned()),
        Some(wanted) if wanted == host => Some(host.to_owned()),
        Some(wanted) => {
            let is_parent = host.strip_suffix(wanted).is_some_and(|rest| rest.ends_with('.'));
            (is_parent && psl::domain_str(wanted).is_some()).then(|| wanted.to_owned())
        }
    }
}

/// The same, where nobody else makes passkeys for that domain: of a parent's a stranger's may be unknown here and good there.
pub fn own_id(realm: &Realm) -> Option<String> {
    let origin = Url::parse(realm.origin.as_str()).ok()?;
    rp_id(realm).filter(|id| origin.domain() == Some(id))
}

fn broken(error: &webauthn::WebauthnError) -> Fault {
    Fault::Broken(format!("no passkey challenge can be made: {error}"))
}

fn kept(state: &impl serde::Serialize) -> Result<Vec<u8>, Fault> {
    serde_json::to_vec(state).map_err(|_| Fault::unreadable("passkey challenge"))
}

fn refusal(error: &webauthn::WebauthnError) -> Refusal {
    if matches!(error, webauthn::WebauthnError::CredentialExcludedFromRequest) {
        Refusal::Registered
    } else if matches!(error, webauthn::WebauthnError::CredentialPossibleCompromise) {
        Refusal::CounterWentBack
    } else {
        Refusal::Wrong
    }
}

fn names(hints: &[Hint]) -> Value {
    hints.iter().map(|hint| hint.name()).collect()
}

/// Where the passkey is that the member used last, then where the others are. Of nobody in particular nothing is known.
fn likely(known: &[Passkey]) -> Vec<Hint> {
    let mut known: Vec<&Passkey> = known.iter().collect();
    known.sort_by_key(|passkey| std::cmp::Reverse(passkey.last_used_at));
    let mut hints = Vec::new();
    for transport in known.iter().flat_map(|passkey| &passkey.transports) {
        hints.extend(Hint::of_transport(transport).filter(|hint| !hints.contains(hint)));
    }
    hints
}

/// Transports go back as they came: a browser that is told of `hybrid` offers the phone by QR code.
fn descriptors(known: &[Passkey]) -> Value {
    let one = |passkey: &Passkey| {
        let id = URL_SAFE_NO_PAD.encode(passkey.public.credential_id());
        match passkey.transports.as_slice() {
            [] => json!({ "type": "public-key", "id": id }),
            transports => json!({ "type": "public-key", "id": id, "transports": transports }),
        }
    };
    known.iter().map(one).collect()
}

/// The authenticator data inside an attestation object that the library has judged before: it stands in it byte for
/// byte (§6.5.4) and ends its fixed part with the length of the credential's id and that id.
fn authenticator_data<'a>(attestation: &'a [u8], credential_id: &[u8]) -> Option<&'a [u8]> {
    let length = u16::try_from(credential_id.len()).ok()?.to_be_bytes();
    let marker = [length.as_slice(), credential_id].concat();
    let at = attestation.windows(marker.len()).position(|window| window == marker)?;
    attestation.get(at.checked_sub(AAGUID + 16)?..)
}

fn counter(data: &[u8]) -> i64 {
    let bytes = data.get(COUNTER..COUNTER + 4).and_then(|bytes| <[u8; 4]>::try_from(bytes).ok());
    bytes.map_or(0, |bytes| i64::from(u32::from_be_bytes(bytes)))
}

fn backup(data: &[u8]) -> Backup {
    match data.get(FLAGS).copied().unwrap_or(0) {
        flags if flags & ELIGIBLE == 0 => Backup::Never,
        flags if flags & BACKED_UP == 0 => Backup::Possible,
        _ => Backup::Kept,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::realm::Origin;

    fn party(origin: &str) -> Option<RelyingParty> {
        RelyingParty::of(&Realm { origin: Origin::parse(origin).unwrap(), ..Realm::installation() })
    }

    #[test]
    fn an_address_is_no_relying_party() {
        assert!(party("http://localhost:8080").is_some() && party("https://id.example").is_some());
        assert!(party("http://127.0.0.1:8080").is_none() && party("https://[2001:db8::1]").is_none());
    }

    #[test]
    fn passkeys_are_made_for_the_host_or_for_a_parent_that_is_no_public_suffix() {
        let of = |origin: &str, wanted: Option<&str>| {
            let mut realm = Realm { origin: Origin::parse(origin).unwrap(), ..Realm::installation() };
            realm.settings.passkey_rp_id = wanted.map(str::to_owned);
            rp_id(&realm)
        };
        let origin = "https://id.kenpo.example.co.jp";
        assert_eq!(of(origin, None).as_deref(), Some("id.kenpo.example.co.jp"));
        assert_eq!(of(origin, Some("example.co.jp")).as_deref(), Some("example.co.jp"));
        assert_eq!(of("http://localhost:8080", Some("localhost")).as_deref(), Some("localhost"));
        for refused in
            ["co.jp", "jp", "", "xample.co.jp", "a.id.kenpo.example.co.jp", "other.example", ".example.co.jp"]
        {
            assert_eq!(of(origin, Some(refused)), None, "{refused}");
        }
    }

    #[test]
    fn a_new_key_is_asked_to_be_discoverable_and_verified_and_of_three_algorithms() {
        let holder = Holder { handle: Uuid::nil(), user_name: "K-1", display_name: "目黒 花子" };
        let options = party("https://id.example")
            .unwrap()
            .register(&holder, &[], &[Hint::ClientDevice, Hint::Hybrid])
            .unwrap()
            .options;
        let asked = &options["publicKey"];
        assert_eq!(asked["rp"]["id"], "id.example");
        assert_eq!(asked["attestation"], "none");
        assert_eq!(
            asked["authenticatorSelection"],
            json!({ "residentKey": "required", "requireResidentKey": true, "userVerification": "required" })
        );
        let algorithms: Vec<&Value> = asked["pubKeyCredParams"].as_array().unwrap().iter().map(|p| &p["alg"]).collect();
        assert_eq!(algorithms, [-7, -35, -257]);
        assert_eq!(asked["timeout"], 300_000);
        assert_eq!(asked["hints"], json!(["client-device", "hybrid"]));
    }

    #[test]
    fn a_signature_is_asked_for_without_naming_anybody() {
        let challenge = party("https://id.example").unwrap().authenticate(&[]).unwrap();
        let asked = &challenge.options["publicKey"];
        assert_eq!((&asked["rpId"], &asked["userVerification"]), (&json!("id.example"), &json!("required")));
        assert_eq!((&asked["allowCredentials"], &asked["hints"]), (&json!([]), &json!([])));
        assert_eq!(challenge.options.get("mediation"), None);
    }

    #[test]
    fn transports_say_where_a_key_is() {
        let places = ["internal", "hybrid", "cable", "usb", "nfc", "ble", "smart-card", "telepathy"];
        let hints: Vec<_> = places.iter().filter_map(|place| Hint::of_transport(place)).map(Hint::name).collect();
        let key = "security-key";
        assert_eq!(hints, ["client-device", "hybrid", "hybrid", key, key, key, key]);
    }

    #[test]
    fn flags_and_counter_are_read_from_authenticator_data() {
        let mut data = vec![0; 37];
        data[COUNTER + 3] = 7;
        assert_eq!((counter(&data), backup(&data)), (7, Backup::Never));
        data[FLAGS] = ELIGIBLE;
        assert_eq!(backup(&data), Backup::Possible);
        data[FLAGS] |= BACKED_UP;
        assert_eq!((backup(&data), counter(&[])), (Backup::Kept, 0));
    }
}
