//! The hash of a tree's node: of a leaf, of a subtree, of the whole tree.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::LeafHash;

/// The hash of a subtree. That of a tree of one leaf is the leaf's own.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// The root of a tree without leaves.
    #[must_use]
    pub fn of_nothing() -> Self {
        Self(Sha256::digest(b"").into())
    }

    /// SHA-256(0x01 || left || right).
    #[must_use]
    pub fn node(left: &Self, right: &Self) -> Self {
        let mut bytes = [1; 65];
        bytes[1..33].copy_from_slice(&left.0);
        bytes[33..].copy_from_slice(&right.0);
        Self(Sha256::digest(bytes).into())
    }

    /// Reads 64 lower-case digits.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        LeafHash::from_hex(text).map(Self::from)
    }
}

impl From<LeafHash> for Hash {
    fn from(leaf: LeafHash) -> Self {
        Self(leaf.0)
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// 64 lower-case digits.
impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&LeafHash(self.0), f)
    }
}
