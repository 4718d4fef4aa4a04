//! A leaf's place in its chain and its hash.

use std::fmt;

use sha2::{Digest, Sha256};

/// A leaf's place in its chain, from zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sequence(pub u64);

/// SHA-256(0x00 || leaf), as RFC 6962 hashes leaves.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct LeafHash(pub [u8; 32]);

impl LeafHash {
    /// What the first leaf names as its predecessor.
    pub const NONE: Self = Self([0; 32]);

    #[must_use]
    pub fn of(leaf: &[u8]) -> Self {
        let mut hasher = Sha256::new();
        hasher.update([0]);
        hasher.update(leaf);
        Self(hasher.finalize().into())
    }

    /// 64 lower-case digits, in a buffer that the caller holds.
    pub(crate) fn hex<'b>(&self, buffer: &'b mut [u8; 64]) -> &'b str {
        // The buffer has exactly the size that 32 bytes need, and hexadecimal digits are ASCII.
        let encoded = hex::encode_to_slice(self.0, buffer);
        debug_assert!(encoded.is_ok());
        std::str::from_utf8(buffer).unwrap_or_default()
    }

    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).ok()?;
        // Upper case would be a second spelling of the same hash.
        (!text.bytes().any(|byte| byte.is_ascii_uppercase())).then_some(Self(bytes))
    }
}

impl fmt::Debug for LeafHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.hex(&mut [0; 64]))
    }
}

impl fmt::Display for LeafHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.hex(&mut [0; 64]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_empty_leaf_hashes_as_rfc_6962_says() {
        // The well-known hash of an empty leaf: SHA-256 of one zero byte.
        let expected = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d";
        assert_eq!(LeafHash::of(b"").to_string(), expected);
    }

    #[test]
    fn a_hash_has_one_spelling() {
        let hash = LeafHash::of(b"leaf");
        assert_eq!(LeafHash::from_hex(&hash.to_string()), Some(hash));
        assert_eq!(LeafHash::from_hex(&hash.to_string().to_uppercase()), None);
        assert_eq!(LeafHash::from_hex("abc"), None);
    }
}
