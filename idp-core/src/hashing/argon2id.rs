//! Argon2id (RFC 9106) with memory that is kept from one password to the next.

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, Version};
use subtle::ConstantTimeEq;

use super::{Hasher, HashingConfig, Phc, Verdict};
use crate::credential::password_policy::TypedPassword;
use crate::entropy::{self, Entropy};
use crate::fault::Fault;

const OUTPUT_BYTES: usize = 32;

/// One thread's hasher.
pub struct Argon2id {
    wanted: Params,
    memory: Vec<Block>,
}

impl Argon2id {
    /// With these parameters and one lane.
    pub fn new(config: HashingConfig) -> Result<Self, Fault> {
        let wanted = Params::new(config.memory_kib, config.iterations, 1, Some(OUTPUT_BYTES)).map_err(broken)?;
        Ok(Self { wanted, memory: Vec::new() })
    }

    /// A hash of no password at all, which costs as much to compare as any other.
    pub(super) fn phc_of_nobody(&self, entropy: &dyn Entropy) -> Result<Phc, Fault> {
        self.phc(&entropy::bytes::<16>(entropy), &entropy::bytes::<OUTPUT_BYTES>(entropy))
    }

    fn phc(&self, salt: &[u8; 16], output: &[u8]) -> Result<Phc, Fault> {
        let hash = PasswordHash {
            algorithm: ARGON2ID_IDENT,
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(&self.wanted).map_err(broken)?,
            salt: Some(Salt::new(salt).map_err(broken)?),
            hash: Some(Output::new(output).map_err(broken)?),
        };
        Ok(Phc::from_text(hash.to_string()))
    }

    fn run(&mut self, password: &TypedPassword, salt: &[u8], params: Params, length: usize) -> Result<Vec<u8>, Fault> {
        let blocks = params.block_count();
        if self.memory.len() < blocks {
            self.memory.resize(blocks, Block::default());
        }
        let mut output = vec![0; length];
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into_with_memory(password.as_bytes(), salt, &mut output, self.memory.as_mut_slice())
            .map_err(broken)?;
        Ok(output)
    }
}

impl Hasher for Argon2id {
    fn hash(&mut self, password: &TypedPassword, salt: &[u8; 16]) -> Result<Phc, Fault> {
        let output = self.run(password, salt, self.wanted.clone(), OUTPUT_BYTES)?;
        self.phc(salt, &output)
    }

    fn verify(&mut self, password: &TypedPassword, phc: &Phc) -> Result<Verdict, Fault> {
        let stored = PasswordHash::new(phc.as_str()).map_err(broken)?;
        let version = stored.version.is_none_or(|version| version == u32::from(Version::V0x13));
        if stored.algorithm != ARGON2ID_IDENT || !version {
            return Err(Fault::unreadable("password hash"));
        }
        let params = Params::try_from(&stored).map_err(broken)?;
        let (Some(salt), Some(expected)) = (&stored.salt, &stored.hash) else {
            return Err(Fault::unreadable("password hash"));
        };

        let cheaper = params.m_cost() < self.wanted.m_cost() || params.t_cost() < self.wanted.t_cost();
        let output = self.run(password, salt, params, expected.len())?;
        let matches: bool = output.ct_eq(expected.as_bytes()).into();
        Ok(match (matches, cheaper) {
            (false, _) => Verdict::Mismatch,
            (true, true) => Verdict::MatchOutdated,
            (true, false) => Verdict::Match,
        })
    }
}

fn broken(error: impl std::fmt::Display) -> Fault {
    Fault::Broken(format!("argon2: {error}"))
}
