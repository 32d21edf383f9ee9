//! Recovery codes: ten secrets on paper for the day the phone is lost. Each works once.
//!
//! A code looks like a letter's secret, check symbol included, so that a slip is told apart from a wrong code without
//! asking the database. It holds 67 random bits (NIST SP 800-63B-4 §3.1.2.1 asks for 64 where guesses are not limited),
//! so a keyed hash of it may rest.

use zeroize::Zeroizing;

use crate::entropy::{self, Entropy};
use crate::fault::Fault;
use crate::id::MemberId;
use crate::letter_secret::{LetterSecret, LetterSecretError};
use crate::secret::{Hashed, RecoverySecret, Vault};

/// How many codes a member has at a time.
pub const CODES: usize = 10;
/// Symbols of one code.
const SYMBOLS: usize = 16;

/// One code in memory; wiped when dropped.
#[derive(Debug, PartialEq, Eq)]
pub struct RecoveryCode(LetterSecret);

impl RecoveryCode {
    /// A fresh one.
    pub fn random(entropy: &dyn Entropy) -> Self {
        Self(LetterSecret::from_entropy(&entropy::bytes(entropy)))
    }

    /// Reads a code as typed: any case and width, spaces and hyphens anywhere.
    ///
    /// # Errors
    /// [`LetterSecretError`] says what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, LetterSecretError> {
        LetterSecret::parse(text).map(Self)
    }

    /// For paper: `7K3M-XW9A-42HP-TC8R`.
    pub fn grouped(&self) -> Zeroizing<String> {
        self.0.grouped()
    }
}

/// What rests of a code: bound to its member.
pub fn hash_of(vault: &Vault, member: MemberId, code: &RecoveryCode) -> Hashed<RecoverySecret> {
    vault.hash_within(member.uuid().as_bytes(), code.0.as_bytes())
}

/// Ten fresh codes.
pub fn fresh(entropy: &dyn Entropy) -> Vec<RecoveryCode> {
    (0..CODES).map(|_| RecoveryCode::random(entropy)).collect()
}

/// The codes one after the other, for sealing.
pub fn joined(codes: &[RecoveryCode]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(codes.iter().flat_map(|code| code.0.as_bytes().iter().copied()).collect())
}

/// Reads what [`joined`] wrote.
///
/// # Errors
/// Bytes that are no codes.
pub fn parted(bytes: &[u8]) -> Result<Vec<RecoveryCode>, Fault> {
    let code = |chunk: &[u8]| std::str::from_utf8(chunk).ok().and_then(|text| RecoveryCode::parse(text).ok());
    let codes: Option<Vec<RecoveryCode>> = bytes.chunks(SYMBOLS).map(code).collect();
    codes.ok_or_else(|| Fault::unreadable("recovery codes"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;

    #[test]
    fn ten_codes_differ_and_come_back_from_the_seal() {
        let codes = fresh(&SeededEntropy::new(4));
        assert_eq!(codes.len(), CODES);
        let texts: std::collections::HashSet<String> = codes.iter().map(|code| code.grouped().to_string()).collect();
        assert_eq!(texts.len(), CODES);
        assert_eq!(parted(&joined(&codes)).unwrap(), codes);
        assert!(parted(b"no codes at all").is_err());
    }

    #[test]
    fn a_code_hashes_differently_for_another_member() {
        let vault = Vault::open(&[7; 32]).unwrap();
        let code = RecoveryCode::random(&SeededEntropy::new(4));
        let of = |number: u128| hash_of(&vault, MemberId::from_uuid(uuid::Uuid::from_u128(number)), &code);
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
    }

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code = RecoveryCode::random(&SeededEntropy::new(4));
        let plain = code.grouped().replace('-', "");
        let wide: String = plain.chars().map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap()).collect();
        for typed in [plain.to_lowercase(), wide, code.grouped().replace('-', " "), code.grouped().replace('-', "ー")]
        {
            assert_eq!(RecoveryCode::parse(&typed).as_ref(), Ok(&code), "{typed}");
        }
    }
}
