//! The Merkle tree over a chain's leaves, as RFC 6962 defines it.
//!
//! ```text
//! leaf hashes ──▶ Edge (one hash per complete subtree) ──▶ root
//!      └──▶ tiles of 256 hashes ──▶ Nodes ──▶ inclusion and consistency proofs
//! ```
//!
//! A proof is made from whatever holds the subtrees' hashes ([`Nodes`]): a list of leaf hashes, tiles, a store. A check
//! needs none of them.

mod edge;
mod error;
mod hash;
mod leaves;
mod proof;
mod subtree;
mod tile;

pub use edge::Edge;
pub use error::TreeError;
pub use hash::Hash;
pub use leaves::Leaves;
pub use proof::{Nodes, prove_consistency, prove_inclusion, verify_consistency, verify_inclusion};
pub use subtree::Subtree;
pub use tile::{TILE_WIDTH, Tile, Tiles};

/// The largest tree that anything here speaks about: no sum or shift of sizes overflows below it.
pub const SIZE_MAX: u64 = 1 << 63;

/// What a tree of some size is: the claim that a checkpoint signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Head {
    pub size: u64,
    pub root: Hash,
}
