//! The root key: what all hashing and sealing of one database hangs on, kept there wrapped under the installation key.
//!
//! So the installation key can be changed without touching anything that was hashed or sealed, and the one before opens
//! nothing any more. A database that was made without a root of its own has its first installation key as its root.

use super::{BadInstallationKey, Plain, Purpose, Sealed, Vault};
use crate::entropy::{self, Entropy};
use crate::fault::Fault;

/// The root key of one database.
pub struct RootKey;

impl Purpose for RootKey {
    const NAME: &'static str = "root-key";
}

/// The one row there is.
const ROW: &[u8] = b"root";

impl Vault {
    /// A vault over a new root key.
    pub(crate) fn over_new_root(entropy: &dyn Entropy) -> Result<Self, BadInstallationKey> {
        let root = zeroize::Zeroizing::new(entropy::bytes::<32>(entropy));
        Self::open(&root)
    }

    /// Wraps the root of this vault under the installation key of `outer`.
    pub(crate) fn wrapped_under(&self, outer: &Self, entropy: &dyn Entropy) -> Result<Sealed<RootKey>, Fault> {
        outer.seal(entropy, ROW, self.root.as_slice())
    }

    /// The vault over the root that was wrapped under this installation key; `None` where it was another.
    pub(crate) fn unwrapped(&self, wrapped: &Sealed<RootKey>) -> Option<Self> {
        let root: Plain<RootKey> = self.unseal(ROW, wrapped).ok()?;
        Self::open(root.expose().try_into().ok()?).ok()
    }

    /// Whether both hang on the same key.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        subtle::ConstantTimeEq::ct_eq(self.root.as_slice(), other.root.as_slice()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;
    use crate::secret::AppSecret;

    #[test]
    fn what_was_sealed_and_hashed_outlives_the_installation_key() {
        let entropy = SeededEntropy::new(1);
        let [first, second] = [[1; 32], [2; 32]].map(|key| Vault::open(&key).unwrap());
        let root = Vault::over_new_root(&entropy).unwrap();
        let sealed = root.seal::<AppSecret>(&entropy, b"row", b"hello").unwrap();

        let wrapped = root.wrapped_under(&first, &entropy).unwrap();
        let opened = first.unwrapped(&wrapped).unwrap();
        let wrapped = opened.wrapped_under(&second, &entropy).unwrap();

        let opened = second.unwrapped(&wrapped).unwrap();
        assert_eq!(opened.unseal(b"row", &sealed).unwrap().expose(), b"hello");
        assert_eq!(opened.hash::<AppSecret>(b"x").bytes(), root.hash::<AppSecret>(b"x").bytes());
        assert!(first.unwrapped(&wrapped).is_none(), "the key of before still opens");
        assert!(opened.is_same(&root) && !opened.is_same(&second));
    }
}
