//! Argon2id (RFC 9106) with memory that is kept from one password to the next.

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, Version};
use subtle::ConstantTimeEq;

use super::foreign::{self, ForeignHashError};
use super::{Hasher, HashingConfig, Phc, Verdict};
use crate::credential::password_policy::TypedPassword;
use crate::entropy::{self, Entropy};
use crate::fault::Fault;

const OUTPUT_BYTES: usize = 32;

/// Which of the Argon2 functions, and which version of it.
type Kind = (Algorithm, Version);

/// What new hashes are made with.
const OURS: Kind = (Algorithm::Argon2id, Version::V0x13);

/// A hash from elsewhere that needs more than this would let a few sign-ins take the memory.
const MEMORY_KIB_MAX: u32 = 256 * 1024;
const ITERATIONS_MAX: u32 = 64;

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

    fn run(
        &mut self,
        password: &TypedPassword,
        salt: &[u8],
        ((algorithm, version), params): (Kind, Params),
        length: usize,
    ) -> Result<Vec<u8>, Fault> {
        let blocks = params.block_count();
        if self.memory.len() < blocks {
            self.memory.resize(blocks, Block::default());
        }
        let mut output = vec![0; length];
        Argon2::new(algorithm, version, params)
            .hash_password_into_with_memory(password.as_bytes(), salt, &mut output, self.memory.as_mut_slice())
            .map_err(broken)?;
        Ok(output)
    }
}

impl Hasher for Argon2id {
    fn hash(&mut self, password: &TypedPassword, salt: &[u8; 16]) -> Result<Phc, Fault> {
        let output = self.run(password, salt, (OURS, self.wanted.clone()), OUTPUT_BYTES)?;
        self.phc(salt, &output)
    }

    fn verify(&mut self, password: &TypedPassword, phc: &Phc) -> Result<Verdict, Fault> {
        if let Some(verdict) = foreign::verify(password, phc) {
            return verdict;
        }
        let stored = PasswordHash::new(phc.as_str()).map_err(broken)?;
        let kind = kind_of(&stored).ok_or_else(|| Fault::unreadable("password hash"))?;
        let params = Params::try_from(&stored).map_err(broken)?;
        let (Some(salt), Some(expected)) = (&stored.salt, &stored.hash) else {
            return Err(Fault::unreadable("password hash"));
        };

        let cheaper = params.m_cost() < self.wanted.m_cost() || params.t_cost() < self.wanted.t_cost();
        let cheaper = cheaper || kind != OURS;
        let output = self.run(password, salt, (kind, params), expected.len())?;
        let matches: bool = output.ct_eq(expected.as_bytes()).into();
        Ok(match (matches, cheaper) {
            (false, _) => Verdict::Mismatch,
            (true, true) => Verdict::MatchOutdated,
            (true, false) => Verdict::Match,
        })
    }
}

/// `None` where it is not Argon2.
fn kind_of(stored: &PasswordHash) -> Option<Kind> {
    let algorithm = Algorithm::new(stored.algorithm.as_str()).ok()?;
    let version = match stored.version {
        None => Version::V0x13,
        Some(version) => Version::try_from(version).ok()?,
    };
    Some((algorithm, version))
}

/// Whether an Argon2 hash made elsewhere can be compared here.
pub(super) fn check(text: &str) -> Result<(), ForeignHashError> {
    let damaged = ForeignHashError::Damaged;
    let stored = PasswordHash::new(text).map_err(|_| damaged)?;
    let params = Params::try_from(&stored).map_err(|_| damaged)?;
    if kind_of(&stored).is_none() || stored.salt.is_none() || stored.hash.is_none() {
        return Err(damaged);
    }
    let is_dear = params.m_cost() > MEMORY_KIB_MAX || params.t_cost() > ITERATIONS_MAX || params.p_cost() > 16;
    if is_dear { Err(ForeignHashError::TooDear) } else { Ok(()) }
}

fn broken(error: impl std::fmt::Display) -> Fault {
    Fault::Broken(format!("argon2: {error}"))
}
