//! A passkey on its way from or to another system, in the terms that all of them share: the identifier, the public half
//! as a COSE_Key (RFC 9052 §7), the counter, the flags.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use uuid::Uuid;
use webauthn_rs::prelude as webauthn;

use super::relying_party::{BACKED_UP, ELIGIBLE};
use super::{Backup, Passkey};

/// User present, user verified, a key pair follows (WebAuthn §6.1).
const MADE: u8 = 0x01 | 0x04 | 0x40;

/// What every system keeps of a passkey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Portable {
    /// The identifier that the authenticator gave the pair.
    pub credential_id: Vec<u8>,
    /// The public half, a COSE_Key.
    pub public_key: Vec<u8>,
    /// The newest signature counter.
    pub sign_count: u32,
    /// How far it can be lost.
    pub backup: Backup,
    /// Who keeps it; nil where it was not said.
    pub aaguid: Uuid,
}

impl Portable {
    /// `None` where the public half is of a kind that is never asked for here.
    pub fn of(passkey: &Passkey) -> Option<Self> {
        Some(Self {
            credential_id: passkey.public.credential_id().to_vec(),
            public_key: cose_key(passkey.public.0.get_public_key())?,
            sign_count: u32::try_from(passkey.sign_count).unwrap_or(u32::MAX),
            backup: passkey.backup,
            aaguid: passkey.aaguid,
        })
    }

    /// What its authenticator would answer to `challenge` if it made the pair just now, without attestation (§8.7).
    pub(super) fn answer(&self, challenge: &str, origin: &str, rp_id: &str) -> Option<String> {
        let length = u16::try_from(self.credential_id.len()).ok()?;
        let flags = MADE
            | match self.backup {
                Backup::Unknown | Backup::Never => 0,
                Backup::Possible => ELIGIBLE,
                Backup::Kept => ELIGIBLE | BACKED_UP,
            };
        let rp = digest(&SHA256, rp_id.as_bytes());
        let data = [
            rp.as_ref(),
            &[flags],
            &self.sign_count.to_be_bytes(),
            self.aaguid.as_bytes(),
            &length.to_be_bytes(),
            &self.credential_id,
            &self.public_key,
        ]
        .concat();
        // {"fmt": "none", "attStmt": {}, "authData": bytes}
        let size = u16::try_from(data.len()).ok()?.to_be_bytes();
        let attestation = [b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59", size.as_slice(), &data].concat();
        let client =
            json!({ "type": "webauthn.create", "challenge": challenge, "origin": origin, "crossOrigin": false });
        let id = URL_SAFE_NO_PAD.encode(&self.credential_id);
        let answer = json!({
            "id": id, "rawId": id, "type": "public-key", "clientExtensionResults": {},
            "response": {
                "clientDataJSON": URL_SAFE_NO_PAD.encode(client.to_string()),
                "attestationObject": URL_SAFE_NO_PAD.encode(attestation),
            },
        });
        Some(answer.to_string())
    }
}

/// In the order of RFC 8949 §4.2.1, as authenticators write it.
fn cose_key(key: &webauthn::COSEKey) -> Option<Vec<u8>> {
    match &key.key {
        webauthn::COSEKeyType::EC_EC2(point) => {
            let (x, y): (&[u8], &[u8]) = (point.x.as_ref(), point.y.as_ref());
            // kty EC2, alg ES256 or ES384, crv P-256 or P-384.
            let head: &[u8] = match x.len() {
                32 => b"\xa5\x01\x02\x03\x26\x20\x01",
                48 => b"\xa5\x01\x02\x03\x38\x22\x20\x02",
                _ => return None,
            };
            let length = u8::try_from(x.len()).ok()?;
            Some([head, &[0x21, 0x58, length], x, &[0x22, 0x58, length], y].concat())
        }
        webauthn::COSEKeyType::RSA(key) => {
            let (n, e): (&[u8], &[u8]) = (key.n.as_ref(), &key.e);
            // kty RSA, alg RS256.
            let length = u16::try_from(n.len()).ok()?.to_be_bytes();
            Some([b"\xa4\x01\x03\x03\x39\x01\x00\x20\x59".as_slice(), &length, n, b"\x21\x43", e].concat())
        }
        _ => None,
    }
}
