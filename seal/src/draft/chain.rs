//! The draft chain's state: how long it is and what its last leaf hashes to.

use crate::chain::{LeafHash, Sequence};

/// Where the next leaf goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainState {
    pub next: Sequence,
    pub previous: LeafHash,
}

impl ChainState {
    pub const EMPTY: Self = Self { next: Sequence(0), previous: LeafHash::NONE };

    /// The state after `leaf` took its place at `next`.
    #[must_use]
    pub fn after(self, leaf: LeafHash) -> Self {
        Self { next: Sequence(self.next.0 + 1), previous: leaf }
    }
}
