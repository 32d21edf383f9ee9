//! How strongly a member signed in: `acr` (NIST SP 800-63B levels) and `amr` (RFC 8176).
//!
//! | proved | `acr` | `amr` |
//! |---|---|---|
//! | a password of any kind | `aal1` | `pwd` |
//! | … and a mailed code | `aal1` | `pwd otp mca` |
//! | … and a code of an app | `aal2` | `pwd otp mfa` |
//! | … and a recovery code | `aal2` | `pwd otp mfa` |
//! | a passkey, with or without a password | `phr` | `hwk user mfa` or `swk user mfa` (after `pwd`, where given) |
//! | symbol, number and birth date, whatever came with it | `aal1` | `kba …` |
//!
//! A mailed code is a one-time code over another channel, but mail can be read by whoever has the mailbox's password:
//! it is neither `mfa` nor `aal2` (NIST SP 800-63B-4 §3.1.3.1).
//!
//! A passkey counts only with user verification, hence two factors, bound to our origin, hence phishing-resistant (`phr`
//! of OpenID Connect EAP ACR Values 1.0 §3). `hwk` is said of a key that its authenticator calls bound to one device,
//! `swk` of one that is copied between devices; no attestation is asked for, so this is the authenticator's word.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::credential::Method;
use crate::credential::passkey::KeyHome;
use crate::id::{CredentialId, MemberId, SessionId};
use crate::interaction::{Evidence, Proof};
use crate::session::Session;

/// The authentication context class, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Acr {
    /// One factor, or two of which the second is weak.
    Aal1,
    /// Two factors.
    Aal2,
    /// Two factors that cannot be given away to another site.
    Phr,
}

impl Acr {
    /// Every class that can be reached, weakest first.
    pub const ALL: [Self; 3] = [Self::Aal1, Self::Aal2, Self::Phr];

    /// The value on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Aal1 => "aal1",
            Self::Aal2 => "aal2",
            Self::Phr => "phr",
        }
    }

    /// Reads the value on the wire.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|acr| acr.name() == name)
    }
}

/// An authentication method (RFC 8176 §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Amr {
    /// Knowledge about the person: the pattern of symbol, number and birth date.
    Kba,
    /// A password: the member's own or the one of the letter.
    Pwd,
    /// A one-time code.
    Otp,
    /// More than one channel: the code came by mail.
    Mca,
    /// A key bound to one device.
    Hwk,
    /// A key that is copied between devices.
    Swk,
    /// Somebody was there.
    User,
    /// More than one factor.
    Mfa,
}

/// Who signed in, when and how: what an ID token says about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authentication {
    /// Who.
    pub member: MemberId,
    /// The session, `sid`.
    pub session: SessionId,
    /// When, `auth_time`.
    pub at: Timestamp,
    /// How strongly.
    pub acr: Acr,
    /// By what.
    pub amr: Vec<Amr>,
}

impl Authentication {
    /// What a session rests on.
    pub fn of(session: &Session) -> Self {
        let (acr, amr) = strength(&session.proofs);
        Self { member: session.member, session: session.id, at: session.authenticated_at, acr, amr }
    }
}

/// The class that these proofs would amount to with a proof of this method beside them.
pub fn reached(proofs: &[Proof], method: Method) -> Acr {
    let evidence = match method {
        Method::Passkey => Evidence::Passkey { id: CredentialId::from_uuid(Uuid::nil()), key: KeyHome::Synced },
        Method::App => Evidence::App { id: CredentialId::from_uuid(Uuid::nil()) },
        Method::Mail => Evidence::MailCode,
    };
    let mut proofs = proofs.to_vec();
    proofs.push(Proof { evidence, at: Timestamp::from_millis(0) });
    strength(&proofs).0
}

/// The classes within reach of whoever has a password and can set these methods up, weakest first.
pub fn within_reach(methods: &[Method]) -> impl Iterator<Item = Acr> {
    let password = [Proof { evidence: Evidence::Password, at: Timestamp::from_millis(0) }];
    let strongest = methods.iter().map(|method| reached(&password, *method)).max().unwrap_or(Acr::Aal1);
    Acr::ALL.into_iter().filter(move |acr| *acr <= strongest)
}

/// The class and the methods that proofs amount to; see the table above.
pub fn strength(proofs: &[Proof]) -> (Acr, Vec<Amr>) {
    let given = |wanted: fn(&Evidence) -> bool| proofs.iter().any(|proof| wanted(&proof.evidence));
    let password = given(|evidence| matches!(evidence, Evidence::Letter { .. } | Evidence::Password));
    let pattern = given(|evidence| matches!(evidence, Evidence::Pattern));
    let mailed = given(|evidence| matches!(evidence, Evidence::MailCode | Evidence::MailFallback));
    let app = given(|evidence| matches!(evidence, Evidence::App { .. }));
    // A code of a list is a one-time password on paper: something the member has.
    let recovery = given(|evidence| matches!(evidence, Evidence::RecoveryCode));

    let bound = given(|evidence| matches!(evidence, Evidence::Passkey { key: KeyHome::Device, .. }));
    let synced = given(|evidence| matches!(evidence, Evidence::Passkey { key: KeyHome::Synced, .. }));

    let passkey = bound || synced;
    let strong = passkey || password && (app || recovery);
    let amr = [
        (Amr::Kba, pattern && !password),
        (Amr::Pwd, password),
        (Amr::Otp, mailed || app || recovery),
        (Amr::Mca, mailed),
        (Amr::Hwk, bound),
        (Amr::Swk, synced),
        (Amr::User, passkey),
        (Amr::Mfa, strong),
    ];
    let amr = amr.into_iter().filter(|(_, holds)| *holds).map(|(method, _)| method).collect();
    let acr = match (passkey, strong) {
        (true, _) => Acr::Phr,
        (false, true) => Acr::Aal2,
        (false, false) => Acr::Aal1,
    };
    (acr, amr)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::LetterId;

    #[test]
    fn every_row_of_the_table() {
        let letter = Evidence::Letter { id: LetterId::from_uuid(Uuid::nil()) };
        let app = Evidence::App { id: CredentialId::from_uuid(Uuid::nil()) };
        let passkey = |key| Evidence::Passkey { id: CredentialId::from_uuid(Uuid::nil()), key };
        let (bound, synced) = (passkey(KeyHome::Device), passkey(KeyHome::Synced));
        let cases = [
            (vec![Evidence::Password], Acr::Aal1, vec![Amr::Pwd]),
            (vec![letter, Evidence::MailCode], Acr::Aal1, vec![Amr::Pwd, Amr::Otp, Amr::Mca]),
            (vec![Evidence::Password, Evidence::MailCode], Acr::Aal1, vec![Amr::Pwd, Amr::Otp, Amr::Mca]),
            (vec![Evidence::Password, app], Acr::Aal2, vec![Amr::Pwd, Amr::Otp, Amr::Mfa]),
            (vec![Evidence::Pattern, Evidence::MailCode], Acr::Aal1, vec![Amr::Kba, Amr::Otp, Amr::Mca]),
            (vec![Evidence::Password, Evidence::RecoveryCode], Acr::Aal2, vec![Amr::Pwd, Amr::Otp, Amr::Mfa]),
            (vec![Evidence::Password, Evidence::MailFallback], Acr::Aal1, vec![Amr::Pwd, Amr::Otp, Amr::Mca]),
            (vec![Evidence::Rescue, Evidence::MailCode], Acr::Aal1, vec![Amr::Otp, Amr::Mca]),
            (vec![Evidence::RecoveryCode], Acr::Aal1, vec![Amr::Otp]),
            (vec![Evidence::Pattern, app], Acr::Aal1, vec![Amr::Kba, Amr::Otp]),
            (vec![app], Acr::Aal1, vec![Amr::Otp]),
            (vec![bound], Acr::Phr, vec![Amr::Hwk, Amr::User, Amr::Mfa]),
            (vec![Evidence::Password, synced], Acr::Phr, vec![Amr::Pwd, Amr::Swk, Amr::User, Amr::Mfa]),
            (vec![], Acr::Aal1, vec![]),
        ];
        for (evidence, acr, amr) in cases {
            let at = Timestamp::from_millis(0);
            let proofs: Vec<Proof> = evidence.into_iter().map(|evidence| Proof { evidence, at }).collect();
            assert_eq!(strength(&proofs), (acr, amr), "{proofs:?}");
        }
    }
}
